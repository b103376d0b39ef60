'use strict';
// Http2ServerResponse (Node doc: http2, "Class: http2.Http2ServerResponse"): a stream as the server of HTTP/1 answers.

const { Stream } = require('stream');
const { codes } = require('internal/errors');
const {
  validateFunction,
  validateLinkHeaderValue,
  validateObject,
  validateString,
} = require('internal/errors/validators');
const { isToken } = require('internal/http/common');
const { addAccessors, listen } = require('internal/http2/compat_parts');
const { socketOf } = require('internal/http2/compat_socket');
const { checkPseudoHeader } = require('internal/http2/headers');
const { kProxySocket, kRequest, kResponse, kState, kStream } = require('internal/http2/symbols');

const kHeaders = Symbol('headers');
const kTrailers = Symbol('trailers');
const kBegin = Symbol('begin');
const kPut = Symbol('put');

const pseudoHeaders = new Set([':status', ':method', ':path', ':authority', ':scheme']);

const warned = new Set();
function warnOnce(text) {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, 'UnsupportedWarning');
}
const warnStatusMessage = () => warnOnce('Status message is not supported by HTTP/2 (RFC7540 8.1.2.4)');
const warnConnectionHeader = () =>
  warnOnce(
    'The provided connection header is not valid, the value will be dropped from the header and will never be in use.',
  );

const isAllowed = (name, value) => name !== 'connection' || value === 'trailers';

function checkHeader(name, value) {
  if (name === '' || typeof name !== 'string' || name.includes(' ')) {
    throw new codes.ERR_INVALID_HTTP_TOKEN('Header name', name);
  }
  if (pseudoHeaders.has(name)) throw new codes.ERR_HTTP2_PSEUDOHEADER_NOT_ALLOWED();
  if (value === undefined || value === null) throw new codes.ERR_HTTP2_INVALID_HEADER_VALUE(value, name);
  if (!isAllowed(name, value)) warnConnectionHeader();
}

const normalize = (name) => name.trim().toLowerCase();

// A listener for the stream that tells the response's listeners of the same.
const forward = (event) =>
  function () {
    this[kResponse]?.emit(event);
  };

function onWantTrailers() {
  this.sendTrailers(this[kResponse][kTrailers]);
}

// The stream is closed, or was before the response ended.
function finish(stream) {
  const response = stream[kResponse];
  const state = response?.[kState];
  // The stream of a HEAD request has ended by itself: the response ends when end() is called.
  if (state === undefined || state.headRequest !== stream.headRequest) return;
  state.closed = true;
  stream[kResponse] = undefined;
  stream[kProxySocket] = null;
  stream.removeListener('wantTrailers', onWantTrailers);
  response.emit('finish');
  response.emit('close');
}

const streamListeners = Object.entries({
  drain: forward('drain'),
  close() {
    finish(this);
  },
  wantTrailers: onWantTrailers,
  timeout: forward('timeout'),
});

// Whoever writes first sends the headers as they are.
function sendHead(response) {
  if (!response[kStream].headersSent) response.writeHead(response[kState].statusCode);
}

function endWith(response, chunk, encoding, callback) {
  const { [kState]: state, [kStream]: stream } = response;
  const waits = typeof callback === 'function';
  if (state.headRequest === stream.headRequest && (state.ending || state.closed)) {
    if (waits) process.nextTick(callback);
    return;
  }
  if (chunk !== null && chunk !== undefined) response.write(chunk, encoding);
  state.ending = true;
  state.headRequest = stream.headRequest;
  if (waits) (stream.writableEnded ? response : stream).once('finish', callback);
  sendHead(response);
  if (stream.destroyed || state.closed) finish(stream);
  else stream.end();
}

class Http2ServerResponse extends Stream {
  // In the order in which util.inspect() shows them.
  [kState] = {
    closed: false,
    ending: false,
    destroyed: false,
    headRequest: false,
    sendDate: true,
    statusCode: 200,
  };
  [kHeaders] = { __proto__: null };
  [kTrailers] = { __proto__: null };
  [kStream];

  constructor(stream, options) {
    super(options);
    stream[kResponse] = this;
    stream[kProxySocket] = null;
    this[kStream] = stream;
    this.writable = true;
    this.req = stream[kRequest];
    listen(stream, streamListeners);
  }

  // ---- Headers

  setTrailer(name, value) {
    validateString(name, 'name');
    name = normalize(name);
    checkHeader(name, value);
    this[kTrailers][name] = value;
  }

  addTrailers(headers) {
    for (const name of Object.keys(headers)) this.setTrailer(name, headers[name]);
  }

  getHeader(name) {
    validateString(name, 'name');
    return this[kHeaders][normalize(name)];
  }

  getHeaderNames() {
    return Object.keys(this[kHeaders]);
  }

  getHeaders() {
    return Object.assign({ __proto__: null }, this[kHeaders]);
  }

  hasHeader(name) {
    validateString(name, 'name');
    return Object.hasOwn(this[kHeaders], normalize(name));
  }

  removeHeader(name) {
    validateString(name, 'name');
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    name = normalize(name);
    if (name === 'date') this[kState].sendDate = false;
    else delete this[kHeaders][name];
  }

  setHeader(name, value) {
    validateString(name, 'name');
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    this[kPut](name, value, false);
  }

  appendHeader(name, value) {
    validateString(name, 'name');
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    this[kPut](name, value, true);
  }

