'use strict';
// A listening handle that several workers share: each has a copy of the descriptor and takes from it what the kernel gives.

class SharedHandle {
  #workers = new Set();
  #handle = null;
  #error = 0;

  constructor(key, address, { port, addressType, fd, flags }) {
    this.key = key;
    const create =
      addressType === 'udp4' || addressType === 'udp6'
        ? require('internal/dgram/handle').createHandle
        : require('internal/net/listen').createServerHandle;
    const result = create(address, port, addressType, fd, flags);
    if (typeof result === 'number') this.#error = result;
    else this.#handle = result;
  }

  /** `answer(error, reply, handle)` */
  add(worker, answer) {
    this.#workers.add(worker.id);
    answer(this.#error, null, this.#handle);
  }

  has(worker) {
    return this.#workers.has(worker.id);
  }

  /** True when that was the last worker, and the handle is closed. */
  remove(worker) {
    if (!this.#workers.delete(worker.id) || this.#workers.size > 0) return false;
    this.#handle?.close();
    this.#handle = null;
    return true;
  }
}

module.exports = { SharedHandle };
