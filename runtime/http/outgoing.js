'use strict';
// http.OutgoingMessage: what ServerResponse and ClientRequest have in common: headers, framing (Content-Length, chunked), and
// getting bytes to the socket.
// The header block is made in header_block.js, the body in outgoing_body.js.

const addMethods = require('internal/util/add_methods');
const Stream = require('stream');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const {
  hasInvalidChar,
  lowerCase,
  validateHeaderName,
  validateHeaderValue,
} = require('internal/http/common');
const { HeaderTable } = require('internal/http/header_table');
const { deprecate } = require('internal/util');
const { storeHeader, kHeaders } = require('internal/http/header_block');
const { write, end, kDirect, kCorked, kBytes } = require('internal/http/outgoing_body');

const kNeedDrain = Symbol('needDrain');
const kErrored = Symbol('errored');
const NOT_ASCII = /[^\x00-\x7f]/;
const nop = () => {};

function OutgoingMessage(options) {
  if (!(this instanceof OutgoingMessage)) return new OutgoingMessage(options);
  this._events = undefined;
  this._eventsCount = 0;
  this._maxListeners = undefined;
  Stream.call(this);
  this.outputData = [];
  this.outputSize = 0;
  this.writable = true;
  this.destroyed = false;
  this._last = false;
  this.chunkedEncoding = false;
  this.shouldKeepAlive = true;
  this.maxRequestsOnConnectionReached = false;
  this._defaultKeepAlive = true;
  this.useChunkedEncodingByDefault = true;
  this.sendDate = false;
  this._removedConnection = false;
  this._removedContLen = false;
  this._removedTE = false;
  this.strictContentLength = false;
  this._contentLength = null;
  this._hasBody = true;
  this._trailer = '';
  this.finished = false;
  this._headerSent = false;
  this._closed = false;
  this.socket = null;
  this._header = null;
  this._keepAliveTimeout = 0;
  this._finishing = false;
  this._finishEmitted = false;
  this._deferLength = false;
  this._onPendingData = nop;
  this[kHeaders] = null;
  this[kNeedDrain] = false;
  this[kCorked] = 0;
  this[kErrored] = null;
  this[kBytes] = 0;
}
Object.setPrototypeOf(OutgoingMessage.prototype, Stream.prototype);
Object.setPrototypeOf(OutgoingMessage, Stream);
const methods = {
  constructor: OutgoingMessage,

  _renderHeaders() {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('render');
    const headers = {};
    this[kHeaders]?.forEach((name, value) => {
      headers[name] = value;
    });
    return headers;
  },

  _storeHeader(firstLine, headers) {
    storeHeader(this, firstLine, headers);
  },

  setTimeout(milliseconds, callback) {
    if (callback) this.on('timeout', callback);
    if (this.socket) this.socket.setTimeout(milliseconds);
    else this.once('socket', (socket) => socket.setTimeout(milliseconds));
    return this;
  },

  cork() {
    this[kCorked]++;
    this.socket?.cork();
  },
  uncork() {
    if (this[kCorked] > 0) this[kCorked]--;
    this.socket?.uncork();
  },

  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this[kErrored] = error ?? null;
    if (this.socket) this.socket.destroy(error);
    else this.once('socket', (socket) => socket.destroy(error));
    return this;
  },

  setHeader(name, value) {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('set');
    validateHeaderName(name);
    validateHeaderValue(name, value);
    (this[kHeaders] ??= new HeaderTable()).set(name, value);
    return this;
  },

  setHeaders(headers) {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('set');
    if (
      !headers ||
      Array.isArray(headers) ||
      typeof headers.keys !== 'function' ||
      typeof headers.get !== 'function'
    ) {
      throw new codes.ERR_INVALID_ARG_TYPE('headers', ['Headers', 'Map'], headers);
    }
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  },

  appendHeader(name, value) {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('append');
    validateHeaderName(name);
    validateHeaderValue(name, value);
    (this[kHeaders] ??= new HeaderTable()).append(name, value);
    return this;
  },

  getHeader(name) {
    validateString(name, 'name');
    return this[kHeaders]?.get(name);
  },

  getHeaderNames() {
    const names = [];
    this[kHeaders]?.forEach((name, value, key) => names.push(key));
    return names;
  },

  getRawHeaderNames() {
    const names = [];
    this[kHeaders]?.forEach((name) => names.push(name));
    return names;
  },

  getHeaders() {
    const result = Object.create(null);
    this[kHeaders]?.forEach((name, value, key) => {
      result[key] = value;
    });
    return result;
  },

  hasHeader(name) {
    validateString(name, 'name');
    return this[kHeaders] !== null && this[kHeaders].has(name);
  },

  removeHeader(name) {
    validateString(name, 'name');
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('remove');
    const key = lowerCase(name);
    if (key === 'connection') this._removedConnection = true;
    else if (key === 'content-length') this._removedContLen = true;
    else if (key === 'transfer-encoding') this._removedTE = true;
    else if (key === 'date') this.sendDate = false;
    this[kHeaders]?.delete(name);
  },

  _implicitHeader() {
    throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_implicitHeader()');
  },

  flushHeaders() {
    if (!this._header) this._implicitHeader();
    this._send('');
  },

  addTrailers(headers) {
    this._trailer = '';
    const list = Array.isArray(headers) ? headers : Object.entries(headers);
    for (const [name, value] of list) {
      validateHeaderName(name, 'Trailer name');
      if (hasInvalidChar(value)) throw new codes.ERR_INVALID_CHAR('trailer content', name);
      this._trailer += `${name}: ${value}\r\n`;
    }
  },

  // Sends the head, if it has not gone yet, and `data`.
  _send(data, encoding, callback) {
    if (!this._headerSent && this._header !== null) {
      this._headerSent = true;
      const header = this._header;
      if (
        typeof data === 'string' &&
        (!encoding || encoding === 'utf8' || encoding === 'latin1') &&
        !NOT_ASCII.test(header)
      ) {
        data = header + data;
      } else {
        this._writeRaw(header, 'latin1');
        if (data === '' || data.length === 0) {
          if (callback) process.nextTick(callback);
          return true;
        }
      }
    }
    return this._writeRaw(data, encoding, callback);
  },

  _writeRaw(data, encoding, callback) {
    const { socket } = this;
    if (socket?.destroyed) return false;
    if (typeof encoding === 'function') [encoding, callback] = [null, encoding];
    if (socket && socket._httpMessage === this && socket.writable) {
      if (this.outputData.length) this._flushOutput(socket);
      return socket.write(data, encoding, callback);
    }
    this.outputData.push({ data, encoding, callback });
    this.outputSize += data.length;
    this._onPendingData(data.length);
    return this.outputSize < this.writableHighWaterMark;
  },

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [encoding, callback] = [null, encoding];
    const result = write(this, chunk, encoding, callback, false);
    if (!result) this[kNeedDrain] = true;
    return result;
  },

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, encoding, callback] = [null, null, chunk];
    else if (typeof encoding === 'function') [encoding, callback] = [null, encoding];
    return end(this, chunk, encoding, callback);
  },

  // The direct write of all that was left has gone to the kernel.
  _onDirectDone(callback) {
    this._emitFinish();
    if (callback) callback();
  },

  _emitFinish() {
    if (this._finishEmitted) return;
    this._finishEmitted = true;
    this._beforeFinish?.();
    this.emit('finish');
    this._afterFinish?.();
  },

  _flush() {
    const { socket } = this;
    if (!socket || !socket.writable) return;
    const flushed = this._flushOutput(socket);
    if (this.finished) this._finish();
    else if (flushed && this[kNeedDrain]) {
      this[kNeedDrain] = false;
      this.emit('drain');
    }
  },

  _flushOutput(socket) {
    while (this[kCorked] > 0) {
      this[kCorked]--;
      socket.cork();
    }
    const { outputData } = this;
    if (outputData.length === 0) return undefined;
    this.outputData = [];
    socket.cork();
    let flushed;
    for (const { data, encoding, callback } of outputData) flushed = socket.write(data, encoding, callback);
    socket.uncork();
    this._onPendingData(-this.outputSize);
    this.outputSize = 0;
    return flushed;
  },

  _finish() {
    this.emit('prefinish');
  },

  pipe() {
    this.emit('error', new codes.ERR_STREAM_CANNOT_PIPE());
  },

  [Symbol.for('nodejs.rejection')](error) {
    this.destroy(error);
  },
};
addMethods(OutgoingMessage.prototype, methods);

