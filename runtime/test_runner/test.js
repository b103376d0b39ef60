'use strict';
// A test, its subtests and hooks, and how they are run and reported. Node doc: test runner.
//
// Results are reported in the order of the tests, however they end: each test passes on what its current subtest reports and
// keeps what the later ones do until it is their turn.

const { AsyncResource } = require('async_hooks');
const { validateAbortSignal, validateNumber, validateUint32 } = require('internal/errors/validators');
const { codes } = require('internal/errors');
const { asFailure, kinds, makeFailure } = require('internal/test_runner/failure');
const { abortReason, runFunction } = require('internal/test_runner/run_function');
const { SuiteContext, TestContext } = require('internal/test_runner/contexts');

const nothing = () => {};
const kMaxTimeout = 2 ** 31 - 1;
// Also by an empty reason.
const isAsked = (value) => value !== undefined && value !== null && value !== false;

function checkConcurrency(value, inherited) {
  switch (typeof value) {
    case 'undefined':
      return inherited;
    case 'boolean':
      return value ? Infinity : 1;
    case 'number':
      validateUint32(value, 'options.concurrency', true);
      return value;
    default:
      if (value === null) return inherited;
      throw new codes.ERR_INVALID_ARG_TYPE('options.concurrency', ['boolean', 'number'], value);
  }
}

// Runs as its owner's, so that what goes wrong later is told of the right test.
class Hook {
  constructor(owner, fn, { timeout, signal } = {}) {
    if (timeout != null && timeout !== Infinity) validateNumber(timeout, 'options.timeout', 0, kMaxTimeout);
    validateAbortSignal(signal, 'options.signal');
    this.owner = owner;
    this.fn = fn;
    this.timeout = timeout;
    this.signal = signal;
  }

  async run(context) {
    const { fn, timeout } = this;
    try {
      const signals = [this.signal];
      await runFunction({ resource: this.owner, fn, receiver: context, args: [context], timeout, signals });
    } catch (error) {
      throw makeFailure(error?.code === 'ERR_TEST_FAILURE' && error.cause ? error.cause : error, kinds.hook);
    }
  }
}

async function runHooks(hooks, context) {
  for (const hook of hooks) await hook.run(context);
}

class Test extends AsyncResource {
  constructor({ fn, name, parent, harness, location, timeout, signal, skip, todo, only, concurrency }) {
    super('Test');
    if (typeof name !== 'string' || name === '') name = fn?.name || '<anonymous>';
    if (typeof fn !== 'function') fn = nothing;
    if (timeout != null && timeout !== Infinity) validateNumber(timeout, 'options.timeout', 0, kMaxTimeout);
    validateAbortSignal(signal, 'options.signal');
    this.parent = parent;
    this.harness = harness ?? parent.harness;
    this.name = name;
    this.fn = fn;
    this.location = location;
    this.nesting = parent === null || parent.parent === null ? 0 : parent.nesting + 1;
    this.number = parent === null ? 0 : parent.subtests.length + 1;
    this.limit = checkConcurrency(concurrency, parent === null ? 1 : parent.limit);
    this.timeout = timeout ?? parent?.timeout ?? Infinity;
    this.outerSignal = signal;
    this.controller = new AbortController();
    this.only = Boolean(only) || Boolean(parent?.only && parent instanceof Suite);
    this.skipped = isAsked(skip);
    this.isTodo = isAsked(todo);
    this.message = typeof skip === 'string' ? skip : typeof todo === 'string' ? todo : null;
    this.onlyHere = false;
    this.subtests = [];
    this.waiting = [];
    this.active = 0;
    this.hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
    this.beforeRun = undefined;
    this.diagnostics = [];
    this.kept = [];
    this.current = 0;
    this.passed = false;
    this.cancelled = false;
    this.finished = false;
    this.started = false;
    this.error = null;
    this.startTime = null;
    this.endTime = null;
    this.done = new Promise((resolve) => (this.resolveDone = resolve));
    if (parent !== null) this.harness.filter?.(this);
  }

  get signal() {
    return this.controller.signal;
  }

  get type() {
    return 'test';
  }

  // ---- Reporting

  get details() {
    const { location } = this;
    return { file: location?.file, line: location?.line, column: location?.column };
  }

  // Now, out of order.
  announce(type) {
    const { name, nesting } = this;
    this.harness.send({ type, data: { __proto__: null, name, nesting, ...this.details } });
  }

