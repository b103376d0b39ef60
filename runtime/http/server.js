'use strict';
// http.Server: connections, their requests in order, keep-alive, pipelining, upgrades, time limits.
//
// A connection's bytes go from the native stream to the parser; the socket's own stream sees them only after an upgrade, or
// when a program listens for 'data' itself.

const addMethods = require('internal/util/add_methods');
const EventEmitter = require('events');
const net = require('net');
const { codes, connResetException } = require('internal/errors');
const { debuglog } = require('internal/util/debuglog');
const { validateObject } = require('internal/errors/validators');
const common = require('internal/http/common');
const { readStart, resumeSocket } = require('internal/http/incoming');
const { kNeedDrain } = require('internal/http/outgoing');
const { storeOptions } = require('internal/http/server_options');
const {
  armKeepAlive,
  startSweep,
  kConnections,
  kIdleSince,
  kKeepAliveTimer,
  kLate,
  kSweep,
} = require('internal/http/server_timeouts');
const network = require('internal/perf_hooks/network');
const diagnostics = require('internal/util/diagnostics');
const { fields, kTracking } = require('internal/engine/hooks');
const STATUS_CODES = require('internal/http/status');

const { kExpect, kHost, kManyHosts, kHttp10, kConnectionSet, kOldVersion } = common;
const kRequestCount = Symbol('requests');
const kState = Symbol('httpState');
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;
const debug = debuglog('http');
const nothing = () => {};

const BAD_REQUEST = `HTTP/1.1 400 ${STATUS_CODES[400]}\r\nConnection: close\r\n\r\n`;
const TIMEOUT = `HTTP/1.1 408 ${STATUS_CODES[408]}\r\nConnection: close\r\n\r\n`;
const TOO_LARGE = `HTTP/1.1 431 ${STATUS_CODES[431]}\r\nConnection: close\r\n\r\n`;
const TOO_LARGE_CHUNK = `HTTP/1.1 413 ${STATUS_CODES[413]}\r\nConnection: close\r\n\r\n`;

function Server(options, requestListener) {
  if (!(this instanceof Server)) return new Server(options, requestListener);
  if (typeof options === 'function') {
    requestListener = options;
    options = {};
  } else if (options == null) {
    options = {};
  } else {
    validateObject(options, 'options');
  }
  storeOptions(this, options);
  net.Server.call(this, {
    allowHalfOpen: true,
    noDelay: options.noDelay ?? true,
    keepAlive: options.keepAlive,
    keepAliveInitialDelay: options.keepAliveInitialDelay,
    highWaterMark: options.highWaterMark,
  });
  this.readsNatively = true;
  initialize(this, requestListener, 'connection');
}
Object.setPrototypeOf(Server.prototype, net.Server.prototype);
Object.setPrototypeOf(Server, net.Server);

// What servers of both protocols have; `event` gives them their connections.
function initialize(server, requestListener, event) {
  if (requestListener) server.on('request', requestListener);
  server.on(event, onConnection);
  server.on('listening', startSweep);
  server.httpAllowHalfOpen = false;
  server.timeout = 0;
  server.maxHeadersCount = null;
  server.maxRequestsPerSocket = 0;
  server[kConnections] = new Set();
  server[kSweep] = null;
}

// ---- a connection ----

function onSocketTimeout() {
  const { parser, server } = this;
  const request = parser?.incoming;
  const requestHeard = request && !request.complete && request.emit('timeout', this);
  const response = this._httpMessage;
  const responseHeard = response && response.emit('timeout', this);
  const serverHeard = server?.emit('timeout', this);
  if (!requestHeard && !responseHeard && !serverHeard) this.destroy();
}

// What a server knows of a connection beside its socket.
class ConnectionState {
  constructor(server) {
    this.server = server;
    this.incoming = []; // requests whose answers have not ended
    this.outgoing = []; // answers that wait for the ones before them
    this.outgoingData = 0; // bytes queued in those
  }
}

