'use strict';
// `for await (const line of rl)`. Lines wait in a queue; when it is long the input is paused, and resumed when it has become
// short, so that a big file is never read into memory as a whole.

const kLowWaterMark = 1;
const kHighWaterMark = 1024;

class LineIterator {
  #interface;
  #queue = [];
  #at = 0;
  #waiting = [];
  #error;
  #done = false;
  #paused = false;

  constructor(iface) {
    this.#interface = iface;
    this.onLine = this.onLine.bind(this);
    this.onClose = this.onClose.bind(this);
    this.onError = this.onError.bind(this);
    iface.on('line', this.onLine);
    iface.on('close', this.onClose);
    iface.on('error', this.onError);
    if (iface.closed) this.onClose();
  }

  onLine(line) {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ value: line, done: false });
      return;
    }
    this.#queue.push(line);
    if (!this.#paused && this.#queue.length - this.#at > kHighWaterMark) {
      this.#paused = true;
      this.#interface.pause();
    }
  }

  onError(error) {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.reject(error);
    else this.#error = { error };
    this.#finish();
  }

  onClose() {
    this.#finish();
  }

  #finish() {
    this.#done = true;
    this.#interface.removeListener('line', this.onLine);
    this.#interface.removeListener('close', this.onClose);
    this.#interface.removeListener('error', this.onError);
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  #take() {
    const line = this.#queue[this.#at++];
    if (this.#at === this.#queue.length) {
      this.#queue = [];
      this.#at = 0;
      if (this.#paused && !this.#done) {
        this.#paused = false;
        this.#interface.resume();
      }
    }
    return line;
  }

  next() {
    if (this.#at < this.#queue.length) return Promise.resolve({ value: this.#take(), done: false });
    if (this.#error !== undefined) {
      const { error } = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#done) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  // Whoever leaves the loop is done with the input: the interface is closed. Lines already read can still be had.
  return() {
    this.#finish();
    this.#interface.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error) {
    this.onError(error);
    return this.return();
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  // How full the queue is, under the name events.on() gives it.
  get [Symbol.for('nodejs.watermarkData')]() {
    const size = () => this.#queue.length - this.#at;
    const isPaused = () => this.#paused;
    return {
      get size() {
        return size();
      },
      low: kLowWaterMark,
      high: kHighWaterMark,
      get isPaused() {
        return isPaused();
      },
    };
  }
}

module.exports = { LineIterator };
