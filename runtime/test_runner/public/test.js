'use strict';
// The module `node:test`. Node doc: test runner.

const { makeFunction, makeHook } = require('internal/test_runner/harness');
const { Suite, Test } = require('internal/test_runner/test');

const test = makeFunction(Test, 'test');
const describe = makeFunction(Suite, 'describe');

module.exports = Object.assign(test, {
  after: makeHook('after'),
  afterEach: makeHook('afterEach'),
  before: makeHook('before'),
  beforeEach: makeHook('beforeEach'),
  describe,
  it: makeFunction(Test, 'it'),
  run: (options) => require('internal/test_runner/runner').run(options),
  suite: describe,
  test,
});

let mock;
Object.defineProperty(test, 'mock', {
  configurable: true,
  enumerable: true,
  get() {
    if (mock === undefined) {
      const { MockTracker } = require('internal/test_runner/mock');
      mock = new MockTracker();
    }
    return mock;
  },
});
