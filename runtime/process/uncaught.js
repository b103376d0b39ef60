// Exceptions nobody caught: the capture callback, 'uncaughtExceptionMonitor', 'uncaughtException' (Node doc: process).
'use strict';

const { unwind } = require('internal/async_hooks/ids');

let captureCallback = null;

// Called by the engine. True: handled. A number: not, and that is the exit code.
exports.onUncaught = function onUncaught(error, fromPromise) {
  const origin = fromPromise ? 'unhandledRejection' : 'uncaughtException';
  process.emit('uncaughtExceptionMonitor', error, origin);
  if (captureCallback !== null) {
    captureCallback(error);
    unwind();
    return true;
  }
  if (process.emit('uncaughtException', error, origin)) {
    unwind();
    return true;
  }
  const exit = require('internal/process/exit');
  exit.setUncaught();
  return exit.onExit();
};

exports.setUncaughtExceptionCaptureCallback = function setUncaughtExceptionCaptureCallback(callback) {
  const { codes } = require('internal/errors');
  if (callback === null) {
    captureCallback = null;
    return;
  }
  if (typeof callback !== 'function')
    throw new codes.ERR_INVALID_ARG_TYPE('fn', ['Function', 'null'], callback);
  if (captureCallback !== null) throw new codes.ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET();
  captureCallback = callback;
};

exports.hasUncaughtExceptionCaptureCallback = () => captureCallback !== null;
