'use strict';
// ServerHttp2Stream (Node doc: http2, "Class: ServerHttp2Stream"): answers, pushes and sends files.

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');
const { utcDate } = require('internal/http/common');
const {
  constants,
  NGHTTP2_ERR_STREAM_CLOSED,
  NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE,
} = require('internal/http2/constants');
const {
  checkObject,
  checkResponsePseudoHeader,
  copyHeaders,
  kSensitiveHeaders,
  toHeaderList,
} = require('internal/http2/headers');
const { NghttpError } = require('internal/http2/nghttp_error');
const { Http2Stream } = require('internal/http2/stream');
const {
  kAuthority,
  kHandle,
  kId,
  kInit,
  kProceed,
  kProtocol,
  kSentHeaders,
  kSentInfoHeaders,
  kSession,
  kState,
  kUpdateTimer,
} = require('internal/http2/symbols');

// Of the native side (Http2Stream::Option).
const kEmptyPayload = 1;
const kTrailers = 2;

const { HTTP_STATUS_NO_CONTENT, HTTP_STATUS_RESET_CONTENT, HTTP_STATUS_NOT_MODIFIED } = constants;
const { HTTP_STATUS_SWITCHING_PROTOCOLS } = constants;
const hasNoBody = (status) =>
  status === HTTP_STATUS_NO_CONTENT ||
  status === HTTP_STATUS_RESET_CONTENT ||
  status === HTTP_STATUS_NOT_MODIFIED;

/** A response's headers with what it must have. */
function processHeaders(given, options) {
  checkObject(given, 'headers');
  const headers = copyHeaders(given);
  const status = (headers[':status'] = headers[':status'] | 0 || 200);
  if (options.sendDate === null || options.sendDate === undefined || options.sendDate) {
    headers.date ??= utcDate();
  }
  // Stricter than HTTP/1: there is nothing old to be compatible with.
  if (status < 200 || status > 599) throw new codes.ERR_HTTP2_STATUS_INVALID(headers[':status']);
  const sensitive = headers[kSensitiveHeaders];
  if (sensitive !== undefined && !Array.isArray(sensitive)) {
    throw new codes.ERR_INVALID_ARG_VALUE('headers[http2.neverIndex]', sensitive);
  }
  return headers;
}

class ServerHttp2Stream extends Http2Stream {
  constructor(session, handle, id, options, headers) {
    super(session, options);
    this[kInit](id, handle);
    this[kProtocol] = headers[':scheme'];
    this[kAuthority] = headers[':authority'] ?? headers.host;
  }

  get headersSent() {
    return this[kState].headersSent;
  }

  get pushAllowed() {
    const session = this[kSession];
    return (
      !this.destroyed &&
      !this.closed &&
      !session.closed &&
      !session.destroyed &&
      Boolean(session.remoteSettings.enablePush)
    );
  }