function onConnection(socket) {
  const server = this;
  debug('server: new connection');
  const state = new ConnectionState(server);
  socket[kState] = state;
  socket.server ??= server;
  socket[kKeepAliveTimer] = undefined;
  socket[kIdleSince] = 0;
  socket[kLate] = socketError;
  socket[kRequestCount] = 0;
  socket._httpMessage = null;
  socket._httpPaused = false;
  socket._httpNative = false;
  socket._httpCloseWatched = false;
  server[kConnections].add(socket);
  if (server.timeout && typeof socket.setTimeout === 'function') socket.setTimeout(server.timeout);
  socket.on('timeout', onSocketTimeout);

  socket.setEncoding = refuseEncoding;
  const parser = common.makeParser(common.REQUEST, socket, parserOptions(server, socket));
  parser.markStart(); // headersTimeout counts from the connection's first moment
  if (typeof server.maxHeadersCount === 'number') parser.maxHeaderPairs = server.maxHeadersCount;
  parser.onIncoming = onIncoming;
  parser.onEvent = onParserEvent;
  parser.serverState = state;
  socket.on('error', socketError);
  socket.on('close', onSocketClose);
  socket.on('end', onSocketEnd);
  socket.on('drain', onSocketDrain);

  const handle = socket._handle;
  if (handle && handle.writeHead) {
    parser.consume(handle);
    socket._httpNative = true;
    socket.on = socketOn;
    socket.addListener = socketOn;
    socket.prependListener = socketPrepend;
    // There for all to see, and for the day the native reading ends; on() itself would start the stream.
    EventEmitter.prototype.on.call(socket, 'data', onSocketData);
    if (!handle.reading) {
      handle.reading = true;
      handle.readStart();
    }
  } else {
    socket.on('data', onSocketData);
  }
}

function parserOptions(server, socket) {
  return {
    resource: fields[kTracking] !== 0 ? { type: 'HTTPINCOMINGMESSAGE', socket } : undefined,
    maxHeaderSize: server._options.maxHeaderSize,
    insecureHTTPParser: server._options.insecureHTTPParser,
    joinDuplicateHeaders: server.joinDuplicateHeaders,
    IncomingMessage: server._IncomingMessage,
  };
}

// A program that listens for a connection's bytes itself gets them, and the parser from then on through JavaScript.
function socketOn(event, listener) {
  if ((event === 'data' || event === 'readable') && this._httpNative && this.parser) unconsume(this);
  return net.Socket.prototype.on.call(this, event, listener);
}

function socketPrepend(event, listener) {
  if ((event === 'data' || event === 'readable') && this._httpNative && this.parser) unconsume(this);
  net.Socket.prototype.prependListener.call(this, event, listener);
  if (event === 'data') this.resume(); // as on() does
  return this;
}

function unconsume(socket) {
  socket._httpNative = false;
  giveBackMethods(socket);
  socket.parser?.unconsume();
}

function giveBackMethods(socket) {
  delete socket.on;
  delete socket.addListener;
  delete socket.prependListener;
}

// RFC 9112, 3: a message is bytes, whatever text its body may hold.
function refuseEncoding() {
  throw new codes.ERR_HTTP_SOCKET_ENCODING();
}

function onSocketData(chunk) {
  this.parser?.execute(chunk);
}

function onSocketDrain() {
  const state = this[kState];
  const needPause = state.outgoingData > this.writableHighWaterMark;
  if (this._httpBackPressure && !needPause) {
    this._httpBackPressure = false;
    readStart(this);
  }
  const message = this._httpMessage;
  if (message && !message.finished && message.writableNeedDrain) {
    message[kNeedDrain] = false;
    message.emit('drain');
  }
}

function onSocketClose() {
  const state = this[kState];
  if (state === undefined) return; // called by a program on an object of its own
  state.server[kConnections].delete(this);
  if (this[kKeepAliveTimer] !== undefined) clearTimeout(this[kKeepAliveTimer]);
  const { parser } = this;
  if (parser) common.freeParser(parser, this);
  abortRequests(state.incoming);
}

function abortRequests(list) {
  while (list.length > 0) {
    const request = list.shift();
    request.destroy(connResetException('aborted'));
  }
}

