'use strict';
// Http2Session (Node doc: http2, "Class: Http2Session"): what client and server sessions share. The native half is session.h.

const EventEmitter = require('events');
const net = require('net');
const { codes } = require('internal/errors');
const {
  validateBuffer,
  validateFunction,
  validateInt32,
  validateNumber,
} = require('internal/errors/validators');
const { checkObject } = require('internal/http2/headers');
const { limitsOf } = require('internal/http2/options');
const { checkSettings, fromNumbers, toEntries } = require('internal/http2/settings');
const { setTimeoutOf } = require('internal/http2/timeout');
const { constants, NGHTTP2_ERR_NOMEM } = require('internal/http2/constants');
const {
  kHandle,
  kMaybeDestroy,
  kOwner,
  kProxySocket,
  kServer,
  kSession,
  kSocket,
  kState,
  kTimeout,
  kType,
  kUpdateTimer,
} = require('internal/http2/symbols');
const network = require('internal/perf_hooks/network');

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_SESSION_CLIENT } = constants;
const kMaxStreamId = 2 ** 32 - 1;
const kPingSize = 8;

const kLocalSettings = Symbol('localSettings');
const kRemoteSettings = Symbol('remoteSettings');
const kSetUp = Symbol('setUp');

// ---- The connection's end

function onSocketError(error) {
  const session = this[kSession];
  if (session === undefined) return;
  // A peer that has said it goes may go as it likes.
  if (error.code === 'ECONNRESET' && session[kState].goawayCode !== null) session.destroy();
  else session.destroy(error);
}

function onSocketClose() {
  const session = this[kSession];
  if (session === undefined) return;
  const error = session.connecting ? new codes.ERR_SOCKET_CLOSED() : null;
  const state = session[kState];
  for (const stream of state.streams.values()) stream.close(NGHTTP2_CANCEL);
  for (const stream of state.pendingStreams) stream.close(NGHTTP2_CANCEL);
  session.close();
  closeSession(session, NGHTTP2_NO_ERROR, error);
}

function closeSession(session, code, error) {
  const state = session[kState];
  if (state.destroyed) return;
  state.destroyed = true;
  state.destroyCode = code;
  session.setTimeout(0);
  if (session[kTimeout]) clearTimeout(session[kTimeout]);
  session[kTimeout] = null;
  session.removeAllListeners('timeout');
  if (state.pendingStreams.size > 0 || state.streams.size > 0) {
    const cancel = new codes.ERR_HTTP2_STREAM_CANCEL(error);
    for (const stream of [...state.pendingStreams]) stream.destroy(cancel);
    for (const stream of [...state.streams.values()]) stream.destroy(error);
  }
  const handle = session[kHandle];
  const socket = session[kSocket];
  if (handle === undefined) return finishClose(session, error);
  handle.ondone = () => finishClose(session, error);
  const observed = network.counts.http2 > 0;
  if (observed) require('internal/http2/performance').ofSession(session, handle, state);
  handle.destroy(code ?? NGHTTP2_NO_ERROR, Boolean(socket?.destroyed));
}

function finishClose(session, error) {
  const socket = session[kSocket];
  const handle = session[kHandle];
  session[kProxySocket] = null;
  session[kSocket] = undefined;
  session[kHandle] = undefined;
  if (handle) handle.ondone = undefined;
  if (socket) {
    socket[kSession] = undefined;
    socket[kServer] = undefined;
    giveBack(socket);
  }
  if (socket && !socket.destroyed) {
    socket.on('close', () => emitClose(session, error));
    if (session.closed) {
      // The peer's end is seen only by who reads.
      socket.resume();
      socket.end();
    } else {
      socket.destroy(error);
    }
  } else {
    process.nextTick(emitClose, session, error);
  }
}

// From now on the socket's own stream reads again.
function giveBack(socket) {
  const handle = socket._handle;
  if (!handle || socket[kOwner] === undefined) return;
  socket[kOwner] = undefined;
  handle.onread = undefined;
  handle.reading = false;
}

function emitClose(session, error) {
  if (error) session.emit('error', error);
  session.emit('close');
}

const pingDone = (callback) => (acknowledged, duration, payload) => {
  if (acknowledged) callback(null, duration, payload);
  else process.nextTick(callback, new codes.ERR_HTTP2_PING_CANCEL());
};

