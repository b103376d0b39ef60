'use strict';
// https://nodejs.org/docs/latest-v20.x/api/assert.html

const { codes } = require('internal/errors');
const { inspect } = require('internal/util/inspect');
const types = require('internal/util/types');
const { isDeepEqual, isDeepStrictEqual } = require('internal/util/comparisons');
const { doesNotReject, doesNotThrow, rejects, throws } = require('internal/assert/throwing');

let assertionErrorClass;
const AssertionErrorClass = () =>
  (assertionErrorClass ??= require('internal/assert/assertion_error').AssertionError);

function failWith(options) {
  if (options.message instanceof Error) throw options.message;
  throw new (AssertionErrorClass())(options);
}

function innerOk(fn, count, value, message) {
  if (value) return;
  let generatedMessage = false;
  if (count === 0) {
    generatedMessage = true;
    message = 'No value argument passed to `assert.ok()`';
  } else if (message == null) {
    generatedMessage = true;
    const text = require('internal/assert/call_text').callText(fn);
    if (text !== undefined) message = `The expression evaluated to a falsy value:\n\n  ${text}\n`;
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

// ---- Errors

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
  get: () => require('internal/assert/call_tracker').CallTracker,
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
