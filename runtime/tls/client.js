'use strict';
// tls.connect(). Node doc: tls.

const net = require('net');
const { codes, connResetException } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');
const assert = require('assert');
const { TLSSocket, kPendingSession } = require('internal/tls/socket');

const kOptions = Symbol('connectOptions');
const kSmallestDh = 1024;

// connect(options[, cb]) | connect(path[, options][, cb]) | connect(port[, host][, options][, cb])
function readArguments(args) {
  const normalized = net._normalizeArgs(args);
  let [options] = normalized;
  const more = [args[1], args[2]].find((value) => value !== null && typeof value === 'object');
  if (more !== undefined && more !== options) options = { ...options, ...more };
  return [options, normalized[1]];
}

let warned = false;
function rejectsByDefault() {
  const allowed = process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0';
  if (allowed && !warned) {
    warned = true;
    process.emitWarning(
      "Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections and HTTPS requests " +
        'insecure by disabling certificate verification.',
    );
  }
  return !allowed;
}

function onConnectEnd() {
  if (this._hadError) return;
  this._hadError = true;
  const { path, host, port, localAddress } = this[kOptions];
  const error = connResetException(
    'Client network socket disconnected before secure TLS connection was established',
  );
  this.destroy(Object.assign(error, { path, host, port, localAddress }));
}

function onConnectSecure() {
  const options = this[kOptions];
  const key = this.getEphemeralKeyInfo();
  if (key.type === 'DH' && key.size < options.minDHSize) {
    this.destroy(new codes.ERR_TLS_DH_PARAM_SIZE(key.size));
    return;
  }
  let error = this._handle.verifyError();
  // A session that was resumed has been looked at before.
  if (!error && !this.isSessionReused()) {
    const hostname = options.servername || options.host || options.socket?._host || 'localhost';
    error = options.checkServerIdentity(hostname, this.getPeerCertificate(true));
  }
  if (error) {
    this.authorized = false;
    this.authorizationError = error.code || error.message;
    if (options.rejectUnauthorized !== false) {
      this.destroy(error);
      return;
    }
  } else {
    this.authorized = true;
  }
  this.secureConnecting = false;
  this.emit('secureConnect');
  this._verified = true;
  const session = this[kPendingSession];
  this[kPendingSession] = null;
  if (session) this.emit('session', session);
  this.removeListener('end', onConnectEnd);
}

let warnedOfAddress = false;
function checkServername({ servername }) {
  if (!servername || !net.isIP(servername) || warnedOfAddress) return;
  warnedOfAddress = true;
  process.emitWarning(
    `Setting the TLS ServerName to an IP address is not permitted by RFC 6066. This will be ignored in a future version.`,
    'DeprecationWarning',
    'DEP0123',
  );
}

function connect(...args) {
  const [given, callback] = readArguments(args);
  const tls = require('tls');
  const options = {
    rejectUnauthorized: rejectsByDefault(),
    ciphers: tls.DEFAULT_CIPHERS,
    checkServerIdentity: tls.checkServerIdentity,
    minDHSize: kSmallestDh,
    ...given,
  };
  if (!options.keepAlive) options.singleUse = true;
  validateFunction(options.checkServerIdentity, 'options.checkServerIdentity');
  assert(typeof options.minDHSize === 'number', `options.minDHSize is not a number: ${options.minDHSize}`);
  assert(options.minDHSize > 0, `options.minDHSize is not a positive number: ${options.minDHSize}`);
  const secureContext = options.secureContext ?? tls.createSecureContext(options);
  const socket = new TLSSocket(options.socket, {
    allowHalfOpen: options.socket ? options.socket.allowHalfOpen : options.allowHalfOpen,
    pipe: Boolean(options.path),
    secureContext,
    isServer: false,
    requestCert: true,
    rejectUnauthorized: options.rejectUnauthorized !== false,
    session: options.session,
    ALPNProtocols: options.ALPNProtocols,
    requestOCSP: options.requestOCSP,
    enableTrace: options.enableTrace,
    pskCallback: options.pskCallback,
    highWaterMark: options.highWaterMark,
    onread: options.onread,
    signal: options.signal,
    servername: undefined,
  });
  options.rejectUnauthorized = options.rejectUnauthorized !== false;
  socket[kOptions] = options;
  if (callback) socket.once('secureConnect', callback);
  if (!options.socket && !socket.destroyed) {
    if (options.timeout) socket.setTimeout(options.timeout);
    socket.connect(options, socket._start);
  }
  socket._releaseControl();
  if (options.servername && socket._handle) {
    checkServername(options);
    socket.setServername(options.servername);
  }
  socket.on('secure', onConnectSecure);
  socket.prependListener('end', onConnectEnd);
  if (options.socket) socket._start();
  return socket;
}

module.exports = { connect };
