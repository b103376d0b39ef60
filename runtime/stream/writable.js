'use strict';
// Writable (Node doc: stream, "Writable streams"): one _write() at a time, the rest waits in `buffered`; write() says false
// above highWaterMark and 'drain' follows; end() leads to _final(), 'prefinish', 'finish' and, by default, destroy().

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { kLength, lengthOf } = require('internal/buffer/length');
const { Stream, kIsDuplex, kIsWritable, mark } = require('internal/stream/legacy');
const lifecycle = require('internal/stream/destroy');
const bits = require('internal/stream/bits');
const {
  WritableState,
  kFinalCalled,
  kNeedDrain,
  kEnding,
  kFinished,
  kDecodeStrings,
  kWriting,
  kBufferProcessing,
  kPrefinished,
  kAllBuffers,
  kAllNoop,
  kNothing,
} = require('internal/stream/writable_state');

const { kObjectMode, kConstructed, kSync, kDestroyed, kErrored, kAutoDestroy, kErrorEmitted, kCloseEmitted } =
  bits;
const { errorOrDestroy } = lifecycle;
const nothing = () => {};
const isFunction = (value) => typeof value === 'function';

function Writable(options) {
  if (this === undefined || this === null || this[kIsWritable] !== true) return new Writable(options);
  const isDuplex = this[kIsDuplex] === true;
  this._writableState = new WritableState(options, this, isDuplex);
  if (options) {
    const { write, writev, final, construct, destroy, signal } = options;
    if (isFunction(write)) this._write = write;
    if (isFunction(writev)) this._writev = writev;
    if (isFunction(final)) this._final = final;
    if (isFunction(construct)) this._construct = construct;
    if (isFunction(destroy)) this._destroy = destroy;
    if (signal) require('internal/stream/abort').addAbortSignal(signal, this);
  }
  if (!isDuplex) Stream.call(this, options); // a Duplex is a Readable already
  if (isFunction(this._construct)) lifecycle.construct(this, () => startWriting(this));
}
Object.setPrototypeOf(Writable.prototype, Stream.prototype);
Object.setPrototypeOf(Writable, Stream);
mark(Writable, kIsWritable);
Writable.WritableState = WritableState;

// A constructed stream starts with what was written meanwhile.
function startWriting(stream) {
  const state = stream._writableState;
  if ((state.bits & kWriting) === 0) clearBuffer(stream, state);
  finishMaybe(stream, state);
}

// A Duplex does not inherit from Writable, and yet is one.
Object.defineProperty(Writable, Symbol.hasInstance, {
  value(object) {
    if (Function.prototype[Symbol.hasInstance].call(this, object)) return true;
    return this === Writable && !!object && object._writableState instanceof WritableState;
  },
});

Writable.prototype.pipe = function () {
  errorOrDestroy(this, new codes.ERR_STREAM_CANNOT_PIPE());
};

// ---- in ----

// Returns what write() returns, or the error that kept the chunk out.
function accept(stream, chunk, encoding, callback) {
  const state = stream._writableState;
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  if (typeof callback !== 'function') callback = nothing;
  if (chunk === null) throw new codes.ERR_STREAM_NULL_VALUES();
  if ((state.bits & kObjectMode) === 0) {
    if (typeof chunk === 'string') {
      if (!encoding) encoding = state.defaultEncoding;
      else if (encoding !== 'buffer' && !Buffer.isEncoding(encoding))
        throw new codes.ERR_UNKNOWN_ENCODING(encoding);
      if (state.bits & kDecodeStrings) {
        chunk = Buffer.from(chunk, encoding);
        encoding = 'buffer';
      }
    } else if (chunk !== undefined && chunk[kLength] !== undefined) {
      encoding = 'buffer';
    } else if (chunk instanceof Uint8Array) {
      chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      encoding = 'buffer';
    } else {
      throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
    }
  }
  let error;
  if (state.bits & kEnding) error = new codes.ERR_STREAM_WRITE_AFTER_END();
  else if (state.bits & kDestroyed) error = new codes.ERR_STREAM_DESTROYED('write');
  if (error) {
    process.nextTick(callback, error);
    errorOrDestroy(stream, error, true);
    return error;
  }
  state.pendingcb++;
  return writeOrBuffer(stream, state, chunk, encoding, callback);
}

