'use strict';
// What a test's and a suite's function is given. Node doc: test runner, "Class: TestContext".

class TestContext {
  #test;
  #mock;

  constructor(test) {
    this.#test = test;
  }

  get signal() {
    return this.#test.signal;
  }

  get name() {
    return this.#test.name;
  }

  get mock() {
    const { MockTracker } = require('internal/test_runner/mock');
    return (this.#mock ??= new MockTracker());
  }

  diagnostic(message) {
    this.#test.diagnostic(message);
  }

  runOnly(value) {
    this.#test.onlyHere = Boolean(value);
  }

  skip(message) {
    this.#test.skip(message);
  }

  todo(message) {
    this.#test.todo(message);
  }

  test(name, options, fn) {
    const { Test } = require('internal/test_runner/test');
    const { locationOf } = require('internal/test_runner/location');
    const subtest = this.#test.addSubtest(Test, name, options, fn, locationOf(this.test));
    return subtest.start();
  }

  before(fn, options) {
    this.#test.addHook('before', fn, options);
  }

  after(fn, options) {
    this.#test.addHook('after', fn, options);
  }

  beforeEach(fn, options) {
    this.#test.addHook('beforeEach', fn, options);
  }

  afterEach(fn, options) {
    this.#test.addHook('afterEach', fn, options);
  }

  // The runner's: mocks last as long as the test.
  endMocks() {
    this.#mock?.reset();
  }
}

class SuiteContext {
  #suite;

  constructor(suite) {
    this.#suite = suite;
  }

  get signal() {
    return this.#suite.signal;
  }

  get name() {
    return this.#suite.name;
  }
}

module.exports = { SuiteContext, TestContext };
