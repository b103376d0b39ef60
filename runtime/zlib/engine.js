'use strict';
// ZlibBase: the Transform stream around the native compressor (Node doc: zlib, "Class: zlib.ZlibBase"). A chunk goes to the
// thread pool with a piece of output memory; while that fills up, the same chunk goes again.

const { Zlib: Native } = internalBinding('zlib');
const { Buffer, kMaxLength } = require('buffer');
const { codes, genericNodeError } = require('internal/errors');
const { validateFunction, validateNumber } = require('internal/errors/validators');
const { Transform, finished } = require('stream');
const { constants } = require('internal/zlib/constants');

const kFlushFlag = Symbol('kFlushFlag');
const kError = Symbol('kError');

// How far each kind of flush goes, by its number.
const flushRank = [];
for (const [rank, name] of [
  'NO_FLUSH',
  'BLOCK',
  'PARTIAL_FLUSH',
  'SYNC_FLUSH',
  'FULL_FLUSH',
  'FINISH',
].entries()) {
  flushRank[constants[`Z_${name}`]] = rank;
}
const furtherFlush = (a, b) => (flushRank[a] > flushRank[b] ? a : b);

// Empty writes that carry a flush, in order with the data.
const flushMarks = [0, 1, 2, 3, 4, 5].map((flag) => {
  const mark = Buffer.alloc(0);
  mark[kFlushFlag] = flag;
  return mark;
});

function isNumber(value, name) {
  if (value === undefined || Number.isNaN(value)) return false;
  if (Number.isFinite(value)) return true;
  validateNumber(value, name);
  throw new codes.ERR_OUT_OF_RANGE(name, 'a finite number', value);
}

function inRange(value, name, lower, upper, otherwise) {
  if (!isNumber(value, name)) return otherwise;
  if (value < lower || value > upper) {
    throw new codes.ERR_OUT_OF_RANGE(name, `>= ${lower} and <= ${upper}`, value);
  }
  return value;
}

// `kind`: { mode, flush, finishFlush, fullFlush, maxFlush }
function ZlibBase(options, kind, initialise) {
  let chunkSize = constants.Z_DEFAULT_CHUNK;
  let maxOutputLength = kMaxLength;
  let { flush, finishFlush } = kind;
  if (options) {
    chunkSize = options.chunkSize;
    if (!isNumber(chunkSize, 'options.chunkSize')) {
      chunkSize = constants.Z_DEFAULT_CHUNK;
    } else if (chunkSize < constants.Z_MIN_CHUNK) {
      throw new codes.ERR_OUT_OF_RANGE('options.chunkSize', `>= ${constants.Z_MIN_CHUNK}`, chunkSize);
    }
    flush = inRange(options.flush, 'options.flush', 0, kind.maxFlush, flush);
    finishFlush = inRange(options.finishFlush, 'options.finishFlush', 0, kind.maxFlush, finishFlush);
    maxOutputLength = inRange(options.maxOutputLength, 'options.maxOutputLength', 1, kMaxLength, kMaxLength);
    if (options.encoding || options.objectMode || options.writableObjectMode) {
      options = { ...options, encoding: null, objectMode: false, writableObjectMode: false };
    }
  }
  Transform.call(this, { autoDestroy: true, ...options });
  this.bytesWritten = 0;
  this[kError] = null;
  this._chunkSize = chunkSize;
  this._defaultFlushFlag = flush;
  this._finishFlushFlag = finishFlush;
  this._defaultFullFlushFlag = kind.fullFlush;
  this._maxOutputLength = maxOutputLength;
  this._outBuffer = null;
  this._outOffset = 0;
  this._job = null;
  const native = new Native(kind.mode);
  native.onwrite = () => onWrite(this);
  native.onerror = (message, number, code) => {
    const error = genericNodeError(message, { errno: number, code });
    this[kError] = error;
    this.destroy(error);
  };
  initialise(native);
  this._handle = native;
}
Object.setPrototypeOf(ZlibBase.prototype, Transform.prototype);
Object.setPrototypeOf(ZlibBase, Transform);

Object.defineProperty(ZlibBase.prototype, '_closed', {
  configurable: true,
  enumerable: true,
  get() {
    return !this._handle;
  },
});

let warnedBytesRead = false;
Object.defineProperty(ZlibBase.prototype, 'bytesRead', {
  configurable: true,
  enumerable: true,
  get() {
    if (!warnedBytesRead) {
      warnedBytesRead = true;
      process.emitWarning(
        'zlib.bytesRead is deprecated and will change its meaning in the future. Use zlib.bytesWritten instead.',
        'DeprecationWarning',
        'DEP0108',
      );
    }
    return this.bytesWritten;
  },
  set(value) {
    this.bytesWritten = value;
  },
});

Object.assign(ZlibBase.prototype, {
  // A flush takes its turn among the writes; after the last of them only the callback is left.
  flush(kind, callback) {
    const byDefault = typeof kind === 'function' || (kind === undefined && !callback);
    const done = byDefault ? kind : callback;
    if (!this.writableEnded) this.write(flushMarks[byDefault ? this._defaultFullFlushFlag : kind], '', done);
    else if (done && this.writableFinished) process.nextTick(done);
    else if (done) this.once('end', done);
  },

  reset() {
    if (this._closed) throw new Error('zlib binding closed');
    return this._handle.reset();
  },

  close(callback) {
    if (callback) finished(this, callback);
    this.destroy();
  },

  _destroy(error, callback) {
    const handle = this._handle;
    this._handle = null;
    handle?.close();
    callback(error);
  },

  // Everything that is left comes out when the readable side asks for the end, not before.
  _final: (callback) => callback(),
  _flush(callback) {
    this._transform(Buffer.alloc(0), '', callback);
  },
});