  #checkOpen() {
    if (this.destroyed || this.closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this.headersSent) throw new codes.ERR_HTTP2_HEADERS_SENT();
  }

  pushStream(given, options, callback) {
    if (!this.pushAllowed) throw new codes.ERR_HTTP2_PUSH_DISABLED();
    if (this[kId] % 2 === 0) throw new codes.ERR_HTTP2_NESTED_PUSH();
    const session = this[kSession];
    this[kUpdateTimer]();
    if (typeof options === 'function') {
      callback = options;
      options = undefined;
    }
    validateFunction(callback, 'callback');
    checkObject(options, 'options');
    options = { ...options };
    options.endStream = Boolean(options.endStream);
    checkObject(given, 'headers');
    const headers = copyHeaders(given);
    headers[':method'] ??= 'GET';
    headers[':authority'] ??= this[kAuthority];
    headers[':scheme'] ??= this[kProtocol];
    headers[':path'] ??= '/';
    const headRequest = headers[':method'] === 'HEAD';
    if (headRequest) options.endStream = true;
    options.readable = false;

    const list = toHeaderList(headers);
    const handle = this[kHandle].pushPromise(list, options.endStream ? kEmptyPayload : 0);
    if (typeof handle === 'number') {
      process.nextTick(callback, pushError(handle));
      return;
    }
    const stream = new ServerHttp2Stream(session, handle, handle.id(), options, headers);
    stream[kSentHeaders] = headers;
    stream.push(null);
    if (options.endStream) stream.end();
    if (headRequest) stream[kState].headRequest = true;
    process.nextTick(callback, null, stream, headers, 0);
  }

  respond(given, options) {
    this.#checkOpen();
    checkObject(options, 'options');
    options = { ...options };
    this[kUpdateTimer]();
    const state = this[kState];
    const headers = processHeaders(given, options);
    const list = toHeaderList(headers, checkResponsePseudoHeader);
    this[kSentHeaders] = headers;
    state.headersSent = true;
    let native = 0;
    if (options.waitForTrailers) {
      native |= kTrailers;
      state.hasTrailers = true;
    }
    const ended = Boolean(options.endStream) || hasNoBody(headers[':status']) || this.headRequest;
    if (ended) {
      native |= kEmptyPayload;
      this.end();
    }
    const result = this[kHandle].respond(list, native);
    if (result < 0) this.destroy(new NghttpError(result));
  }

  [kProceed]() {
    this.respond();
  }

  #fileOptions(given) {
    checkObject(given, 'options');
    const options = { ...given };
    for (const [name, type] of [
      ['offset', 'number'],
      ['length', 'number'],
      ['statCheck', 'function'],
    ]) {
      if (options[name] !== undefined && typeof options[name] !== type) {
        throw new codes.ERR_INVALID_ARG_VALUE(`options.${name}`, options[name]);
      }
    }
    return options;
  }

  #fileHeaders(given, options) {
    const headers = processHeaders(given, options);
    const status = headers[':status'];
    if (hasNoBody(status)) throw new codes.ERR_HTTP2_PAYLOAD_FORBIDDEN(status);
    if (options.waitForTrailers) this[kState].hasTrailers = true;
    return headers;
  }

  respondWithFD(fd, given, options) {
    this.#checkOpen();
    options = this.#fileOptions(options);
    this[kUpdateTimer]();
    if (typeof fd !== 'number' && typeof fd?.fd !== 'number') {
      throw new codes.ERR_INVALID_ARG_TYPE('fd', ['number', 'FileHandle'], fd);
    }
    const headers = this.#fileHeaders(given, options);
    require('internal/http2/file_response').sendDescriptor(
      this,
      typeof fd === 'number' ? fd : fd.fd,
      headers,
      options,
    );
  }

  respondWithFile(path, given, options) {
    this.#checkOpen();
    options = this.#fileOptions(options);
    this[kUpdateTimer]();
    const headers = this.#fileHeaders(given, options);
    require('internal/http2/file_response').sendFile(this, path, headers, options);
  }

  /** For file_response: the headers, and the end of the stream as far as a program can write. */
  respondForFile(headers, options) {
    const list = toHeaderList(headers, checkResponsePseudoHeader);
    const state = this[kState];
    state.headersSent = true;
    this[kSentHeaders] = headers;
    state.shutdown = true;
    this._final = null;
    this.end();
    const result = this[kHandle].respond(list, options.waitForTrailers ? kTrailers : 0);
    if (result < 0) this.destroy(new NghttpError(result));
    return result >= 0;
  }

  additionalHeaders(given) {
    if (this.destroyed || this.closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this.headersSent) throw new codes.ERR_HTTP2_HEADERS_AFTER_RESPOND();
    checkObject(given, 'headers');
    const headers = copyHeaders(given);
    if (headers[':status'] != null) {
      const status = (headers[':status'] |= 0);
      if (status === HTTP_STATUS_SWITCHING_PROTOCOLS) throw new codes.ERR_HTTP2_STATUS_101();
      if (status < 100 || status >= 200) throw new codes.ERR_HTTP2_INVALID_INFO_STATUS(headers[':status']);
    }
    this[kUpdateTimer]();
    const list = toHeaderList(headers, checkResponsePseudoHeader);
    (this[kSentInfoHeaders] ??= []).push(headers);
    const result = this[kHandle].info(list);
    if (result < 0) this.destroy(new NghttpError(result));
  }
}

function pushError(result) {
  if (result === NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE) return new codes.ERR_HTTP2_OUT_OF_STREAMS();
  if (result === NGHTTP2_ERR_STREAM_CLOSED) return new codes.ERR_HTTP2_INVALID_STREAM();
  return new NghttpError(result);
}

module.exports = { ServerHttp2Stream };
