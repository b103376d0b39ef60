'use strict';
// Timers and Date that go only when told to. Node doc: test runner, "Class: MockTimers".

const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateArray, validateNumber } = require('internal/errors/validators');

const kApis = ['setTimeout', 'setInterval', 'setImmediate', 'Date'];
const kMaxDelay = 2 ** 31 - 1;
const timers = require('timers');
const timersPromises = require('timers/promises');

// What a mocked setTimeout() returns.
class Timer {
  #owner;
  constructor(owner, fields) {
    this.#owner = owner;
    Object.assign(this, fields);
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  hasRef() {
    return true;
  }
  refresh() {
    this.runAt = this.#owner.now() + this.delay;
    return this;
  }
  [Symbol.toPrimitive]() {
    return this.id;
  }
}

const delayOf = (value) => (value >= 1 && value <= kMaxDelay ? Math.trunc(value) : 1);

class MockTimers {
  #enabled = false;
  #now = 0;
  #start = 0;
  #lastId = 0;
  #queue = new Map();
  #restores = [];

  enable(options = { apis: kApis, now: 0 }) {
    if (this.#enabled) throw new codes.ERR_INVALID_STATE('MockTimers is already enabled!');
    if (Array.isArray(options)) options = { apis: options };
    const { apis = kApis, now = 0 } = options;
    validateArray(apis, 'options.apis');
    for (const api of apis) {
      if (!kApis.includes(api)) {
        throw new codes.ERR_INVALID_ARG_VALUE('options.apis', api, `option ${api} is not supported`);
      }
    }
    this.#now = now instanceof Date ? now.getTime() : now;
    validateNumber(this.#now, 'now');
    if (!(this.#now >= 0)) {
      throw new codes.ERR_INVALID_ARG_VALUE('now', now, 'epoch must be a positive integer received');
    }
    this.#start = this.#now;
    this.#enabled = true;
    for (const api of apis) this.#replace(api);
  }

  #set(object, name, value) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    this.#restores.push(() => Object.defineProperty(object, name, descriptor));
    Object.defineProperty(object, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: descriptor.enumerable,
    });
  }

  #replace(api) {
    if (api === 'Date') {
      this.#set(globalThis, 'Date', this.#makeDate());
      return;
    }
    const make = {
      setTimeout: (fn, delay, ...args) => this.#add(fn, delayOf(delay), args, false),
      setInterval: (fn, delay, ...args) => this.#add(fn, delayOf(delay), args, true),
      setImmediate: (fn, ...args) => this.#add(fn, 0, args, false),
    }[api];
    const clearName = api.replace('set', 'clear');
    const clear = { [clearName]: (timer) => this.#clear(timer) }[clearName];
    for (const object of [globalThis, timers]) {
      this.#set(object, api, make);
      this.#set(object, clearName, clear);
    }
    this.#set(timersPromises, api, api === 'setInterval' ? this.#intervals.bind(this) : this.#promised(api));
  }

  #add(callback, delay, args, repeats) {
    const id = ++this.#lastId;
    const timer = new Timer(this, { id, callback, delay, args, repeats, runAt: this.#now + delay });
    this.#queue.set(id, timer);
    return timer;
  }

  #clear(timer) {
    const id = typeof timer === 'object' && timer !== null ? timer.id : Number(timer);
    this.#queue.delete(id);
  }

  // timers/promises: setTimeout(delay, value, options), setImmediate(value, options).
  #promised(api) {
    return (...given) => {
      const [delay, value, options] = api === 'setTimeout' ? given : [0, ...given];
      const { signal } = options ?? {};
      return new Promise((resolve, reject) => {
        if (signal) {
          validateAbortSignal(signal, 'options.signal');
          if (signal.aborted) {
            reject(new AbortError(undefined, { cause: signal.reason }));
            return;
          }
        }
        const onAbort = () => {
          this.#clear(timer);
          reject(new AbortError(undefined, { cause: signal.reason }));
        };
        const timer = this.#add(
          () => {
            signal?.removeEventListener('abort', onAbort);
            resolve(value);
          },
          api === 'setTimeout' ? delayOf(delay) : 0,
          [],
          false,
        );
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    };
  }

  async *#intervals(delay, value = undefined, options = undefined) {
    const { signal } = options ?? {};
    let due = 0;
    let wake;
    let aborted = signal?.aborted;
    const timer = this.#add(
      () => {
        due++;
        wake?.();
      },
      delayOf(delay),
      [],
      true,
    );
    const onAbort = () => {
      aborted = true;
      this.#clear(timer);
      wake?.();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        for (; due > 0; due--) yield value;
        if (aborted) throw new AbortError(undefined, { cause: signal.reason });
        if (!aborted) await new Promise((resolve) => (wake = resolve));
      }
    } finally {
      this.#clear(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #makeDate() {
    const RealDate = globalThis.Date;
    const now = () => this.#now;
    function MockDate(...args) {
      if (!new.target) return new RealDate(now()).toString();
      return Reflect.construct(RealDate, args.length === 0 ? [now()] : args, new.target);
    }
    const { prototype, ...members } = Object.getOwnPropertyDescriptors(RealDate);
    Object.defineProperties(MockDate, members);
    Object.defineProperty(MockDate, 'now', { value: now, writable: true, configurable: true });
    Object.defineProperty(MockDate, 'isMock', { value: true });
    const text = Function.prototype.toString.call(RealDate);
    Object.defineProperty(MockDate, 'toString', { value: () => text, writable: true, configurable: true });
    MockDate.prototype = prototype.value;
    return MockDate;
  }

  #check() {
    if (!this.#enabled) {
      throw new codes.ERR_INVALID_STATE('You should enable MockTimers first by calling the .enable function');
    }
  }

  // The next timer that is due until `end`.
  #next(end) {
    let first;
    for (const timer of this.#queue.values()) {
      if (timer.runAt <= end && (first === undefined || timer.runAt < first.runAt)) first = timer;
    }
    return first;
  }

  now() {
    return this.#now;
  }

  tick(time = 1) {
    this.#check();
    if (time < 0) throw new codes.ERR_INVALID_ARG_VALUE('time', 'positive integer', time);
    const end = this.#now + time;
    for (let timer; (timer = this.#next(end)) !== undefined;) {
      this.#now = Math.max(this.#now, timer.runAt);
      if (timer.repeats) timer.runAt += timer.delay;
      else this.#queue.delete(timer.id);
      Reflect.apply(timer.callback, undefined, timer.args);
    }
    this.#now = end;
  }

  // Up to the last timer there is now.
  runAll() {
    this.#check();
    let last = this.#now;
    for (const { runAt } of this.#queue.values()) last = Math.max(last, runAt);
    this.tick(last - this.#now);
  }

  setTime(time = 0) {
    validateNumber(time, 'time');
    this.#check();
    this.#now = time;
  }

  reset() {
    if (!this.#enabled) return;
    for (const restore of this.#restores.reverse()) restore();
    this.#restores = [];
    this.#queue.clear();
    this.#enabled = false;
    this.#now = this.#start;
  }

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.reset();
  }
}

module.exports = { MockTimers };