Writable.prototype.write = function (chunk, encoding, callback) {
  return accept(this, chunk, encoding, callback) === true;
};

Writable.prototype.cork = function () {
  this._writableState.corked++;
};

Writable.prototype.uncork = function () {
  const state = this._writableState;
  if (!state.corked) return;
  state.corked--;
  if ((state.bits & kWriting) === 0) clearBuffer(this, state);
};

Writable.prototype.setDefaultEncoding = function (encoding) {
  if (typeof encoding === 'string') encoding = encoding.toLowerCase();
  if (!Buffer.isEncoding(encoding)) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  this._writableState.defaultEncoding = encoding;
  return this;
};

function writeOrBuffer(stream, state, chunk, encoding, callback) {
  const length = state.bits & kObjectMode ? 1 : lengthOf(chunk);
  state.length += length;
  const belowMark = state.length < state.highWaterMark;
  if (!belowMark) state.bits |= kNeedDrain;
  if ((state.bits & (kWriting | kErrored | kConstructed)) !== kConstructed || state.corked) {
    if (state.buffered === kNothing) state.buffered = [];
    state.buffered.push({ chunk, encoding, callback });
    if (encoding !== 'buffer') state.bits &= ~kAllBuffers;
    if (callback !== nothing) state.bits &= ~kAllNoop;
  } else {
    state.writelen = length;
    state.writecb = callback;
    state.bits |= kWriting | kSync;
    stream._write(chunk, encoding, state.onwrite);
    state.bits &= ~kSync;
  }
  return belowMark && (state.bits & (kErrored | kDestroyed)) === 0;
}

// ---- out ----

function doWrite(stream, state, isVector, length, chunk, encoding, callback) {
  state.writelen = length;
  state.writecb = callback;
  state.bits |= kWriting | kSync;
  if (state.bits & kDestroyed) state.onwrite(new codes.ERR_STREAM_DESTROYED('write'));
  else if (isVector) stream._writev(chunk, state.onwrite);
  else stream._write(chunk, encoding, state.onwrite);
  state.bits &= ~kSync;
}

Writable.prototype._write = function (chunk, encoding, callback) {
  if (!this._writev) throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_write()');
  this._writev([{ chunk, encoding }], callback);
};

Writable.prototype._writev = null;

// The callback given to _write() and _writev().
WritableState.prototype.onWriteDone = function (stream, error) {
  const state = this;
  const callback = state.writecb;
  if (typeof callback !== 'function') {
    errorOrDestroy(stream, new codes.ERR_MULTIPLE_CALLBACK());
    return;
  }
  const sync = (state.bits & kSync) !== 0;
  state.bits &= ~kWriting;
  state.writecb = null;
  state.length -= state.writelen;
  state.writelen = 0;
  if (error) {
    void error.stack; // lets go of the frames it holds
    if ((state.bits & kErrored) === 0) state.errored = error;
    // The other side must not emit data any more.
    const r = stream._readableState;
    if (r && !r.errored) r.errored = error;
    if (sync) process.nextTick(afterError, stream, state, error, callback);
    else afterError(stream, state, error, callback);
    return;
  }
  if (state.buffered.length > state.bufferedIndex) clearBuffer(stream, state);
  if (!sync) {
    afterWrite(stream, state, 1, callback);
  } else if (callback === nothing && (state.bits & (kNeedDrain | kDestroyed)) === 0) {
    // Nobody waits to be told.
    state.pendingcb--;
    if (state.bits & kEnding) finishMaybe(stream, state, true);
  } else if (state.afterWriteTick !== null && state.afterWriteTick.callback === callback) {
    state.afterWriteTick.count++;
  } else {
    state.afterWriteTick = { count: 1, callback, stream, state };
    process.nextTick(afterSyncWrites, state.afterWriteTick);
  }
};

