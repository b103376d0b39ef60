'use strict';
// The chunks a Readable holds: an array whose head is an index, so that taking the first chunk moves nothing.

const { Buffer } = require('buffer');

const kCompactAt = 1024; // forget the consumed front of the array when it has grown to this many entries

class ChunkQueue {
  constructor() {
    this.items = [];
    this.start = 0;
  }

  get length() {
    return this.items.length - this.start;
  }

  // Only shortening to nothing makes sense from outside.
  set length(value) {
    if (value === 0) this.clear();
  }

  first() {
    return this.items[this.start];
  }

  push(chunk) {
    this.items.push(chunk);
  }

  unshift(chunk) {
    if (this.start > 0) this.items[--this.start] = chunk;
    else this.items.unshift(chunk);
  }

  shift() {
    if (this.start === this.items.length) return undefined;
    const chunk = this.items[this.start];
    this.items[this.start++] = undefined;
    if (this.start === this.items.length) {
      this.items.length = 0;
      this.start = 0;
    } else if (this.start >= kCompactAt && this.start * 2 > this.items.length) {
      this.items = this.items.slice(this.start);
      this.start = 0;
    }
    return chunk;
  }

  clear() {
    this.items = [];
    this.start = 0;
  }

  join(separator) {
    return this.items.slice(this.start).join(separator);
  }

  [Symbol.iterator]() {
    return this.items.slice(this.start).values();
  }

  concat(totalLength) {
    if (this.length === 1 && this.first().length === totalLength) return this.first();
    return Buffer.concat(this.items.slice(this.start), totalLength);
  }

  // Takes the first `n` bytes (or characters, when the stream decodes); the queue holds at least that many.
  consume(n, isText) {
    const head = this.first();
    if (n < head.length) {
      this.items[this.start] = head.slice(n);
      return head.slice(0, n);
    }
    if (n === head.length) return this.shift();
    return isText ? this.#takeText(n) : this.#takeBytes(n);
  }

  #takeText(n) {
    let text = '';
    while (n > 0) {
      const head = this.first();
      if (n < head.length) {
        text += head.slice(0, n);
        this.items[this.start] = head.slice(n);
        break;
      }
      n -= head.length;
      text += this.shift();
    }
    return text;
  }

  #takeBytes(n) {
    const bytes = Buffer.allocUnsafe(n);
    let filled = 0;
    while (filled < n) {
      const head = this.first();
      const wanted = n - filled;
      if (wanted < head.length) {
        bytes.set(head.subarray(0, wanted), filled);
        this.items[this.start] = head.slice(wanted);
        break;
      }
      bytes.set(head, filled);
      filled += head.length;
      this.shift();
    }
    return bytes;
  }
}

module.exports = ChunkQueue;
