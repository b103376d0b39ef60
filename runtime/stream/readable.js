'use strict';
// Readable (Node doc: stream, "Readable streams"): chunks pushed by _read() are kept up to highWaterMark, and leave either as
// 'data' (flowing) or by read(n) (paused). 'data' is emitted whenever a chunk leaves for good, also out of read(n).
//
// Here is the way of the chunks: push, read and end. What listeners and pipes do with it is in readable_flow.js.

const { Buffer } = require('buffer');
const { codes, AbortError } = require('internal/errors');
const { validateObject } = require('internal/errors/validators');
const { kLength, lengthOf } = require('internal/buffer/length');
const { Stream, kIsDuplex, kIsReadable, mark } = require('internal/stream/legacy');
const { kCapture, originalEmit } = require('internal/events/core');
const lifecycle = require('internal/stream/destroy');
const bits = require('internal/stream/bits');
const {
  ReadableState,
  kEndEmitted,
  kReading,
  kNeedReadable,
  kEmittedReadable,
  kMultiAwaitDrain,
  kReadingMore,
  kDataEmitted,
  kReadableTick,
  kGoesOn,
} = require('internal/stream/readable_state');

const { kObjectMode, kEnded, kConstructed, kSync, kDestroyed, kErrored } = bits;
const { kErrorEmitted, kCloseEmitted, kAutoDestroy } = bits;
const { errorOrDestroy } = lifecycle;
const kMaxHighWaterMark = 0x40000000;
const isFunction = (value) => typeof value === 'function';
const kAll = -2; // for read(): whatever there is. A number of the machine's, unlike NaN

function Readable(options) {
  if (this === undefined || this === null || this[kIsReadable] !== true) return new Readable(options);
  const isDuplex = this[kIsDuplex] === true;
  this._readableState = new ReadableState(options, this, isDuplex);
  if (options) {
    const { read, construct, destroy, signal } = options;
    if (isFunction(read)) this._read = read;
    if (isFunction(construct)) this._construct = construct;
    if (isFunction(destroy)) this._destroy = destroy;
    if (signal && !isDuplex) require('internal/stream/abort').addAbortSignal(signal, this);
  }
  Stream.call(this, options);
  if (isFunction(this._construct)) {
    lifecycle.construct(this, () => {
      if (this._readableState.bits & kNeedReadable) maybeReadMore(this, this._readableState);
    });
  }
}
Object.setPrototypeOf(Readable.prototype, Stream.prototype);
Object.setPrototypeOf(Readable, Stream);
mark(Readable, kIsReadable);
Readable.ReadableState = ReadableState;

Readable.prototype.destroy = lifecycle.destroy;
Readable.prototype._undestroy = lifecycle.undestroy;
Readable.prototype._destroy = function (error, callback) {
  callback(error);
};

Readable.prototype[Symbol.for('nodejs.rejection')] = function (error) {
  this.destroy(error);
};

if (Symbol.asyncDispose) {
  Readable.prototype[Symbol.asyncDispose] = function () {
    let error = null;
    if (!this.destroyed) {
      error = this.readableEnded ? null : new AbortError();
      this.destroy(error);
    }
    return new Promise((resolve, reject) => {
      require('internal/stream/finished').eos(this, (failure) => {
        if (failure && failure !== error) reject(failure);
        else resolve(null);
      });
    });
  };
}

Readable.prototype._read = function (n) {
  throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_read()');
};

// ---- in ----

Readable.prototype.push = function (chunk, encoding) {
  return addChunk(this, chunk, encoding, false);
};

Readable.prototype.unshift = function (chunk, encoding) {
  return addChunk(this, chunk, encoding, true);
};

// True while more is wanted.
function wantsMore(state) {
  return (state.bits & kEnded) === 0 && (state.length < state.highWaterMark || state.length === 0);
}

