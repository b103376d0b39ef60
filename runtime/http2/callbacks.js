'use strict';
// What the native side calls (session.h, enum Http2Callback): `this` is the session's handle or the stream's.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { constants } = require('internal/http2/constants');
const { toHeaderObject } = require('internal/http2/headers');
const { NghttpError } = require('internal/http2/nghttp_error');
const {
  kMaybeDestroy,
  kOrigin,
  kOwner,
  kResponse,
  kSentTrailers,
  kState,
  kType,
  kUpdateTimer,
} = require('internal/http2/symbols');

const binding = internalBinding('http2');
const FastBuffer = Buffer[Symbol.species];

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_SESSION_SERVER } =
  constants;
// How a block of headers came (nghttp2_headers_category).
const kResponseBlock = 1;
const kPushBlock = 2;
const kMisdirected = 421;

const emit = (emitter, ...args) => emitter.emit(...args);

function onError(number, code, protocolCode) {
  this[kOwner]?.destroy(protocolCode ?? new NghttpError(number, code));
}

function onNewStream(session, handle, id, headers, endOfStream) {
  if (session.closed) {
    // Nothing new at this point.
    handle.rstStream(NGHTTP2_REFUSED_STREAM);
    handle.destroy();
    return undefined;
  }
  let stream;
  if (session[kType] === NGHTTP2_SESSION_SERVER) {
    const { ServerHttp2Stream } = require('internal/http2/server_stream');
    stream = new ServerHttp2Stream(session, handle, id, {}, headers);
    if (endOfStream) stream.push(null);
    if (headers[':method'] === 'HEAD') {
      // No body may follow.
      stream.end();
      stream[kState].headRequest = true;
    }
  } else {
    const { ClientHttp2Stream } = require('internal/http2/client_stream');
    stream = new ClientHttp2Stream(session, handle, id, {});
    if (endOfStream) stream.push(null);
    stream.end();
  }
  if (endOfStream) stream[kState].endAfterHeaders = true;
  return stream;
}

function headersEvent(category, status, endOfStream) {
  if (category === kResponseBlock)
    return !endOfStream && status >= 100 && status < 200 ? 'headers' : 'response';
  if (category === kPushBlock) return 'push';
  if (status !== undefined && status >= 200) return 'response';
  return endOfStream ? 'trailers' : 'headers';
}

function onHeaders(handle, id, category, flags, list, sensitive) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  session[kUpdateTimer]();
  const endOfStream = (flags & NGHTTP2_FLAG_END_STREAM) !== 0;
  const headers = toHeaderObject(list, sensitive);
  let stream = session[kState].streams.get(id);
  if (stream === undefined) {
    stream = onNewStream(session, handle, id, headers, endOfStream);
    if (stream !== undefined) process.nextTick(emit, session, 'stream', stream, headers, flags, list);
    return;
  }
  const status = headers[':status'];
  if (status === kMisdirected && stream.session) {
    require('internal/http2/origins').originSetOf(session).delete(stream[kOrigin]);
  }
  process.nextTick(emit, stream, headersEvent(category, status, endOfStream), headers, flags, list);
  if (endOfStream) stream.push(null);
}

function onData(nread, memory, offset) {
  const stream = this[kOwner];
  if (stream === undefined || stream.destroyed) return;
  stream[kUpdateTimer]();
  if (nread > 0) {
    if (!stream.push(new FastBuffer(memory, offset, nread))) this.readStop();
    return;
  }
  if (stream._readableState.endEmitted) {
    stream[kMaybeDestroy]();
    return;
  }
  stream.on('end', stream[kMaybeDestroy]);
  stream.push(null);
  stream.read(0);
}

function onStreamClose(code) {
  const stream = this[kOwner];
  if (stream === undefined || stream.destroyed) return false;
  stream.closedByPeer(code);
  return true;
}

// True when trailers follow, now or later; without any the last frame of the body ends the stream.
function onWantTrailers() {
  const stream = this[kOwner];
  if (stream === undefined) return false;
  const state = stream[kState];
  state.trailersReady = true;
  if (stream.destroyed || stream.closed) return true;
  const response = stream[kResponse];
  const asked = response === undefined ? 0 : 1; // the response's own listener
  if (stream.listenerCount('wantTrailers') > asked || response?.hasTrailers) {
    stream.emit('wantTrailers');
    return true;
  }
  stream[kSentTrailers] = {};
  state.hasTrailers = false;
  setImmediate(() => stream[kMaybeDestroy]());
  return false;
}

// Of the stream if there is one, else of the session.
function emitterOf(session, id) {
  return session[kState].streams.get(id) ?? session;
}

function onPriority(id, parent, weight, exclusive) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  const emitter = emitterOf(session, id);
  if (emitter.destroyed) return;
  emitter[kUpdateTimer]();
  emitter.emit('priority', id, parent, weight, exclusive);
}

function onSettings() {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  session[kUpdateTimer]();
  session.remoteSettingsChanged();
  session.emit('remoteSettings', session.remoteSettings);
}

function onPing(payload) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  session[kUpdateTimer]();
  session.emit('ping', payload);
}

function onFrameError(id, type, code) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  const stream = session[kState].streams.get(id);
  const emitter = stream ?? session;
  emitter[kUpdateTimer]();
  emitter.emit('frameError', type, code, id);
  stream?.close(code);
  // A GOAWAY that says more may be on its way.
  setImmediate(() => session.close());
}

function onGoaway(code, lastStreamID, data) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  const state = session[kState];
  state.goawayCode = code;
  state.goawayLastStreamID = lastStreamID;
  session.emit('goaway', code, lastStreamID, data);
  if (code === NGHTTP2_NO_ERROR) {
    session.close();
  } else {
    // The error is the peer's: it is told that there is none here.
    session.destroy(new codes.ERR_HTTP2_SESSION_ERROR(code), NGHTTP2_NO_ERROR);
  }
}

function onAltsvc(id, origin, value) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed) return;
  session[kUpdateTimer]();
  session.emit('altsvc', value, origin, id);
}

function onOrigin(origins) {
  const session = this[kOwner];
  if (session === undefined || session.destroyed || !session.encrypted) return;
  session[kUpdateTimer]();
  const set = require('internal/http2/origins').originSetOf(session);
  for (const origin of origins) set.add(origin);
  session.emit('origin', origins);
}

binding.setCallbacks(
  onError,
  onHeaders,
  onData,
  onStreamClose,
  onWantTrailers,
  onPriority,
  onSettings,
  onPing,
  onFrameError,
  onGoaway,
  onAltsvc,
  onOrigin,
);

module.exports = { binding };
