'use strict';
// tls.TLSSocket: a net.Socket whose handle encrypts. Node doc: tls, "Class: tls.TLSSocket".

const addMethods = require('internal/util/add_methods');
const net = require('net');
const { Buffer } = require('buffer');
const { Duplex } = require('stream');
const { codes } = require('internal/errors');
const {
  validateBuffer,
  validateFunction,
  validateInt32,
  validateObject,
  validateString,
  validateUint32,
} = require('internal/errors/validators');
const { handleClasses, initializeHandle } = require('internal/net/handles');
const { StreamHandle, TLSHandle } = require('internal/tls/handle');
const { createSecureContext } = require('internal/tls/context');
const certificates = require('internal/tls/certificates');
const program = require('internal/tls/program');

function TLSSocket(socket, options) {
  const settings = { ...options };
  if (settings.ALPNProtocols)
    require('internal/tls/alpn').convertALPNProtocols(settings.ALPNProtocols, settings);
  if (
    socket !== undefined &&
    socket !== null &&
    !(socket instanceof Duplex) &&
    typeof socket.on !== 'function'
  ) {
    throw new codes.ERR_INVALID_ARG_TYPE('socket', 'stream.Duplex', socket);
  }
  if (settings.isServer && settings.SNICallback)
    validateFunction(settings.SNICallback, 'options.SNICallback');
  this._tlsOptions = settings;
  this._secureEstablished = false;
  this._newSessionPending = false;
  this._securePending = false;
  this._controlReleased = false;
  this._SNICallback = null;
  this.secureConnecting = true;
  this.servername = null;
  this.alpnProtocol = null;
  this.authorized = false;
  this.authorizationError = null;
  this.encrypted = true;
  this._hadError = false;

  const native = socket instanceof net.Socket && socket._handle ? socket : undefined;
  this._wrapped = socket ?? undefined;
  this._lowerOf = native;
  const handle = this._wrapHandle(native, settings.handle, socket, Boolean(settings.pipe));
  net.Socket.call(this, {
    handle,
    allowHalfOpen: socket ? socket.allowHalfOpen : settings.allowHalfOpen,
    pauseOnCreate: settings.pauseOnConnect,
    manualStart: true,
    highWaterMark: settings.highWaterMark,
    onread: socket ? undefined : settings.onread,
    signal: settings.signal,
  });
  if (!socket) this.connecting = false;
  if (settings.pauseOnConnect) this._readableState.flowing = false;
  // A signal may have ended it already.
  if (this._handle) this._init(socket);
  if (settings.enableTrace) this.enableTrace();
  // What the program does in this turn comes before the first byte.
  if (socket || settings.handle) process.nextTick(startReading, this, socket);
}
Object.setPrototypeOf(TLSSocket.prototype, net.Socket.prototype);
Object.setPrototypeOf(TLSSocket, net.Socket);

function startReading(socket, below) {
  if (!socket._handle || below?.destroyed) return;
  // Of a stream that is no socket, reading makes a 'data' event, which the handle listens to.
  if (socket._lowerOf !== undefined && below.readableLength > 0) {
    let bytes;
    while ((bytes = below.read()) !== null) socket._handle?.receive(bytes);
  }
  if (!socket.connecting) socket.read(0);
}

function onUnderlyingClose() {
  this.destroy();
}