class Http2Session extends EventEmitter {
  constructor(options, type, given) {
    super();
    const { adoptSocket } = require('internal/http2/connection');
    const socket = adoptSocket(given);
    socket[kSession] = this;
    socket.on('error', onSocketError);
    socket.on('close', onSocketClose);
    this[kState] = {
      closed: false,
      destroyed: false,
      ready: false,
      destroyCode: NGHTTP2_NO_ERROR,
      goawayCode: null,
      goawayLastStreamID: null,
      streams: new Map(),
      pendingStreams: new Set(),
      pendingAck: 0,
      originSet: undefined,
      encrypted: undefined,
      alpnProtocol: undefined,
      start: network.counts.http2 > 0 ? performance.now() : 0,
      streamTime: 0,
      streamsDone: 0,
    };
    this[kType] = type;
    this[kProxySocket] = null;
    this[kSocket] = socket;
    this[kTimeout] = null;
    this[kHandle] = undefined;
    this[kLocalSettings] = undefined;
    this[kRemoteSettings] = undefined;
    if (typeof socket.disableRenegotiation === 'function') socket.disableRenegotiation();
    const limits = limitsOf(options, type);
    if (socket.connecting || socket.secureConnecting) {
      const event = socket.secureConnecting && socket.encrypted ? 'secureConnect' : 'connect';
      socket.once(event, () => {
        try {
          this[kSetUp](socket, options, limits);
        } catch (error) {
          socket.destroy(error);
        }
      });
    } else {
      this[kSetUp](socket, options, limits);
    }
  }

  [kSetUp](socket, options, limits) {
    // Whoever waits for 'connect' looks for a destroyed session first.
    if (this.destroyed) {
      process.nextTick(() => this.emit('connect', this, socket));
      return;
    }
    const { attach } = require('internal/http2/connection');
    const { Http2Session: Handle } = require('internal/http2/callbacks').binding;
    const state = this[kState];
    state.ready = true;
    const handle = new Handle(this[kType], limits);
    handle[kOwner] = this;
    handle.onidle = () => this[kMaybeDestroy]();
    this[kHandle] = handle;
    state.encrypted = Boolean(socket.encrypted);
    state.alpnProtocol = socket.encrypted ? socket.alpnProtocol : 'h2c';
    attach(handle, socket);
    this.settings(typeof options.settings === 'object' ? options.settings : {});
    if (this[kType] !== NGHTTP2_SESSION_CLIENT && Array.isArray(options.origins))
      this.origin(...options.origins);
    process.nextTick(() => this.emit('connect', this, socket));
  }

  get originSet() {
    if (!this.encrypted || this.destroyed) return undefined;
    return [...require('internal/http2/origins').originSetOf(this)];
  }

  get connecting() {
    return !this[kState].ready;
  }

  get closed() {
    return this[kState].closed;
  }

  get destroyed() {
    return this[kState].destroyed;
  }

  get encrypted() {
    return this[kState].encrypted;
  }

  get alpnProtocol() {
    return this[kState].alpnProtocol;
  }

  get type() {
    return this[kType];
  }

  get pendingSettingsAck() {
    return this[kState].pendingAck > 0;
  }

  get socket() {
    this[kProxySocket] ??= require('internal/http2/proxy_socket').makeProxySocket(this);
    return this[kProxySocket];
  }

  get state() {
    const numbers = this.connecting || this.destroyed ? undefined : this[kHandle]?.getState();
    if (numbers === undefined) return {};
    return {
      effectiveLocalWindowSize: numbers[0],
      effectiveRecvDataLength: numbers[1],
      nextStreamID: numbers[2],
      localWindowSize: numbers[3],
      lastProcStreamID: numbers[4],
      remoteWindowSize: numbers[5],
      outboundQueueSize: numbers[6],
      deflateDynamicTableSize: numbers[7],
      inflateDynamicTableSize: numbers[8],
    };
  }

  get localSettings() {
    return this.#settings(kLocalSettings, false);
  }

  get remoteSettings() {
    return this.#settings(kRemoteSettings, true);
  }

