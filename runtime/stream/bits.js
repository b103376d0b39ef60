'use strict';
// Both sides of a stream keep their yes/no state in one integer. The bits have names for hot code, and accessors of the
// documented names are put on the state's prototype for everybody else.

// Bits that mean the same on both sides, so that code which has either state can test one integer.
const kObjectMode = 1 << 0;
const kEnded = 1 << 1;
const kConstructed = 1 << 2;
const kSync = 1 << 3;
const kErrorEmitted = 1 << 4;
const kEmitClose = 1 << 5;
const kAutoDestroy = 1 << 6;
const kDestroyed = 1 << 7;
const kClosed = 1 << 8;
const kCloseEmitted = 1 << 9;
const kErrored = 1 << 10; // `errored` holds something: set by its accessor

const common = {
  objectMode: kObjectMode,
  ended: kEnded,
  constructed: kConstructed,
  sync: kSync,
  errorEmitted: kErrorEmitted,
  emitClose: kEmitClose,
  autoDestroy: kAutoDestroy,
  destroyed: kDestroyed,
  closed: kClosed,
  closeEmitted: kCloseEmitted,
};

function accessor(bit) {
  return {
    configurable: false,
    enumerable: false,
    get() {
      return (this.bits & bit) !== 0;
    },
    set(value) {
      if (value) this.bits |= bit;
      else this.bits &= ~bit;
    },
  };
}

function defineBits(prototype, named) {
  for (const group of [common, named]) {
    for (const name of Object.keys(group)) Object.defineProperty(prototype, name, accessor(group[name]));
  }
  Object.defineProperty(prototype, 'errored', {
    configurable: false,
    enumerable: false,
    get() {
      return this.error;
    },
    set(value) {
      this.error = value;
      if (value) this.bits |= kErrored;
      else this.bits &= ~kErrored;
    },
  });
}

module.exports = {
  defineBits,
  kObjectMode,
  kEnded,
  kConstructed,
  kSync,
  kErrorEmitted,
  kEmitClose,
  kAutoDestroy,
  kDestroyed,
  kClosed,
  kCloseEmitted,
  kErrored,
};
