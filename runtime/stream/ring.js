'use strict';
// A first-in, first-out queue in a ring: adding and taking move nothing and, once it has its size, allocate nothing.

const kSmallest = 8; // entries; a power of two, as all sizes are
const kLargestKept = 1024; // a larger ring is given back when it runs empty

class Ring {
  constructor() {
    this.items = undefined; // made when the first entry comes
    this.mask = 0;
    this.head = 0;
    this.length = 0;
  }

  first() {
    return this.length === 0 ? undefined : this.items[this.head];
  }

  // The entry `index` places after the first.
  at(index) {
    return index < this.length ? this.items[(this.head + index) & this.mask] : undefined;
  }

  push(item) {
    if (this.items === undefined || this.length > this.mask) grow(this);
    this.items[(this.head + this.length) & this.mask] = item;
    this.length++;
  }

  unshift(item) {
    if (this.items === undefined || this.length > this.mask) grow(this);
    this.head = (this.head - 1) & this.mask;
    this.items[this.head] = item;
    this.length++;
  }

  shift() {
    if (this.length === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    if (--this.length === 0 && this.mask >= kLargestKept) this.clear();
    return item;
  }

  replaceFirst(item) {
    this.items[this.head] = item;
  }

  clear() {
    this.items = undefined;
    this.mask = 0;
    this.head = 0;
    this.length = 0;
  }

  toArray() {
    const all = new Array(this.length);
    for (let i = 0; i < this.length; i++) all[i] = this.items[(this.head + i) & this.mask];
    return all;
  }

  [Symbol.iterator]() {
    return this.toArray().values();
  }
}

function grow(ring) {
  const size = ring.items === undefined ? kSmallest : ring.items.length * 2;
  const items = new Array(size);
  for (let i = 0; i < ring.length; i++) items[i] = ring.items[(ring.head + i) & ring.mask];
  ring.items = items;
  ring.mask = size - 1;
  ring.head = 0;
}

module.exports = Ring;
