'use strict';
// Functions and members that record their calls and may do something else. Node doc: test runner, "Mocking".

const { codes } = require('internal/errors');
const {
  validateBoolean,
  validateFunction,
  validateInteger,
  validateObject,
} = require('internal/errors/validators');

function checkImplementation(implementation) {
  validateFunction(implementation, 'implementation');
  return implementation;
}

class MockFunctionContext {
  #calls = [];
  #original;
  #implementation;
  #once = new Map();
  #times;
  #restore;

  constructor(implementation, original, times, restore) {
    this.#implementation = implementation;
    this.#original = original;
    this.#times = times;
    this.#restore = restore;
  }

  mockImplementation(implementation) {
    this.#implementation = checkImplementation(implementation);
  }

  // The call with the number `onCall`, by default the next one; not one that has been.
  mockImplementationOnce(implementation, onCall) {
    const fn = checkImplementation(implementation);
    const made = this.#calls.length;
    onCall ??= made;
    validateInteger(onCall, 'onCall', made);
    this.#once.set(onCall, fn);
  }

  callCount() {
    return this.#calls.length;
  }

  get calls() {
    return [...this.#calls];
  }

  resetCalls() {
    this.#calls = [];
  }

  restore() {
    this.#once.clear();
    this.#implementation = this.#original;
    const { descriptor, object, methodName } = this.#restore ?? {};
    if (descriptor) Object.defineProperty(object, methodName, descriptor);
  }

  // The runner's: what the next call does.
  static next(context) {
    const call = context.#calls.length;
    const once = context.#once.get(call);
    if (once !== undefined) {
      context.#once.delete(call);
      return once;
    }
    if (call + 1 === context.#times) {
      const implementation = context.#implementation;
      context.#implementation = context.#original;
      return implementation;
    }
    return context.#implementation;
  }

  static record(context, call) {
    context.#calls.push(call);
  }
}
const { next, record } = MockFunctionContext;
delete MockFunctionContext.next;
delete MockFunctionContext.record;

function checkTimes(times) {
  if (times !== undefined) validateInteger(times, 'options.times', 1);
  return times;
}

// A function that does what the context says and is otherwise like `original`.
function makeMock(context, original) {
  return new Proxy(original, {
    apply(target, receiver, args) {
      const fn = next(context);
      let result;
      let error;
      try {
        result = Reflect.apply(fn, receiver, args);
      } catch (thrown) {
        error = thrown;
        throw thrown;
      } finally {
        record(context, {
          arguments: args,
          error,
          result,
          stack: new Error(),
          target: undefined,
          this: receiver,
        });
      }
      return result;
    },
    construct(target, args, newTarget) {
      const fn = next(context);
      const call = {
        arguments: args,
        error: undefined,
        result: undefined,
        stack: new Error(),
        target,
        this: undefined,
      };
      try {
        call.result = Reflect.construct(fn, args, newTarget);
        call.this = call.result;
      } catch (thrown) {
        call.error = thrown;
        throw thrown;
      } finally {
        record(context, call);
      }
      return call.result;
    },
    get: (target, key, receiver) => (key === 'mock' ? context : Reflect.get(target, key, receiver)),
  });
}

function findDescriptor(object, name) {
  for (let host = object; host !== null && host !== undefined; host = Object.getPrototypeOf(host)) {
    const descriptor = Object.getOwnPropertyDescriptor(host, name);
    if (descriptor) return descriptor;
  }
  return undefined;
}

class MockTracker {
  #mocks = [];
  #timers;

  get timers() {
    const { MockTimers } = require('internal/test_runner/mock_timers');
    return (this.#timers ??= new MockTimers());
  }

  fn(original = function () {}, implementation = original, options = {}) {
    if (original !== null && typeof original === 'object') {
      [original, implementation, options] = [function () {}, undefined, original];
      implementation = original;
    } else if (implementation !== null && typeof implementation === 'object') {
      [implementation, options] = [original, implementation];
    }
    validateFunction(original, 'original');
    validateFunction(implementation, 'implementation');
    validateObject(options, 'options');
    return this.#make(original, implementation, checkTimes(options.times), { original });
  }

  #make(original, implementation, times, restore) {
    const context = new MockFunctionContext(implementation, original, times, restore);
    const mock = makeMock(context, original);
    this.#mocks.push(context);
    return mock;
  }

  method(object, methodName, implementation, options = {}) {
    if (object === null || (typeof object !== 'object' && typeof object !== 'function')) {
      throw new codes.ERR_INVALID_ARG_TYPE('objectOrFunction', ['Object', 'Function'], object);
    }
    if (typeof methodName !== 'string' && typeof methodName !== 'symbol') {
      throw new codes.ERR_INVALID_ARG_TYPE('methodName', ['string', 'symbol'], methodName);
    }
    if (implementation !== null && typeof implementation === 'object') {
      [implementation, options] = [undefined, implementation];
    }
    if (implementation !== undefined) validateFunction(implementation, 'implementation');
    validateObject(options, 'options');
    const { getter = false, setter = false, times } = options;
    validateBoolean(getter, 'options.getter');
    validateBoolean(setter, 'options.setter');
    checkTimes(times);
    if (getter && setter) {
      throw new codes.ERR_INVALID_ARG_VALUE('options.setter', setter, "cannot be used with 'options.getter'");
    }
    const descriptor = findDescriptor(object, methodName);
    const original = getter ? descriptor?.get : setter ? descriptor?.set : descriptor?.value;
    if (typeof original !== 'function') {
      throw new codes.ERR_INVALID_ARG_VALUE('methodName', original, 'must be a method');
    }
    const mock = this.#make(original, implementation ?? original, times, { descriptor, object, methodName });
    const { configurable, enumerable, get, set, writable } = descriptor;
    const shape = getter ? { get: mock, set } : setter ? { get, set: mock } : { value: mock, writable };
    Object.defineProperty(object, methodName, { configurable, enumerable, ...shape });
    return mock;
  }

  getter(object, methodName, implementation, options = {}) {
    if (implementation !== null && typeof implementation === 'object') {
      [implementation, options] = [undefined, implementation];
    }
    validateObject(options, 'options');
    if (options.getter === false) {
      throw new codes.ERR_INVALID_ARG_VALUE('options.getter', options.getter, 'cannot be false');
    }
    return this.method(object, methodName, implementation, { ...options, getter: true });
  }

  setter(object, methodName, implementation, options = {}) {
    if (implementation !== null && typeof implementation === 'object') {
      [implementation, options] = [undefined, implementation];
    }
    validateObject(options, 'options');
    if (options.setter === false) {
      throw new codes.ERR_INVALID_ARG_VALUE('options.setter', options.setter, 'cannot be false');
    }
    return this.method(object, methodName, implementation, { ...options, setter: true });
  }

  reset() {
    this.restoreAll();
    this.#timers?.reset();
    this.#mocks = [];
  }

  restoreAll() {
    for (const mock of this.#mocks) mock.restore();
  }
}

module.exports = { MockTracker };
