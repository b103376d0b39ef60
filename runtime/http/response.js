'use strict';
// http.ServerResponse.

const addMethods = require('internal/util/add_methods');
const { codes } = require('internal/errors');
const { validateObject, validateLinkHeaderValue } = require('internal/errors/validators');
const { OutgoingMessage, kHeaders } = require('internal/http/outgoing');
const { hasInvalidChar, validateHeaderName } = require('internal/http/common');
const STATUS_CODES = require('internal/http/status');

const TRAILERS_OR_CHUNKS = /(?:^|\W)chunked(?:$|\W)/i;

function ServerResponse(req, options) {
  OutgoingMessage.call(this, options);
  if (req.method === 'HEAD') this._hasBody = false;
  this.req = req;
  this.sendDate = true;
  this._sent100 = false;
  this._expectContinue = false;
  this.statusCode = 200;
  this.statusMessage = undefined;
  this._canWriteDirect = true;
  this._done = null;
  this._rejectNonStandardBodyWrites = options?.rejectNonStandardBodyWrites ?? false;
  if (req.httpVersionMajor < 1 || (req.httpVersionMajor === 1 && req.httpVersionMinor < 1)) {
    this.useChunkedEncodingByDefault = TRAILERS_OR_CHUNKS.test(req.headers?.te);
    this.shouldKeepAlive = false;
  }
}
Object.setPrototypeOf(ServerResponse.prototype, OutgoingMessage.prototype);
Object.setPrototypeOf(ServerResponse, OutgoingMessage);

function onSocketClose() {
  // The connection went before the answer did.
  const message = this._httpMessage;
  if (message) closeResponse(message);
}

function closeResponse(message) {
  if (message._closed) return;
  message.destroyed = true;
  message._closed = true;
  message.emit('close');
}

// "HTTP/1.1 200 OK\r\n" of statuses without a text of their own.
const statusLines = new Map();
function statusLine(code, text) {
  let line = statusLines.get(code);
  if (line === undefined || STATUS_CODES[code] !== text) {
    line = `HTTP/1.1 ${code} ${text}\r\n`;
    if (STATUS_CODES[code] === text) statusLines.set(code, line);
  }
  return line;
}

const methods = {
  constructor: ServerResponse,

  _finish() {
    OutgoingMessage.prototype._finish.call(this);
  },

  _beforeFinish() {
    this._done?.(this);
  },
  _afterFinish() {
    if (this._done) closeResponse(this);
  },

  assignSocket(socket) {
    if (socket._httpMessage) throw new codes.ERR_HTTP_SOCKET_ASSIGNED();
    socket._httpMessage = this;
    if (!socket._httpCloseWatched) {
      socket._httpCloseWatched = true;
      socket.on('close', onSocketClose);
    }
    this.socket = socket;
    if (this._eventsCount > 0) this.emit('socket', socket);
    if (this.outputData.length > 0 || this.finished) this._flush();
  },

  detachSocket(socket) {
    socket._httpMessage = null;
    this.socket = null;
  },

  writeContinue(callback) {
    this._writeRaw('HTTP/1.1 100 Continue\r\n\r\n', 'ascii', callback);
    this._sent100 = true;
  },

  writeProcessing(callback) {
    this._writeRaw('HTTP/1.1 102 Processing\r\n\r\n', 'ascii', callback);
  },

  writeEarlyHints(hints, callback) {
    validateObject(hints, 'hints');
    if (hints.link == null) return;
    const link = validateLinkHeaderValue(hints.link);
    if (link.length === 0) return;
    let head = `HTTP/1.1 103 Early Hints\r\nLink: ${link}\r\n`;
    for (const key of Object.keys(hints)) {
      if (key === 'link') continue;
      validateHeaderName(key);
      if (hasInvalidChar(String(hints[key]))) throw new codes.ERR_INVALID_CHAR('header content', key);
      head += `${key}: ${hints[key]}\r\n`;
    }
    this._writeRaw(`${head}\r\n`, 'latin1', callback);
  },

  _implicitHeader() {
    this.writeHead(this.statusCode);
  },

  writeHead(statusCode, reason, headers) {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('write');
    const given = statusCode;
    statusCode |= 0;
    if (statusCode < 100 || statusCode > 999) throw new codes.ERR_HTTP_INVALID_STATUS_CODE(given);
    if (typeof reason === 'string') {
      this.statusMessage = reason;
    } else {
      this.statusMessage ||= STATUS_CODES[statusCode] || 'unknown';
      headers ??= reason;
    }
    this.statusCode = statusCode;
    let all;
    if (this[kHeaders] !== null) {
      // Both setHeader() and writeHead(): the latter's win.
      if (Array.isArray(headers)) {
        if (headers.length % 2 !== 0) throw new codes.ERR_INVALID_ARG_VALUE('headers', headers);
        for (let i = 0; i < headers.length; i += 2) this.removeHeader(headers[i]);
        for (let i = 0; i < headers.length; i += 2) this.appendHeader(headers[i], headers[i + 1]);
      } else if (headers) {
        for (const key of Object.keys(headers)) {
          if (key) this.setHeader(key, headers[key]);
        }
      }
      all = this[kHeaders];
    } else {
      all = headers;
    }
    if (hasInvalidChar(this.statusMessage)) throw new codes.ERR_INVALID_CHAR('statusMessage');
    if (statusCode === 204 || statusCode === 304 || (statusCode >= 100 && statusCode <= 199))
      this._hasBody = false;
    // A client that waits for "100 Continue" and did not get it may or may not send its body: unknowable.
    if (this._expectContinue && !this._sent100) this.shouldKeepAlive = false;
    this._storeHeader(statusLine(statusCode, this.statusMessage), all);
    return this;
  },
};
methods.writeHeader = methods.writeHead;
addMethods(ServerResponse.prototype, methods);

module.exports = { ServerResponse };