function addChunk(stream, chunk, encoding, atFront) {
  const state = stream._readableState;
  if (chunk === null) {
    state.bits &= ~kReading;
    onEnd(stream, state);
    return false;
  }
  if ((state.bits & kObjectMode) === 0) {
    if (typeof chunk === 'string') {
      encoding = encoding || state.defaultEncoding;
      if (state.encoding !== encoding) {
        const bytes = Buffer.from(chunk, encoding);
        // What is put back in front was decoded before: it must not go through the decoder again.
        if (atFront && state.encoding) {
          chunk = bytes.toString(state.encoding);
        } else {
          chunk = bytes;
          encoding = '';
        }
      }
    } else if (chunk !== undefined) {
      encoding = '';
      if (chunk[kLength] === undefined) {
        if (!(chunk instanceof Uint8Array)) {
          errorOrDestroy(
            stream,
            new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'Uint8Array'], chunk),
          );
          return wantsMore(state);
        }
        chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      }
    }
    if (chunk === undefined || lengthOf(chunk) === 0) {
      if (!atFront) {
        state.bits &= ~kReading;
        maybeReadMore(stream, state);
      }
      return wantsMore(state);
    }
  }
  if (atFront) {
    if (state.bits & kEndEmitted) {
      errorOrDestroy(stream, new codes.ERR_STREAM_UNSHIFT_AFTER_END_EVENT());
    } else if (state.bits & (kDestroyed | kErrored)) {
      return false;
    } else {
      store(stream, state, chunk, true);
    }
  } else if (state.bits & kEnded) {
    errorOrDestroy(stream, new codes.ERR_STREAM_PUSH_AFTER_EOF());
  } else if (state.bits & (kDestroyed | kErrored)) {
    return false;
  } else {
    state.bits &= ~kReading;
    if (state.decoder && !encoding) {
      chunk = state.decoder.write(chunk);
      if ((state.bits & kObjectMode) === 0 && chunk.length === 0) {
        maybeReadMore(stream, state);
        return wantsMore(state);
      }
    }
    store(stream, state, chunk, false);
  }
  return wantsMore(state);
}

// Straight out as 'data' when someone takes it now and nothing waits before it; into the buffer otherwise.
function store(stream, state, chunk, atFront) {
  if (
    state.flowing &&
    state.length === 0 &&
    (state.bits & kSync) === 0 &&
    stream._events?.data !== undefined
  ) {
    forgetDrainWaiters(state);
    state.bits |= kDataEmitted;
    emitData(stream, chunk);
  } else {
    state.length += state.bits & kObjectMode ? 1 : lengthOf(chunk);
    if (atFront) state.buffer.unshift(chunk);
    else state.buffer.push(chunk);
    if (state.bits & kNeedReadable) emitReadable(stream);
  }
  maybeReadMore(stream, state);
}

// stream.emit('data', chunk). Most often there is one listener, and nothing special about it.
function emitData(stream, chunk) {
  const listener = stream._events?.data;
  if (typeof listener === 'function' && stream.emit === originalEmit && stream[kCapture] === false) {
    Reflect.apply(listener, stream, [chunk]);
  } else {
    stream.emit('data', chunk);
  }
}

function forgetDrainWaiters(state) {
  if (state.bits & kMultiAwaitDrain) state.awaitDrainWriters.clear();
  else state.awaitDrainWriters = null;
}

function onEnd(stream, state) {
  if (state.bits & kEnded) return;
  if (state.decoder) {
    const rest = state.decoder.end();
    if (rest?.length) {
      state.buffer.push(rest);
      state.length += state.bits & kObjectMode ? 1 : rest.length;
    }
  }
  state.bits |= kEnded;
  if (state.bits & kSync) {
    // Inside _read(): listeners wait until its caller is back.
    emitReadable(stream);
  } else {
    state.bits = (state.bits & ~kNeedReadable) | kEmittedReadable;
    emitReadableNow(stream);
  }
}

Readable.prototype.setEncoding = function (encoding) {
  const state = this._readableState;
  const { StringDecoder } = require('string_decoder'); // few streams decode
  const decoder = new StringDecoder(encoding);
  state.decoder = decoder;
  state.encoding = decoder.encoding;
  let text = '';
  for (const chunk of state.buffer) text += decoder.write(chunk);
  state.buffer.clear();
  if (text !== '') state.buffer.push(text);
  state.length = text.length;
  return this;
};

// ---- out ----

