'use strict';
// net.Socket: a Duplex over a native stream handle (native_stream.h). https://nodejs.org/docs/latest-v20.x/api/net.html
//
// A socket starts without a handle (`new Socket()`), with a connected one (accepted by a server, `{fd}`, `{handle}`) or
// gets one in connect(). Reads arrive in onRead() below unless another listener of the handle takes them first.

const addMethods = require('internal/util/add_methods');
const { Duplex } = require('stream');
const { Buffer } = require('buffer');
const { codes, errnoException } = require('internal/errors');
const { validateNumber, validateFunction, validateAbortSignal } = require('internal/errors/validators');
const { kOwner, kBytesRead, kBytesWritten } = require('internal/net/symbols');
const {
  giveWaiting,
  handleClasses,
  handleFromFd,
  initializeHandle,
  touch,
  kTimeout,
  kUserBuffer,
} = require('internal/net/handles');
const { addProperties, nameOf } = require('internal/net/socket_properties');

const kSetNoDelay = Symbol('setNoDelay');
const kSetKeepAlive = Symbol('setKeepAlive');
const kKeepAliveDelay = Symbol('setKeepAliveInitialDelay');

// write(text, 'buffer'): the encoding is for bytes.
function textAsBuffer() {
  return Object.assign(new TypeError('Second argument must be a buffer'), { code: 'ERR_INVALID_ARG_TYPE' });
}

function onWriteComplete(status, req) {
  const socket = req.socket;
  if (socket.destroyed) return req.callback(codesError(socket));
  touch(socket);
  if (status < 0) {
    const error = errnoException(status, 'write', req.error);
    return req.callback(error);
  }
  req.callback(null);
}
const codesError = (socket) => socket.errored ?? new codes.ERR_STREAM_DESTROYED('write');

function onShutdownComplete(status, req) {
  req.callback();
}

// What of a socket's options is the stream's: always an object of one shape, since sockets are made often.
const streamOptions = (options) => ({
  allowHalfOpen: Boolean(options.allowHalfOpen),
  autoDestroy: true,
  captureRejections: options.captureRejections,
  construct: options.construct,
  decodeStrings: false,
  defaultEncoding: options.defaultEncoding,
  destroy: options.destroy,
  emitClose: false, // after the handle's close
  encoding: options.encoding,
  final: options.final,
  highWaterMark: options.highWaterMark,
  read: options.read,
  readable: options.readable,
  readableHighWaterMark: options.readableHighWaterMark,
  writable: options.writable,
  writableHighWaterMark: options.writableHighWaterMark,
  write: options.write,
  writev: options.writev,
});

function Socket(options) {
  if (!(this instanceof Socket)) return new Socket(options);
  if (options?.objectMode) {
    throw new codes.ERR_INVALID_ARG_VALUE('options.objectMode', options.objectMode, 'is not supported');
  }
  if (options?.readableObjectMode || options?.writableObjectMode) {
    const which = options.readableObjectMode ? 'readableObjectMode' : 'writableObjectMode';
    throw new codes.ERR_INVALID_ARG_VALUE(`options.${which}`, options[which], 'is not supported');
  }
  if (typeof options?.keepAliveInitialDelay !== 'undefined') {
    validateNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  }
  if (typeof options === 'number') options = { fd: options };
  else options ??= {};

  this.connecting = false;
  this._hadError = false;
  this._parent = null;
  this._host = null;
  this._handle = null;
  this[kTimeout] = null;
  this[kBytesRead] = 0;
  this[kBytesWritten] = 0;
  this.timeout = 0;
  this.server = null;
  this._server = null;
  this[kSetNoDelay] = Boolean(options.noDelay);
  this[kSetKeepAlive] = Boolean(options.keepAlive);
  this[kKeepAliveDelay] = Math.max(0, Math.trunc((options.keepAliveInitialDelay ?? 0) / 1000));

  const { signal } = options;
  if (signal !== undefined) validateAbortSignal(signal, 'options.signal');
  if (options.handle) {
    this._handle = options.handle;
  } else if (options.fd !== undefined) {
    const { fd } = options;
    this._handle = handleFromFd(fd, false);
    const error = this._handle.open(fd);
    if (error < 0) throw errnoException(error, 'open');
    // Standard output that is a pipe is written synchronously, as process.stdout promises.
    if ((fd === 1 || fd === 2) && options.blocking !== false) this._handle.setBlocking?.(true);
  }
  const { onread } = options;
  if (onread !== null && typeof onread === 'object') {
    const isSource = typeof onread.buffer === 'function';
    if ((isSource || ArrayBuffer.isView(onread.buffer)) && typeof onread.callback === 'function') {
      this[kUserBuffer] = {
        next: isSource ? onread.buffer : undefined,
        buffer: isSource ? onread.buffer() : onread.buffer,
        callback: onread.callback,
        waiting: undefined, // bytes that came before pause() and were not given yet
      };
    }
  }

  // The handle needs its owner before streams may read.
  Duplex.call(this, streamOptions(options));
  if (this._handle) initializeHandle(this);
  this.on('end', refuseWrites);
  if (signal) require('internal/stream/abort').addAbortSignal(signal, this);

  if (options.handle || options.fd !== undefined) {
    if (options.fd !== undefined || options.manualStart === undefined) {
      if (options.pauseOnCreate) {
        this._handle.reading = false;
        this._handle.readStop();
        this._readableState.flowing = false;
      } else if (!options.manualStart) {
        this.read(0);
      }
    }
  }
}
Object.setPrototypeOf(Socket.prototype, Duplex.prototype);
Object.setPrototypeOf(Socket, Duplex);

