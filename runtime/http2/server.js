'use strict';
// Http2Server and Http2SecureServer (Node doc: http2): connections become sessions, or HTTP/1 where that is allowed.

const net = require('net');
const { validateFunction } = require('internal/errors/validators');
const { checkObject } = require('internal/http2/headers');
const { addClasses, initializeOptions, initializeTLSOptions } = require('internal/http2/options');
const { ServerHttp2Session } = require('internal/http2/server_session');
const { checkSettings } = require('internal/http2/settings');
const { kOptions, kServer } = require('internal/http2/symbols');
const { Server: TLSServer } = require('internal/tls/server');

const kNoHttp2 =
  'HTTP/1.0 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n' +
  'Unknown ALPN Protocol, expected `h2` to be available.\n' +
  'If this is a HTTP request: The server was not configured with the `allowHTTP1` option or a listener for the ' +
  '`unknownProtocol` event.\n';

function onSessionStream(stream, headers, flags, list) {
  this[kServer]?.emit('stream', stream, headers, flags, list);
}

function onSessionPriority(stream, parent, weight, exclusive) {
  this[kServer]?.emit('priority', stream, parent, weight, exclusive);
}

function onSessionError(error) {
  this[kServer]?.emit('sessionError', error, this);
}

function onSessionTimeout() {
  if (this.destroyed || this.closed) return;
  if (!this[kServer].emit('timeout', this)) this.destroy();
}

function refuse(socket, timeout) {
  // What does not leave by itself is made to.
  const timer = setTimeout(() => {
    if (!socket.destroyed) socket.destroy();
  }, timeout);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(kNoHttp2);
}

function onConnection(socket) {
  const options = this[kOptions];
  if (socket.alpnProtocol === false || socket.alpnProtocol === 'http/1.1') {
    if (options.allowHTTP1 === true) {
      require('internal/http/server').connectionListener.call(this, socket);
    } else if (!this.emit('unknownProtocol', socket)) {
      refuse(socket, options.unknownProtocolTimeout);
    }
    return;
  }
  const session = new ServerHttp2Session(options, socket, this);
  session.on('stream', onSessionStream);
  session.on('error', onSessionError);
  session.on('priority', onSessionPriority);
  if (this.timeout) session.setTimeout(this.timeout, onSessionTimeout);
  socket[kServer] = this;
  this.emit('session', session);
}

// Requests and responses as HTTP/1 has them are made only for who asks.
function setUpCompatibility(event) {
  if (event !== 'request') return;
  this.removeListener('newListener', setUpCompatibility);
  const { onServerStream } = require('internal/http2/compat');
  this.on('stream', onServerStream);
}

const methods = {
  setTimeout(milliseconds = 0, callback = undefined) {
    this.timeout = milliseconds;
    if (callback !== undefined) {
      validateFunction(callback, 'callback');
      this.on('timeout', callback);
    }
    return this;
  },

  updateSettings(settings) {
    checkObject(settings, 'settings');
    checkSettings(settings);
    this[kOptions].settings = { ...this[kOptions].settings, ...settings };
  },

  [Symbol.for('nodejs.rejection')](error, event, ...args) {
    if (event === 'stream' || event === 'request') answerRejection(this, error, event, args);
    else net.Server.prototype[Symbol.for('nodejs.rejection')].call(this, error, event, ...args);
  },
};

function answerRejection(server, error, event, args) {
  if (event === 'stream') {
    const [stream] = args;
    if (stream.sentHeaders) {
      stream.destroy(error);
    } else {
      stream.respond({ ':status': 500 });
      stream.end();
    }
    return;
  }
  const response = args[1];
  if (!response.headersSent && !response.finished) {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.statusCode = 500;
    response.end(require('internal/http/status')[500]);
  } else {
    response.destroy();
  }
}

function begin(server, listener) {
  server.timeout = 0;
  server.on('newListener', setUpCompatibility);
  if (typeof listener === 'function') server.on('request', listener);
}

class Http2Server extends net.Server {
  constructor(given, listener) {
    const options = addClasses(initializeOptions(given));
    super(options, onConnection);
    this[kOptions] = options;
    this.readsNatively = true;
    begin(this, listener);
  }
}

class Http2SecureServer extends TLSServer {
  constructor(given, listener) {
    const options = addClasses(initializeTLSOptions(given));
    super(options, onConnection);
    this[kOptions] = options;
    if (options.allowHTTP1 === true) setUpHttp1(this, options);
    begin(this, listener);
    this.on('tlsClientError', (error, socket) => {
      if (!this.emit('clientError', error, socket)) socket.destroy(error);
    });
  }

  close(callback) {
    if (this[kOptions].allowHTTP1 === true) closeHttp1(this);
    return super.close(callback);
  }
}

// What the connections of HTTP/1 find on their server.
function setUpHttp1(server, options) {
  const { storeOptions } = require('internal/http/server_options');
  const { startSweep, kConnections, kSweep } = require('internal/http/server_timeouts');
  const { Http1IncomingMessage: IncomingMessage, Http1ServerResponse: ServerResponse } = options;
  storeOptions(server, { ...options, IncomingMessage, ServerResponse });
  server.httpAllowHalfOpen = false;
  server.maxHeadersCount = null;
  server.maxRequestsPerSocket = 0;
  server[kConnections] = new Set();
  server[kSweep] = null;
  server.on('listening', startSweep);
  const { closeAllConnections, closeIdleConnections } = require('http').Server.prototype;
  Object.assign(server, { closeAllConnections, closeIdleConnections });
}

function closeHttp1(server) {
  const { kSweep } = require('internal/http/server_timeouts');
  clearInterval(server[kSweep]);
  server.closeIdleConnections();
}

for (const Class of [Http2Server, Http2SecureServer]) {
  for (const name of Reflect.ownKeys(methods)) {
    Object.defineProperty(Class.prototype, name, {
      value: methods[name],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}

function createServer(options, handler) {
  if (typeof options === 'function') {
    handler = options;
    options = {};
  }
  checkObject(options, 'options');
  return new Http2Server(options, handler);
}

function createSecureServer(options, handler) {
  checkObject(options, 'options');
  return new Http2SecureServer(options, handler);
}

/** A session of a server's on a connection that no server has accepted. */
function performServerHandshake(socket, options = {}) {
  return new ServerHttp2Session(initializeOptions(options), socket, undefined);
}

module.exports = { createSecureServer, createServer, performServerHandshake };
