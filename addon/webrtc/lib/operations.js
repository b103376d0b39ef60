// W3C's operations chain (https://www.w3.org/TR/webrtc/#dfn-operations-chain): operations of one connection run one
// after the other; the first at once.
'use strict';

class OperationsChain {
  #operations = [];
  #closed = false;
  #onEmpty;

  /** @param {() => void} onEmpty called each time when the last operation is done */
  constructor(onEmpty) {
    this.#onEmpty = onEmpty;
  }
  get empty() {
    return this.#operations.length === 0;
  }
  /** What waits is never settled, as W3C says. */
  close() {
    this.#closed = true;
  }
  run(operation) {
    return new Promise((resolve, reject) => {
      this.#operations.push(() => this.#execute(operation, resolve, reject));
      if (this.#operations.length === 1) this.#operations[0]();
    });
  }
  async #execute(operation, resolve, reject) {
    try {
      const value = await operation();
      if (this.#closed) return;
      resolve(value);
    } catch (error) {
      if (this.#closed) return;
      reject(error);
    }
    queueMicrotask(() => this.#next());
  }
  #next() {
    if (this.#closed) return;
    this.#operations.shift();
    if (this.#operations.length > 0) this.#operations[0]();
    else this.#onEmpty();
  }
}

module.exports = { OperationsChain };
