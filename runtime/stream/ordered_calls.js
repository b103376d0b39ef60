'use strict';
// What map(), filter(), flatMap() and forEach() of a Readable stand on (Node doc: stream, readable.map()): a function is called for
// each chunk, several calls may be under way, and their results are taken in the order of the chunks.

const Ring = require('internal/stream/ring');
const { AbortError } = require('internal/errors');

const kNothing = Symbol('nothing'); // the result of a call that gives none

const isThenable = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

// One call: `value` is its result, or the promise of it while `pending`.
class Call {
  constructor(value, pending, failed) {
    this.value = value;
    this.pending = pending;
    this.failed = failed;
  }
}

/**
 * An async iterator over the results. It must not be asked for the next one before it gave the last: a call keeps its place until
 * then. The source is read from the first next() on.
 */
class OrderedCalls {
  /**
   * @param {AsyncIterable} source
   * @param {Function} fn (chunk, { signal }) => result, a promise of it, or kNothing
   * @param {AbortSignal} signal ends the iteration with an AbortError
   * @param {number} concurrency how many calls may be under way
   * @param {number} places how many calls may have begun whose results were not taken
   */
  constructor(source, fn, signal, concurrency, places) {
    this.source = source;
    this.fn = fn;
    this.settings = { signal };
    this.concurrency = concurrency;
    this.places = places;
    this.calls = new Ring();
    this.running = 0;
    this.isReading = false;
    this.isOver = false; // no further call will begin
    this.isStopped = false; // and no further result be given
    this.given = false; // the first call's result was given and its place not yet left
    this.wakeReader = undefined;
    this.wakeTaker = undefined;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    if (!this.isReading) {
      this.isReading = true;
      this.readSource();
    }
    if (this.given) this.leave();
    for (;;) {
      const call = this.calls.first();
      if (call !== undefined) {
        const value = await this.resultOf(call);
        if (value !== kNothing) {
          this.given = true;
          return { value, done: false };
        }
        this.leave();
      } else if (this.isOver) {
        return { value: undefined, done: true };
      } else {
        await new Promise((resolve) => {
          this.wakeTaker = resolve;
        });
      }
    }
  }

  return() {
    this.stop();
    return Promise.resolve({ value: undefined, done: true });
  }

  // A result that is there costs no further turn of the microtasks.
  resultOf(call) {
    if (call.pending)
      return call.value.then(
        (value) => this.checked(value),
        (error) => this.fail(error),
      );
    return call.failed ? this.fail(call.value) : this.checked(call.value);
  }

  checked(value) {
    return this.settings.signal.aborted ? this.fail(new AbortError()) : value;
  }

  fail(error) {
    this.stop();
    throw error;
  }

  leave() {
    this.given = false;
    this.calls.shift();
    this.letReaderGoOn();
  }

  stop() {
    this.isOver = this.isStopped = true;
    this.calls.clear();
    this.given = false;
    this.letReaderGoOn();
  }

  isFull() {
    return this.running >= this.concurrency || this.calls.length >= this.places;
  }

  letReaderGoOn() {
    if (this.wakeReader === undefined || (!this.isOver && this.isFull())) return;
    const wake = this.wakeReader;
    this.wakeReader = undefined;
    wake();
  }

  push(call) {
    this.calls.push(call);
    const wake = this.wakeTaker;
    this.wakeTaker = undefined;
    wake?.();
  }

  async readSource() {
    try {
      await null; // whoever aborts right after the first next() is in time to keep `fn` from being called
      for await (const chunk of this.source) {
        if (this.isOver) return;
        if (this.settings.signal.aborted) throw new AbortError();
        this.begin(chunk);
        while (this.isFull() && !this.isOver) {
          await new Promise((resolve) => {
            this.wakeReader = resolve;
          });
        }
      }
    } catch (error) {
      if (!this.isStopped) this.push(new Call(error, false, true));
    } finally {
      this.isOver = true;
      this.wakeTaker?.();
    }
  }

  begin(chunk) {
    let result;
    try {
      result = this.fn(chunk, this.settings);
    } catch (error) {
      this.isOver = true;
      this.push(new Call(error, false, true));
      return;
    }
    if (result === kNothing) return;
    if (!isThenable(result)) {
      this.push(new Call(result, false, false));
      return;
    }
    this.running++;
    const call = new Call(Promise.resolve(result), true, false);
    call.value.then(
      () => this.ended(),
      () => {
        this.isOver = true;
        this.ended();
      },
    );
    this.push(call);
  }

  ended() {
    this.running--;
    this.letReaderGoOn();
  }
}

module.exports = { OrderedCalls, kNothing };
