'use strict';
// Asynchronous iteration of a Readable (Node doc: stream, "readable[Symbol.asyncIterator]()"). It behaves as an async generator
// does: nothing happens before the first next(), requests are served in their order, and the end by any way destroys the stream
// unless asked not to. It is none, since a generator takes three microtasks for each chunk and this one takes one.

const { aggregateTwoErrors } = require('internal/errors');
const { destroyer } = require('internal/stream/destroy');
const { eos } = require('internal/stream/finished');

const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);
const nothing = () => {};
const isThenable = (value) => typeof value === 'object' && value !== null && typeof value.then === 'function';

class StreamIterator {
  #source;
  #destroyOnReturn;
  #started = false;
  #finished = false;
  #error; // undefined: still going, null: ended well
  #wake = nothing; // lets the request go on that waits for a chunk
  #onReadable;
  #stopWatching;
  #last; // settles with the last request under way, whatever its result

  constructor(source, options) {
    this.#source = source;
    this.#destroyOnReturn = options?.destroyOnReturn !== false;
    this.stream = source;
  }

  next() {
    if (this.#last !== undefined) return this.#track(this.#last.then(() => this.#next()));
    return this.#next();
  }

  return(value) {
    const serve = async () => {
      if (!this.#finished) this.#close();
      return { value: await value, done: true };
    };
    return this.#track(this.#last === undefined ? serve() : this.#last.then(serve));
  }

  throw(reason) {
    const serve = async () => {
      if (this.#finished) throw reason;
      this.#error = aggregateTwoErrors(this.#error, reason);
      this.#close();
      throw this.#error;
    };
    return this.#track(this.#last === undefined ? serve() : this.#last.then(serve));
  }

  #next() {
    if (this.#finished) return Promise.resolve({ value: undefined, done: true });
    if (!this.#started) this.#start();
    let chunk;
    try {
      chunk = this.#read();
    } catch (error) {
      return this.#track(this.#fail(error));
    }
    if (chunk !== null && (!this.#source.readableObjectMode || !isThenable(chunk))) {
      return Promise.resolve({ value: chunk, done: false });
    }
    return this.#track(this.#nextLater(chunk));
  }

  #read() {
    const source = this.#source;
    return source.destroyed ? null : source.read();
  }

  async #nextLater(chunk) {
    try {
      for (;;) {
        if (chunk !== null) return { value: await chunk, done: false };
        if (this.#error) throw this.#error;
        if (this.#error === null) {
          this.#close();
          return { value: undefined, done: true };
        }
        await new Promise((resolve) => {
          this.#wake = resolve;
        });
        chunk = this.#read();
      }
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #fail(error) {
    this.#error = aggregateTwoErrors(this.#error, error);
    this.#close();
    throw this.#error;
  }

  // The requests that come before `promise` settles wait for it.
  #track(promise) {
    const last = promise.then(nothing, nothing).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return promise;
  }

  #start() {
    this.#started = true;
    this.#onReadable = () => {
      const wake = this.#wake;
      this.#wake = nothing;
      wake();
    };
    this.#source.on('readable', this.#onReadable);
    this.#stopWatching = eos(this.#source, { writable: false }, (failure) => {
      this.#error = failure ? aggregateTwoErrors(this.#error, failure) : null;
      this.#onReadable();
    });
  }

  #close() {
    this.#finished = true;
    if (!this.#started) return;
    const error = this.#error;
    const source = this.#source;
    if ((error || this.#destroyOnReturn) && (error === undefined || source._readableState.autoDestroy)) {
      destroyer(source, null);
    } else {
      source.off('readable', this.#onReadable);
      this.#stopWatching();
    }
  }
}
Object.setPrototypeOf(StreamIterator.prototype, AsyncIteratorPrototype);

module.exports = StreamIterator;
