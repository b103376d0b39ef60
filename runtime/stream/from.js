'use strict';
// Readable.from() (Node doc: stream.Readable.from): a stream of what an iterable gives.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');

const isThenable = (value) => value && typeof value.then === 'function';

module.exports = function from(Readable, iterable, options) {
  if (typeof iterable === 'string' || iterable instanceof Buffer) {
    return new Readable({
      objectMode: true,
      ...options,
      read() {
        this.push(iterable);
        this.push(null);
      },
    });
  }
  let isAsync;
  let iterator;
  if (iterable?.[Symbol.asyncIterator]) {
    isAsync = true;
    iterator = iterable[Symbol.asyncIterator]();
  } else if (iterable?.[Symbol.iterator]) {
    isAsync = false;
    iterator = iterable[Symbol.iterator]();
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('iterable', ['Iterable'], iterable);
  }

  const readable = new Readable({ objectMode: true, highWaterMark: 1, ...options });
  // One loop at a time: it goes on while there is room, and _read() starts it again.
  let busy = false;
  readable._read = function () {
    if (busy) return;
    busy = true;
    if (isAsync) pumpAsync();
    else pumpSync();
  };
  readable._destroy = function (error, callback) {
    closeIterator(error).then(
      () => process.nextTick(callback, error),
      (closeError) => process.nextTick(callback, closeError || error),
    );
  };

  async function closeIterator(error) {
    const failed = error !== undefined && error !== null;
    if (failed && typeof iterator.throw === 'function') {
      const { value, done } = await iterator.throw(error);
      await value;
      if (done) return;
    }
    if (typeof iterator.return === 'function') {
      const { value } = await iterator.return();
      await value;
    }
  }

  // Hands a chunk over; true while more is wanted.
  function give(chunk) {
    if (chunk === null) {
      busy = false;
      throw new codes.ERR_STREAM_NULL_VALUES();
    }
    if (readable.push(chunk)) return true;
    busy = false;
    return false;
  }

  async function pumpAsync() {
    try {
      for (;;) {
        const { value, done } = await iterator.next();
        if (done) {
          readable.push(null);
          return;
        }
        if (!give(isThenable(value) ? await value : value)) return;
      }
    } catch (error) {
      readable.destroy(error);
    }
  }

  function pumpSync() {
    try {
      for (;;) {
        const { value, done } = iterator.next();
        if (done) {
          readable.push(null);
          return;
        }
        if (isThenable(value)) {
          giveLater(value);
          return;
        }
        if (!give(value)) return;
      }
    } catch (error) {
      readable.destroy(error);
    }
  }

  async function giveLater(promise) {
    try {
      if (give(await promise)) pumpSync();
    } catch (error) {
      readable.destroy(error);
    }
  }
  return readable;
};
