// process.emitWarning and what a warning prints (Node doc: process, "process.emitWarning()").
'use strict';

const options = require('internal/main/options');
let hinted = false;

function onWarning(warning) {
  if (!(warning instanceof Error)) return;
  const isDeprecation = warning.name === 'DeprecationWarning';
  if (isDeprecation && process.noDeprecation) return;
  const trace = process.traceProcessWarnings || (isDeprecation && process.traceDeprecation);
  let text = `(parley:${process.pid}) `;
  if (warning.code) text += `[${warning.code}] `;
  text += trace && warning.stack ? warning.stack : `${warning.name}: ${warning.message}`;
  if (typeof warning.detail === 'string') text += `\n${warning.detail}`;
  if (!trace && !hinted) {
    hinted = true;
    text += `\n(Use \`parley ${isDeprecation ? '--trace-deprecation' : '--trace-warnings'} ...\` to show where the warning was created)`;
  }
  process._rawDebug(text);
}

let listening = false;

// The printing listener joins with the first warning: programs that never warn do not load this module.
function listen() {
  if (listening) return;
  listening = true;
  if (!options.get('--warnings') || process.env.NODE_NO_WARNINGS === '1') return;
  process.on('warning', onWarning);
}

function invalid(name, expected, value) {
  const { codes } = require('internal/errors');
  return new codes.ERR_INVALID_ARG_TYPE(name, expected, value);
}

function makeWarning(warning, type, code, detail, constructor) {
  const limit = Error.stackTraceLimit;
  const error = new Error(warning);
  error.name = String(type || 'Warning');
  if (code !== undefined) error.code = code;
  if (detail !== undefined) error.detail = detail;
  Error.captureStackTrace(error, constructor || emitWarning);
  Error.stackTraceLimit = limit;
  return error;
}

function emitWarning(warning, type, code, constructor) {
  let detail;
  if (type !== null && typeof type === 'object' && !Array.isArray(type)) {
    constructor = type.ctor;
    code = type.code;
    if (typeof type.detail === 'string') detail = type.detail;
    type = type.type || 'Warning';
  } else if (typeof type === 'function') {
    constructor = type;
    code = undefined;
    type = 'Warning';
  }
  if (type !== undefined && typeof type !== 'string') throw invalid('type', 'string', type);
  if (typeof code === 'function') {
    constructor = code;
    code = undefined;
  } else if (code !== undefined && typeof code !== 'string') {
    throw invalid('code', 'string', code);
  }
  if (typeof warning === 'string') warning = makeWarning(warning, type, code, detail, constructor);
  else if (!(warning instanceof Error)) throw invalid('warning', ['Error', 'string'], warning);
  if (warning.name === 'DeprecationWarning') {
    if (process.noDeprecation) return;
    if (process.throwDeprecation) {
      process.nextTick(() => {
        throw warning;
      });
      return;
    }
  }
  listen();
  process.nextTick(() => process.emit('warning', warning));
}

module.exports = { emitWarning };
