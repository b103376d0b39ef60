'use strict';
// Http2Stream (Node doc: http2, "Class: Http2Stream"): one exchange of a session, as a Duplex. The native half is stream.h.

const { Buffer } = require('buffer');
const { Duplex } = require('stream');
const { codes, errnoException, AbortError } = require('internal/errors');
const {
  validateBoolean,
  validateFunction,
  validateInteger,
  validateNumber,
} = require('internal/errors/validators');
const { constants, errorNames } = require('internal/http2/constants');
const {
  checkObject,
  checkTrailerPseudoHeader,
  copyHeaders,
  toHeaderList,
} = require('internal/http2/headers');
const { NghttpError } = require('internal/http2/nghttp_error');
const { setTimeoutOf } = require('internal/http2/timeout');
const {
  kHandle,
  kId,
  kInit,
  kMaybeDestroy,
  kOwner,
  kProceed,
  kProxySocket,
  kRequest,
  kSentHeaders,
  kSentInfoHeaders,
  kSentTrailers,
  kSession,
  kState,
  kTimeout,
  kType,
  kUpdateTimer,
} = require('internal/http2/symbols');
const network = require('internal/perf_hooks/network');

const { NGHTTP2_CANCEL, NGHTTP2_DEFAULT_WEIGHT, NGHTTP2_INTERNAL_ERROR } = constants;
const { NGHTTP2_NO_ERROR, NGHTTP2_SESSION_SERVER } = constants;
const kMaxCode = 2 ** 32 - 1;
const UV_ECANCELED = -125;

const kEnding = Symbol('ending');
const kInFlight = Symbol('inFlight');
const kWrite = Symbol('write');

// How closing a stream tells the peer.
const kReset = 0;
const kNoReset = 1;
const kForceReset = 2;

function checkPriority(options) {
  if (options.weight === undefined) options.weight = NGHTTP2_DEFAULT_WEIGHT;
  else validateNumber(options.weight, 'options.weight');
  if (options.parent === undefined) options.parent = 0;
  else validateNumber(options.parent, 'options.parent', 0);
  if (options.exclusive === undefined) options.exclusive = false;
  else validateBoolean(options.exclusive, 'options.exclusive');
  if (options.silent === undefined) options.silent = false;
  else validateBoolean(options.silent, 'options.silent');
}

const toBytes = (chunk, encoding) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);

function onWriteComplete(status) {
  const { callback, stream } = this;
  if (callback === undefined) return;
  this.callback = undefined;
  if (stream[kInFlight] === this) stream[kInFlight] = undefined;
  if (stream.destroyed || status >= 0) {
    if (!stream.destroyed) stream[kUpdateTimer]();
    callback(null);
  } else {
    callback(errnoException(status, 'write'));
  }
}

function onPause() {
  if (!this.destroyed && !this.pending) this[kHandle].readStop();
}

function startReading() {
  if (!this.destroyed) this[kHandle].readStart();
}

class Http2Stream extends Duplex {
  constructor(session, options) {
    options.allowHalfOpen = true;
    options.autoDestroy = false;
    options.decodeStrings = false;
    super(options);
    // Writes wait for the handle.
    this.cork();
    this[kSession] = session;
    session[kState].pendingStreams.add(this);
    // Reading starts when somebody asks; read() would not ask during its first push() otherwise.
    this._readableState.readingMore = true;
    this[kTimeout] = null;
    this[kHandle] = undefined;
    this[kId] = undefined;
    this[kState] = {
      didRead: false,
      closed: false,
      aborted: false,
      headersSent: false,
      headRequest: false,
      hasTrailers: false,
      trailersReady: false,
      endAfterHeaders: false,
      shutdown: false, // the native side knows that no more follows
      rstCode: NGHTTP2_NO_ERROR,
      fd: -1,
      ownsFd: false,
    };
    this[kEnding] = false;
    this[kInFlight] = undefined;
    this[kRequest] = null;
    this[kProxySocket] = null;
    this.on('pause', onPause);
  }

  [kInit](id, handle) {
    const state = this[kSession][kState];
    state.pendingStreams.delete(this);
    state.streams.set(id, this);
    this[kId] = id;
    this[kHandle] = handle;
    handle[kOwner] = this;
    this.uncork();
    this.emit('ready');
  }

  // ---- What it is

  get endAfterHeaders() {
    return this[kState].endAfterHeaders;
  }
  get sentHeaders() {
    return this[kSentHeaders];
  }
  get sentInfoHeaders() {
    return this[kSentInfoHeaders];
  }
  get sentTrailers() {
    return this[kSentTrailers];
  }
  get aborted() {
    return this[kState].aborted;
  }
  get headRequest() {
    return this[kState].headRequest;
  }
  get rstCode() {
    return this[kState].rstCode;
  }
  get session() {
    return this[kSession];
  }
  get closed() {
    return this[kState].closed;
  }
  get pending() {
    return this[kId] === undefined;
  }
  get id() {
    return this[kId];
  }
  get bufferSize() {
    return this.writableLength;
  }

