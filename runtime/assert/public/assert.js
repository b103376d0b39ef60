'use strict';
// node:assert (Node doc: assert).

const { codes } = require('internal/errors');
const AssertionError = require('internal/assert/assertion_error');
const { doesNotReject, doesNotThrow, rejects, throws } = require('internal/assert/throwing');

const comparisons = () => require('internal/util/comparisons');
const inspect = (value) => require('internal/util/inspect').inspect(value);

function checkTruth(operator, count, value, message) {
  if (value) return;
  let generated = false;
  if (count === 0) {
    generated = true;
    message = 'No value argument passed to `assert.ok()`';
  } else if (message == null) {
    generated = true;
    message = 'The expression evaluated to a falsy value';
  } else if (message instanceof Error) {
    throw message;
  }
  const error = new AssertionError({
    actual: value,
    expected: true,
    message,
    operator: '==',
    stackStartFn: operator,
  });
  error.generatedMessage = generated;
  throw error;
}

function assert(...args) {
  checkTruth(assert, args.length, ...args);
}

assert.ok = function ok(...args) {
  checkTruth(ok, args.length, ...args);
};

assert.fail = function failNow(actual, expected, message, operator, stackStartFn) {
  const count = arguments.length;
  let isDefault = false;
  if (actual == null && count <= 1) {
    isDefault = true;
    message = 'Failed';
  } else if (count === 1) {
    message = actual;
    actual = undefined;
  } else {
    if (count === 2) operator = '!=';
  }
  if (message instanceof Error) throw message;
  const options = {
    actual,
    expected,
    operator: operator === undefined ? 'fail' : operator,
    stackStartFn: stackStartFn || failNow,
  };
  if (message !== undefined) options.message = message;
  const error = new AssertionError(options);
  if (isDefault) error.generatedMessage = true;
  throw error;
};
Object.defineProperty(assert.fail, 'name', { value: 'fail' });

assert.AssertionError = AssertionError;

function needTwo(count) {
  if (count < 2) throw new codes.ERR_MISSING_ARGS('actual', 'expected');
}

// `holds(actual, expected)` must be true.
function define(name, holds, operator = name) {
  const check = function (actual, expected, message) {
    needTwo(arguments.length);
    if (holds(actual, expected)) return;
    if (message instanceof Error) throw message;
    throw new AssertionError({ actual, expected, message, operator, stackStartFn: check });
  };
  Object.defineProperty(check, 'name', { value: name });
  assert[name] = check;
}

const bothNaN = (a, b) => Number.isNaN(a) && Number.isNaN(b);
/* eslint-disable eqeqeq */
define('equal', (a, b) => a == b || bothNaN(a, b), '==');
define('notEqual', (a, b) => a != b && !bothNaN(a, b), '!=');
/* eslint-enable eqeqeq */
define('deepEqual', (a, b) => comparisons().isDeepEqual(a, b));
define('notDeepEqual', (a, b) => !comparisons().isDeepEqual(a, b));
define('deepStrictEqual', (a, b) => comparisons().isDeepStrictEqual(a, b));
define('notDeepStrictEqual', (a, b) => !comparisons().isDeepStrictEqual(a, b));
define('strictEqual', Object.is);
define('notStrictEqual', (a, b) => !Object.is(a, b));

Object.assign(assert, { throws, rejects, doesNotThrow, doesNotReject });

assert.ifError = function ifError(value) {
  if (value === null || value === undefined) return;
  let message = 'ifError got unwanted exception: ';
  if (typeof value === 'object' && typeof value.message === 'string') {
    message += value.message.length === 0 && value.constructor ? value.constructor.name : value.message;
  } else {
    message += inspect(value);
  }
  const error = new AssertionError({
    actual: value,
    expected: null,
    operator: 'ifError',
    message,
    stackStartFn: ifError,
  });
  error.generatedMessage = true;
  // Where the error came from is what the reader looks for.
  if (typeof value.stack === 'string') {
    const frames = value.stack.split('\n    at ');
    if (frames.length > 1) error.stack = `${error.stack}\n    at ${frames.slice(1).join('\n    at ')}`;
  }
  throw error;
};

function checkMatch(operator, text, expression, message, wanted) {
  if (Object.prototype.toString.call(expression) !== '[object RegExp]') {
    throw new codes.ERR_INVALID_ARG_TYPE('regexp', 'RegExp', expression);
  }
  if (typeof text === 'string' && expression.test(text) === wanted) return;
  if (message instanceof Error) throw message;
  const generated = !message;
  if (generated && typeof text !== 'string') {
    message = `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`;
  } else if (generated) {
    const verb = wanted
      ? 'The input did not match the regular expression '
      : 'The input was expected to not match the regular expression ';
    message = `${verb}${inspect(expression)}. Input:\n\n${inspect(text)}\n`;
  }
  const error = new AssertionError({
    actual: text,
    expected: expression,
    message,
    operator: operator.name,
    stackStartFn: operator,
  });
  error.generatedMessage = generated;
  throw error;
}

assert.match = function match(text, expression, message) {
  checkMatch(match, text, expression, message, true);
};
assert.doesNotMatch = function doesNotMatch(text, expression, message) {
  checkMatch(doesNotMatch, text, expression, message, false);
};

assert.CallTracker = class CallTracker {
  constructor() {
    throw new Error('assert.CallTracker is not implemented');
  }
};

function strict(...args) {
  checkTruth(strict, args.length, ...args);
}
assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

module.exports = assert;
