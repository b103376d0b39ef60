// process.emitWarning and what a warning prints (Node doc: process, "process.emitWarning()").
'use strict';

const options = require('internal/main/options');
let hinted = false;
let disabled; // Set of codes and types, of --disable-warning
let file; // what --redirect-warnings names, open; null: cannot be opened

// Where warnings go: the file of --redirect-warnings as long as that can be written, or standard error.
function write(text) {
  const path = options.get('--redirect-warnings');
  if (path !== undefined && file !== null) {
    try {
      const fs = require('fs');
      file ??= fs.openSync(path, 'a');
      fs.appendFileSync(file, `${text}\n`);
      return;
    } catch {
      file = null;
    }
  }
  // Through process.stderr, which programs replace to see what is written.
  require('internal/console/global').error(text);
}

function describe(warning, trace) {
  if (trace && warning.stack) return `${warning.stack}`;
  const own = typeof warning.toString === 'function' ? warning.toString : Error.prototype.toString;
  return `${own.call(warning)}`;
}

function onWarning(warning) {
  disabled ??= new Set(options.get('--disable-warning'));
  if (disabled.has(warning?.code) || disabled.has(warning?.name)) return;
  if (!(warning instanceof Error)) return;
  const isDeprecation = warning.name === 'DeprecationWarning';
  if (isDeprecation && process.noDeprecation) return;
  const trace = process.traceProcessWarnings || (isDeprecation && process.traceDeprecation);
  let text = `(${process.release.name}:${process.pid}) `;
  if (warning.code) text += `[${warning.code}] `;
  text += describe(warning, trace);
  if (typeof warning.detail === 'string') text += `\n${warning.detail}`;
  if (!trace && !hinted) {
    hinted = true;
    const program = require('path').basename(process.argv0 || 'parley');
    const flag = isDeprecation ? '--trace-deprecation' : '--trace-warnings';
    text += `\n(Use \`${program} ${flag} ...\` to show where the warning was created)`;
  }
  write(text);
}

/** Prints warnings, unless the command line or the environment says not to. A program may remove the listener. */
function listen() {
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
  process.nextTick(() => process.emit('warning', warning));
}

module.exports = { emitWarning, listen };