// A reader that asks for more than the mark gets a higher mark: the next power of two.
function raiseHighWaterMark(n) {
  if (n > kMaxHighWaterMark) throw new codes.ERR_OUT_OF_RANGE('size', '<= 1GiB', n);
  return 2 ** Math.ceil(Math.log2(n));
}

// How much a read(n) takes away now. Of everything, when flowing, the first chunk.
function howMuch(n, state) {
  if (n === 0 || n === -1 || (state.length === 0 && state.bits & kEnded)) return 0;
  if (state.bits & kObjectMode) return 1;
  if (n === kAll) return state.flowing && state.length ? lengthOf(state.buffer.first()) : state.length;
  if (n <= state.length) return n;
  return state.bits & kEnded ? state.length : 0;
}

// The argument of a read(n): less than nothing is nothing, what is no number is everything.
function toCount(n) {
  if (!Number.isInteger(n)) n = Number.parseInt(n, 10);
  if (Number.isNaN(n)) return kAll;
  return n < 0 ? -1 : n;
}

Readable.prototype.read = function (n) {
  n = n === undefined ? kAll : toCount(n);
  const state = this._readableState;
  const asked = n;

  if (n > state.highWaterMark) state.highWaterMark = raiseHighWaterMark(n);
  if (n !== 0) state.bits &= ~kEmittedReadable;

  // read(0) with a full buffer, or at the end, only asks for the event to come.
  if (n === 0 && state.bits & kNeedReadable) {
    const full = state.highWaterMark !== 0 ? state.length >= state.highWaterMark : state.length > 0;
    if (full || state.bits & kEnded) {
      if (state.length === 0 && state.bits & kEnded) endReadable(this);
      else emitReadable(this);
      return null;
    }
  }

  n = howMuch(n, state);
  if (n === 0 && state.bits & kEnded) {
    if (state.length === 0) endReadable(this);
    return null;
  }

  let refill = (state.bits & kNeedReadable) !== 0;
  if (state.length === 0 || state.length - n < state.highWaterMark) refill = true;
  if ((state.bits & (kEnded | kReading | kDestroyed | kErrored | kConstructed)) !== kConstructed)
    refill = false;
  if (refill) {
    state.bits |= kReading | kSync;
    if (state.length === 0) state.bits |= kNeedReadable;
    try {
      this._read(state.highWaterMark);
    } catch (error) {
      errorOrDestroy(this, error);
    }
    state.bits &= ~kSync;
    // It pushed at once: there may be enough now.
    if ((state.bits & kReading) === 0) n = howMuch(asked, state);
  }

  const chunk = n > 0 ? take(n, state) : null;
  if (chunk === null) {
    if (state.length <= state.highWaterMark) state.bits |= kNeedReadable;
    else state.bits &= ~kNeedReadable;
    n = 0;
  } else {
    state.length -= n;
    forgetDrainWaiters(state);
  }
  if (state.length === 0) {
    if ((state.bits & kEnded) === 0) state.bits |= kNeedReadable;
    else if (asked !== n) endReadable(this);
  }
  if (chunk !== null && (state.bits & (kErrorEmitted | kCloseEmitted)) === 0) {
    state.bits |= kDataEmitted;
    emitData(this, chunk);
  }
  return chunk;
};

function take(n, state) {
  if (state.length === 0) return null;
  if (state.bits & kObjectMode) return state.buffer.shift();
  if (!n || n >= state.length) {
    let all;
    if (state.decoder) all = state.buffer.join('');
    else if (state.buffer.length === 1) all = state.buffer.first();
    else all = state.buffer.concat(state.length);
    state.buffer.clear();
    return all;
  }
  return state.buffer.consume(n, state.decoder !== null);
}

function emitReadable(stream) {
  const state = stream._readableState;
  state.bits &= ~kNeedReadable;
  if (state.bits & kEmittedReadable) return;
  state.bits |= kEmittedReadable;
  // While it flows nobody counts these events: one tick is enough, however many chunks pass before it.
  if (state.flowing && state.bits & kReadableTick) return;
  state.bits |= kReadableTick;
  process.nextTick(readableTick, stream);
}

function readableTick(stream) {
  stream._readableState.bits &= ~kReadableTick;
  emitReadableNow(stream);
}

