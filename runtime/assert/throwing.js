'use strict';
// throws, doesNotThrow, rejects and doesNotReject (Node doc: assert.throws): is it the error that was expected?

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');
const AssertionError = require('internal/assert/assertion_error');

const kNone = Symbol('no exception');
const isDeepStrictEqual = (a, b) => require('internal/util/comparisons').isDeepStrictEqual(a, b);
const inspect = (value) => require('internal/util/inspect').inspect(value);
const isRegExp = (value) => Object.prototype.toString.call(value) === '[object RegExp]';

function isPromise(value) {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof value.then === 'function' &&
    typeof value.catch === 'function'
  );
}

function caughtFrom(fn) {
  validateFunction(fn, 'fn');
  try {
    fn();
  } catch (error) {
    return error;
  }
  return kNone;
}

async function rejectionOf(promiseOrFunction) {
  let promise = promiseOrFunction;
  if (typeof promiseOrFunction === 'function') {
    promise = promiseOrFunction();
    if (!isPromise(promise)) {
      throw new codes.ERR_INVALID_RETURN_VALUE('instance of Promise', 'promiseFn', promise);
    }
  } else if (!isPromise(promiseOrFunction)) {
    throw new codes.ERR_INVALID_ARG_TYPE('promiseFn', ['Function', 'Promise'], promiseOrFunction);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return kNone;
}

function failWith(actual, expected, message, operator) {
  throw new AssertionError({ actual, expected, message, operator: operator.name, stackStartFn: operator });
}

// An object of expected properties; regular expressions in it match texts.
function compareProperties(actual, expected, message, operator) {
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push('name', 'message');
  else if (keys.length === 0) {
    throw new codes.ERR_INVALID_ARG_VALUE('error', expected, 'may not be an empty object');
  }
  for (const key of keys) {
    const both = isRegExp(expected[key]) && typeof actual?.[key] === 'string';
    if (
      both
        ? expected[key].test(actual[key])
        : key in Object(actual) && isDeepStrictEqual(actual[key], expected[key])
    ) {
      continue;
    }
    if (message) failWith(actual, expected, message, operator);
    // Show only what was asked for.
    const pick = (object) =>
      Object.fromEntries(keys.filter((k) => k in Object(object)).map((k) => [k, object[k]]));
    const shown = new AssertionError({
      actual: pick(actual),
      expected: pick(expected),
      operator: 'deepStrictEqual',
      stackStartFn: operator,
    });
    shown.actual = actual;
    shown.expected = expected;
    shown.operator = operator.name;
    throw shown;
  }
}

function checkExpected(actual, expected, message, operator) {
  if (typeof expected !== 'function') {
    if (isRegExp(expected)) {
      if (expected.test(String(actual))) return;
      const text = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(String(actual))}\n`;
      const error = new AssertionError({
        actual,
        expected,
        message: message ?? text,
        operator: operator.name,
        stackStartFn: operator,
      });
      error.generatedMessage = !message;
      throw error;
    }
    if (typeof actual !== 'object' || actual === null) {
      const error = new AssertionError({
        actual,
        expected,
        message,
        operator: 'deepStrictEqual',
        stackStartFn: operator,
      });
      error.operator = operator.name;
      throw error;
    }
    compareProperties(actual, expected, message, operator);
    return;
  }
  // A class, or a function that judges.
  if (expected.prototype !== undefined && actual instanceof expected) return;
  if (Object.prototype.isPrototypeOf.call(Error, expected)) {
    if (!message && actual instanceof Error) {
      const text = `The error is expected to be an instance of "${expected.name}". Received "${actual.constructor?.name || actual.name}"\n\nError message:\n\n${actual.message}`;
      const error = new AssertionError({
        actual,
        expected,
        message: text,
        operator: operator.name,
        stackStartFn: operator,
      });
      error.generatedMessage = true;
      throw error;
    }
    if (!message) {
      const received =
        actual === null || typeof actual !== 'object'
          ? inspect(actual)
          : `an instance of "${actual.constructor?.name}"`;
      const text = `The error is expected to be an instance of "${expected.name}". Received ${received}`;
      const error = new AssertionError({
        actual,
        expected,
        message: text,
        operator: operator.name,
        stackStartFn: operator,
      });
      error.generatedMessage = true;
      throw error;
    }
    failWith(actual, expected, message, operator);
  }
  const verdict = Reflect.apply(expected, {}, [actual]);
  if (verdict === true) return;
  if (!message) {
    const name = expected.name ? `"${expected.name}" ` : '';
    const text = `The ${name}validation function is expected to return "true". Received ${inspect(verdict)}${
      actual instanceof Error ? `\n\nCaught error:\n\n${actual}` : ''
    }`;
    const error = new AssertionError({
      actual,
      expected,
      message: text,
      operator: operator.name,
      stackStartFn: operator,
    });
    error.generatedMessage = true;
    throw error;
  }
  failWith(actual, expected, message, operator);
}

function expectError(operator, actual, error, message) {
  if (typeof error === 'string') {
    if (arguments.length === 4) {
      throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
    }
    const clash = typeof actual === 'object' && actual !== null ? actual.message === error : actual === error;
    if (clash) {
      const what = typeof actual === 'object' ? `error message "${actual.message}"` : `error "${actual}"`;
      throw new codes.ERR_AMBIGUOUS_ARGUMENT('error/message', `The ${what} is identical to the message.`);
    }
    message = error;
    error = undefined;
  } else if (error != null && typeof error !== 'object' && typeof error !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
  }
  if (actual === kNone) {
    let details = error?.name ? ` (${error.name})` : '';
    details += message ? `: ${message}` : '.';
    const kind = operator.name === 'rejects' ? 'rejection' : 'exception';
    const missing = new AssertionError({
      actual: undefined,
      expected: error,
      operator: operator.name,
      message: `Missing expected ${kind}${details}`,
      stackStartFn: operator,
    });
    missing.generatedMessage = !message;
    throw missing;
  }
  if (error) checkExpected(actual, error, message, operator);
}

function expectNoError(operator, actual, error, message) {
  if (actual === kNone) return;
  if (typeof error === 'string') {
    message = error;
    error = undefined;
  }
  if (!error || matches(actual, error)) {
    const kind = operator.name === 'doesNotReject' ? 'rejection' : 'exception';
    const unwanted = new AssertionError({
      actual,
      expected: error,
      operator: operator.name,
      message: `Got unwanted ${kind}${message ? `: ${message}` : '.'}\nActual message: "${actual?.message}"`,
      stackStartFn: operator,
    });
    unwanted.generatedMessage = !message;
    throw unwanted;
  }
  throw actual;
}

function matches(actual, expected) {
  if (typeof expected !== 'function') {
    if (isRegExp(expected)) return expected.test(String(actual));
    throw new codes.ERR_INVALID_ARG_TYPE('expected', ['Function', 'RegExp'], expected);
  }
  if (expected.prototype !== undefined && actual instanceof expected) return true;
  if (Object.prototype.isPrototypeOf.call(Error, expected)) return false;
  return Reflect.apply(expected, {}, [actual]) === true;
}

function throws(fn, ...expected) {
  expectError(throws, caughtFrom(fn), ...expected);
}
function doesNotThrow(fn, ...expected) {
  expectNoError(doesNotThrow, caughtFrom(fn), ...expected);
}
async function rejects(promise, ...expected) {
  expectError(rejects, await rejectionOf(promise), ...expected);
}
async function doesNotReject(promise, ...expected) {
  expectNoError(doesNotReject, await rejectionOf(promise), ...expected);
}

module.exports = { doesNotReject, doesNotThrow, rejects, throws };