function afterSyncWrites(tick) {
  tick.state.afterWriteTick = null;
  afterWrite(tick.stream, tick.state, tick.count, tick.callback);
}

function afterWrite(stream, state, count, callback) {
  if (state.length === 0 && (state.bits & (kEnding | kDestroyed | kNeedDrain)) === kNeedDrain) {
    state.bits &= ~kNeedDrain;
    stream.emit('drain');
  }
  while (count-- > 0) {
    state.pendingcb--;
    callback(null);
  }
  if (state.bits & kDestroyed) failBuffered(state);
  finishMaybe(stream, state);
}

function afterError(stream, state, error, callback) {
  --state.pendingcb;
  callback(error);
  failBuffered(state);
  errorOrDestroy(stream, error);
}

// Tells everyone who still waits that it will not happen.
function failBuffered(state) {
  if (state.bits & kWriting) return;
  for (let i = state.bufferedIndex; i < state.buffered.length; ++i) {
    const { chunk, callback } = state.buffered[i];
    state.length -= state.bits & kObjectMode ? 1 : lengthOf(chunk);
    callback(state.errored ?? new codes.ERR_STREAM_DESTROYED('write'));
  }
  if (state.onFinished !== null)
    callOnFinished(state, state.errored ?? new codes.ERR_STREAM_DESTROYED('end'));
  state.resetBuffer();
}

// The callbacks of end(), once.
function callOnFinished(state, error) {
  const callbacks = state.onFinished;
  state.onFinished = null;
  if (callbacks !== null) for (const callback of callbacks) callback(error);
}

function clearBuffer(stream, state) {
  if (state.corked || (state.bits & (kBufferProcessing | kDestroyed | kConstructed)) !== kConstructed) return;
  const { buffered, bufferedIndex } = state;
  const waiting = buffered.length - bufferedIndex;
  if (waiting === 0) return;
  state.bits |= kBufferProcessing;
  if (waiting > 1 && stream._writev) {
    state.pendingcb -= waiting - 1;
    const callback = state.bits & kAllNoop ? nothing : callAll(buffered, bufferedIndex);
    const chunks = bufferedIndex === 0 ? buffered : buffered.slice(bufferedIndex);
    chunks.allBuffers = state.allBuffers;
    doWrite(stream, state, true, state.length, chunks, '', callback);
    state.resetBuffer();
  } else {
    writeBuffered(stream, state);
  }
  state.bits &= ~kBufferProcessing;
}

function callAll(buffered, from) {
  return (error) => {
    for (let i = from; i < buffered.length; ++i) buffered[i].callback(error);
  };
}

function writeBuffered(stream, state) {
  const { buffered } = state;
  let i = state.bufferedIndex;
  do {
    const { chunk, encoding, callback } = buffered[i];
    buffered[i++] = null;
    doWrite(stream, state, false, state.bits & kObjectMode ? 1 : lengthOf(chunk), chunk, encoding, callback);
  } while (i < buffered.length && (state.bits & kWriting) === 0);
  if (i === buffered.length) {
    state.resetBuffer();
  } else if (i > 256) {
    buffered.splice(0, i);
    state.bufferedIndex = 0;
  } else {
    state.bufferedIndex = i;
  }
}

// ---- the end ----

