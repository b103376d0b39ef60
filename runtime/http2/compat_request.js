'use strict';
// Http2ServerRequest (Node doc: http2, "Class: http2.Http2ServerRequest"): a stream as the server of HTTP/1 shows it.

const { Readable } = require('stream');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { addAccessors, listen } = require('internal/http2/compat_parts');
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

// A listener for the stream that does `act(request, ...)` as long as the stream has its request.
const forRequest = (act) =>
  function (...given) {
    const request = this[kRequest];
    if (request !== undefined) act(request, ...given);
  };

const streamListeners = Object.entries({
  trailers: forRequest((request, trailers, flags, list) => {
    Object.assign(request[kTrailers], trailers);
    request[kRawTrailers].push(...list);
  }),
  end: forRequest((request) => request.push(null)),
  error() {}, // errors of the stream are no errors of the request
  aborted: forRequest((request) => {
    if (!request[kState].closed) {
      request[kAborted] = true;
      request.emit('aborted');
    }
  }),
  close: forRequest(finish),
  timeout: forRequest((request) => request.emit('timeout')),
});

// Its stream is gone.
function finish(request) {
  const { [kState]: state, [kStream]: stream } = request;
  state.closed = true;
  request.push(null);
  // Nobody wanted to read it: its end comes all the same.
  if (!state.didRead && !request._readableState.resumeScheduled) request.resume();
  stream[kProxySocket] = null;
  stream[kRequest] = undefined;
  request.emit('close');
}

const ownListeners = Object.entries({
  pause: function onPause() {
    this[kStream].pause();
  },
  resume: function onResume() {
    this[kStream].resume();
  },
});

class Http2ServerRequest extends Readable {
  // In the order in which util.inspect() shows them.
  [kState] = { closed: false, didRead: false };
  [kHeaders];
  [kRawHeaders];
  [kTrailers] = {};
  [kRawTrailers] = [];
  [kStream];
  [kAborted] = false;

  constructor(stream, headers, options, rawHeaders) {
    super({ autoDestroy: false, ...options });
    stream[kRequest] = this;
    stream[kProxySocket] = null;
    this[kStream] = stream;
    this[kHeaders] = headers;
    this[kRawHeaders] = rawHeaders;
    listen(stream, streamListeners);
    listen(this, ownListeners);
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

const readers = {
  // What was asked for
  method() {
    return this[kHeaders][':method'];
  },
  url() {
    return this[kHeaders][':path'];
  },
  scheme() {
    return this[kHeaders][':scheme'];
  },
  authority() {
    const headers = this[kHeaders];
    return headers[':authority'] ?? headers.host;
  },
  headers() {
    return this[kHeaders];
  },
  trailers() {
    return this[kTrailers];
  },
  rawHeaders() {
    return this[kRawHeaders];
  },
  rawTrailers() {
    return this[kRawTrailers];
  },

  // By which way it came
  httpVersion: () => '2.0',
  httpVersionMajor: () => 2,
  httpVersionMinor: () => 0,
  stream() {
    return this[kStream];
  },
  socket() {
    return socketOf(this[kStream]);
  },
  connection() {
    return this.socket;
  },

  // How far it is
  complete() {
    return this[kAborted] || this.readableEnded || this[kState].closed || this[kStream].destroyed;
  },
  aborted() {
    return this[kAborted];
  },
};

const writers = {
  method(method) {
    validateString(method, 'method');
    if (method.trim() === '') throw new codes.ERR_INVALID_ARG_VALUE('method', method);
    this[kHeaders][':method'] = method;
  },
  url(url) {
    this[kHeaders][':path'] = url;
  },
};
addAccessors(Http2ServerRequest.prototype, readers, writers);

module.exports = { Http2ServerRequest };
