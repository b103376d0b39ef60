'use strict';
// http.OutgoingMessage: what ServerResponse and ClientRequest have in common: headers, framing (Content-Length, chunked), and
// getting bytes to the socket.
//
// The common case is a whole message known at end(): its head and body then go to the kernel in one native call
// (handle.writeHead) that bypasses the socket's own stream, as long as nothing is queued there.

const Stream = require('stream');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { utcDate, validateHeaderName, validateHeaderValue } = require('internal/http/common');

const kHeaders = Symbol('headers'); // lower-case name → [name, value]
const kDirect = Symbol('directWrite');
const kNeedDrain = Symbol('needDrain');
const kCorked = Symbol('corked');
const kErrored = Symbol('errored');
const kBytes = Symbol('bytesWritten');
const NOT_ASCII = /[^\x00-\x7f]/;
const CRLF = '\r\n';
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

// The header lines of this message, given its first line and either an object, an array of pairs or a flat array of headers,
// or the message's own table.
function storeHeader(message, firstLine, headers) {
  const state = {
    header: firstLine,
    connection: false,
    length: false,
    chunked: false,
    date: false,
    expect: false,
    trailer: false,
    upgrade: false,
  };
  if (headers) {
    if (headers === message[kHeaders]) {
      for (const key in headers) addEntry(message, state, headers[key][0], headers[key][1], key, false);
    } else if (Array.isArray(headers)) {
      if (headers.length && Array.isArray(headers[0])) {
        for (const [name, value] of headers) addEntry(message, state, name, value, undefined, true);
      } else {
        if (headers.length % 2 !== 0) throw new codes.ERR_INVALID_ARG_VALUE('headers', headers);
        for (let i = 0; i < headers.length; i += 2)
          addEntry(message, state, headers[i], headers[i + 1], undefined, true);
      }
    } else {
      for (const name in headers) {
        if (Object.hasOwn(headers, name)) addEntry(message, state, name, headers[name], undefined, true);
      }
    }
  }
  finishHeader(message, state);
}

function addEntry(message, state, name, value, key, validate) {
  if (validate) validateHeaderName(name);
  if (Array.isArray(value)) {
    const lower = key ?? name.toLowerCase();
    if ((value.length < 2 || lower !== 'cookie') && !message._joinHeader?.has(lower)) {
      for (const one of value) addLine(message, state, name, one, key, validate);
      return;
    }
    value = value.join('; ');
  }
  addLine(message, state, name, value, key, validate);
}

function addLine(message, state, name, value, key, validate) {
  if (validate) validateHeaderValue(name, value);
  state.header += `${name}: ${value}\r\n`;
  noteHeader(message, state, name, key, value);
}

// What a header that the program gave changes about the framing.
function noteHeader(message, state, name, key, value) {
  if (name.length < 4 || name.length > 17) return;
  switch (key ?? name.toLowerCase()) {
    case 'connection':
      state.connection = true;
      message._removedConnection = false;
      if (/(^|\W)close(\W|$)/i.test(value)) message._last = true;
      else message.shouldKeepAlive = true;
      if (/(^|\W)upgrade(\W|$)/i.test(value)) state.upgrade = true;
      break;
    case 'transfer-encoding':
      state.chunked = true;
      message._removedTE = false;
      if (/(?:^|\W)chunked(?:$|\W)/i.test(value)) message.chunkedEncoding = true;
      break;
    case 'content-length':
      state.length = true;
      message._contentLength = Number(value);
      message._removedContLen = false;
      break;
    case 'date':
      state.date = true;
      break;
    case 'expect':
      state.expect = true;
      break;
    case 'trailer':
      state.trailer = true;
      break;
    case 'keep-alive':
      message._defaultKeepAlive = false;
      break;
  }
}

// "Date", "Connection" and "Keep-Alive" of a persistent connection, the same for all messages of a second.
let commonTail = '';
let commonTailDate = '';
let commonTailTimeout = -1;
function persistentTail(date, timeout) {
  if (date !== commonTailDate || timeout !== commonTailTimeout) {
    commonTailDate = date;
    commonTailTimeout = timeout;
    commonTail = `Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeout / 1000)}\r\n`;
  }
  return commonTail;
}

