'use strict';
// Standard streams of a worker, which end in the other thread: chunks go over the worker's own message port, at most so many bytes
// ahead of what the reader has taken.
//
//   {type: 'stdio', stream, chunks}   chunks of text or bytes; null ends the stream
//   {type: 'taken', stream, bytes}    the reader wants more

const { Readable, Writable } = require('stream');

const kMaxAhead = 1 << 20; // bytes

class PortWritable extends Writable {
  #port;
  #name;
  #ahead = 0;
  #released = false;
  #waiting; // the callback of the write that is not over

  constructor(port, name) {
    super({ decodeStrings: false });
    this.#port = port;
    this.#name = name;
  }
  _writev(chunks, callback) {
    const list = chunks.map(({ chunk, encoding }) => ({ chunk, encoding }));
    for (const { chunk } of list) this.#ahead += chunk.length;
    this.#port.postMessage({ type: 'stdio', stream: this.#name, chunks: list });
    if (this.#released) return callback();
    this.#waiting = callback;
    if (this.#ahead < kMaxAhead) process.nextTick(() => this.#goOn());
    return undefined;
  }
  _final(callback) {
    this.#port.postMessage({ type: 'stdio', stream: this.#name, chunks: [{ chunk: null }] });
    callback();
  }
  /** The reader took `bytes`. */
  taken(bytes) {
    this.#ahead -= bytes;
    if (this.#ahead < kMaxAhead) this.#goOn();
  }
  /** The thread ends: what was written goes out now, whatever the reader does. */
  release() {
    this.#released = true;
    this.#goOn();
  }
  #goOn() {
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.();
  }
}

class PortReadable extends Readable {
  #port;
  #name;
  #untold = 0; // bytes the writer does not know of yet
  #onStart;

  /** `onStart` is called when somebody first reads. */
  constructor(port, name, onStart = undefined) {
    super();
    this.#port = port;
    this.#name = name;
    this.#onStart = onStart;
  }
  _read() {
    this.#onStart?.();
    this.#onStart = undefined;
    if (this.#untold === 0) return;
    this.#port.postMessage({ type: 'taken', stream: this.#name, bytes: this.#untold });
    this.#untold = 0;
  }
  /** Chunks that arrived. */
  take(chunks) {
    for (const { chunk, encoding } of chunks) {
      if (chunk !== null) this.#untold += chunk.length;
      this.push(chunk, encoding);
    }
  }
}

module.exports = { PortReadable, PortWritable };