function emitReadableNow(stream) {
  const state = stream._readableState;
  if ((state.bits & (kDestroyed | kErrored)) === 0 && (state.length || state.bits & kEnded)) {
    stream.emit('readable');
    state.bits &= ~kEmittedReadable;
  }
  if (!state.flowing && (state.bits & kEnded) === 0 && state.length <= state.highWaterMark) {
    state.bits |= kNeedReadable;
  } else {
    state.bits &= ~kNeedReadable;
  }
  flow(stream);
}

function flow(stream) {
  const state = stream._readableState;
  while (state.flowing && stream.read() !== null);
}

// Fills the buffer up to the mark, in a later tick: what is pushed now should first be seen by those who listen.
function maybeReadMore(stream, state) {
  if ((state.bits & (kGoesOn | kEnded)) === kGoesOn && state.flowing && state.length === 0) {
    state.bits |= kReading | kNeedReadable;
    return;
  }
  if ((state.bits & (kReadingMore | kConstructed)) !== kConstructed) return;
  state.bits |= kReadingMore;
  process.nextTick(readMore, stream, state);
}

function readMore(stream, state) {
  while (
    (state.bits & (kReading | kEnded)) === 0 &&
    (state.length < state.highWaterMark || (state.flowing && state.length === 0))
  ) {
    const before = state.length;
    stream.read(0);
    if (before === state.length) break; // it will push later
  }
  state.bits &= ~kReadingMore;
}

// ---- the end ----

function endReadable(stream) {
  const state = stream._readableState;
  if (state.bits & kEndEmitted) return;
  state.bits |= kEnded;
  process.nextTick(emitEnd, state, stream);
}

function emitEnd(state, stream) {
  if (state.bits & (kErrored | kCloseEmitted | kEndEmitted) || state.length !== 0) return;
  state.bits |= kEndEmitted;
  stream.emit('end');
  if (stream.writable && stream.allowHalfOpen === false) {
    process.nextTick(endOtherSide, stream);
  } else if (state.bits & kAutoDestroy) {
    const w = stream._writableState;
    if (!w || (w.autoDestroy && (w.finished || w.writable === false))) stream.destroy();
  }
}

function endOtherSide(stream) {
  if (stream.writable && !stream.writableEnded && !stream.destroyed) stream.end();
}

Readable.prototype.wrap = function (old) {
  let paused = false;
  old.on('data', (chunk) => {
    if (!this.push(chunk) && old.pause) {
      paused = true;
      old.pause();
    }
  });
  old.on('end', () => this.push(null));
  old.on('error', (error) => errorOrDestroy(this, error));
  old.on('close', () => this.destroy());
  old.on('destroy', () => this.destroy());
  this._read = () => {
    if (paused && old.resume) {
      paused = false;
      old.resume();
    }
  };
  // Methods of the wrapped stream that we do not have ourselves.
  for (const name of Object.keys(old)) {
    if (this[name] === undefined && typeof old[name] === 'function') this[name] = old[name].bind(old);
  }
  return this;
};

// ---- made from, made into ----

Readable.from = function (iterable, options) {
  return require('internal/stream/from')(Readable, iterable, options);
};

Readable.wrap = function (source, options) {
  return new Readable({
    objectMode: source.readableObjectMode ?? source.objectMode ?? true,
    ...options,
    destroy(error, callback) {
      lifecycle.destroyer(source, error);
      callback(error);
    },
  }).wrap(source);
};

Readable.fromWeb = function (readableStream, options) {
  return require('internal/stream/web/from_web').newReadableFromWeb(readableStream, options);
};

Readable.toWeb = function (streamReadable, options) {
  return require('internal/stream/web/to_web').newWebFromReadable(streamReadable, options);
};

Readable.prototype[Symbol.asyncIterator] = function () {
  return iterate(this);
};

Readable.prototype.iterator = function (options) {
  if (options !== undefined) validateObject(options, 'options');
  return iterate(this, options);
};

function iterate(stream, options) {
  if (typeof stream.read !== 'function') stream = Readable.wrap(stream, { objectMode: true });
  return new (require('internal/stream/iterator'))(stream, options);
}

module.exports = Readable;
Readable._fromList = take;
require('internal/stream/readable_flow').install(Readable, { emitReadable, flow });