function finishHeader(message, state) {
  let { header } = state;
  if ((message.statusCode === 204 || message.statusCode === 304) && message.chunkedEncoding) {
    // Neither may have a body: a chunked one would end the connection's framing.
    message.chunkedEncoding = false;
    message.shouldKeepAlive = false;
  }
  const wantsDate = message.sendDate && !state.date;
  if (message._removedConnection) {
    // RFC 9112, 9.3: without a Connection header the version decides, so the connection may not be reused.
    if (wantsDate) header += `Date: ${utcDate()}\r\n`;
    message._last = !message.shouldKeepAlive;
  } else if (!state.connection) {
    const keep =
      message.shouldKeepAlive &&
      (state.length || message.useChunkedEncodingByDefault || message.agent) &&
      !message.maxRequestsOnConnectionReached;
    if (
      keep &&
      wantsDate &&
      message._keepAliveTimeout &&
      message._defaultKeepAlive &&
      !message._maxRequestsPerSocket
    ) {
      header += persistentTail(utcDate(), message._keepAliveTimeout);
    } else {
      if (wantsDate) header += `Date: ${utcDate()}\r\n`;
      if (keep) {
        header += 'Connection: keep-alive\r\n';
        if (message._keepAliveTimeout && message._defaultKeepAlive) {
          const max = message._maxRequestsPerSocket > 0 ? `, max=${message._maxRequestsPerSocket}` : '';
          header += `Keep-Alive: timeout=${Math.floor(message._keepAliveTimeout / 1000)}${max}\r\n`;
        }
      } else {
        message._last = true;
        header += 'Connection: close\r\n';
      }
    }
  } else if (wantsDate) {
    header += `Date: ${utcDate()}\r\n`;
  }

  if (!state.length && !state.chunked) {
    if (!message._hasBody) {
      message.chunkedEncoding = false;
    } else if (!message.useChunkedEncodingByDefault) {
      message._last = true;
    } else if (
      message._deferLength &&
      !state.trailer &&
      !message._removedContLen &&
      message._trailer === ''
    ) {
      // writeHead() adds the length, which it learns while it encodes the body.
      message._header = header;
      message._headerSent = false;
      message._maybeExpect?.(state.expect);
      return;
    } else if (!state.trailer && !message._removedContLen && typeof message._contentLength === 'number') {
      header += `Content-Length: ${message._contentLength}\r\n`;
    } else if (!message._removedTE) {
      header += 'Transfer-Encoding: chunked\r\n';
      message.chunkedEncoding = true;
    } else {
      // Neither length nor chunks: the body ends with the connection.
      message._last = true;
    }
  }
  message._deferLength = false;
  if (message.chunkedEncoding !== true && state.trailer) throw new codes.ERR_HTTP_TRAILER_INVALID();
  message._header = header + CRLF;
  message._headerSent = false;
  message._maybeExpect?.(state.expect);
}

// The native stream when nothing stands between this message and the kernel.
function directHandle(message) {
  const { socket } = message;
  if (socket === null || socket._httpMessage !== message || socket.destroyed || socket.connecting)
    return null;
  if (message.outputData.length > 0) return null;
  const handle = socket._handle;
  if (!handle || handle.writeHead === undefined) return null;
  const state = socket._writableState;
  if (state.length !== 0 || state.corked || state.ending || socket[kDirect]) return null;
  if (Object.hasOwn(socket, 'write') || Object.hasOwn(socket, '_write')) return null; // somebody watches the writes
  return handle;
}

function onDirectWritten(status, req) {
  req.socket[kDirect] = false;
  if (status < 0) req.socket.destroy(require('internal/errors').errnoException(status, 'write'));
  else req.message._onDirectDone(req.callback);
}