function onSocketEnd() {
  const { server } = this;
  const state = this[kState];
  this.parser?.finish();
  if (this.destroyed) return;
  if (!server.httpAllowHalfOpen) {
    if (this.writable) this.end();
  } else if (state.outgoing.length > 0) {
    state.outgoing[state.outgoing.length - 1]._last = true;
  } else if (this._httpMessage) {
    this._httpMessage._last = true;
  } else {
    this.end();
  }
}

function socketError(error) {
  this.removeListener('error', socketError);
  if (this.listenerCount('error') === 0) this.on('error', nothing);
  const server = this[kState]?.server ?? this.server;
  if (!server.emit('clientError', error, this)) {
    // Answer, unless an answer is already on its way.
    if (this.writable && (!this._httpMessage || !this._httpMessage._headerSent)) {
      let response = BAD_REQUEST;
      if (error.code === 'HPE_HEADER_OVERFLOW') response = TOO_LARGE;
      else if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') response = TOO_LARGE_CHUNK;
      else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') response = TIMEOUT;
      this.write(response);
    }
    this.destroy(error);
  }
}

function onParserEvent(nread, details) {
  const { socket } = this;
  if (nread < 0) return; // the socket hears of it next
  if (details) {
    const error = common.parseError(details);
    socketError.call(socket, error);
    return;
  }
  upgrade(this, socket);
}

function upgrade(parser, socket) {
  const request = parser.upgraded;
  const { server } = parser.serverState;
  const event = request.method === 'CONNECT' ? 'connect' : 'upgrade';
  const head = parser.upgradeHead;
  socket.removeListener('data', onSocketData);
  socket.removeListener('end', onSocketEnd);
  socket.removeListener('close', onSocketClose);
  socket.removeListener('drain', onSocketDrain);
  socket.removeListener('error', socketError);
  socket.removeListener('timeout', onSocketTimeout);
  server[kConnections].delete(socket);
  if (socket[kKeepAliveTimer] !== undefined) clearTimeout(socket[kKeepAliveTimer]);
  common.freeParser(parser, socket);
  giveBackMethods(socket);
  delete socket.setEncoding;
  socket._httpNative = false;
  // The stream side takes over, even if the program listens for the end alone.
  if (socket._handle && !socket._handle.reading) socket.read(0);
  if (server.listenerCount(event) > 0) {
    server.emit(event, request, socket, head);
  } else {
    socket.destroy();
  }
}

// ---- a request ----

function publish(channel, request, response, server) {
  diagnostics.publish(channel, () => ({ request, response, socket: request.socket, server }));
}

function onIncoming(request, keepAlive, flags) {
  const { socket, serverState: state } = this;
  const { server } = state;
  if (request.upgrade) {
    request.upgrade = request.method === 'CONNECT' || server.listenerCount('upgrade') > 0;
    if (request.upgrade) return 2;
  }
  socket[kIdleSince] = 0;
  if (state.incoming.length > 0 || state.outgoing.length > 0) pausePipelining(socket, state);
  state.incoming.push(request);

  const ResponseClass = server._ServerResponse;
  const response = new ResponseClass(request, server._responseOptions);
  response._keepAliveTimeout = server.keepAliveTimeout;
  response._maxRequestsPerSocket = server.maxRequestsPerSocket;
  response._joinHeader = server._joinHeader;
  response._done = responseDone;
  response._state = state;
  response._onPendingData = nothing;
  response.shouldKeepAlive = keepAlive;

  if (socket._httpMessage) {
    state.outgoing.push(response);
    response._onPendingData = (delta) => {
      state.outgoingData += delta;
    };
  } else {
    response.assignSocket(socket);
  }
  if (diagnostics.find !== null) publish('http.server.request.start', request, response, server);
  if (network.counts.http > 0) {
    const { method, url, headers } = request;
    response._timing = network.start('http', 'HttpRequest', { req: { method, url, headers } });
  }

  if (
    flags & kOldVersion ||
    flags & kManyHosts ||
    (!(flags & kHost) && server.requireHostHeader && !(flags & kHttp10))
  ) {
    response.writeHead(400, ['Connection', 'close']);
    response.end();
    return 0;
  }
  if (flags & kHttp10 && !(flags & kConnectionSet)) response.shouldKeepAlive = false;

  if (server.maxRequestsPerSocket > 0) {
    const count = ++socket[kRequestCount];
    if (count > server.maxRequestsPerSocket) {
      if (!server.emit('dropRequest', request, socket)) {
        response.writeHead(503);
        response.end();
      }
      return 0;
    }
    response.maxRequestsOnConnectionReached = count >= server.maxRequestsPerSocket;
  }

  if (flags & kExpect) {
    const { expect } = request.headers;
    if (expect !== undefined && request.httpVersionMinor >= 1) {
      if (CONTINUE.test(expect)) {
        response._expectContinue = true;
        if (server.listenerCount('checkContinue') > 0) {
          server.emit('checkContinue', request, response);
        } else {
          response.writeContinue();
          server.emit('request', request, response);
        }
      } else if (server.listenerCount('checkExpectation') > 0) {
        server.emit('checkExpectation', request, response);
      } else {
        response.writeHead(417);
        response.end();
      }
      return 0;
    }
  }
  server.emit('request', request, response);
  return 0;
}

