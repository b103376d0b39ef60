'use strict';
// Why tests fail: ERR_TEST_FAILURE with a failureType and the cause. Node doc: test runner.

const { codes } = require('internal/errors');

const kinds = {
  callbackAndPromise: 'callbackAndPromisePresent',
  cancelled: 'cancelledByParent',
  aborted: 'testAborted',
  multipleCallback: 'multipleCallbackInvocations',
  parentFinished: 'parentAlreadyFinished',
  subtests: 'subtestsFailed',
  code: 'testCodeFailure',
  timeout: 'testTimeoutFailure',
  hook: 'hookFailed',
  uncaught: 'uncaughtException',
  rejection: 'unhandledRejection',
};
// Failures that come from the program's code: its own error is what matters.
const fromProgram = new Set([kinds.code, kinds.hook, kinds.uncaught, kinds.rejection, kinds.aborted]);

const isFailure = (error) => error?.code === 'ERR_TEST_FAILURE';

function makeFailure(error, kind) {
  // The stack of this place says nothing; that of the cause does.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const failure = new codes.ERR_TEST_FAILURE(error, kind);
  Error.stackTraceLimit = stackTraceLimit;
  return failure;
}

const asFailure = (error, kind) => (isFailure(error) ? error : makeFailure(error, kind));

module.exports = { asFailure, fromProgram, isFailure, kinds, makeFailure };