  get state() {
    const numbers = this.pending || this.destroyed ? undefined : this[kHandle].getState();
    if (numbers === undefined) return {};
    return {
      state: numbers[0],
      weight: numbers[1],
      sumDependencyWeight: numbers[2],
      localClose: numbers[3],
      remoteClose: numbers[4],
      localWindowSize: numbers[5],
    };
  }

  [kUpdateTimer]() {
    if (this.destroyed) return;
    if (this[kTimeout]) this[kTimeout].refresh();
    this[kSession]?.[kUpdateTimer]();
  }

  _onTimeout() {
    if (this.destroyed) return;
    const sent = this[kSession]?.bytesForTimeout;
    if (this[kInFlight] !== undefined && sent !== this[kState].sentAtTimeout) {
      this[kState].sentAtTimeout = sent;
      this[kUpdateTimer]();
      return;
    }
    this.emit('timeout');
  }

  // ---- Writing

  [kProceed]() {
    throw new codes.ERR_METHOD_NOT_IMPLEMENTED('[kProceed]()');
  }

  // `give` writes `bytes` bytes natively; `size` is what they count for in the stream's own queue.
  [kWrite](give, bytes, size, callback) {
    if (this.pending) {
      this.once('ready', () => this[kWrite](give, bytes, size, callback));
      return;
    }
    if (this.destroyed) return;
    this[kUpdateTimer]();
    if (!this.headersSent) this[kProceed]();
    if (this.destroyed) return;
    if (bytes === 0) {
      process.nextTick(callback);
      return;
    }
    const last = this[kEnding] && this.writableLength === size;
    const req = { stream: this, callback, size, oncomplete: onWriteComplete };
    this[kInFlight] = req;
    if (last) this[kState].shutdown = true;
    const result = give(this[kHandle], req, last);
    if (result < 0) {
      this[kInFlight] = undefined;
      // The peer has closed it: whoever waits learns of that by 'close'.
      req.callback = undefined;
      process.nextTick(callback, this.closed ? null : new NghttpError(result));
    }
  }

  _write(chunk, encoding, callback) {
    const bytes = toBytes(chunk, encoding);
    const give = (handle, req, last) => handle.writeBuffer(req, bytes, last);
    this[kWrite](give, bytes.length, chunk.length, callback);
  }

  _writev(entries, callback) {
    let bytes = 0;
    let size = 0;
    const chunks = entries.map(({ chunk, encoding }) => {
      const buffer = toBytes(chunk, encoding);
      bytes += buffer.length;
      size += chunk.length;
      return buffer;
    });
    this[kWrite]((handle, req, last) => handle.writev(req, chunks, last), bytes, size, callback);
  }

  // The end goes with the last bytes instead of after them.
  end(chunk, encoding, callback) {
    if (this.writableEnded || this.destroyed) return super.end(chunk, encoding, callback);
    this[kEnding] = true;
    super.end(chunk, encoding, callback);
    const req = this[kInFlight];
    if (req !== undefined && !this[kState].shutdown && this.writableLength === req.size && !this.destroyed) {
      this[kState].shutdown = true;
      this[kHandle].shutdown();
    }
    return this;
  }

  _final(callback) {
    if (this.pending) {
      this.once('ready', () => this._final(callback));
      return;
    }
    const state = this[kState];
    if (this[kHandle] !== undefined && !state.shutdown) {
      state.shutdown = true;
      this[kHandle].shutdown();
    }
    callback();
    // The stream may have been the last thing that was waited for.
    if (this[kHandle] !== undefined) process.nextTick(() => this[kMaybeDestroy]());
  }

  // ---- Reading

  _read() {
    const { destroyed, pending, [kState]: state } = this;
    if (!destroyed && !state.didRead) {
      state.didRead = true;
      this._readableState.readingMore = false;
    }
    if (destroyed) this.push(null);
    else if (pending) this.once('ready', startReading);
    else startReading.call(this);
  }

  // ---- Frames

  priority(given) {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    checkObject(given, 'options');
    const options = { ...given };
    checkPriority(options);
    const submit = () => {
      if (this.destroyed) return;
      this[kUpdateTimer]();
      const { parent, weight, exclusive, silent } = options;
      const result = this[kHandle].priority(parent | 0, weight | 0, exclusive, silent);
      if (result < 0) this.destroy(new NghttpError(result));
    };
    if (this.pending) this.once('ready', submit);
    else submit();
  }