const methods = {
  constructor: TLSSocket,

  _wrapHandle(socket, given, stream, pipe) {
    const options = this._tlsOptions;
    let lower = socket?._handle ?? given;
    if (!lower && stream) lower = new StreamHandle(stream);
    if (!lower) {
      const { TCP, tcp, Pipe, pipe: types } = handleClasses();
      lower = pipe ? new Pipe(types.SOCKET) : new TCP(tcp.SOCKET);
    }
    const context = options.secureContext ?? createSecureContext(options);
    if (context.context === undefined) throw new codes.ERR_TLS_INVALID_CONTEXT('context');
    const handle = new TLSHandle(lower, socket, context, Boolean(options.isServer));
    this._secureContext = context;
    this.ssl = handle;
    return handle;
  },

  // Another address is tried: a connection of its own.
  _reinitializeHandle(lower) {
    this._handle.close();
    this._handle = this._wrapHandle(undefined, lower, undefined);
    initializeHandle(this);
    this._setUpSession();
  },

  _init(socket) {
    const options = this._tlsOptions;
    this.server = options.server ?? null;
    this._requestCert = Boolean(options.requestCert) || !options.isServer;
    this._rejectUnauthorized = Boolean(options.rejectUnauthorized);
    this._setUpSession();
    // A server tells of its connections' errors itself; afterwards they are the program's.
    if (options.isServer) this.on('error', this._tlsError);
    if (options.handshakeTimeout > 0) this.setTimeout(options.handshakeTimeout, this._handleTimeout);
    if (socket) this._follow(socket);
  },

  _follow(socket) {
    this._parent = socket;
    socket.on('close', onUnderlyingClose.bind(this));
    if (!this._lowerOf) {
      socket.on('error', (error) => this.destroy(error));
    } else {
      socket.on('error', (error) => this._emitTLSError(error));
      this.server ??= socket.server ?? null;
    }
    this.connecting = Boolean(socket.connecting) || (socket instanceof net.Socket && !socket._handle);
    if (!this.connecting) return;
    socket.once('connect', () => {
      this.connecting = false;
      this.emit('connect');
      this.read(0);
    });
  },

  _setUpSession() {
    const options = this._tlsOptions;
    const handle = this._handle;
    const { session } = handle;
    handle.onhandshakedone = () => this._onHandshakeDone();
    handle.onerror = (error) => onSessionError(this, error);
    // A client always looks at its server; what follows from it is decided after the handshake.
    session.setVerifyMode(this._requestCert, this._rejectUnauthorized);
    if (options.isServer) program.setUpServer(this, options);
    else program.setUpClient(this, options);
    if (options.ALPNProtocols) session.setALPNProtocols(options.ALPNProtocols);
    if (options.pskCallback) program.setUpKeys(this, options);
  },

  _start() {
    if (this.connecting) {
      this.once('connect', this._start);
      return;
    }
    this._handle?.start();
  },

  _tlsError(error) {
    this.emit('_tlsError', error);
    return this._controlReleased ? error : null;
  },

  _emitTLSError(error) {
    if (this._tlsError(error)) this.destroy(error);
  },

  _handleTimeout() {
    this._emitTLSError(new codes.ERR_TLS_HANDSHAKE_TIMEOUT());
  },

  _onHandshakeDone() {
    if (this._newSessionPending) this._securePending = true;
    else this._finishInit();
  },

  _finishInit() {
    const session = this._handle?.session;
    if (!session) return;
    this.alpnProtocol = session.getALPNProtocol();
    if (this.servername === null) this.servername = session.getServername();
    this._secureEstablished = true;
    if (this._tlsOptions.handshakeTimeout > 0) this.setTimeout(0, this._handleTimeout);
    this.emit('secure');
  },

  // From now on the program's: its errors go to its own listeners.
  _releaseControl() {
    if (this._controlReleased) return false;
    this._controlReleased = true;
    this.removeListener('error', this._tlsError);
    return true;
  },

  _destroy(error, callback) {
    this.ssl = null;
    this[kPendingSession] = null;
    return net.Socket.prototype._destroy.call(this, error, callback);
  },

  _destroySSL() {
    this.ssl = null;
  },

  renegotiate(options, callback) {
    validateObject(options, 'options');
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this.destroyed) return undefined;
    const { requestCert = this._requestCert, rejectUnauthorized = this._rejectUnauthorized } = options;
    this._requestCert = Boolean(requestCert);
    this._rejectUnauthorized = Boolean(rejectUnauthorized);
    this._handle.session.setVerifyMode(this._requestCert, this._rejectUnauthorized);
    // A write is what carries the news.
    try {
      this._handle.renegotiate(() => {
        this.emit('secure');
        callback?.(null);
      });
    } catch (error) {
      if (callback) process.nextTick(callback, error);
      return false;
    }
    return true;
  },

  exportKeyingMaterial(length, label, context) {
    validateUint32(length, 'length', true);
    validateString(label, 'label');
    if (context !== undefined) validateBuffer(context, 'context');
    if (!this._secureEstablished) throw new codes.ERR_TLS_INVALID_STATE();
    return Buffer.from(this._handle.session.exportKeyingMaterial(length, label, context));
  },

  setMaxSendFragment(size) {
    validateInt32(size, 'size');
    return this._handle.session.setMaxSendFragment(size);
  },

  disableRenegotiation() {
    this._renegotiationDisabled = true;
  },

  enableTrace() {
    process.emitWarning('Enabling --trace-tls can expose sensitive data in the resulting log.');
  },

  setServername(name) {
    validateString(name, 'name');
    if (this._tlsOptions.isServer) throw new codes.ERR_TLS_SNI_FROM_SERVER();
    this._tlsOptions.servername = name;
    this._handle.session.setServername(name);
  },

  setSession(session) {
    const bytes = typeof session === 'string' ? Buffer.from(session, 'latin1') : session;
    this._handle.session.setSession(bytes);
  },

  getPeerCertificate(detailed) {
    const session = this._handle?.session;
    if (!session) return null;
    const list = session.getPeerCertificate(Boolean(detailed));
    return list === undefined ? {} : certificates.link(list);
  },

  getCertificate() {
    const session = this._handle?.session;
    if (!session) return null;
    const own = session.getCertificate();
    return own === undefined ? {} : certificates.finish(own);
  },

  getPeerX509Certificate() {
    const chain = this._handle?.session.getPeerCertificate(true) ?? [];
    const { setIssuer } = require('internal/crypto/x509');
    return chain.map(toX509).reduceRight((issuer, one) => setIssuer(one, issuer), undefined);
  },

  getX509Certificate() {
    return toX509(this._handle?.session.getCertificate());
  },

  setKeyCert(settings) {
    const context = settings?.context === undefined ? createSecureContext(settings) : settings;
    this._handle.session.resumeCertificate(context.context);
  },

  isSessionReused() {
    return this._handle ? this._handle.session.isSessionReused() : null;
  },
};

