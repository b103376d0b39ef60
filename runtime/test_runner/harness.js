'use strict';
// The root of a program's tests: made when the first one is, ended when the program has nothing more to do.
// Node doc: test runner.

const { createHook, executionAsyncId } = require('async_hooks');
const options = require('internal/main/options');
const { kinds, makeFailure } = require('internal/test_runner/failure');
const { TestsStream } = require('internal/test_runner/stream');
const { Suite, Test } = require('internal/test_runner/test');
const { locationOf } = require('internal/test_runner/location');

const kPending = 'Promise resolution is still pending but the event loop has already resolved';

// Which test an asynchronous resource or a promise belongs to.
const owners = new Map();
const promiseOwners = new WeakMap();

function followResources() {
  createHook({
    init(id, type, trigger, resource) {
      const owner = resource instanceof Test ? resource : owners.get(trigger);
      if (owner === undefined) return;
      owners.set(id, owner);
      if (type === 'PROMISE') promiseOwners.set(resource, owner);
    },
    destroy(id) {
      owners.delete(id);
    },
  }).enable();
}

function parsePattern(text) {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/.exec(text) ?? [];
  return source === undefined ? new RegExp(text) : new RegExp(source, flags);
}

class Harness {
  constructor({ patterns = [], only = false } = {}) {
    this.stream = new TestsStream();
    this.patterns = patterns;
    this.onlyFlag = only;
    this.counters = {
      all: 0,
      passed: 0,
      failed: 0,
      cancelled: 0,
      skipped: 0,
      todo: 0,
      suites: 0,
      topLevel: 0,
    };
    this.success = true;
    this.finished = false;
    this.startTime = performance.now();
    this.root = new Test({ __proto__: null, name: '<root>', parent: null, harness: this });
    this.root.startTime = this.startTime;
    this.root.context = this.root.makeContext();
  }

  send(event) {
    this.stream.send(event);
  }

  // --test-only and --test-name-pattern: what is not wanted is skipped. A suite is asked for by its tests.
  filter(test) {
    const { parent } = test;
    if ((this.onlyFlag || parent.onlyHere) && !test.only && !(test instanceof Suite && !parent.onlyHere)) {
      if (!parent.only || parent.onlyHere) test.skip("'only' option not set");
    }
    if (this.patterns.length === 0 || test instanceof Suite) return;
    for (let one = test; one.parent !== null; one = one.parent) {
      if (this.patterns.some((pattern) => pattern.test(one.name))) return;
    }
    test.skip('test name does not match pattern');
  }

  count(test) {
    const { counters } = this;
    const ok = test.passed || test.isTodo || test.skipped;
    if (!ok) this.success = false;
    if (test.nesting === 0) counters.topLevel++;
    if (test.type === 'suite') {
      counters.suites++;
      return;
    }
    counters.all++;
    if (test.skipped) counters.skipped++;
    else if (test.isTodo) counters.todo++;
    else if (test.cancelled) counters.cancelled++;
    else if (test.passed) counters.passed++;
    else counters.failed++;
  }

  // The hooks of the root run when all its tests have ended, whatever else keeps the program alive.
  ended(test) {
    if (test.parent !== this.root) return;
    setImmediate(() => {
      const { root } = this;
      if (this.finished || !root.subtests.every((subtest) => subtest.finished)) return;
      this.runRootAfter();
    }).unref();
  }

  async runRootAfter() {
    const { root } = this;
    const hooks = root.hooks.after.splice(0);
    for (const hook of hooks) {
      try {
        await hook.run(root.context);
      } catch (error) {
        this.rootFailed(error);
      }
    }
  }

  rootFailed(error) {
    this.success = false;
    this.rootError ??= error;
    process.exitCode = 1;
    this.root.diagnostic(`Error in a root hook: ${error.cause?.message ?? error.message}`);
  }

  summarize() {
    const { counters, root } = this;
    const say = (message) =>
      this.send({ type: 'test:diagnostic', data: { __proto__: null, nesting: 0, message } });
    this.send({ type: 'test:plan', data: { __proto__: null, nesting: 0, count: counters.topLevel } });
    for (const message of root.diagnostics) say(message);
    say(`tests ${counters.all}`);
    say(`suites ${counters.suites}`);
    say(`pass ${counters.passed}`);
    say(`fail ${counters.failed}`);
    say(`cancelled ${counters.cancelled}`);
    say(`skipped ${counters.skipped}`);
    say(`todo ${counters.todo}`);
    say(`duration_ms ${(performance.now() - this.startTime).toFixed(6)}`);
    this.stream.end();
  }

  finish(error) {
    if (this.finished) return;
    this.root.endSubtests(error);
    this.finished = true;
    this.root.finished = true;
    this.summarize();
  }
}

// ---- The program's own root

let global;

function onError(kind, error, promise) {
  const test = kind === kinds.rejection ? promiseOwners.get(promise) : owners.get(executionAsyncId());
  if (test && test.parent !== null && !test.finished) {
    test.fail(makeFailure(error, kind));
    test.controller.abort();
    return;
  }
  const what = `This activity created the error "${error}" and would have caused the test to fail, but instead triggered an ${kind} event.`;
  global.root.diagnostic(
    test && test.parent !== null
      ? `Warning: Test "${test.name}" generated asynchronous activity after the test ended. ${what}`
      : `Warning: A resource generated asynchronous activity after the test ended. This activity created the error "${error}" which triggered an ${kind} event, caught by the test runner.`,
  );
  global.success = false;
  process.exitCode = 1;
}

function watchProgram(harness) {
  process.on('uncaughtException', (error) => onError(kinds.uncaught, error));
  process.on('unhandledRejection', (error, promise) => onError(kinds.rejection, error, promise));
  let asked = false;
  const finish = () => {
    harness.finish(makeFailure(kPending, kinds.cancelled));
    if (!harness.success) process.exitCode = 1;
  };
  process.on('beforeExit', async () => {
    if (asked) return;
    asked = true;
    if (harness.root.subtests.every((test) => test.finished)) await harness.runRootAfter();
    finish();
  });
  process.on('exit', finish);
}

function getGlobal() {
  if (global) return global;
  const patterns = (options.get('--test-name-pattern') ?? []).map(parsePattern);
  global = new Harness({ patterns, only: Boolean(options.get('--test-only')) });
  followResources();
  watchProgram(global);
  require('internal/test_runner/output').connect(global.stream);
  return global;
}

// The test whose function is running, or the root.
const currentTest = () => owners.get(executionAsyncId()) ?? getGlobal().root;

function makeFunction(Type, caller) {
  const run = (name, opts, fn, overrides, from) => {
    const parent = currentTest();
    const test = parent.addSubtest(Type, name, opts, fn, locationOf(from), overrides);
    if (parent instanceof Suite) return Promise.resolve();
    return Promise.resolve().then(() => test.start());
  };
  const main = {
    [caller]: (name, opts, fn) => run(name, opts, fn, undefined, main),
  }[caller];
  for (const kind of ['skip', 'todo', 'only']) {
    const variant = (name, opts, fn) => run(name, opts, fn, { [kind]: true }, variant);
    main[kind] = variant;
  }
  return main;
}

function makeHook(kind) {
  return { [kind]: (fn, opts) => currentTest().addHook(kind, fn, opts) }[kind];
}

module.exports = { Harness, makeFunction, makeHook, parsePattern };
