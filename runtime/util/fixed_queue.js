'use strict';
// A first-in first-out queue without moving elements: a linked list of rings of 2048 slots. One slot of a ring stays empty, so
// that head === tail means empty.

const SIZE = 2048;
const MASK = SIZE - 1;

class Ring {
  constructor() {
    this.head = 0;
    this.tail = 0;
    this.list = new Array(SIZE);
    this.next = null;
  }
  isFull() {
    return ((this.tail + 1) & MASK) === this.head;
  }
}

class FixedQueue {
  constructor() {
    this.first = this.last = new Ring();
  }
  isEmpty() {
    return this.first.head === this.first.tail;
  }
  push(item) {
    let ring = this.last;
    if (ring.isFull()) ring = this.last = ring.next = new Ring();
    ring.list[ring.tail] = item;
    ring.tail = (ring.tail + 1) & MASK;
  }
  // The oldest item, or null.
  shift() {
    const ring = this.first;
    if (ring.head === ring.tail) return null;
    const item = ring.list[ring.head];
    ring.list[ring.head] = undefined;
    ring.head = (ring.head + 1) & MASK;
    if (ring.head === ring.tail && ring.next !== null) this.first = ring.next;
    return item;
  }
}

module.exports = FixedQueue;
module.exports.FixedQueue = FixedQueue;