  sendTrailers(given) {
    if (this.destroyed || this.closed) throw new codes.ERR_HTTP2_INVALID_STREAM();
    if (this[kSentTrailers]) throw new codes.ERR_HTTP2_TRAILERS_ALREADY_SENT();
    if (!this[kState].trailersReady) throw new codes.ERR_HTTP2_TRAILERS_NOT_READY();
    checkObject(given, 'headers');
    const headers = copyHeaders(given);
    this[kUpdateTimer]();
    const list = toHeaderList(headers, checkTrailerPseudoHeader);
    this[kSentTrailers] = headers;
    // Not while nghttp2 asks for them.
    setImmediate(() => {
      if (this.destroyed) return;
      this[kState].hasTrailers = false;
      const result = this[kHandle].trailers(list);
      if (result < 0) this.destroy(new NghttpError(result));
      else this[kMaybeDestroy]();
    });
  }

  // ---- Its end

  close(code = NGHTTP2_NO_ERROR, callback) {
    validateInteger(code, 'code', 0, kMaxCode);
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this.closed) return;
    if (callback !== undefined) this.once('close', callback);
    closeStream(this, code, kReset);
  }

  // The native side has closed it.
  closedByPeer(code) {
    const state = this[kState];
    if (!this.closed) closeStream(this, code, kNoReset);
    if (state.fd >= 0 && state.ownsFd) require('internal/http2/file_response').closeFile(this);
    if (!this.readable || code !== NGHTTP2_NO_ERROR) {
      this.push(null);
      this[kMaybeDestroy](code);
      return;
    }
    this.on('end', this[kMaybeDestroy]);
    this.push(null);
    // A server that never looked at the body is not interested in it.
    if (this[kSession][kType] === NGHTTP2_SESSION_SERVER && !state.didRead && this.readableFlowing === null) {
      this.resume();
    } else {
      this.read(0);
    }
  }

  [kMaybeDestroy](code = NGHTTP2_NO_ERROR) {
    if (code !== NGHTTP2_NO_ERROR) {
      this.destroy();
      return;
    }
    if (!this.writableFinished) return;
    if (!this.readable && this.closed) {
      this.destroy();
      return;
    }
    // A server that has answered and never looked at the request need not wait for the rest of it.
    const state = this[kState];
    const idle = this.headersSent && !state.hasTrailers && !state.didRead && this.readableFlowing === null;
    if (idle && this[kSession]?.[kType] === NGHTTP2_SESSION_SERVER) setImmediate(() => this.close());
  }

  _destroy(error, callback) {
    const session = this[kSession];
    const handle = this[kHandle];
    const sessionState = session[kState];
    let code = this.closed ? this.rstCode : sessionState.goawayCode || sessionState.destroyCode;
    if (!code && error != null) {
      code = error instanceof AbortError ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR;
    }
    if (!this.closed) closeStream(this, code, handle === undefined ? kNoReset : kForceReset);
    this.push(null);
    const req = this[kInFlight];
    if (req !== undefined) process.nextTick(() => req.oncomplete(UV_ECANCELED));
    if (handle !== undefined) {
      if (network.counts.http2 > 0)
        require('internal/http2/performance').ofStream(this, handle, sessionState);
      handle.destroy();
      sessionState.streams.delete(this[kId]);
    } else {
      sessionState.pendingStreams.delete(this);
    }
    // A peer that no longer wants it is no error; 'aborted' has told.
    if (error == null && code !== NGHTTP2_NO_ERROR && code !== NGHTTP2_CANCEL) {
      error = new codes.ERR_HTTP2_STREAM_ERROR(errorNames[code] ?? code);
    }
    this[kSession] = undefined;
    this[kHandle] = undefined;
    // The session may have waited for this one; never in the middle of nghttp2's work.
    setImmediate(() => session[kMaybeDestroy]());
    callback(error);
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    if (depth < 0) return this;
    const shown = {
      id: this[kId] || '<pending>',
      closed: this.closed,
      destroyed: this.destroyed,
      state: this.state,
      readableState: this._readableState,
      writableState: this._writableState,
    };
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    return `Http2Stream ${inspect(shown, inner)}`;
  }
}
Http2Stream.prototype.setTimeout = setTimeoutOf;

function closeStream(stream, code, how) {
  const state = stream[kState];
  state.closed = true;
  state.rstCode = code;
  stream.setTimeout(0);
  stream.removeAllListeners('timeout');
  const { ending } = stream._writableState;
  if (!ending) {
    // The peer, or this side, gave up before everything was said.
    if (!stream.aborted) {
      state.aborted = true;
      stream.emit('aborted');
    }
    stream.end();
  }
  if (how === kNoReset) return;
  const reset = () => resetStream(stream, code);
  if (!ending || stream.writableFinished || code !== NGHTTP2_NO_ERROR || how === kForceReset) reset();
  else stream.once('finish', reset);
}

function resetStream(stream, code) {
  const submit = () => {
    if (stream[kHandle] === undefined) return;
    const result = stream[kHandle].rstStream(code);
    if (result < 0 && !stream.closed) stream.destroy(new NghttpError(result));
  };
  if (stream.pending) {
    stream.push(null);
    stream.once('ready', submit);
  } else {
    submit();
  }
}

module.exports = { Http2Stream, checkPriority };