// Writes all of a message, or its last bytes, natively. False when it cannot be done so.
function writeDirect(message, handle, body, withLength, callback) {
  const { socket } = message;
  const req = { oncomplete: onDirectWritten, message, socket, callback };
  const head = message._headerSent ? '' : message._header;
  message._headerSent = true;
  const result = handle.writeHead(req, head, body, withLength);
  if (result < 0) {
    const error = require('internal/errors').errnoException(result, 'write');
    if (callback) process.nextTick(callback, error);
    socket.destroy(error);
  } else if (result === 1) {
    socket[kDirect] = true;
  } else {
    process.nextTick(finishDirect, message, callback);
  }
}
function finishDirect(message, callback) {
  message._onDirectDone(callback);
}

const methods = {
  constructor: OutgoingMessage,

  _renderHeaders() {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('render');
    const headers = {};
    for (const key in this[kHeaders]) headers[this[kHeaders][key][0]] = this[kHeaders][key][1];
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
    const headers = (this[kHeaders] ??= Object.create(null));
    headers[name.toLowerCase()] = [name, value];
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
    const headers = (this[kHeaders] ??= Object.create(null));
    const key = name.toLowerCase();
    const before = headers[key];
    if (before === undefined) {
      headers[key] = [name, value];
    } else {
      before[1] = (Array.isArray(before[1]) ? before[1] : [before[1]]).concat(value);
    }
    return this;
  },

  getHeader(name) {
    validateString(name, 'name');
    return this[kHeaders]?.[name.toLowerCase()]?.[1];
  },

  getHeaderNames() {
    return this[kHeaders] === null ? [] : Object.keys(this[kHeaders]);
  },

  getRawHeaderNames() {
    return this[kHeaders] === null ? [] : Object.values(this[kHeaders]).map((entry) => entry[0]);
  },

  getHeaders() {
    const result = Object.create(null);
    for (const key in this[kHeaders]) result[key] = this[kHeaders][key][1];
    return result;
  },

  hasHeader(name) {
    validateString(name, 'name');
    return this[kHeaders] !== null && this[kHeaders][name.toLowerCase()] !== undefined;
  },

  removeHeader(name) {
    validateString(name, 'name');
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('remove');
    const key = name.toLowerCase();
    if (key === 'connection') this._removedConnection = true;
    else if (key === 'content-length') this._removedContLen = true;
    else if (key === 'transfer-encoding') this._removedTE = true;
    else if (key === 'date') this.sendDate = false;
    if (this[kHeaders] !== null) delete this[kHeaders][key];
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
      validateHeaderValue(name, value);
      this._trailer += `${name}: ${value}\r\n`;
    }
  },

  // Sends the head, if it has not gone yet, and `data`.
  _send(data, encoding, callback) {
    if (!this._headerSent) {
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
for (const key of Reflect.ownKeys(methods)) {
  Object.defineProperty(OutgoingMessage.prototype, key, {
    value: methods[key],
    writable: true,
    configurable: true,
    enumerable: typeof key === 'string' && key !== 'constructor',
  });
}

function checkChunk(chunk) {
  if (chunk === null) throw new codes.ERR_STREAM_NULL_VALUES();
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
    throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
  }
}

function failWrite(message, error, callback) {
  process.nextTick(() => {
    if (callback) callback(error);
    message.destroy?.(error);
    if (message.listenerCount('error') > 0 || !message.socket) message.emit('error', error);
  });
}

function writeAfterEnd(message, callback) {
  const error = new codes.ERR_STREAM_WRITE_AFTER_END();
  process.nextTick(() => {
    message.emit('error', error);
    if (callback) callback(error);
  });
}

const lengthOf = (chunk, encoding) =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.byteLength;

function write(message, chunk, encoding, callback, fromEnd) {
  checkChunk(chunk);
  if (message.finished && !fromEnd) {
    writeAfterEnd(message, callback);
    return true;
  }
  if (message.destroyed) {
    const error = new codes.ERR_STREAM_DESTROYED('write');
    failWrite(message, error, callback);
    return false;
  }
  let length = -1;
  if (message.strictContentLength) {
    length = lengthOf(chunk, encoding);
    if (
      message._hasBody &&
      message._contentLength !== null &&
      message[kBytes] + length > message._contentLength
    ) {
      throw new codes.ERR_HTTP_CONTENT_LENGTH_MISMATCH(message[kBytes] + length, message._contentLength);
    }
    message[kBytes] += length;
  }
  if (!message._header) {
    if (fromEnd) message._contentLength ??= length >= 0 ? length : lengthOf(chunk, encoding);
    message._implicitHeader();
  }
  if (!message._hasBody) {
    if (message._rejectNonStandardBodyWrites) throw new codes.ERR_HTTP_BODY_NOT_ALLOWED();
    if (callback) process.nextTick(callback);
    return true;
  }
  const { socket } = message;
  if (!fromEnd && socket && !socket.writableCorked) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  if (message.chunkedEncoding && chunk.length !== 0) {
    if (length < 0) length = lengthOf(chunk, encoding);
    message._send(length.toString(16) + CRLF, 'latin1', null);
    message._send(chunk, encoding, null);
    return message._send(CRLF, null, callback);
  }
  return message._send(chunk, encoding, callback);
}

function end(message, chunk, encoding, callback) {
  if (message.finished) {
    if (chunk) {
      writeAfterEnd(message, typeof callback === 'function' ? callback : undefined);
    } else if (typeof callback === 'function') {
      if (message.writableFinished) {
        process.nextTick(callback, new codes.ERR_STREAM_ALREADY_FINISHED('end'));
      } else {
        message.on('finish', callback);
      }
    }
    return message;
  }
  if (chunk) checkChunk(chunk);
  const simple =
    !chunk || typeof chunk !== 'string' || !encoding || encoding === 'utf8' || encoding === 'utf-8';

  if (
    message._canWriteDirect &&
    simple &&
    message._trailer === '' &&
    !message.strictContentLength &&
    !message.destroyed
  ) {
    const handle = directHandle(message);
    if (handle !== null) {
      if (!message._header) {
        message._deferLength = true;
        message._contentLength = null;
        message._implicitHeader();
      } else {
        message._deferLength = false;
      }
      if (!message.chunkedEncoding) {
        const withLength = message._deferLength;
        message._deferLength = false;
        message.finished = true;
        if (typeof callback === 'function') message.once('finish', callback);
        const body = message._hasBody && chunk ? chunk : '';
        writeDirect(message, handle, body, withLength);
        return message;
      }
      message._deferLength = false;
    }
  }

  if (chunk) {
    message.socket?.cork();
    write(message, chunk, encoding, null, true);
  } else if (!message._header) {
    message.socket?.cork();
    message._contentLength = 0;
    message._implicitHeader();
  } else {
    message.socket?.cork();
  }
  if (typeof callback === 'function') message.once('finish', callback);
  if (
    message.strictContentLength &&
    message._hasBody &&
    message._contentLength !== null &&
    message[kBytes] !== message._contentLength
  ) {
    message.socket?.uncork();
    throw new codes.ERR_HTTP_CONTENT_LENGTH_MISMATCH(message[kBytes], message._contentLength);
  }
  const onFinish = () => message._emitFinish();
  if (message._hasBody && message.chunkedEncoding) {
    message._send(`0\r\n${message._trailer}\r\n`, 'latin1', onFinish);
  } else if (
    !message._headerSent ||
    message.outputData.length > 0 ||
    chunk ||
    message.socket?.writableLength
  ) {
    message._send('', 'latin1', onFinish);
  } else {
    process.nextTick(onFinish);
  }
  if (message.socket) {
    // Whatever corked it: all goes out now.
    while (message.socket.writableCorked > 0) message.socket.uncork();
  }
  message[kCorked] = 0;
  message.finished = true;
  if (message.outputData.length === 0 && message.socket && message.socket._httpMessage === message)
    message._finish();
  return message;
}

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
getter(
  '_headers',
  function () {
    return this.getHeaders();
  },
  function (headers) {
    this[kHeaders] = null;
    for (const name in headers) this.setHeader(name, headers[name]);
  },
);
module.exports = { OutgoingMessage, kHeaders, kNeedDrain };
