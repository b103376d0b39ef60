// Exceptions nobody caught: the capture callback, 'uncaughtExceptionMonitor', 'uncaughtException' (Node doc: process).
'use strict';

const { unwind } = require('internal/async_hooks/ids');
const { fields, kMayAbort } = require('internal/engine/hooks');
const exit = require('internal/process/exit');
const kNoHandler = 6; // exit code: "Non-function Internal Exception Handler"

let captureCallback = null;

// Given an error: true when it belongs to somebody who takes care of it (a prompt).
let owner;
exports.setOwner = (own) => {
  owner = own;
};

// A worker's way to tell its parent of an error nobody caught.
let reporter;
exports.setReporter = (report) => {
  reporter = report;
};

// True: handled. A number: not, and that is the exit code.
function fatalException(error, fromPromise) {
  const origin = fromPromise ? 'unhandledRejection' : 'uncaughtException';
  process.emit('uncaughtExceptionMonitor', error, origin);
  if (captureCallback !== null) {
    captureCallback(error);
    unwind();
    return true;
  }
  if (owner?.(error) || process.emit('uncaughtException', error, origin)) {
    unwind();
    return true;
  }
  require('internal/events/unhandled').addOrigin(error);
  if (process.report.reportOnUncaughtException) {
    require('internal/process/report').writeForException(error);
  }
  reporter?.(error);
  return exit.onUncaught();
}
process._fatalException = fatalException;

// Called by the engine.
exports.onUncaught = function onUncaught(error, fromPromise) {
  if (typeof process._fatalException !== 'function') return kNoHandler;
  if (reporter === undefined) return process._fatalException(error, fromPromise);
  try {
    return process._fatalException(error, fromPromise);
  } catch (thrown) {
    reporter(thrown);
    return 1;
  }
};

// What an object that ends the process looks like on standard error.
exports.describe = (error) => {
  const colors = internalBinding('process').isTerminal(2) && process.stderr.hasColors();
  return require('internal/util/inspect').inspect(error, { colors });
};

exports.setUncaughtExceptionCaptureCallback = function setUncaughtExceptionCaptureCallback(callback) {
  const { codes } = require('internal/errors');
  if (callback === null) {
    captureCallback = null;
    fields[kMayAbort] = 1;
    return;
  }
  if (typeof callback !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE('fn', ['Function', 'null'], callback);
  if (captureCallback !== null) throw new codes.ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET();
  captureCallback = callback;
  fields[kMayAbort] = 0; // --abort-on-uncaught-exception: it is no longer uncaught
};

exports.hasUncaughtExceptionCaptureCallback = () => captureCallback !== null;
