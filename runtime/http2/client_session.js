'use strict';
// ClientHttp2Session (Node doc: http2, "Class: ClientHttp2Session"): requests.

const { codes, AbortError } = require('internal/errors');
const { validateAbortSignal, validateBoolean } = require('internal/errors/validators');
const { isToken } = require('internal/http/common');
const { ClientHttp2Stream } = require('internal/http2/client_stream');
const {
  constants,
  NGHTTP2_ERR_INVALID_ARGUMENT,
  NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE,
} = require('internal/http2/constants');
const { checkObject, checkPseudoHeader, copyHeaders, toHeaderList } = require('internal/http2/headers');
const { NghttpError } = require('internal/http2/nghttp_error');
const { Http2Session } = require('internal/http2/session');
const { checkPriority } = require('internal/http2/stream');
const {
  kAuthority,
  kHandle,
  kInit,
  kOrigin,
  kProtocol,
  kSentHeaders,
  kState,
  kUpdateTimer,
} = require('internal/http2/symbols');

const kEmptyPayload = 1;
const kTrailers = 2;
const kWaiting = Symbol('waitingRequests');

// Methods whose body would mean nothing.
const bodiless = new Set(['DELETE', 'GET', 'HEAD']);

function addDefaultHeaders(session, headers) {
  headers[':method'] ??= 'GET';
  if (headers[':method'] !== 'CONNECT' || headers[':protocol'] !== undefined) {
    if (headers[':authority'] === undefined && headers.host === undefined) {
      headers[':authority'] = session[kAuthority];
    }
    headers[':scheme'] ??= session[kProtocol].slice(0, -1);
    headers[':path'] ??= '/';
    return;
  }
  if (headers[':authority'] === undefined) throw new codes.ERR_HTTP2_CONNECT_AUTHORITY();
  if (headers[':scheme'] !== undefined) throw new codes.ERR_HTTP2_CONNECT_SCHEME();
  if (headers[':path'] !== undefined) throw new codes.ERR_HTTP2_CONNECT_PATH();
}

function abortWith(stream, signal) {
  validateAbortSignal(signal, 'options.signal');
  const abort = () => stream.destroy(new AbortError(undefined, { cause: signal.reason }));
  if (signal.aborted) {
    abort();
    return;
  }
  signal.addEventListener('abort', abort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', abort));
}

// There is a connection: the request goes out.
function submit(session, stream, list, options) {
  if (stream.destroyed || session.destroyed) return;
  if (session.closed) {
    stream.destroy(new codes.ERR_HTTP2_GOAWAY_SESSION());
    return;
  }
  let native = 0;
  if (options.endStream) native |= kEmptyPayload;
  if (options.waitForTrailers) native |= kTrailers;
  const { parent, weight, exclusive } = options;
  const result = session[kHandle].request(list, native, parent | 0, weight | 0, exclusive);
  if (typeof result !== 'number') {
    stream[kInit](result.id(), result);
  } else if (result === NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE) {
    stream.destroy(new codes.ERR_HTTP2_OUT_OF_STREAMS());
  } else if (result === NGHTTP2_ERR_INVALID_ARGUMENT) {
    stream.destroy(new codes.ERR_HTTP2_STREAM_SELF_DEPENDENCY());
  } else {
    session.destroy(new NghttpError(result));
  }
}

class ClientHttp2Session extends Http2Session {
  constructor(options, socket) {
    super(options, constants.NGHTTP2_SESSION_CLIENT, socket);
    this[kWaiting] = null;
  }

  request(given, options) {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
    if (this.closed) throw new codes.ERR_HTTP2_GOAWAY_SESSION();
    this[kUpdateTimer]();
    if (given !== null && given !== undefined) {
      for (const name of Object.keys(given)) {
        if (name[0] === ':') checkPseudoHeader(name);
        else if (name && !isToken(name)) this.destroy(new codes.ERR_INVALID_HTTP_TOKEN('Header name', name));
      }
    }
    checkObject(given, 'headers');
    checkObject(options, 'options');
    const headers = copyHeaders(given);
    options = { ...options };
    addDefaultHeaders(this, headers);
    checkPriority(options);
    if (options.endStream === undefined) options.endStream = bodiless.has(headers[':method']);
    else validateBoolean(options.endStream, 'options.endStream');

    const list = toHeaderList(headers);
    const stream = new ClientHttp2Stream(this, undefined, undefined, {});
    stream[kSentHeaders] = headers;
    stream[kOrigin] = `${headers[':scheme']}://${headers[':authority']}`;
    if (options.endStream) stream.end();
    if (options.waitForTrailers) stream[kState].hasTrailers = true;
    if (options.signal) abortWith(stream, options.signal);
    this.#whenConnected(() => submit(this, stream, list, options));
    return stream;
  }

  // However many wait, the session has one listener for them.
  #whenConnected(act) {
    if (!this.connecting) {
      act();
      return;
    }
    const { AsyncResource } = require('async_hooks');
    const bound = AsyncResource.bind(act);
    if (this[kWaiting] !== null) {
      this[kWaiting].push(bound);
      return;
    }
    this[kWaiting] = [bound];
    this.once('connect', () => {
      const waiting = this[kWaiting];
      this[kWaiting] = null;
      for (const one of waiting) one();
    });
  }
}

module.exports = { ClientHttp2Session };
