'use strict';
// assert.CallTracker (https://nodejs.org/docs/latest-v20.x/api/assert.html#class-assertcalltracker): functions that count their calls.

const { codes } = require('internal/errors');
const { validateUint32 } = require('internal/errors/validators');

const noop = () => {};

// What is known of one function handed out.
class Calls {
  #expected;
  #calls = [];
  #name;
  #stackTrace;
  constructor({ expected, stackTrace, name }) {
    this.#expected = expected;
    this.#stackTrace = stackTrace;
    this.#name = name;
  }
  /** `fn`, counted */
  watch(fn) {
    const apply = (target, thisArg, args) => {
      this.#calls.push(Object.freeze({ thisArg, arguments: Object.freeze(args.slice()) }));
      return Reflect.apply(target, thisArg, args);
    };
    return new Proxy(fn, { __proto__: null, apply });
  }
  get all() {
    return Object.freeze([...this.#calls]);
  }
  reset() {
    this.#calls = [];
  }
  /** undefined when the function was called as often as expected */
  report() {
    const actual = this.#calls.length;
    if (actual === this.#expected) return undefined;
    return {
      message:
        `Expected the ${this.#name} function to be executed ${this.#expected} ` +
        `time(s) but was executed ${actual} time(s).`,
      actual,
      expected: this.#expected,
      operator: this.#name,
      stack: this.#stackTrace,
    };
  }
}

class CallTracker {
  #tracked = new Map(); // by the function handed out

  calls(fn, expected = 1) {
    if (process._exiting) throw new codes.ERR_UNAVAILABLE_DURING_EXIT();
    const onlyCount = typeof fn === 'number';
    const target = onlyCount || fn === undefined ? noop : fn;
    const times = onlyCount ? fn : expected;
    validateUint32(times, 'expected', true);
    const calls = new Calls({ expected: times, stackTrace: new Error(), name: target.name || 'calls' });
    const tracked = calls.watch(target);
    this.#tracked.set(tracked, calls);
    return tracked;
  }

  #callsOf(tracked) {
    const calls = this.#tracked.get(tracked);
    if (calls === undefined) {
      throw new codes.ERR_INVALID_ARG_VALUE('tracked', tracked, 'is not a tracked function');
    }
    return calls;
  }

  getCalls(tracked) {
    return this.#callsOf(tracked).all;
  }

  reset(tracked) {
    if (tracked === undefined) this.#tracked.forEach((calls) => calls.reset());
    else this.#callsOf(tracked).reset();
  }

  report() {
    return [...this.#tracked.values()]
      .map((calls) => calls.report())
      .filter((report) => report !== undefined);
  }

  verify() {
    const details = this.report();
    if (details.length === 0) return;
    const { AssertionError } = require('internal/assert/assertion_error');
    const message =
      details.length === 1 ? details[0].message : 'Functions were not called the expected number of times';
    throw new AssertionError({ message, details });
  }
}

module.exports = { CallTracker };