Writable.prototype.end = function (chunk, encoding, callback) {
  const state = this._writableState;
  if (typeof chunk === 'function') {
    callback = chunk;
    chunk = null;
    encoding = null;
  } else if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  let error;
  if (chunk !== null && chunk !== undefined) {
    const result = accept(this, chunk, encoding);
    if (result instanceof Error) error = result;
  }
  if (state.corked) {
    state.corked = 1;
    this.uncork();
  }
  if (error) {
    // already told
  } else if ((state.bits & (kErrored | kEnding)) === 0) {
    state.bits |= kEnding;
    finishMaybe(this, state, true);
    state.ended = true;
    error = state.errored; // _final() may have failed at once
  } else if (state.bits & kFinished) {
    error = new codes.ERR_STREAM_ALREADY_FINISHED('end');
  } else if (state.bits & kDestroyed) {
    error = new codes.ERR_STREAM_DESTROYED('end');
  }
  if (typeof callback === 'function') {
    if (error) process.nextTick(callback, error);
    else if (state.bits & kFinished) process.nextTick(callback, null);
    else (state.onFinished ??= []).push(callback);
  }
  return this;
};

const kFinishMask =
  kEnding | kDestroyed | kConstructed | kErrored | kFinished | kWriting | kErrorEmitted | kCloseEmitted;

function needsFinish(state) {
  return (
    (state.bits & kFinishMask) === (kEnding | kConstructed) &&
    state.length === 0 &&
    state.buffered.length === 0
  );
}

function finishMaybe(stream, state, sync) {
  if (!needsFinish(state)) return;
  prefinish(stream, state);
  if (state.pendingcb !== 0) return;
  if (sync) {
    state.pendingcb++;
    process.nextTick(finishLater, stream, state);
  } else if (needsFinish(state)) {
    state.pendingcb++;
    finish(stream, state);
  }
}

function finishLater(stream, state) {
  if (needsFinish(state)) finish(stream, state);
  else state.pendingcb--;
}

function prefinish(stream, state) {
  if (state.bits & (kPrefinished | kFinalCalled)) return;
  if (typeof stream._final === 'function' && (state.bits & kDestroyed) === 0) {
    state.bits |= kFinalCalled;
    callFinal(stream, state);
  } else {
    state.bits |= kPrefinished;
    stream.emit('prefinish');
  }
}

function callFinal(stream, state) {
  let called = false;
  function done(error) {
    if (called) {
      errorOrDestroy(stream, error ?? new codes.ERR_MULTIPLE_CALLBACK());
      return;
    }
    called = true;
    state.pendingcb--;
    if (error) {
      callOnFinished(state, error);
      errorOrDestroy(stream, error, state.sync);
    } else if (needsFinish(state)) {
      state.bits |= kPrefinished;
      stream.emit('prefinish');
      // Another tick: 'prefinish' listeners may still end something.
      state.pendingcb++;
      process.nextTick(finish, stream, state);
    }
  }
  state.bits |= kSync;
  state.pendingcb++;
  try {
    stream._final(done);
  } catch (error) {
    done(error);
  }
  state.bits &= ~kSync;
}

function finish(stream, state) {
  state.pendingcb--;
  state.bits |= kFinished;
  callOnFinished(state, null);
  stream.emit('finish');
  if (state.bits & kAutoDestroy) {
    const r = stream._readableState;
    if (!r || (r.autoDestroy && (r.endEmitted || r.readable === false))) stream.destroy();
  }
}

Writable.prototype.destroy = function (error, callback) {
  const state = this._writableState;
  if (
    (state.bits & kDestroyed) === 0 &&
    (state.bufferedIndex < state.buffered.length || state.onFinished !== null)
  ) {
    process.nextTick(failBuffered, state);
  }
  lifecycle.destroy.call(this, error, callback);
  return this;
};

Writable.prototype._undestroy = lifecycle.undestroy;
Writable.prototype._destroy = function (error, callback) {
  callback(error);
};

Writable.prototype[Symbol.for('nodejs.rejection')] = function (error) {
  this.destroy(error);
};

Writable.fromWeb = function (writableStream, options) {
  return require('internal/stream/web/from_web').newWritableFromWeb(writableStream, options);
};

Writable.toWeb = function (streamWritable) {
  return require('internal/stream/web/to_web').newWebFromWritable(streamWritable);
};

module.exports = Writable;
require('internal/stream/writable_properties').install(Writable);
