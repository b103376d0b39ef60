'use strict';
// Http2ServerRequest (Node doc: http2, "Class: http2.Http2ServerRequest"): a stream as the server of HTTP/1 shows it.

const { Readable } = require('stream');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { socketOf } = require('internal/http2/compat_socket');
const { kProxySocket, kRequest, kState, kStream } = require('internal/http2/symbols');

const kHeaders = Symbol('headers');
const kRawHeaders = Symbol('rawHeaders');
const kTrailers = Symbol('trailers');
const kRawTrailers = Symbol('rawTrailers');
const kAborted = Symbol('aborted');

function onData(chunk) {
  const request = this[kRequest];
  if (request !== undefined && !request.push(chunk)) this.pause();
}

function onTrailers(trailers, flags, list) {
  const request = this[kRequest];
  if (request === undefined) return;
  Object.assign(request[kTrailers], trailers);
  request[kRawTrailers].push(...list);
}

function onEnd() {
  this[kRequest]?.push(null);
}

// Errors of the stream are no errors of the request.
function onError() {}

function onAborted() {
  const request = this[kRequest];
  if (request === undefined || request[kState].closed) return;
  request[kAborted] = true;
  request.emit('aborted');
}

function onClose() {
  const request = this[kRequest];
  if (request === undefined) return;
  const state = request[kState];
  state.closed = true;
  request.push(null);
  // Nobody wanted to read it: its end comes all the same.
  if (!state.didRead && !request._readableState.resumeScheduled) request.resume();
  this[kProxySocket] = null;
  this[kRequest] = undefined;
  request.emit('close');
}

function onTimeout() {
  this[kRequest]?.emit('timeout');
}

function onPause() {
  this[kStream].pause();
}

function onResume() {
  this[kStream].resume();
}

class Http2ServerRequest extends Readable {
  constructor(stream, headers, options, rawHeaders) {
    super({ autoDestroy: false, ...options });
    this[kState] = { closed: false, didRead: false };
    this[kHeaders] = headers;
    this[kRawHeaders] = rawHeaders;
    this[kTrailers] = {};
    this[kRawTrailers] = [];
    this[kStream] = stream;
    this[kAborted] = false;
    stream[kProxySocket] = null;
    stream[kRequest] = this;
    stream.on('trailers', onTrailers);
    stream.on('end', onEnd);
    stream.on('error', onError);
    stream.on('aborted', onAborted);
    stream.on('close', onClose);
    stream.on('timeout', onTimeout);
    this.on('pause', onPause);
    this.on('resume', onResume);
  }

  get aborted() {
    return this[kAborted];
  }
  get complete() {
    return this[kAborted] || this.readableEnded || this[kState].closed || this[kStream].destroyed;
  }
  get stream() {
    return this[kStream];
  }
  get headers() {
    return this[kHeaders];
  }
  get rawHeaders() {
    return this[kRawHeaders];
  }
  get trailers() {
    return this[kTrailers];
  }
  get rawTrailers() {
    return this[kRawTrailers];
  }
  get httpVersionMajor() {
    return 2;
  }
  get httpVersionMinor() {
    return 0;
  }
  get httpVersion() {
    return '2.0';
  }
  get socket() {
    return socketOf(this[kStream]);
  }
  get connection() {
    return this.socket;
  }

  get method() {
    return this[kHeaders][':method'];
  }
  set method(method) {
    validateString(method, 'method');
    if (method.trim() === '') throw new codes.ERR_INVALID_ARG_VALUE('method', method);
    this[kHeaders][':method'] = method;
  }

  get authority() {
    const headers = this[kHeaders];
    return headers[':authority'] ?? headers.host;
  }
  get scheme() {
    return this[kHeaders][':scheme'];
  }

  get url() {
    return this[kHeaders][':path'];
  }
  set url(url) {
    this[kHeaders][':path'] = url;
  }

  setTimeout(milliseconds, callback) {
    if (!this[kState].closed) this[kStream].setTimeout(milliseconds, callback);
    return this;
  }

  _read() {
    const state = this[kState];
    const stream = this[kStream];
    if (!state.didRead) {
      state.didRead = true;
      stream.on('data', onData);
    } else {
      process.nextTick(() => stream.resume());
    }
  }
}

module.exports = { Http2ServerRequest };
