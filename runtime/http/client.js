'use strict';
// http.ClientRequest: a request through an Agent, or on a connection of its own (client_connection.js).

const addMethods = require('internal/util/add_methods');
const net = require('net');
const { Buffer } = require('buffer');
const { codes, connResetException } = require('internal/errors');
const { validateBoolean, validateInteger } = require('internal/errors/validators');
const common = require('internal/http/common');
const { OutgoingMessage, kHeaders } = require('internal/http/outgoing');
const agents = require('internal/http/agent');
const { attach, listenTimeout, setSocketTimeout, kError } = require('internal/http/client_connection');
const network = require('internal/perf_hooks/network');
const diagnostics = require('internal/util/diagnostics');

const INVALID_PATH = /[^\u0021-\u00ff]/;
const kPath = Symbol('path');

function isURL(value) {
  return Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);
}

function ClientRequest(input, options, callback) {
  OutgoingMessage.call(this);
  if (typeof input === 'string') {
    input = require('url').urlToHttpOptions(new URL(input));
  } else if (isURL(input)) {
    input = require('url').urlToHttpOptions(input);
  } else {
    callback = options;
    options = input;
    input = null;
  }
  if (typeof options === 'function') {
    callback = options;
    options = input || {};
  } else {
    options = Object.assign(input || {}, options);
  }

  let { agent } = options;
  const defaultAgent = options._defaultAgent || agents.globalAgent;
  if (agent === false) {
    agent = new defaultAgent.constructor();
  } else if (agent == null) {
    if (typeof options.createConnection !== 'function') agent = defaultAgent;
  } else if (typeof agent.addRequest !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.agent', ['Agent-like Object', 'undefined', 'false'], agent);
  }
  this.agent = agent;

  const protocol = options.protocol || defaultAgent.protocol;
  const expected = this.agent?.protocol ? this.agent.protocol : defaultAgent.protocol;
  if (options.path) {
    const path = String(options.path);
    if (INVALID_PATH.test(path)) throw new codes.ERR_UNESCAPED_CHARACTERS('Request path');
  }
  if (protocol !== expected) throw new codes.ERR_INVALID_PROTOCOL(protocol, expected);
  const defaultPort = options.defaultPort || this.agent?.defaultPort;
  const port = (options.port = options.port || defaultPort || 80);
  const host = (options.host =
    validateHost(options.hostname, 'hostname') || validateHost(options.host, 'host') || 'localhost');
  const setHost = options.setHost === undefined || Boolean(options.setHost);

  this.socketPath = options.socketPath;
  if (options.timeout !== undefined) {
    if (typeof options.timeout !== 'number')
      throw new codes.ERR_INVALID_ARG_TYPE('timeout', 'number', options.timeout);
    this.timeout = options.timeout;
  }
  const { signal } = options;
  if (signal) require('internal/errors/validators').validateAbortSignal(signal, 'options.signal');
  let { method } = options;
  if (method != null && typeof method !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.method', 'string', method);
  }
  if (method) {
    if (!common.isToken(method)) throw new codes.ERR_INVALID_HTTP_TOKEN('Method', method);
    method = this.method = method.toUpperCase();
  } else {
    method = this.method = 'GET';
  }
  const { maxHeaderSize } = options;
  if (maxHeaderSize !== undefined) validateInteger(maxHeaderSize, 'maxHeaderSize', 0);
  this.maxHeaderSize = maxHeaderSize;
  if (options.insecureHTTPParser !== undefined) {
    validateBoolean(options.insecureHTTPParser, 'options.insecureHTTPParser');
  }
  this.insecureHTTPParser = options.insecureHTTPParser;
  if (options.joinDuplicateHeaders !== undefined) {
    validateBoolean(options.joinDuplicateHeaders, 'options.joinDuplicateHeaders');
  }
  this.joinDuplicateHeaders = options.joinDuplicateHeaders;
  this.path = options.path || '/';
  if (callback) this.once('response', callback);
  this.useChunkedEncodingByDefault = !(
    method === 'GET' ||
    method === 'HEAD' ||
    method === 'DELETE' ||
    method === 'OPTIONS' ||
    method === 'TRACE' ||
    method === 'CONNECT'
  );
  this._ended = false;
  this.res = null;
  this.aborted = false;
  this.timeoutCb = null;
  this.upgradeOrConnect = false;
  this.parser = null;
  this.maxHeadersCount = null;
  this.reusedSocket = false;
  this.host = host;
  this.protocol = protocol;
  this[kError] = null;
  if (signal) abortBy(this, signal);

  if (this.agent) {
    // Without keep-alive there is no use for an idle connection, unless many requests share few sockets.
    if (!this.agent.keepAlive && !Number.isFinite(this.agent.maxSockets)) {
      this._last = true;
      this.shouldKeepAlive = false;
    } else {
      this._last = false;
      this.shouldKeepAlive = true;
    }
  }

  const headersArray = Array.isArray(options.headers);
  if (!headersArray) {
    if (options.headers) {
      for (const key of Object.keys(options.headers)) this.setHeader(key, options.headers[key]);
    }
    if (host && !this.getHeader('host') && setHost) {
      let hostHeader = host;
      // An IPv6 literal stands in brackets (RFC 3986, 3.2.2).
      const colon = hostHeader.indexOf(':');
      if (colon !== -1 && hostHeader.includes(':', colon + 1) && hostHeader[0] !== '[')
        hostHeader = `[${hostHeader}]`;
      if (port && Number(port) !== defaultPort) hostHeader += `:${port}`;
      this.setHeader('Host', hostHeader);
    }
    if (options.auth && !this.getHeader('Authorization')) {
      this.setHeader('Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    }
    if (this.getHeader('expect')) {
      if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('render');
      this._storeHeader(`${this.method} ${this.path} HTTP/1.1\r\n`, this[kHeaders]);
    }
    if (options.uniqueHeaders)
      this._joinHeader = new Set(options.uniqueHeaders.flat().map((n) => n.toLowerCase()));
  } else {
    this._storeHeader(`${this.method} ${this.path} HTTP/1.1\r\n`, options.headers);
  }

  const connectOptions = { ...options };
  if (this.socketPath) connectOptions.path = this.socketPath;
  else connectOptions.path = undefined;
  if (this.agent) {
    this.agent.addRequest(this, { ...options, signal: undefined });
    return;
  }
  this._last = true;
  this.shouldKeepAlive = false;
  let opened = false;
  const onCreated = (error, socket) => {
    if (opened) return;
    opened = true;
    if (error) process.nextTick(() => emitError(this, error));
    else this.onSocket(socket);
  };
  connectOptions.signal = undefined;
  try {
    const socket = (options.createConnection ?? net.createConnection)(connectOptions, onCreated);
    if (socket) onCreated(null, socket);
  } catch (error) {
    onCreated(error);
  }
}
Object.setPrototypeOf(ClientRequest.prototype, OutgoingMessage.prototype);
Object.setPrototypeOf(ClientRequest, OutgoingMessage);

function validateHost(host, name) {
  if (host !== null && host !== undefined && typeof host !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE(`options.${name}`, ['string', 'undefined', 'null'], host);
  }
  return host;
}

function abortBy(request, signal) {
  const { AbortError } = require('internal/errors');
  const onAbort = () => request.destroy(new AbortError(undefined, { cause: signal.reason }));
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  request.once('close', () => signal.removeEventListener('abort', onAbort));
}

function emitError(request, error) {
  request._errorEmitted = true;
  request.emit('error', error);
  if (!request._closed) {
    request._closed = true;
    request.emit('close');
  }
}

const methods = {
  constructor: ClientRequest,

  _finish() {
    OutgoingMessage.prototype._finish.call(this);
    if (diagnostics.find !== null)
      diagnostics.publish('http.client.request.start', () => ({ request: this }));
    if (network.counts.http > 0) {
      const { method, path } = this;
      const url = `${this.protocol}//${this.host}${path}`;
      const req = { method, url, headers: this.getHeaders() };
      this._timing = network.start('http', 'HttpClient', { req });
    }
  },

  _implicitHeader() {
    if (this._header) throw new codes.ERR_HTTP_HEADERS_SENT('render');
    this._storeHeader(`${this.method} ${this.path} HTTP/1.1\r\n`, this[kHeaders]);
  },

  // A request that expects "100 Continue" sends its head at once.
  _maybeExpect(expects) {
    if (expects) process.nextTick(() => !this._headerSent && !this.destroyed && this._send(''));
  },

  abort() {
    if (this.aborted) return;
    this.aborted = true;
    process.nextTick(() => this.emit('abort'));
    this.destroy();
  },

  // Without a socket yet, the rest happens when one comes (onSocket): it may serve another request.
  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (this.res) this.res._dump();
    this[kError] = error;
    this.socket?.destroy(error);
    return this;
  },

  onSocket(socket, error) {
    process.nextTick(takeSocket, this, socket, error);
  },

  _deferToConnect(method, args) {
    const call = () => {
      const run = () => this.socket[method](...args);
      if (this.socket.connecting) this.socket.once('connect', run);
      else run();
    };
    if (this.socket) call();
    else this.once('socket', call);
  },

  setTimeout(milliseconds, callback) {
    if (this._ended) return this;
    listenTimeout(this);
    milliseconds = require('internal/timers/legacy').checkDuration(milliseconds);
    if (callback) this.once('timeout', callback);
    if (this.socket) setSocketTimeout(this.socket, milliseconds);
    else this.once('socket', (socket) => setSocketTimeout(socket, milliseconds));
    return this;
  },

  setNoDelay(enable) {
    this._deferToConnect('setNoDelay', [enable]);
  },
  setSocketKeepAlive(enable, delay) {
    this._deferToConnect('setKeepAlive', [enable, delay]);
  },
  clearTimeout(callback) {
    this.setTimeout(0, callback);
  },
};
addMethods(ClientRequest.prototype, methods);

Object.defineProperty(ClientRequest.prototype, 'path', {
  get() {
    return this[kPath];
  },
  set(value) {
    const path = String(value);
    if (INVALID_PATH.test(path)) throw new codes.ERR_UNESCAPED_CHARACTERS('Request path');
    this[kPath] = path;
  },
  configurable: true,
  enumerable: true,
});

function takeSocket(request, socket, error) {
  if (!request.destroyed && !error) {
    attach(request, socket);
    request._flush();
    return;
  }
  const failure = error || request[kError];
  request.destroyed = true;
  if (!socket) {
    fail(request, failure);
  } else if (!error && request.agent && !socket.destroyed) {
    socket.emit('free');
    fail(request, failure);
  } else {
    require('stream').finished(socket.destroy(failure), (problem) => {
      const early = problem?.code === 'ERR_STREAM_PREMATURE_CLOSE';
      fail(request, (early ? null : problem) || failure);
    });
  }
}

// Ends a request that has no socket. One given up with abort() is not an error.
function fail(request, error) {
  if (!request.aborted) error ||= connResetException('socket hang up');
  if (error) {
    emitError(request, error);
  } else if (!request._closed) {
    request._closed = true;
    request.emit('close');
  }
}

module.exports = { ClientRequest };
