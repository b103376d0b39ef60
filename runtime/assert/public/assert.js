'use strict';
// https://nodejs.org/docs/latest-v20.x/api/assert.html

const { codes } = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const types = require('internal/util/types');
const { isDeepEqual, isDeepStrictEqual } = require('internal/util/comparisons');

const noException = Symbol('noException');

let assertionErrorClass;
const AssertionErrorClass = () =>
  (assertionErrorClass ??= require('internal/assert/assertion_error').AssertionError);

const isError = (value) => types.isNativeError(value) || value instanceof Error;

function failWith(options) {
  if (options.message instanceof Error) throw options.message;
  throw new (AssertionErrorClass())(options);
}

// The text of the failed call, "assert.ok(typeof 123 === 'string')", from the source the stack points to.
function callText(stackStartFn) {
  const holder = {};
  const { prepareStackTrace, stackTraceLimit } = Error;
  let site;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, stackStartFn);
    site = holder.stack?.[0];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  const file = site?.getFileName?.();
  if (!file) return undefined;
  try {
    const path = file.startsWith('file:') ? require('internal/url').fileURLToPath(file) : file;
    const lines = require('fs').readFileSync(path, 'utf8').split('\n');
    return callIn(lines.slice(site.getLineNumber() - 1).join('\n'), site.getColumnNumber() - 1);
  } catch {
    return undefined;
  }
}

// From the column the call begins at to the parenthesis that ends it, strings and comments minded.
function callIn(source, column) {
  let start = column;
  while (start > 0 && /[\w$.]/.test(source[start - 1])) start--;
  let depth = 0;
  for (let i = column; i < source.length && i < column + 4096; i++) {
    const c = source[i];
    if (c === '"' || c === "'" || c === '`') {
      for (i++; i < source.length && source[i] !== c; i++) if (source[i] === '\\') i++;
    } else if (c === '(') {
      depth++;
    } else if (c === ')' && --depth === 0) {
      return source.slice(start, i + 1);
    }
  }
  return undefined;
}

function innerOk(fn, count, value, message) {
  if (value) return;
  let generatedMessage = false;
  if (count === 0) {
    generatedMessage = true;
    message = 'No value argument passed to `assert.ok()`';
  } else if (message == null) {
    generatedMessage = true;
    const text = callText(fn);
    message =
      text === undefined
        ? 'The expression evaluated to a falsy value'
        : `The expression evaluated to a falsy value:\n\n  ${text.replaceAll('\n', '\n  ')}\n`;
  } else if (message instanceof Error) {
    throw message;
  }
  const error = new (AssertionErrorClass())({
    actual: value,
    expected: true,
    message,
    operator: '==',
    stackStartFn: fn,
  });
  error.generatedMessage = generatedMessage;
  throw error;
}

function ok(...args) {
  innerOk(ok, args.length, ...args);
}

function assert(...args) {
  innerOk(assert, args.length, ...args);
}

let warnedFail = false;
function fail(actual, expected, message, operator, stackStartFn) {
  const count = arguments.length;
  let isGenerated = false;
  if (actual == null && count <= 1) {
    isGenerated = true;
    message = 'Failed';
  } else if (count === 1) {
    message = actual;
    actual = undefined;
  } else {
    if (!warnedFail) {
      warnedFail = true;
      process.emitWarning(
        'assert.fail() with more than one argument is deprecated. ' +
          'Please use assert.strictEqual() instead or only pass a message.',
        'DeprecationWarning',
        'DEP0094',
      );
    }
    if (count === 2) operator = '!=';
  }
  if (message instanceof Error) throw message;
  const options = {
    actual,
    expected,
    operator: operator === undefined ? 'fail' : operator,
    stackStartFn: stackStartFn || fail,
    message,
  };
  const error = new (AssertionErrorClass())(options);
  if (isGenerated) error.generatedMessage = true;
  throw error;
}

function needTwo(count) {
  if (count < 2) throw new codes.ERR_MISSING_ARGS('actual', 'expected');
}

// Functions of (actual, expected, message) that differ in their test only.
function comparison(name, operator, isRight) {
  const fn = {
    [name](actual, expected, message) {
      needTwo(arguments.length);
      if (!isRight(actual, expected)) failWith({ actual, expected, message, operator, stackStartFn: fn });
    },
  }[name];
  return fn;
}

