// The end of a process: process.exit, exitCode, 'beforeExit' and 'exit' (Node doc: process).
'use strict';

let exitCode;
const lastTasks = []; // run once all listeners of 'exit' have

function toExitCode(code) {
  if (code === undefined || code === null) return undefined;
  if (typeof code === 'string' && code !== '' && Number.isInteger(Number(code))) return Number(code);
  if (typeof code !== 'number') {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('code', 'integer', code);
  }
  if (!Number.isInteger(code)) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_OUT_OF_RANGE('code', 'an integer', code);
  }
  return code;
}

function emitExit() {
  if (!process._exiting) {
    process._exiting = true;
    process.emit('exit', exitCode ?? 0);
    while (lastTasks.length > 0) lastTasks.shift()();
  }
  return (exitCode ?? 0) | 0;
}

function exit(code) {
  if (arguments.length > 0 && code !== undefined) exitCode = toExitCode(code);
  emitExit();
  const final = (exitCode ?? 0) | 0;
  if (require('internal/main/options').get('--trace-exit')) {
    require('internal/main/rare_options').traceExit(final, exit);
  }
  process.reallyExit(final);
}

exports.atEnd = (task) => lastTasks.push(task);
exports.exit = exit;
exports.onExit = emitExit;
exports.onBeforeExit = () => process.emit('beforeExit', exitCode ?? 0);
exports.define = (target) => {
  Object.defineProperty(target, 'exitCode', {
    enumerable: true,
    configurable: false,
    get: () => exitCode,
    set: (code) => {
      exitCode = toExitCode(code);
    },
  });
};

// The process ends because of an exception; listeners of 'exit' may choose another code than 1.
exports.onUncaught = () => {
  if (!process._exiting || exitCode === undefined) exitCode = 1;
  try {
    return emitExit();
  } catch {
    return exitCode | 0; // the first exception is the one to tell of
  }
};