// Answers that pile up behind a slow one stop the reading of further requests.
function pausePipelining(socket, state) {
  if (state.outgoingData < socket.writableHighWaterMark && state.outgoing.length < 1000) return;
  socket._httpBackPressure = true;
  const handle = socket._handle;
  if (socket._httpNative && handle?.reading) {
    handle.reading = false;
    handle.readStop();
  } else if (!socket._httpNative) {
    socket.pause();
  }
}

// An answer's last byte has been given to the system.
function responseDone(response) {
  const { _state: state, socket, req: request } = response;
  if (diagnostics.find !== null) publish('http.server.response.finish', request, response, state.server);
  if (response._timing !== undefined) {
    const { statusCode, statusMessage } = response;
    network.stop(response._timing, { res: { statusCode, statusMessage, headers: response.getHeaders() } });
  }
  const at = state.incoming.indexOf(request);
  if (at === 0) state.incoming.shift();
  else if (at > 0) state.incoming.splice(at, 1);
  if (!request._consuming) request._dump();
  if (request._untouched()) {
    if (request.complete) request.emit('close');
  }
  if (!socket) return;
  response.detachSocket(socket);
  if (response._last || socket.destroyed) {
    if (typeof socket.destroySoon === 'function') socket.destroySoon();
    else socket.end();
    return;
  }
  if (state.outgoing.length === 0) {
    if (socket._httpBackPressure) {
      socket._httpBackPressure = false;
      resumeSocket(socket);
    }
    if (state.incoming.length === 0) armKeepAlive(state.server, socket);
  } else {
    const next = state.outgoing.shift();
    if (socket._httpBackPressure && state.outgoing.length < 500) {
      socket._httpBackPressure = false;
      resumeSocket(socket);
    }
    next.assignSocket(socket);
  }
}

const methods = {
  setTimeout(milliseconds, callback) {
    this.timeout = milliseconds;
    if (callback) this.on('timeout', callback);
    return this;
  },

  close(callback) {
    clearInterval(this[kSweep]);
    net.Server.prototype.close.call(this, callback);
    this.closeIdleConnections();
    return this;
  },

  closeAllConnections() {
    for (const socket of this[kConnections]) socket.destroy();
  },

  closeIdleConnections() {
    for (const socket of this[kConnections]) {
      const state = socket[kState];
      // Connections on which no request has come yet are not idle: theirs may be on its way.
      if (state.incoming.length > 0 || socket._httpMessage || socket.parser?.age() !== -1) continue;
      socket.destroy();
    }
  },

  [Symbol.for('nodejs.rejection')](error, event, ...args) {
    if (event !== 'request') {
      net.Server.prototype[Symbol.for('nodejs.rejection')].call(this, error, event, ...args);
      return;
    }
    const response = args[1];
    if (!response.headersSent && !response.writableEnded) {
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      response.statusCode = 500;
      response.end(STATUS_CODES[500]);
    } else {
      response.destroy();
    }
  },
};
addMethods(Server.prototype, methods);

module.exports = {
  Server,
  methods,
  connectionListener: onConnection,
  initialize,
  kConnectionsCheckingInterval: kSweep,
};
