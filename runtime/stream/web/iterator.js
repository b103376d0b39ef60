'use strict';
// `for await (const chunk of readableStream)` (https://streams.spec.whatwg.org/#rs-asynciterator).

const { Deferred, handledRejection, kInner, needInner, promiseThen } = require('internal/stream/web/common');
const { acquireReader } = require('internal/stream/web/readable_inner');

const done = Promise.resolve();

class IterationInner {
  constructor(reader, preventCancel) {
    this.reader = reader;
    this.preventCancel = preventCancel;
    this.finished = false;
    this.ongoing = undefined; // the promise of a next() or return() that is not settled
  }

  // One step after the other, also when next() is called several times at once.
  after(step) {
    const promise = this.ongoing === undefined ? step() : promiseThen(this.ongoing, step, step);
    this.ongoing = promise;
    return promise;
  }

  next() {
    if (this.finished) return Promise.resolve({ value: undefined, done: true });
    const read = new IteratedRead(this);
    this.reader.read(read);
    read.atOnce = false;
    return read.promise;
  }

  return(value) {
    if (this.finished) return Promise.resolve({ value, done: true });
    this.finished = true;
    const { reader } = this;
    if (reader.stream === undefined) {
      return handledRejection(new TypeError('The reader is not attached to a stream'));
    }
    if (this.preventCancel) {
      reader.release();
      return Promise.resolve({ value, done: true });
    }
    const cancelled = reader.cancel(value);
    reader.release();
    return promiseThen(cancelled, () => ({ value, done: true }));
  }
}

class IteratedRead extends Deferred {
  constructor(iteration) {
    super();
    this.iteration = iteration;
    this.atOnce = true; // inside next()
  }
  settled() {
    if (this.iteration.ongoing === this.promise) this.iteration.ongoing = undefined;
  }
  // A chunk that was waited for arrives a tick later: what its enqueue() has set off comes first.
  chunk(value) {
    if (this.atOnce) this.give(value);
    else promiseThen(done, () => this.give(value));
  }
  give(value) {
    this.settled();
    this.resolve({ value, done: false });
  }
  close() {
    this.settled();
    this.iteration.finished = true;
    this.iteration.reader.release();
    this.resolve({ value: undefined, done: true });
  }
  fail(error) {
    this.settled();
    this.iteration.finished = true;
    this.iteration.reader.release();
    this.reject(error);
  }
}

const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);
const name = 'ReadableStreamAsyncIterator';

const prototype = {
  __proto__: AsyncIteratorPrototype,
  next() {
    try {
      const iteration = needInner(this, IterationInner, name);
      return iteration.after(() => iteration.next());
    } catch (error) {
      return Promise.reject(error);
    }
  },
  return(value) {
    try {
      const iteration = needInner(this, IterationInner, name);
      return iteration.after(() => iteration.return(value));
    } catch (error) {
      return Promise.reject(error);
    }
  },
};

module.exports = function iterate(stream, preventCancel) {
  const iteration = new IterationInner(acquireReader(stream), preventCancel);
  return Object.create(prototype, { [kInner]: { value: iteration } });
};