// undefined where there is none, null where the connection has gone.
const asked = {
  getFinished: Buffer.from,
  getPeerFinished: Buffer.from,
  getSession: Buffer.from,
  getTLSTicket: Buffer.from,
  getCipher: (value) => value,
  getEphemeralKeyInfo: (value) => value,
  getSharedSigalgs: (value) => value,
  getProtocol: (value) => value,
};
for (const [name, convert] of Object.entries(asked)) {
  methods[name] = {
    [name]() {
      const session = this._handle?.session;
      if (!session) return null;
      const value = session[name]();
      return value === undefined || value === null ? value : convert(value);
    },
  }[name];
}

addMethods(TLSSocket.prototype, methods);

function toX509(description) {
  if (!description) return undefined;
  const { X509Certificate } = require('crypto');
  return new X509Certificate(Buffer.from(description.raw));
}

const kPendingSession = Symbol('pendingSession'); // of a server that is not known to be the right one yet

function onSessionError(socket, error) {
  if (socket._hadError) return;
  socket._hadError = true;
  if (!socket._secureEstablished) {
    socket.destroy(error);
  } else if (
    socket._tlsOptions.isServer &&
    socket._rejectUnauthorized &&
    /peer did not return a certificate/.test(error.message)
  ) {
    socket.destroy();
  } else {
    socket._emitTLSError(error);
  }
}

module.exports = { TLSSocket, kPendingSession };
