'use strict';
// "Queue-with-sizes" (https://streams.spec.whatwg.org/#queue-with-sizes). Sizes are kept only when they are not all one.

const Ring = require('internal/stream/ring');

class SizedQueue {
  constructor(counts) {
    this.chunks = new Ring();
    this.sizes = counts ? null : new Ring();
    this.total = 0;
  }

  get length() {
    return this.chunks.length;
  }

  push(chunk, size) {
    this.chunks.push(chunk);
    if (this.sizes !== null) this.sizes.push(size);
    this.total += size;
  }

  first() {
    return this.chunks.first();
  }

  shift() {
    this.total -= this.sizes === null ? 1 : this.sizes.shift();
    if (this.total < 0) this.total = 0; // floating point
    return this.chunks.shift();
  }

  clear() {
    this.chunks.clear();
    if (this.sizes !== null) this.sizes.clear();
    this.total = 0;
  }
}

module.exports = SizedQueue;
