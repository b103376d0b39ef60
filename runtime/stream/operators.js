'use strict';
// The array-like methods of a Readable (Node doc: stream, "Streams compatibility with iterator helpers").

const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateInteger, validateObject } = require('internal/errors/validators');
const { finished } = require('internal/stream/finished');
const { OrderedCalls, kNothing } = require('internal/stream/ordered_calls');
const { isNodeStream, isWritable } = require('internal/stream/utils');

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
  const signal = options?.signal ?? new AbortController().signal;
  return new OrderedCalls(this, fn, signal, concurrency, concurrency + highWaterMark);
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
  if (options?.signal?.aborted) {
    const error = new AbortError(undefined, { cause: options.signal.reason });
    this.on('error', () => {}); // told by the promise
    await finished(this.destroy(error));
    throw error;
  }
  const calls = new AbortController();
  const stopCalls = () => calls.abort();
  options?.signal?.addEventListener('abort', stopCalls, { once: true });
  const settings = { signal: calls.signal };
  let hasResult = arguments.length > 1;
  let result = initial;
  try {
    for await (const value of this) {
      throwIfAborted(options);
      result = hasResult ? await reducer(result, value, settings) : value;
      hasResult = true;
    }
  } finally {
    options?.signal?.removeEventListener('abort', stopCalls);
    stopCalls();
  }
  if (!hasResult) throw new codes.ERR_MISSING_ARGS('reduce');
  return result;
}

async function toArray(options = undefined) {
  checkOptions(options);
  const result = [];
  for await (const value of this) {
    throwIfAborted(options);
    result.push(value);
  }
  return result;
}

module.exports = {
  streamReturning: { asIndexedPairs, drop, filter, flatMap, map, take, compose },
  promiseReturning: { every, forEach, reduce, toArray, some, find },
};
