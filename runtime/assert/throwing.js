'use strict';
// throws, doesNotThrow, rejects and doesNotReject (Node doc: assert.throws): is it the error that was expected?

const { codes } = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const types = require('internal/util/types');
const { isDeepStrictEqual } = require('internal/util/comparisons');
const { AssertionError } = require('internal/assert/assertion_error');

const noException = Symbol('noException');

const isError = (value) => types.isNativeError(value) || value instanceof Error;

function failWith(options) {
  if (options.message instanceof Error) throw options.message;
  throw new AssertionError(options);
}

// What is compared of an error with an object of expectations, as an object that shows well in a diff.
class Comparison {
  constructor(source, keys, actual) {
    for (const key of keys) {
      if (!(key in source)) continue;
      const isMatch =
        actual !== undefined &&
        typeof actual[key] === 'string' &&
        types.isRegExp(source[key]) &&
        source[key].test(actual[key]);
      this[key] = isMatch ? actual[key] : source[key];
    }
  }
}

function compareKey(actual, expected, key, message, keys, fn) {
  if (key in actual && isDeepStrictEqual(actual[key], expected[key])) return;
  if (key in actual && types.isRegExp(expected[key]) && expected[key].test(actual[key])) return;
  if (message !== undefined) failWith({ actual, expected, message, operator: fn.name, stackStartFn: fn });
  const a = new Comparison(actual, keys);
  const b = new Comparison(expected, keys, actual);
  const error = new AssertionError({
    actual: a,
    expected: b,
    operator: 'deepStrictEqual',
    stackStartFn: fn,
  });
  error.actual = actual;
  error.expected = expected;
  error.operator = fn.name;
  throw error;
}

function checkException(actual, expected, message, fn) {
  let generated = false;
  let throwError = false;
  if (typeof expected !== 'function') {
    if (types.isRegExp(expected)) {
      const text = String(actual);
      if (expected.test(text)) return;
      if (!message) {
        generated = true;
        message = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(text)}\n`;
      }
      throwError = true;
    } else if (typeof actual !== 'object' || actual === null) {
      const error = new AssertionError({
        actual,
        expected,
        message,
        operator: 'deepStrictEqual',
        stackStartFn: fn,
      });
      error.operator = fn.name;
      throw error;
    } else {
      const keys = Object.keys(expected);
      if (isError(expected)) keys.push('name', 'message');
      else if (keys.length === 0) {
        throw new codes.ERR_INVALID_ARG_VALUE('error', expected, 'may not be an empty object');
      }
      for (const key of keys) {
        if (
          typeof actual[key] === 'string' &&
          types.isRegExp(expected[key]) &&
          expected[key].test(actual[key])
        ) {
          continue;
        }
        compareKey(actual, expected, key, message, keys, fn);
      }
      return;
    }
  } else if (expected.prototype !== undefined && actual instanceof expected) {
    return;
  } else if (Object.prototype.isPrototypeOf.call(Error, expected) || expected === Error) {
    if (!message) {
      generated = true;
      message = `The error is expected to be an instance of "${expected.name}". Received `;
      const name = isError(actual) ? actual.constructor?.name || actual.name : undefined;
      if (name !== undefined && name === expected.name) {
        message += 'an error with identical name but a different prototype.';
      } else if (name !== undefined) message += `"${name}"`;
      else message += `"${inspect(actual, { depth: -1 })}"`;
      if (actual?.message !== undefined) message += `\n\nError message:\n\n${actual.message}`;
    }
    throwError = true;
  } else {
    const result = Reflect.apply(expected, {}, [actual]);
    if (result !== true) {
      if (!message) {
        generated = true;
        const name = expected.name ? `"${expected.name}" ` : '';
        message = `The ${name}validation function is expected to return "true". Received ${inspect(result)}`;
        if (isError(actual)) message += `\n\nCaught error:\n\n${actual}`;
      }
      throwError = true;
    }
  }
  if (throwError) {
    const error = new AssertionError({
      actual,
      expected,
      message,
      operator: fn.name,
      stackStartFn: fn,
    });
    error.generatedMessage = generated;
    throw error;
  }
}

function getActual(fn) {
  require('internal/errors/validators').validateFunction(fn, 'fn');
  try {
    fn();
  } catch (error) {
    return error;
  }
  return noException;
}

const isPromiseLike = (value) =>
  types.isPromise(value) ||
  (value !== null &&
    typeof value === 'object' &&
    typeof value.then === 'function' &&
    typeof value.catch === 'function');

async function waitForActual(promiseFn) {
  let promise;
  if (typeof promiseFn === 'function') {
    promise = promiseFn();
    if (!isPromiseLike(promise)) {
      throw new codes.ERR_INVALID_RETURN_VALUE('instance of Promise', 'promiseFn', promise);
    }
  } else if (isPromiseLike(promiseFn)) {
    promise = promiseFn;
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('promiseFn', ['Function', 'Promise'], promiseFn);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return noException;
}

function expectsError(fn, actual, error, message, count) {
  if (typeof error === 'string') {
    if (count === 4) {
      throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
    }
    if (
      actual !== noException &&
      (typeof actual === 'object' && actual !== null ? actual.message : actual) === error
    ) {
      const what =
        typeof actual === 'object' && actual !== null
          ? `error message "${actual.message}"`
          : `error "${actual}"`;
      throw new codes.ERR_AMBIGUOUS_ARGUMENT('error/message', `The ${what} is identical to the message.`);
    }
    message = error;
    error = undefined;
  } else if (error != null && typeof error !== 'object' && typeof error !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
  }
  if (actual === noException) {
    let details = error?.name ? ` (${error.name})` : '';
    details += message ? `: ${message}` : '.';
    const type = fn === rejects ? 'rejection' : 'exception';
    failWith({
      actual: undefined,
      expected: error,
      operator: fn.name,
      message: `Missing expected ${type}${details}`,
      stackStartFn: fn,
    });
  }
  if (error) checkException(actual, error, message, fn);
}

function matches(actual, expected) {
  if (typeof expected !== 'function') {
    if (types.isRegExp(expected)) return expected.test(String(actual));
    throw new codes.ERR_INVALID_ARG_TYPE('expected', ['Function', 'RegExp'], expected);
  }
  if (expected.prototype !== undefined && actual instanceof expected) return true;
  if (Object.prototype.isPrototypeOf.call(Error, expected)) return false;
  return Reflect.apply(expected, {}, [actual]) === true;
}

function expectsNoError(fn, actual, error, message) {
  if (actual === noException) return;
  if (typeof error === 'string') {
    message = error;
    error = undefined;
  }
  if (!error || matches(actual, error)) {
    const details = message ? `: ${message}` : '.';
    const type = fn === doesNotReject ? 'rejection' : 'exception';
    failWith({
      actual,
      expected: error,
      operator: fn.name,
      message: `Got unwanted ${type}${details}\nActual message: "${actual?.message}"`,
      stackStartFn: fn,
    });
  }
  throw actual;
}

function throws(fn, error, message) {
  expectsError(throws, getActual(fn), error, message, arguments.length + (arguments.length > 2 ? 1 : 0));
}
async function rejects(promiseFn, error, message) {
  const count = arguments.length + (arguments.length > 2 ? 1 : 0);
  expectsError(rejects, await waitForActual(promiseFn), error, message, count);
}
function doesNotThrow(fn, error, message) {
  expectsNoError(doesNotThrow, getActual(fn), error, message);
}
async function doesNotReject(promiseFn, error, message) {
  expectsNoError(doesNotReject, await waitForActual(promiseFn), error, message);
}

module.exports = { doesNotReject, doesNotThrow, rejects, throws };
