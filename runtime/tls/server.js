'use strict';
// tls.Server: a net.Server whose connections shake hands first. Node doc: tls, "Class: tls.Server".

const addMethods = require('internal/util/add_methods');
const net = require('net');
const { Buffer } = require('buffer');
const { codes, connResetException } = require('internal/errors');
const {
  validateBuffer,
  validateFunction,
  validateNumber,
  validateObject,
  validateString,
} = require('internal/errors/validators');
const { createSecureContext } = require('internal/tls/context');
const { convertALPNProtocols } = require('internal/tls/alpn');
const { TLSSocket } = require('internal/tls/socket');

const { deprecate } = require('internal/util');

const kErrorEmitted = Symbol('errorEmitted');
const kHandshakeTimeout = 120_000;
const kTicketKeys = 48;

// What a server's context is made of.
const contextOptions = [
  'pfx',
  'key',
  'passphrase',
  'cert',
  'ca',
  'crl',
  'minVersion',
  'maxVersion',
  'secureProtocol',
  'ciphers',
  'ecdhCurve',
  'dhparam',
  'secureOptions',
  'sessionTimeout',
  'ticketKeys',
  'sigalgs',
  'privateKeyIdentifier',
  'privateKeyEngine',
  'clientCertEngine',
];

function onConnection(raw) {
  const socket = new TLSSocket(raw, {
    secureContext: this._sharedCreds,
    isServer: true,
    server: this,
    requestCert: this.requestCert,
    rejectUnauthorized: this.rejectUnauthorized,
    handshakeTimeout: this._handshakeTimeout,
    ALPNProtocols: this.ALPNProtocols,
    ALPNCallback: this.ALPNCallback,
    SNICallback: this._SNICallback ?? this._defaultSNICallback,
    pauseOnConnect: this.pauseOnConnect,
    pskCallback: this._pskCallback,
    pskIdentityHint: this._pskIdentityHint,
    enableTrace: this._enableTrace,
  });
  socket[kErrorEmitted] = false;
  socket.on('secure', onSecure);
  socket.on('close', onClose);
  socket.on('end', onEarlyEnd);
  socket.on('_tlsError', onError);
}

// Nothing can come of a handshake whose other side has left, even where half-open connections are allowed.
function onEarlyEnd() {
  if (!this._secureEstablished) this.destroy();
}

function onSecure() {
  if (this._requestCert) {
    const error = this._handle.verifyError();
    if (error) {
      this.authorizationError = error.code;
      if (this._rejectUnauthorized) this.destroy();
    } else {
      this.authorized = true;
    }
  }
  this.removeListener('end', onEarlyEnd);
  if (this.destroyed || !this._releaseControl()) return;
  this.secureConnecting = false;
  this._tlsOptions.server.emit('secureConnection', this);
}

function onClose(hadError) {
  if (hadError || this._controlReleased || this[kErrorEmitted]) return;
  this[kErrorEmitted] = true;
  this._tlsOptions.server.emit('tlsClientError', connResetException('socket hang up'), this);
}

function onError(error) {
  if (this._controlReleased || this[kErrorEmitted]) return;
  this[kErrorEmitted] = true;
  this._tlsOptions.server.emit('tlsClientError', error, this);
}

