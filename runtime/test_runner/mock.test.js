'use strict';
// Mocks of functions, members and timers. Node doc: test runner, "Mocking".

const assert = require('assert');
const { mock } = require('node:test');
const { test } = require('../../tests/harness');

test('mock.fn() records calls', () => {
  const add = mock.fn((a, b) => a + b);
  assert.strictEqual(add.call('me', 1, 2), 3);
  const [call] = add.mock.calls;
  assert.deepStrictEqual(call.arguments, [1, 2]);
  assert.strictEqual(call.result, 3);
  assert.strictEqual(call.this, 'me');
  assert.ok(call.stack instanceof Error);
  const fail = mock.fn(() => {
    throw new Error('no');
  });
  assert.throws(fail, /no/);
  assert.strictEqual(fail.mock.calls[0].error.message, 'no');
  assert.strictEqual(fail.mock.callCount(), 1);
  fail.mock.resetCalls();
  assert.strictEqual(fail.mock.callCount(), 0);
});

test('implementations change, once or for a number of calls', () => {
  const one = mock.fn(() => 1);
  one.mock.mockImplementationOnce(() => 'third', 2);
  one.mock.mockImplementationOnce(() => 'first');
  assert.deepStrictEqual([one(), one(), one(), one()], ['first', 1, 'third', 1]);
  one.mock.mockImplementation(() => 2);
  assert.strictEqual(one(), 2);
  one.mock.restore();
  assert.strictEqual(one(), 1);
  const twice = mock.fn(
    () => 'original',
    () => 'mock',
    { times: 2 },
  );
  assert.deepStrictEqual([twice(), twice(), twice()], ['mock', 'mock', 'original']);
});

test('methods, getters and setters are replaced and restored', () => {
  const object = {
    base: 5,
    add(n) {
      return this.base + n;
    },
    get size() {
      return this.base;
    },
    set size(value) {
      this.base = value;
    },
  };
  mock.method(object, 'add', () => 'mocked');
  mock.getter(object, 'size', () => 'big');
  assert.strictEqual(object.add(1), 'mocked');
  assert.strictEqual(object.size, 'big');
  object.add.mock.restore();
  assert.strictEqual(object.add(1), 6);
  mock.restoreAll();
  assert.strictEqual(object.size, 5);
  const set = mock.setter(object, 'size');
  object.size = 7;
  assert.strictEqual(set.mock.callCount(), 1);
  assert.strictEqual(object.base, 7);
  mock.reset();
  assert.throws(() => mock.method(object, 'base'), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('constructors are mocked', () => {
  class Thing {
    constructor(name) {
      this.name = name;
    }
  }
  const Mock = mock.fn(Thing);
  const thing = new Mock('it');
  assert.ok(thing instanceof Thing);
  assert.strictEqual(Mock.mock.calls[0].target, Mock.mock.calls[0].target);
  assert.strictEqual(Mock.mock.calls[0].result, thing);
});

test('timers go when told to', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: 1000 });
  try {
    const log = [];
    setTimeout(() => log.push(`timeout ${Date.now()}`), 50);
    const interval = setInterval(() => log.push('interval'), 20);
    setImmediate(() => log.push('immediate'));
    const cleared = setTimeout(() => log.push('never'), 10);
    clearTimeout(cleared);
    mock.timers.tick(50);
    clearInterval(interval);
    assert.deepStrictEqual(log, ['immediate', 'interval', 'interval', 'timeout 1050']);
    const promised = require('timers/promises').setTimeout(10, 'value');
    mock.timers.tick(10);
    assert.strictEqual(await promised, 'value');
    assert.strictEqual(new Date().getTime(), 1060);
    assert.throws(() => mock.timers.enable(), { code: 'ERR_INVALID_STATE' });
  } finally {
    mock.timers.reset();
  }
  assert.ok(Date.now() > 1e12);
});