  report(type, data) {
    this.parent.fromSubtest(this, { type, data: { __proto__: null, ...data, ...this.details } });
  }

  fromSubtest(subtest, event) {
    if (this.subtests[this.current] !== subtest) subtest.kept.push(event);
    else if (this.parent === null) this.harness.send(event);
    else this.parent.fromSubtest(this, event);
  }

  // A subtest has told everything: the next ones may speak, and those that have ended have spoken.
  subtestTold() {
    while (this.subtests[this.current]?.finished) {
      this.current++;
      const next = this.subtests[this.current];
      if (next === undefined) return;
      for (const event of next.kept.splice(0)) this.fromSubtest(next, event);
    }
  }

  reportStart() {
    if (this.started || this.parent === null) return;
    this.started = true;
    this.parent.reportStart();
    this.report('test:start', { nesting: this.nesting, name: this.name });
  }

  reportEnd() {
    const { nesting, name, number } = this;
    this.reportStart();
    if (this.subtests.length > 0) {
      this.report('test:plan', { nesting: this.subtests[0].nesting, count: this.subtests.length });
    }
    const details = { duration_ms: Number((this.endTime - this.startTime).toFixed(6)) };
    if (this.type === 'suite') details.type = 'suite';
    if (!this.passed) details.error = this.error;
    const data = { name, nesting, testNumber: number, details };
    if (this.skipped) data.skip = this.message ?? true;
    else if (this.isTodo) data.todo = this.message ?? true;
    this.report(this.passed ? 'test:pass' : 'test:fail', data);
    for (const message of this.diagnostics) this.report('test:diagnostic', { nesting, message });
  }

  // ---- Outcome

  pass() {
    if (this.endTime !== null) return;
    this.endTime = performance.now();
    this.passed = true;
  }

  fail(error) {
    if (this.error !== null) return;
    this.error = error;
    this.passed = false;
    this.endTime ??= performance.now();
  }

  cancel(error) {
    if (this.endTime !== null || this.finished) return;
    if (this.outerSignal?.aborted) error = abortReason(this.outerSignal);
    this.fail(
      error ?? makeFailure('test did not finish before its parent and was cancelled', kinds.cancelled),
    );
    this.startTime ??= this.endTime;
    this.cancelled = true;
    this.controller.abort();
  }

  skip(message) {
    this.skipped = true;
    this.message = message ?? null;
  }

  todo(message) {
    this.isTodo = true;
    this.message = message ?? null;
  }

  diagnostic(message) {
    this.diagnostics.push(message);
  }

  // ---- Subtests

  addSubtest(Type, name, options, fn, location, overrides) {
    if (typeof name === 'function') [name, options, fn] = [undefined, undefined, name];
    else if (name !== null && typeof name === 'object') [name, options, fn] = [undefined, name, options];
    else if (typeof options === 'function') [options, fn] = [undefined, options];
    const test = new Type({ __proto__: null, ...options, ...overrides, fn, name, parent: this, location });
    if (this.finished) {
      const message = 'test could not be started because its parent finished';
      test.fail(makeFailure(message, kinds.parentFinished));
      test.startTime = test.endTime;
    }
    this.subtests.push(test);
    test.announce('test:enqueue');
    return test;
  }

  // Runs as soon as the parent's concurrency allows.
  async start() {
    const { parent } = this;
    if (parent.active >= parent.limit) await new Promise((resolve) => parent.waiting.push(resolve));
    else parent.active++;
    this.announce('test:dequeue');
    try {
      if (!this.finished) {
        const run = this.run();
        if (!this.finished) await Promise.race([run, this.done]);
      }
    } finally {
      const next = parent.waiting.shift();
      if (next !== undefined) next();
      else parent.active--;
    }
  }

  addHook(kind, fn, options) {
    const hook = new Hook(this, fn, options);
    // The after side goes back the way the before side came.
    if (kind === 'afterEach') this.hooks[kind].unshift(hook);
    else this.hooks[kind].push(hook);
  }

  // Once, before the first subtest. These give undefined where there is nothing to wait for.
  runBefore(context) {
    if (this.beforeRun === undefined && this.hooks.before.length > 0) {
      this.beforeRun = runHooks(this.hooks.before, context);
    }
    return this.beforeRun;
  }