function getter(name, get, set) {
  Object.defineProperty(OutgoingMessage.prototype, name, { get, set, configurable: true, enumerable: true });
}
getter('errored', function () {
  return this[kErrored];
});
getter('closed', function () {
  return this._closed;
});
getter('writableFinished', function () {
  return (
    this.finished &&
    this.outputSize === 0 &&
    (this._finishEmitted || !this.socket || (this.socket.writableLength === 0 && !this.socket[kDirect]))
  );
});
getter('writableObjectMode', () => false);
getter('writableLength', function () {
  return this.outputSize + (this.socket ? this.socket.writableLength : 0);
});
getter('writableHighWaterMark', function () {
  return this.socket ? this.socket.writableHighWaterMark : 16384;
});
getter('writableCorked', function () {
  return this[kCorked];
});
getter('writableEnded', function () {
  return this.finished;
});
getter('writableNeedDrain', function () {
  return !this.destroyed && !this.finished && this[kNeedDrain];
});
getter('headersSent', function () {
  return Boolean(this._header);
});
getter(
  'connection',
  function () {
    return this.socket;
  },
  function (value) {
    this.socket = value;
  },
);

// Names that old programs still use (DEP0066).
const OLD_HEADERS = 'OutgoingMessage.prototype._headers is deprecated';
const OLD_NAMES = 'OutgoingMessage.prototype._headerNames is deprecated';
getter(
  '_headers',
  deprecate(
    function () {
      return this.getHeaders();
    },
    OLD_HEADERS,
    'DEP0066',
  ),
  deprecate(
    function (headers) {
      this[kHeaders] = null;
      for (const name in headers) this.setHeader(name, headers[name]);
    },
    OLD_HEADERS,
    'DEP0066',
  ),
);
getter(
  '_headerNames',
  deprecate(
    function () {
      if (this[kHeaders] === null) return null;
      const names = Object.create(null);
      this[kHeaders].forEach((name, value, key) => {
        names[key] = name;
      });
      return names;
    },
    OLD_NAMES,
    'DEP0066',
  ),
  deprecate(
    function (names) {
      if (typeof names !== 'object' || names === null) return;
      for (const key in names) this[kHeaders]?.rename(key, String(names[key]));
    },
    OLD_NAMES,
    'DEP0066',
  ),
);

module.exports = { OutgoingMessage, kHeaders, kNeedDrain };
