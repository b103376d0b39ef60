'use strict';
// Transform and PassThrough (Node doc: stream, "Duplex and transform streams"): what is written comes out changed.
//
// The callback of a write is kept until the readable side has room again: so back-pressure of the reader reaches the writer.

const { codes } = require('internal/errors');
const Duplex = require('internal/stream/duplex');
const { pickHighWaterMark } = require('internal/stream/water_mark');

const kCallback = Symbol('kCallback');
const kNoOptions = Object.freeze({});

// A readable side may have no buffer of its own: one chunk at a time goes through. The writable side then has none either, unless it is
// given one; otherwise a highWaterMark of 0 for both would stop the stream.
function withMarks(options) {
  const { highWaterMark, readableHighWaterMark, writableHighWaterMark } = options;
  if (pickHighWaterMark(false, highWaterMark, readableHighWaterMark, 'readable') !== 0) return options;
  const marks = { readableHighWaterMark: 0, writableHighWaterMark: writableHighWaterMark || 0 };
  return { ...options, ...marks, highWaterMark: null };
}

function Transform(options) {
  if (!(this instanceof Transform)) return new Transform(options);
  Duplex.call(this, options && withMarks(options));
  this[kCallback] = null;
  this._readableState.sync = false; // _read() only asks; data comes out of _transform()
  const { transform, flush } = options ?? kNoOptions;
  if (typeof transform === 'function') this._transform = transform;
  if (typeof flush === 'function') this._flush = flush;
  this.on('prefinish', prefinish);
}
Object.setPrototypeOf(Transform.prototype, Duplex.prototype);
Object.setPrototypeOf(Transform, Duplex);

// Without a callback (from 'prefinish') a failure destroys the stream.
function final(callback = (error) => error && this.destroy(error)) {
  const end = (rest) => {
    if (rest !== undefined && rest !== null) this.push(rest);
    this.push(null);
    callback();
  };
  if (this.destroyed || typeof this._flush !== 'function') end();
  else this._flush((error, rest) => (error ? callback(error) : end(rest)));
}

// Subclasses that replaced _final still get their flush.
function prefinish() {
  if (this._final !== final) final.call(this);
}

Transform.prototype._final = final;

Transform.prototype._transform = function (chunk, encoding, callback) {
  throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_transform()');
};

Transform.prototype._write = function (chunk, encoding, callback) {
  const r = this._readableState;
  const w = this._writableState;
  const before = r.length;
  this._transform(chunk, encoding, (error, value) => {
    if (error) {
      callback(error);
      return;
    }
    if (value != null) this.push(value);
    if (w.ended || before === r.length || r.length < r.highWaterMark) callback();
    else this[kCallback] = callback;
  });
};

Transform.prototype._read = function () {
  const callback = this[kCallback];
  if (!callback) return;
  this[kCallback] = null;
  callback();
};

function PassThrough(options) {
  if (!(this instanceof PassThrough)) return new PassThrough(options);
  Transform.call(this, options);
}
Object.setPrototypeOf(PassThrough.prototype, Transform.prototype);
Object.setPrototypeOf(PassThrough, Transform);

PassThrough.prototype._transform = function (chunk, encoding, callback) {
  callback(null, chunk);
};

module.exports = { Transform, PassThrough };