  runEach(kind, context) {
    const chain = [];
    for (let owner = this.parent; owner !== null; owner = owner.parent) {
      if (kind === 'beforeEach') chain.unshift(...owner.hooks[kind]);
      else chain.push(...owner.hooks[kind]);
    }
    return chain.length > 0 ? runHooks(chain, context) : undefined;
  }

  runAfter(context) {
    return this.hooks.after.length > 0 ? runHooks(this.hooks.after, context) : undefined;
  }

  // ---- The run

  makeContext() {
    return new TestContext(this);
  }

  // A test that waits for nothing is over when this returns: one that its parent does not wait for has a chance.
  async run() {
    this.startTime ??= performance.now();
    const context = this.makeContext();
    this.context = context;
    if (!this.skipped && this.error === null) {
      try {
        let wait;
        if ((wait = this.parent.runBefore(this.parent.context)) !== undefined) await wait;
        if ((wait = this.runEach('beforeEach', context)) !== undefined) await wait;
        if ((wait = this.runBody(context)) !== undefined) await wait;
        this.endSubtests();
      } catch (error) {
        this.failWith(error);
      }
      const wait = this.runEnd(context);
      if (wait !== undefined) await wait;
    }
    if (this.error === null) this.pass();
    context.endMocks();
    this.finish();
  }

  runBody(context) {
    const { fn, timeout } = this;
    const signals = [this.outerSignal, this.signal];
    return runFunction({ resource: this, fn, receiver: context, args: [context], timeout, signals });
  }

  // The hooks of the after side, whether the test passed or not.
  runEnd(context) {
    const caught = (error) => this.failWith(error);
    const each = this.runEach('afterEach', context)?.catch(caught);
    if (each !== undefined) return each.then(() => this.runAfter(context)).catch(caught);
    return this.runAfter(context)?.catch(caught);
  }

  failWith(error) {
    const failure = asFailure(error, kinds.code);
    if (failure.failureType === kinds.timeout || failure.failureType === kinds.aborted) this.cancelled = true;
    this.fail(failure);
  }

  // What its subtests had not done when it was done, they will not do.
  endSubtests(error) {
    for (const subtest of this.subtests) {
      if (subtest.finished) continue;
      subtest.cancel(error);
      subtest.finish(error);
    }
  }

  finish(error) {
    if (this.finished) return;
    if (this.error !== null) this.controller.abort();
    this.endSubtests(error);
    const failed = this.subtests.filter((subtest) => !subtest.passed && !subtest.isTodo).length;
    if (this.error === null && failed > 0) {
      this.passed = false;
      this.fail(makeFailure(`${failed} subtest${failed > 1 ? 's' : ''} failed`, kinds.subtests));
    }
    this.endTime ??= performance.now();
    this.startTime ??= this.endTime;
    this.reportEnd();
    this.finished = true;
    this.controller.abort();
    this.harness.count(this);
    this.parent.subtestTold();
    this.resolveDone();
    this.harness.ended(this);
  }
}

// A suite runs its function at once, to learn of its tests, and them later.
class Suite extends Test {
  constructor(options) {
    super(options);
    this.context = this.makeContext();
    if (this.skipped) return;
    try {
      this.built = this.runInAsyncScope(this.fn, this.context, this.context);
      if (typeof this.built?.then === 'function') {
        this.built = this.built.then(undefined, (error) => this.fail(makeFailure(error, kinds.code)));
      }
    } catch (error) {
      this.fail(makeFailure(error, kinds.code));
    }
  }

  get type() {
    return 'suite';
  }

  makeContext() {
    return new SuiteContext(this);
  }

  async run() {
    this.startTime ??= performance.now();
    await this.built;
    if (this.outerSignal?.aborted) this.failWith(abortReason(this.outerSignal));
    if (!this.skipped && this.error === null) {
      try {
        await this.parent.runBefore(this.parent.context);
        await this.runBefore(this.context);
        await runFunction({
          resource: this,
          fn: () => Promise.all(this.subtests.map((subtest) => subtest.start())),
          receiver: undefined,
          args: [],
          timeout: this.timeout,
          signals: [this.outerSignal, this.signal],
        });
      } catch (error) {
        this.failWith(error);
      }
      try {
        await this.runAfter(this.context);
      } catch (error) {
        this.failWith(error);
      }
    }
    if (this.error === null) this.pass();
    this.finish();
  }
}

module.exports = { Suite, Test };
