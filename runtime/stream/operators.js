'use strict';
// The array-like methods of a Readable (Node doc: stream, "Streams compatibility with iterator helpers").

const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateInteger, validateObject } = require('internal/errors/validators');
const { finished } = require('internal/stream/finished');
const { isNodeStream, isWritable } = require('internal/stream/utils');

const kNothing = Symbol('nothing');
const kEnd = Symbol('end');

const checkFunction = (fn) => {
  if (typeof fn !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('fn', ['Function', 'AsyncFunction'], fn);
};
const checkOptions = (options) => {
  if (options != null) validateObject(options, 'options');
  if (options?.signal != null) validateAbortSignal(options.signal, 'options.signal');
};
const throwIfAborted = (options) => {
  if (options?.signal?.aborted) throw new AbortError(undefined, { cause: options.signal.reason });
};

function compose(stream, options = undefined) {
  checkOptions(options);
  if (isNodeStream(stream) && !isWritable(stream)) {
    throw new codes.ERR_INVALID_ARG_VALUE('stream', stream, 'must be writable');
  }
  const composed = require('internal/stream/compose')(this, stream);
  if (options?.signal) require('internal/stream/abort').addAbortSignal(options.signal, composed);
  return composed;
}

function map(fn, options = undefined) {
  checkFunction(fn);
  checkOptions(options);
  let concurrency = 1;
  if (options?.concurrency != null) concurrency = Math.floor(options.concurrency);
  let highWaterMark = concurrency - 1;
  if (options?.highWaterMark != null) highWaterMark = Math.floor(options.highWaterMark);
  validateInteger(concurrency, 'options.concurrency', 1);
  validateInteger(highWaterMark, 'options.highWaterMark', 0);
  highWaterMark += concurrency;
  return mapInOrder(this, fn, options, concurrency, highWaterMark);
}

// Up to `concurrency` calls at a time, results in the order of the source, at most `highWaterMark` waiting to be taken.
async function* mapInOrder(stream, fn, options, concurrency, highWaterMark) {
  const signal = anySignal([options?.signal].filter(Boolean));
  const queue = [];
  const signalOption = { signal };
  let next; // the reader waits
  let resume; // the pump waits
  let done = false;
  let running = 0;

  function onCatch() {
    done = true;
    afterOne();
  }
  function afterOne() {
    running -= 1;
    maybeResume();
  }
  function maybeResume() {
    if (resume && !done && running < concurrency && queue.length < highWaterMark) {
      resume();
      resume = null;
    }
  }
  async function pump() {
    try {
      await null; // whoever aborts in the microtask after the call is in time to keep `fn` from being called
      for await (let value of stream) {
        if (done) return;
        if (signal.aborted) throw new AbortError();
        try {
          value = fn(value, signalOption);
          if (value === kNothing) continue;
          value = Promise.resolve(value);
        } catch (error) {
          value = Promise.reject(error);
        }
        running += 1;
        value.then(afterOne, onCatch);
        queue.push(value);
        if (next) {
          next();
          next = null;
        }
        if (!done && (queue.length >= highWaterMark || running >= concurrency)) {
          await new Promise((resolve) => {
            resume = resolve;
          });
        }
      }
      queue.push(kEnd);
    } catch (error) {
      const failed = Promise.reject(error);
      failed.then(afterOne, onCatch);
      queue.push(failed);
    } finally {
      done = true;
      if (next) {
        next();
        next = null;
      }
    }
  }

  pump();
  try {
    for (;;) {
      while (queue.length > 0) {
        const value = await queue[0];
        if (value === kEnd) return;
        if (signal.aborted) throw new AbortError();
        if (value !== kNothing) yield value;
        queue.shift();
        maybeResume();
      }
      await new Promise((resolve) => {
        next = resolve;
      });
    }
  } finally {
    done = true;
    if (resume) {
      resume();
      resume = null;
    }
  }
}

function anySignal(signals) {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}

function filter(fn, options = undefined) {
  checkFunction(fn);
  async function keep(value, settings) {
    return (await fn(value, settings)) ? value : kNothing;
  }
  return map.call(this, keep, options);
}

function flatMap(fn, options = undefined) {
  const values = map.call(this, fn, options);
  return (async function* () {
    for await (const inner of values) yield* inner;
  })();
}

function asIndexedPairs(options = undefined) {
  checkOptions(options);
  return async function* () {
    let index = 0;
    for await (const value of this) {
      throwIfAborted(options);
      yield [index++, value];
    }
  }.call(this);
}

function toCount(number) {
  number = Number(number);
  if (Number.isNaN(number)) return 0;
  if (number < 0) throw new codes.ERR_OUT_OF_RANGE('number', '>= 0', number);
  return number;
}

function drop(number, options = undefined) {
  checkOptions(options);
  number = toCount(number);
  return async function* () {
    throwIfAborted(options);
    for await (const value of this) {
      throwIfAborted(options);
      if (number-- <= 0) yield value;
    }
  }.call(this);
}

function take(number, options = undefined) {
  checkOptions(options);
  number = toCount(number);
  return async function* () {
    throwIfAborted(options);
    for await (const value of this) {
      throwIfAborted(options);
      if (number-- > 0) yield value;
      if (number <= 0) return; // without waiting for one more
    }
  }.call(this);
}

async function some(fn, options = undefined) {
  for await (const value of filter.call(this, fn, options)) return true;
  return false;
}

async function every(fn, options = undefined) {
  checkFunction(fn);
  return !(await some.call(this, async (...args) => !(await fn(...args)), options));
}

async function find(fn, options = undefined) {
  for await (const value of filter.call(this, fn, options)) return value;
  return undefined;
}

async function forEach(fn, options = undefined) {
  checkFunction(fn);
  async function run(value, settings) {
    await fn(value, settings);
    return kNothing;
  }
  // eslint-disable-next-line no-unused-vars
  for await (const nothing of map.call(this, run, options));
}

async function reduce(reducer, initial, options) {
  if (typeof reducer !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('reducer', ['Function', 'AsyncFunction'], reducer);
  }
  checkOptions(options);
  let hasValue = arguments.length > 1;
  if (options?.signal?.aborted) {
    const error = new AbortError(undefined, { cause: options.signal.reason });
    this.once('error', () => {}); // told by the promise
    await finished(this.destroy(error));
    throw error;
  }
  const controller = new AbortController();
  const { signal } = controller;
  if (options?.signal) options.signal.addEventListener('abort', () => controller.abort(), { once: true });
  let empty = true;
  try {
    for await (const value of this) {
      empty = false;
      if (options?.signal?.aborted) throw new AbortError();
      if (hasValue) {
        initial = await reducer(initial, value, { signal });
      } else {
        initial = value;
        hasValue = true;
      }
    }
    if (empty && !hasValue) {
      throw new codes.ERR_MISSING_ARGS('reduce');
    }
  } finally {
    controller.abort();
  }
  return initial;
}

async function toArray(options = undefined) {
  checkOptions(options);
  const result = [];
  for await (const value of this) {
    if (options?.signal?.aborted) throw new AbortError(undefined, { cause: options.signal.reason });
    result.push(value);
  }
  return result;
}

module.exports = {
  streamReturning: { asIndexedPairs, drop, filter, flatMap, map, take, compose },
  promiseReturning: { every, forEach, reduce, toArray, some, find },
};