ZlibBase.prototype._transform = function (chunk, encoding, callback) {
  let flush = this._defaultFlushFlag;
  if (typeof chunk[kFlushFlag] === 'number') {
    flush = chunk[kFlushFlag];
  } else if (this.writableEnded && this.writableLength === chunk.byteLength) {
    // The last chunk: end with it instead of with a write of its own.
    flush = furtherFlush(flush, this._finishFlushFlag);
  }
  if (!this._handle) {
    process.nextTick(callback);
    return;
  }
  if (!this._outBuffer) takeOutBuffer(this);
  this._job = {
    chunk,
    flush,
    callback,
    inOffset: 0,
    inLeft: chunk.byteLength,
    outLeft: this._chunkSize - this._outOffset,
  };
  writeJob(this);
};

function takeOutBuffer(self) {
  self._outBuffer = Buffer.allocUnsafe(self._chunkSize);
  self._outOffset = 0;
}

function writeJob(self) {
  const job = self._job;
  self._handle.write(
    job.flush,
    job.chunk,
    job.inOffset,
    job.inLeft,
    self._outBuffer,
    self._outOffset,
    job.outLeft,
  );
}

function onWrite(self) {
  const job = self._job;
  const handle = self._handle;
  if (self.destroyed || !handle) {
    self._job = null;
    job.callback();
    return;
  }
  const [outLeft, inLeft] = handle.result;
  const used = job.inLeft - inLeft;
  const made = job.outLeft - outLeft;
  self.bytesWritten += used;
  let readerIsFull = false;
  if (made > 0) {
    const out = self._outBuffer.subarray(self._outOffset, self._outOffset + made);
    self._outOffset += made;
    readerIsFull = !self.push(out);
  }
  if (self.destroyed) {
    self._job = null;
    job.callback();
    return;
  }
  job.outLeft = outLeft;
  if (outLeft === 0 || self._outOffset >= self._chunkSize) {
    takeOutBuffer(self);
    job.outLeft = self._chunkSize;
  }
  if (outLeft === 0) {
    // There may be more to come out of it.
    job.inOffset += used;
    job.inLeft = inLeft;
    if (readerIsFull) {
      const read = self._read;
      self._read = (n) => {
        self._read = read;
        if (self._handle) writeJob(self);
        self._read(n);
      };
    } else {
      writeJob(self);
    }
    return;
  }
  if (inLeft > 0) {
    // Bytes after the end of the compressed data: they belong to somebody else.
    self.push(null);
  }
  self._job = null;
  job.callback();
}

// The whole of `chunk` at once: for the *Sync functions.
ZlibBase.prototype._processChunk = function (chunk, flush, callback) {
  if (typeof callback === 'function') {
    this._transform(chunk, '', callback);
    return undefined;
  }
  return runSync(this, chunk, flush);
};

function runSync(self, chunk, flush) {
  const handle = self._handle;
  if (!handle) throw new Error('zlib binding closed');
  let inOffset = 0;
  let inLeft = chunk.byteLength;
  const parts = [];
  let total = 0;
  self.on('error', () => {}); // thrown here instead
  for (;;) {
    const out = Buffer.allocUnsafe(self._chunkSize);
    handle.writeSync(flush, chunk, inOffset, inLeft, out, 0, out.length);
    if (self[kError]) throw self[kError];
    const [outLeft, stillIn] = handle.result;
    const made = out.length - outLeft;
    inOffset += inLeft - stillIn;
    inLeft = stillIn;
    if (made > 0) {
      parts.push(out.subarray(0, made));
      total += made;
      if (total > self._maxOutputLength) {
        closeHandle(self);
        throw new codes.ERR_BUFFER_TOO_LARGE(self._maxOutputLength);
      }
    }
    if (outLeft > 0) break;
  }
  self.bytesWritten = inOffset;
  closeHandle(self);
  return parts.length === 1 ? parts[0] : Buffer.concat(parts, total);
}

function closeHandle(self) {
  self._handle?.close();
  self._handle = null;
}

function toInput(buffer) {
  if (typeof buffer === 'string') return Buffer.from(buffer);
  if (buffer instanceof Uint8Array) return buffer;
  if (ArrayBuffer.isView(buffer)) return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer || Object.prototype.toString.call(buffer) === '[object ArrayBuffer]') {
    return Buffer.from(buffer);
  }
  const types = ['string', 'Buffer', 'TypedArray', 'DataView', 'ArrayBuffer'];
  throw new codes.ERR_INVALID_ARG_TYPE('buffer', types, buffer);
}

function oneShotSync(engine, buffer) {
  buffer = toInput(buffer);
  const result = runSync(engine, buffer, engine._finishFlushFlag);
  return engine._info ? { buffer: result, engine } : result;
}

function oneShot(engine, buffer, callback) {
  validateFunction(callback, 'callback');
  buffer = toInput(buffer);
  const parts = [];
  let total = 0;
  engine.on('data', (chunk) => {
    parts.push(chunk);
    total += chunk.length;
    if (total > engine._maxOutputLength) {
      engine.destroy();
      engine.removeAllListeners('end');
      callback(new codes.ERR_BUFFER_TOO_LARGE(engine._maxOutputLength));
    }
  });
  engine.on('error', (error) => callback(error));
  engine.on('end', () => {
    const result = parts.length === 1 ? parts[0] : Buffer.concat(parts, total);
    engine.close();
    callback(null, engine._info ? { buffer: result, engine } : result);
  });
  engine.end(buffer);
}

module.exports = { ZlibBase, inRange, oneShot, oneShotSync, toInput };