// eslint-disable-next-line eqeqeq
const looselyEqual = (a, b) => a == b || (Number.isNaN(a) && Number.isNaN(b));
const equal = comparison('equal', '==', looselyEqual);
const notEqual = comparison('notEqual', '!=', (a, b) => !looselyEqual(a, b));
const deepEqual = comparison('deepEqual', 'deepEqual', isDeepEqual);
const notDeepEqual = comparison('notDeepEqual', 'notDeepEqual', (a, b) => !isDeepEqual(a, b));
const deepStrictEqual = comparison('deepStrictEqual', 'deepStrictEqual', isDeepStrictEqual);
const notDeepStrictEqual = comparison(
  'notDeepStrictEqual',
  'notDeepStrictEqual',
  (a, b) => !isDeepStrictEqual(a, b),
);
const strictEqual = comparison('strictEqual', 'strictEqual', Object.is);
const notStrictEqual = comparison('notStrictEqual', 'notStrictEqual', (a, b) => !Object.is(a, b));

// ---- Exceptions

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
  const error = new (AssertionErrorClass())({
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
      const error = new (AssertionErrorClass())({
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
      if (isError(actual)) message += `"${actual.constructor?.name || actual.name}"`;
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
    const error = new (AssertionErrorClass())({
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

function ifError(error) {
  if (error === null || error === undefined) return;
  let message = 'ifError got unwanted exception: ';
  if (typeof error === 'object' && typeof error.message === 'string') {
    message += error.message.length === 0 && error.constructor ? error.constructor.name : error.message;
  } else {
    message += inspect(error);
  }
  const failure = new (AssertionErrorClass())({
    actual: error,
    expected: null,
    operator: 'ifError',
    message,
    stackStartFn: ifError,
  });
  failure.generatedMessage = false;
  const original = error?.stack;
  if (typeof original === 'string') {
    // Where the error came from, then where it was refused.
    const start = original.indexOf('\n    at');
    if (start !== -1) {
      const frames = original.slice(start + 1).split('\n');
      let own = failure.stack.split('\n');
      for (const frame of frames) {
        const position = own.indexOf(frame);
        if (position !== -1) {
          own = own.slice(0, position);
          break;
        }
      }
      failure.stack = `${own.join('\n')}\n${frames.join('\n')}`;
    }
  }
  throw failure;
}

function internalMatch(string, regexp, message, fn) {
  if (!types.isRegExp(regexp)) throw new codes.ERR_INVALID_ARG_TYPE('regexp', 'RegExp', regexp);
  const positive = fn === match;
  if (typeof string === 'string' && regexp.test(string) === positive) return;
  if (message instanceof Error) throw message;
  const generatedMessage = !message;
  message ||=
    typeof string !== 'string'
      ? `The "string" argument must be of type string. Received type ${typeof string} (${inspect(string)})`
      : `${positive ? 'The input did not match the regular expression ' : 'The input was expected to not match the regular expression '}` +
        `${inspect(regexp)}. Input:\n\n${inspect(string)}\n`;
  const error = new (AssertionErrorClass())({
    actual: string,
    expected: regexp,
    message,
    operator: fn.name,
    stackStartFn: fn,
  });
  error.generatedMessage = generatedMessage;
  throw error;
}
function match(string, regexp, message) {
  internalMatch(string, regexp, message, match);
}
function doesNotMatch(string, regexp, message) {
  internalMatch(string, regexp, message, doesNotMatch);
}

Object.assign(assert, {
  fail,
  ok,
  equal,
  notEqual,
  deepEqual,
  notDeepEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
  notStrictEqual,
  throws,
  rejects,
  doesNotThrow,
  doesNotReject,
  ifError,
  match,
  doesNotMatch,
});
Object.defineProperty(assert, 'AssertionError', {
  configurable: true,
  enumerable: true,
  get: AssertionErrorClass,
});
Object.defineProperty(assert, 'CallTracker', {
  configurable: true,
  enumerable: true,
  get() {
    return class CallTracker {
      constructor() {
        throw new codes.ERR_METHOD_NOT_IMPLEMENTED('assert.CallTracker');
      }
    };
  },
});

function strict(...args) {
  innerOk(strict, args.length, ...args);
}
for (const key of Object.keys(assert)) {
  Object.defineProperty(strict, key, Object.getOwnPropertyDescriptor(assert, key));
}
Object.assign(strict, {
  equal: strictEqual,
  deepEqual: deepStrictEqual,
  notEqual: notStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
assert.strict = strict;
strict.strict = strict;

module.exports = assert;