// The other side has ended and this one does not go on alone: what is written from now on goes nowhere.
function refuseWrites() {
  if (this.allowHalfOpen) return;
  this.write = writeAfterEnd;
}

function writeAfterEnd(chunk, encoding, callback) {
  if (!this.writableEnded) return Duplex.prototype.write.call(this, chunk, encoding, callback);
  if (typeof encoding === 'function') callback = encoding;
  const error = new Error('This socket has been ended by the other party');
  error.code = 'EPIPE';
  if (typeof callback === 'function') process.nextTick(callback, error);
  this.destroy(error);
  return false;
}

const methods = {
  constructor: Socket,

  _unrefTimer() {
    touch(this);
    this._parent?._unrefTimer?.();
  },

  _final(callback) {
    if (this.connecting) {
      return this.once('connect', () => this._final(callback));
    }
    if (!this._handle) return callback();
    const req = { oncomplete: onShutdownComplete, callback, handle: this._handle };
    const error = this._handle.shutdown(req);
    if (error === -107) return callback(); // ENOTCONN: the other side was faster
    if (error < 0) return callback(errnoException(error, 'shutdown'));
  },

  _onTimeout() {
    // A write in progress that the peer keeps taking is no inactivity.
    const size = this._handle?.writeQueueSize ?? 0;
    if (size > 0 && this._lastQueueSize !== undefined && this._lastQueueSize !== size) {
      this._lastQueueSize = size;
      touch(this);
      return;
    }
    this._lastQueueSize = size > 0 ? size : undefined;
    this.emit('timeout');
  },

  setTimeout(milliseconds, callback) {
    if (this.destroyed) return this;
    milliseconds = require('internal/timers/legacy').checkDuration(milliseconds);
    if (callback !== undefined) validateFunction(callback, 'callback');
    this.timeout = milliseconds;
    if (this[kTimeout] !== null) {
      clearTimeout(this[kTimeout]);
      this[kTimeout] = null;
    }
    if (milliseconds === 0) {
      if (callback !== undefined) this.removeListener('timeout', callback);
    } else {
      this[kTimeout] = globalThis.setTimeout(() => {
        // The timer stays for refresh(): activity after a timeout starts a new period.
        if (!this.destroyed) this._onTimeout();
      }, milliseconds);
      this[kTimeout].unref();
      if (callback !== undefined) this.once('timeout', callback);
    }
    return this;
  },

  setNoDelay(enable) {
    const on = enable === undefined || Boolean(enable);
    if (!this._handle) {
      this[kSetNoDelay] = on;
    } else if (this._handle.setNoDelay && on !== this[kSetNoDelay]) {
      this[kSetNoDelay] = on;
      this._handle.setNoDelay(on);
    }
    return this;
  },

  setKeepAlive(enable, initialDelay) {
    const on = Boolean(enable);
    const delay = Math.trunc((initialDelay ?? 0) / 1000);
    if (!this._handle) {
      this[kSetKeepAlive] = on;
      this[kKeepAliveDelay] = delay;
    } else if (this._handle.setKeepAlive && (on !== this[kSetKeepAlive] || delay !== this[kKeepAliveDelay])) {
      this[kSetKeepAlive] = on;
      this[kKeepAliveDelay] = delay;
      this._handle.setKeepAlive(on, delay);
    }
    return this;
  },

  address() {
    return this._getsockname();
  },

  _getsockname() {
    return nameOf(this, 'getsockname', '_sockname');
  },

  _getpeername() {
    return nameOf(this, 'getpeername', '_peername');
  },

  read(n) {
    if (this[kUserBuffer] && !this.connecting && this._handle && !this._handle.reading && !this._paused) {
      startReading(this);
    }
    return Duplex.prototype.read.call(this, n);
  },

  pause() {
    if (this[kUserBuffer]) this._paused = true;
    if (this[kUserBuffer] && !this.connecting && this._handle?.reading) {
      this._handle.reading = false;
      if (!this.destroyed) {
        const error = this._handle.readStop();
        if (error) this.destroy(errnoException(error, 'read'));
      }
    }
    return Duplex.prototype.pause.call(this);
  },

  resume() {
    if (this[kUserBuffer]) this._paused = false;
    if (this[kUserBuffer] && !this.connecting && this._handle && !this._handle.reading) {
      if (this[kUserBuffer].waiting === undefined) startReading(this);
      else process.nextTick(giveWaiting, this);
    }
    return Duplex.prototype.resume.call(this);
  },

  _read() {
    if (this.connecting || !this._handle) {
      this.once('connect', () => this._read());
    } else if (!this._handle.reading) {
      startReading(this);
    }
  },

  end(data, encoding, callback) {
    Duplex.prototype.end.call(this, data, encoding, callback);
    return this;
  },

  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  },

  resetAndDestroy() {
    if (!this._handle) {
      this.destroy(new codes.ERR_SOCKET_CLOSED());
      return this;
    }
    const { TCP } = handleClasses();
    if (!(this._handle instanceof TCP)) throw new codes.ERR_INVALID_HANDLE_TYPE();
    this.resetOnClose = true;
    if (this.connecting) {
      this.once('connect', () => this.destroy());
    } else {
      this.destroy();
    }
    return this;
  },

  _destroy(exception, callback) {
    this.connecting = false;
    if (this[kTimeout] !== null) {
      clearTimeout(this[kTimeout]);
      this[kTimeout] = null;
    }
    const handle = this._handle;
    if (handle) {
      const hadError = Boolean(exception);
      this[kBytesRead] = handle.bytesRead;
      this[kBytesWritten] = handle.bytesWritten;
      const closed = () => this.emit('close', hadError);
      if (this.resetOnClose && handle.reset) handle.reset(closed);
      else handle.close(closed);
      handle[kOwner] = undefined;
      this._handle = null;
      callback(exception);
    } else {
      callback(exception);
      process.nextTick(() => this.emit('close', Boolean(exception)));
    }
    const server = this._server;
    if (server) {
      this._server = null;
      server._connections--;
      server._emitCloseIfDrained?.();
    }
  },

  _writeGeneric(writev, data, encoding, callback) {
    if (this.connecting) {
      this._pendingData = data;
      this._pendingEncoding = encoding;
      const onClose = () => callback(new codes.ERR_SOCKET_CLOSED_BEFORE_CONNECTION());
      this.once('connect', () => {
        this.removeListener('close', onClose);
        this._pendingData = null;
        this._writeGeneric(writev, data, encoding, callback);
      });
      this.once('close', onClose);
      return;
    }
    this._pendingData = null;
    const handle = this._handle;
    if (!handle) return callback(new codes.ERR_SOCKET_CLOSED());
    touch(this);
    const req = { oncomplete: onWriteComplete, socket: this, callback, error: undefined };
    let error;
    if (writev) {
      const chunks = data.allBuffers
        ? data
        : data.map((entry) =>
            typeof entry.chunk === 'string' ? Buffer.from(entry.chunk, entry.encoding) : entry.chunk,
          );
      error = handle.writev(req, data.allBuffers ? chunks.map((c) => c.chunk ?? c) : chunks);
    } else if (typeof data !== 'string') {
      error = handle.writeBuffer(req, data);
    } else if (encoding === 'utf8' || encoding === 'utf-8') {
      error = handle.writeUtf8String(req, data);
    } else if (encoding === 'latin1' || encoding === 'binary') {
      error = handle.writeLatin1String(req, data);
    } else if (encoding === 'buffer') {
      throw textAsBuffer();
    } else {
      error = handle.writeBuffer(req, Buffer.from(data, encoding));
    }
    if (error < 0) return callback(errnoException(error, 'write'));
    if (error === 0) return callback(null);
  },

  _writev(chunks, callback) {
    this._writeGeneric(true, chunks, '', callback);
  },

  _write(data, encoding, callback) {
    this._writeGeneric(false, data, encoding, callback);
  },

  connect(...args) {
    return require('internal/net/connect').connectSocket(this, args);
  },

  ref() {
    if (!this._handle) {
      this.once('connect', this.ref);
      return this;
    }
    this._handle.ref?.();
    return this;
  },

  unref() {
    if (!this._handle) {
      this.once('connect', this.unref);
      return this;
    }
    this._handle.unref?.();
    return this;
  },
};
addMethods(Socket.prototype, methods);

addProperties(Socket.prototype);

function startReading(socket) {
  const handle = socket._handle;
  handle.reading = true;
  const error = handle.readStart();
  if (error) socket.destroy(errnoException(error, 'read'));
}

// What a connected handle needs from the options of its socket.
function applyOptions(socket) {
  const handle = socket._handle;
  if (socket[kSetNoDelay] && handle.setNoDelay) handle.setNoDelay(true);
  if (socket[kSetKeepAlive] && handle.setKeepAlive) handle.setKeepAlive(true, socket[kKeepAliveDelay]);
}

module.exports = { Socket, applyOptions };