function Server(options, listener) {
  if (!(this instanceof Server)) return new Server(options, listener);
  if (typeof options === 'function') {
    listener = options;
    options = {};
  } else if (options === null || options === undefined || typeof options === 'object') {
    options = options ?? {};
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
  }
  this._contexts = [];
  this.requestCert = options.requestCert === true;
  this.rejectUnauthorized = options.rejectUnauthorized !== false;
  this.ALPNCallback = options.ALPNCallback;
  if (this.ALPNCallback !== undefined) {
    validateFunction(this.ALPNCallback, 'options.ALPNCallback');
    if (options.ALPNProtocols) throw new codes.ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS();
  }
  if (options.ALPNProtocols) convertALPNProtocols(options.ALPNProtocols, this);
  if (options.sessionTimeout) this.sessionTimeout = options.sessionTimeout;
  this.ticketKeys = options.ticketKeys;
  this.setSecureContext(options);

  this._handshakeTimeout = options.handshakeTimeout || kHandshakeTimeout;
  validateNumber(this._handshakeTimeout, 'options.handshakeTimeout');
  this._SNICallback = options.SNICallback;
  if (this._SNICallback) validateFunction(this._SNICallback, 'options.SNICallback');
  this._defaultSNICallback = (servername, callback) => chooseContext(this, servername, callback);
  this._pskCallback = options.pskCallback;
  this._pskIdentityHint = options.pskIdentityHint;
  if (this._pskCallback) validateFunction(this._pskCallback, 'options.pskCallback');
  if (this._pskIdentityHint) validateString(this._pskIdentityHint, 'options.pskIdentityHint');
  this._enableTrace = options.enableTrace;

  net.Server.call(this, options, onConnection);
  // The socket below must not read before TLS does.
  this.readsNatively = true;
  if (listener) this.on('secureConnection', listener);
}
Object.setPrototypeOf(Server.prototype, net.Server.prototype);
Object.setPrototypeOf(Server, net.Server);

// The context that was added last comes first.
function chooseContext(server, servername, callback) {
  for (const [pattern, context] of server._contexts.toReversed()) {
    if (pattern.test(servername)) return callback(null, context);
  }
  return callback(null, undefined);
}

const methods = {
  setSecureContext(options) {
    validateObject(options, 'options');
    for (const name of contextOptions) this[name] = options[name] || undefined;
    this.honorCipherOrder = options.honorCipherOrder === undefined || Boolean(options.honorCipherOrder);
    // Sessions of one program are another's only when it says so.
    this.sessionIdContext =
      options.sessionIdContext ??
      require('crypto').createHash('sha1').update(process.argv.join(' ')).digest('hex').slice(0, 32);
    const { honorCipherOrder, sessionIdContext } = this;
    const settings = { honorCipherOrder, sessionIdContext };
    for (const name of contextOptions) settings[name] = this[name];
    settings.clientCertEngine = undefined; // a server has no use for it
    this._sharedCreds = createSecureContext(settings);
  },

  setOptions: deprecate(
    function setOptions(options) {
      this.requestCert = options.requestCert === true;
      this.rejectUnauthorized = options.rejectUnauthorized !== false;
      this.setSecureContext(options);
    },
    'Server.prototype.setOptions() is deprecated',
    'DEP0122',
  ),

  addContext(servername, context) {
    if (!servername) throw new codes.ERR_TLS_REQUIRED_SERVER_NAME();
    const source = servername.replace(/([.^$+?\-\\[\]{}])/g, '\\$1').replaceAll('*', '[^.]*');
    const made = context?.context === undefined ? createSecureContext(context) : context;
    this._contexts.push([new RegExp(`^${source}$`), made]);
  },

  getTicketKeys() {
    return Buffer.from(this._sharedCreds.context.getTicketKeys());
  },

  setTicketKeys(keys) {
    validateBuffer(keys);
    if (keys.byteLength !== kTicketKeys) {
      throw new codes.ERR_INVALID_ARG_VALUE('keys', keys, 'Session ticket keys must be a 48-byte buffer');
    }
    this._sharedCreds.context.setTicketKeys(keys);
  },

  _getServerData() {
    return { ticketKeys: this.getTicketKeys().toString('hex') };
  },

  _setServerData(data) {
    this.setTicketKeys(Buffer.from(data.ticketKeys, 'hex'));
  },

  [Symbol.for('nodejs.rejection')](error, event, socket) {
    if (event === 'secureConnection') socket.destroy(error);
    else net.Server.prototype[Symbol.for('nodejs.rejection')].call(this, error, event, socket);
  },
};
addMethods(Server.prototype, methods);

module.exports = { Server };