  #settings(key, remote) {
    if (this[key] !== undefined) return this[key];
    if (this.destroyed || this.connecting) return {};
    return (this[key] = fromNumbers(this[kHandle].getSettings(remote)));
  }

  remoteSettingsChanged() {
    this[kRemoteSettings] = undefined;
  }

  get bytesForTimeout() {
    return this[kHandle]?.bytesSent ?? 0;
  }

  [kUpdateTimer]() {
    if (!this.destroyed && this[kTimeout]) this[kTimeout].refresh();
  }

  _onTimeout() {
    if (this.destroyed) return;
    // Bytes that a slow peer still takes are no inactivity.
    const sent = this[kHandle]?.bytesSent;
    const state = this[kState];
    if (sent !== undefined && sent !== state.sentAtTimeout && this[kHandle].hasPendingData()) {
      state.sentAtTimeout = sent;
      this[kUpdateTimer]();
      return;
    }
    this.emit('timeout');
  }

  #check() {
    if (this.destroyed) throw new codes.ERR_HTTP2_INVALID_SESSION();
  }

  // Now, or when there is a connection.
  #whenConnected(act) {
    const unlessDestroyed = () => {
      if (!this.destroyed) act();
    };
    if (this.connecting) this.once('connect', unlessDestroyed);
    else unlessDestroyed();
  }

  setLocalWindowSize(windowSize) {
    this.#check();
    validateInt32(windowSize, 'windowSize', 0);
    const result = this[kHandle].setLocalWindowSize(windowSize);
    if (result === NGHTTP2_ERR_NOMEM) this.destroy(new codes.ERR_HTTP2_NO_MEM());
  }

  setNextStreamID(id) {
    this.#check();
    validateNumber(id, 'id');
    if (id <= 0 || id > kMaxStreamId) {
      throw new codes.ERR_OUT_OF_RANGE('id', `> 0 and <= ${kMaxStreamId}`, id);
    }
    this[kHandle].setNextStreamID(id);
  }

  ping(payload, callback) {
    this.#check();
    if (typeof payload === 'function') {
      callback = payload;
      payload = undefined;
    }
    if (payload) validateBuffer(payload, 'payload');
    if (payload && payload.length !== kPingSize) throw new codes.ERR_HTTP2_PING_LENGTH();
    validateFunction(callback, 'callback');
    const done = pingDone(callback);
    if (this.connecting || this.closed) {
      process.nextTick(done, false, 0, payload);
      return undefined;
    }
    this[kUpdateTimer]();
    return this[kHandle].ping(payload, done);
  }

  settings(settings, callback) {
    this.#check();
    checkObject(settings, 'settings');
    checkSettings(settings);
    if (callback) validateFunction(callback, 'callback');
    this[kState].pendingAck++;
    const entries = toEntries({ ...settings });
    this.#whenConnected(() => {
      this[kUpdateTimer]();
      const begun = this[kHandle].settings(entries, (ack, duration) =>
        this.#settingsDone(callback, ack, duration),
      );
      if (!begun) this.destroy(new codes.ERR_HTTP2_MAX_PENDING_SETTINGS_ACK());
    });
  }

  #settingsDone(callback, acknowledged, duration) {
    this[kState].pendingAck--;
    this[kLocalSettings] = undefined;
    if (!acknowledged) {
      if (typeof callback === 'function') callback(new codes.ERR_HTTP2_SETTINGS_CANCEL());
      return;
    }
    const { localSettings } = this;
    if (typeof callback === 'function') callback(null, localSettings, duration);
    this.emit('localSettings', localSettings);
  }

  goaway(code = NGHTTP2_NO_ERROR, lastStreamID = 0, opaqueData) {
    this.#check();
    if (opaqueData !== undefined) validateBuffer(opaqueData, 'opaqueData');
    validateNumber(code, 'code');
    validateNumber(lastStreamID, 'lastStreamID');
    this.#whenConnected(() => {
      this[kUpdateTimer]();
      this[kHandle].goaway(code, lastStreamID, opaqueData);
    });
  }

  destroy(error = NGHTTP2_NO_ERROR, code) {
    if (this.destroyed) return;
    if (typeof error === 'number') {
      code = error;
      error = code === NGHTTP2_NO_ERROR ? undefined : new codes.ERR_HTTP2_SESSION_ERROR(code);
    }
    if (code === undefined && error != null) code = NGHTTP2_INTERNAL_ERROR;
    closeSession(this, code, error);
  }

  close(callback) {
    if (this.closed || this.destroyed) return;
    this[kState].closed = true;
    if (typeof callback === 'function') this.once('close', callback);
    this.goaway();
    this[kMaybeDestroy]();
  }

  // A closed session goes when its streams have gone and everything is said.
  [kMaybeDestroy](error) {
    if (error == null) {
      const { closed, streams, pendingStreams } = this[kState];
      if (!closed || streams.size > 0 || pendingStreams.size > 0) return;
      if (this[kHandle]?.hasPendingData()) return; // onidle comes back here
    }
    this.destroy(error);
  }

  ref() {
    const socket = this[kSocket];
    if (typeof socket?.ref === 'function') socket.ref();
  }

  unref() {
    const socket = this[kSocket];
    if (typeof socket?.unref === 'function') socket.unref();
  }

  [Symbol.for('nodejs.rejection')](error, event, ...args) {
    if (event === 'stream') args[0].destroy(error);
    else this.destroy(error);
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    if (depth < 0) return this;
    const shown = {
      type: this[kType],
      closed: this.closed,
      destroyed: this.destroyed,
      state: this.state,
      localSettings: this.localSettings,
      remoteSettings: this.remoteSettings,
    };
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    return `Http2Session ${inspect(shown, inner)}`;
  }
}
Http2Session.prototype.setTimeout = setTimeoutOf;

module.exports = { Http2Session, isNetSocket: (socket) => socket instanceof net.Socket };