  [kPut](name, value, append) {
    name = normalize(name);
    checkHeader(name, value);
    if (!isAllowed(name, value)) return;
    if (name[0] === ':') checkPseudoHeader(name);
    else if (!isToken(name)) this.destroy(new codes.ERR_INVALID_HTTP_TOKEN('Header name', name));
    const headers = this[kHeaders];
    if (!append || headers[name] === undefined || headers[name] === null) {
      headers[name] = value;
    } else {
      headers[name] = [headers[name], value].flat();
    }
  }

  #putAll(headers) {
    if (!Array.isArray(headers)) {
      if (typeof headers === 'object' && headers !== null) {
        for (const name of Object.keys(headers)) this[kPut](name, headers[name], false);
      }
      return;
    }
    if (headers.every(Array.isArray)) {
      for (const [name, value] of headers) this[kPut](name, value, false);
      return;
    }
    if (headers.length % 2 === 1) throw new codes.ERR_INVALID_ARG_VALUE('headers', headers);
    const seen = new Set();
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i];
      this[kPut](name, headers[i + 1], seen.has(name));
      seen.add(name);
    }
  }

  writeHead(statusCode, statusMessage, headers) {
    const state = this[kState];
    if (state.closed || this[kStream].destroyed) return this;
    if (this[kStream].headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
    if (typeof statusMessage === 'string') warnStatusMessage();
    if (headers === undefined && typeof statusMessage === 'object') headers = statusMessage;
    this.#putAll(headers);
    this.statusCode = statusCode;
    this[kBegin]();
    return this;
  }

  flushHeaders() {
    if (!this[kState].closed) sendHead(this);
  }

  [kBegin]() {
    const { ending, sendDate, statusCode } = this[kState];
    const headers = this[kHeaders];
    headers[':status'] = statusCode;
    // Whoever ends at once can add no trailers any more.
    const waitForTrailers = !ending || this.hasTrailers;
    this[kStream].respond(headers, { endStream: ending && !this.hasTrailers, waitForTrailers, sendDate });
  }

  // ---- Body

  cork() {
    this[kStream].cork();
  }

  uncork() {
    this[kStream].uncork();
  }

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = 'utf8';
    }
    const state = this[kState];
    let error;
    if (state.ending) error = new codes.ERR_STREAM_WRITE_AFTER_END();
    else if (state.closed) error = new codes.ERR_HTTP2_INVALID_STREAM();
    else if (state.destroyed) return false;
    if (error !== undefined) {
      if (typeof callback === 'function') process.nextTick(callback, error);
      this.destroy(error);
      return false;
    }
    sendHead(this);
    return this[kStream].write(chunk, encoding, callback);
  }

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') endWith(this, null, undefined, chunk);
    else if (typeof encoding === 'function') endWith(this, chunk, 'utf8', encoding);
    else endWith(this, chunk, encoding, callback);
    return this;
  }

  destroy(error) {
    const state = this[kState];
    if (state.destroyed) return;
    state.destroyed = true;
    this[kStream].destroy(error);
  }

  setTimeout(milliseconds, callback) {
    if (!this[kState].closed) this[kStream].setTimeout(milliseconds, callback);
    return this;
  }

  // ---- More than one answer

  createPushResponse(headers, callback) {
    validateFunction(callback, 'callback');
    if (this[kState].closed || this[kState].destroyed) {
      process.nextTick(callback, new codes.ERR_HTTP2_INVALID_STREAM());
      return;
    }
    this[kStream].pushStream(headers, {}, (error, stream) => {
      if (error) callback(error);
      else callback(null, new Http2ServerResponse(stream));
    });
  }

  #inform(headers) {
    const stream = this[kStream];
    if (stream.headersSent || this[kState].closed) return false;
    stream.additionalHeaders(headers);
    return true;
  }

  writeContinue() {
    return this.#inform({ ':status': 100 });
  }

  writeEarlyHints(hints) {
    validateObject(hints, 'hints');
    const { link, ...headers } = hints;
    const value = validateLinkHeaderValue(link);
    if (value.length === 0) return false;
    return this.#inform({ ...headers, ':status': 103, Link: value });
  }
}

const readers = {
  // How far it is
  headersSent() {
    return this[kStream].headersSent;
  },
  // Some modules look whether there is one.
  _header() {
    return this.headersSent;
  },
  finished() {
    return this[kState].ending;
  },
  writableEnded() {
    return this[kState].ending;
  },
  writableFinished() {
    return this[kStream].writableFinished;
  },
  writableLength() {
    return this[kStream].writableLength;
  },
  writableHighWaterMark() {
    return this[kStream].writableHighWaterMark;
  },
  writableCorked() {
    return this[kStream].writableCorked;
  },

  // By which way it goes
  stream() {
    return this[kStream];
  },
  socket() {
    return this[kState].closed ? undefined : socketOf(this[kStream]);
  },
  connection() {
    return this.socket;
  },

  // What is answered
  hasTrailers() {
    return Object.keys(this[kTrailers]).length > 0;
  },
  sendDate() {
    return this[kState].sendDate;
  },
  statusCode() {
    return this[kState].statusCode;
  },
  statusMessage() {
    warnStatusMessage();
    return '';
  },
};

const writers = {
  sendDate(send) {
    this[kState].sendDate = Boolean(send);
  },
  statusCode(code) {
    code |= 0;
    if (code >= 100 && code < 200) throw new codes.ERR_HTTP2_INFO_STATUS_NOT_ALLOWED();
    if (code < 100 || code > 599) throw new codes.ERR_HTTP2_STATUS_INVALID(code);
    this[kState].statusCode = code;
  },
  statusMessage(_message) {
    warnStatusMessage();
  },
};
addAccessors(Http2ServerResponse.prototype, readers, writers);

module.exports = { Http2ServerResponse };
