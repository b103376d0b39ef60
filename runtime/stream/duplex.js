'use strict';
// Duplex (Node doc: stream, "Duplex and transform streams"): a Readable with the methods of a Writable.

const { kIsDuplex, mark } = require('internal/stream/legacy');
const Readable = require('internal/stream/readable');
const Writable = require('internal/stream/writable');

function Duplex(options) {
  if (this === undefined || this === null || this[kIsDuplex] !== true) return new Duplex(options);
  Readable.call(this, options);
  Writable.call(this, options);
  if (options) {
    this.allowHalfOpen = options.allowHalfOpen !== false;
    if (options.readable === false) {
      const r = this._readableState;
      r.readable = false;
      r.ended = true;
      r.endEmitted = true;
    }
    if (options.writable === false) {
      const w = this._writableState;
      w.writable = false;
      w.ending = true;
      w.ended = true;
      w.finished = true;
    }
  } else {
    this.allowHalfOpen = true;
  }
}
Object.setPrototypeOf(Duplex.prototype, Readable.prototype);
Object.setPrototypeOf(Duplex, Readable);
mark(Duplex, kIsDuplex);

for (const name of Reflect.ownKeys(Writable.prototype)) {
  if (name === 'constructor' || Object.hasOwn(Duplex.prototype, name)) continue;
  // What both sides have (pipe, errored, rejection, ...) is the Readable's, but the way to end is the Writable's.
  if (name in Readable.prototype && name !== 'destroy') continue;
  Object.defineProperty(Duplex.prototype, name, Object.getOwnPropertyDescriptor(Writable.prototype, name));
}

// A duplex is destroyed when both sides are.
Object.defineProperty(Duplex.prototype, 'destroyed', {
  configurable: true,
  enumerable: false,
  get() {
    if (!this._readableState || !this._writableState) return false;
    return this._readableState.destroyed && this._writableState.destroyed;
  },
  set(value) {
    if (!this._readableState || !this._writableState) return;
    this._readableState.destroyed = value;
    this._writableState.destroyed = value;
  },
});

Duplex.from = function (body) {
  return require('internal/stream/duplexify')(body, 'body');
};

Duplex.fromWeb = function (pair, options) {
  return require('internal/stream/web/from_web').newDuplexFromWeb(pair, options);
};

Duplex.toWeb = function (duplex) {
  return require('internal/stream/web/to_web').newPairFromDuplex(duplex);
};

module.exports = Duplex;
