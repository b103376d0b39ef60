'use strict';
// runs-on: parley,node
const assert = require('assert');
const { test } = require('../../tests/harness');

function errorOf(fn) {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
const check = (condition) => {
  if (!condition) throw new Error('does not hold');
};

test('equality: what holds passes, what does not throws an AssertionError that tells both', () => {
  assert.strictEqual(NaN, NaN);
  assert.deepStrictEqual({ a: [1, new Map([[1, 2]])] }, { a: [1, new Map([[1, 2]])] });
  assert.equal(1, '1');
  assert.notDeepStrictEqual({ a: 1 }, { a: '1' });
  const error = errorOf(() => assert.strictEqual(1, 2));
  check(
    error instanceof assert.AssertionError &&
      error.code === 'ERR_ASSERTION' &&
      error.operator === 'strictEqual',
  );
  check(error.actual === 1 && error.expected === 2 && error.generatedMessage);
  check(error.message === 'Expected values to be strictly equal:\n\n1 !== 2\n');
  check(errorOf(() => assert.deepStrictEqual({ a: 1 }, { a: 2 })).message.includes('+   a: 1\n-   a: 2'));
  check(errorOf(() => assert.ok(0, 'mine')).message === 'mine');
});

test('throws and rejects compare classes, expressions, properties and functions', async () => {
  const boom = () => {
    throw Object.assign(new TypeError('boom'), { code: 'X' });
  };
  assert.throws(boom, TypeError);
  assert.throws(boom, /boom/);
  assert.throws(boom, { name: 'TypeError', code: 'X', message: /oo/ });
  assert.throws(boom, (error) => error.code === 'X');
  check(errorOf(() => assert.throws(boom, { code: 'Y' })).code === 'ERR_ASSERTION');
  check(errorOf(() => assert.throws(() => {})).message === 'Missing expected exception.');
  await assert.rejects(async () => boom(), { code: 'X' });
  await assert.doesNotReject(Promise.resolve(1));
  assert.doesNotThrow(() => {});
});

test('match, ifError, fail and the strict form', () => {
  assert.match('abc', /b/);
  assert.doesNotMatch('abc', /x/);
  assert.ifError(null);
  check(errorOf(() => assert.ifError(new Error('x'))).message === 'ifError got unwanted exception: x');
  check(errorOf(() => assert.fail()).message === 'Failed');
  check(errorOf(() => assert.strict.equal(1, '1')).code === 'ERR_ASSERTION');
  check(require('assert/strict') === assert.strict);
});
