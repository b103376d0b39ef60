'use strict';
// The connection that a client's request is on: its socket's events, the parser's, and its return to the agent.

const { fields, kTracking } = require('internal/engine/hooks');
const { connResetException } = require('internal/errors');
const network = require('internal/perf_hooks/network');
const diagnostics = require('internal/util/diagnostics');
const common = require('internal/http/common');
const { kNeedDrain } = require('internal/http/outgoing');

const kError = Symbol('error'); // what destroy() of a request was given

function setSocketTimeout(socket, milliseconds) {
  if (socket.connecting) socket.once('connect', () => socket.setTimeout(milliseconds));
  else socket.setTimeout(milliseconds);
}

function listenTimeout(request) {
  if (request.timeoutCb) return;
  request.timeoutCb = () => request.emit('timeout');
  const add = (socket) => socket.once('timeout', request.timeoutCb);
  if (request.socket) add(request.socket);
  else request.once('socket', add);
}

function attach(request, socket) {
  request.socket = socket;
  socket._httpMessage = request;
  socket._httpPaused = false;
  socket._httpNative = false;
  const parser = common.makeParser(common.RESPONSE, socket, {
    maxHeaderSize: request.maxHeaderSize,
    insecureHTTPParser: request.insecureHTTPParser,
    joinDuplicateHeaders: request.joinDuplicateHeaders,
    resource: fields[kTracking] !== 0 ? { type: 'HTTPCLIENTREQUEST', req: request } : undefined,
  });
  request.parser = parser;
  parser.outgoing = request;
  parser.onIncoming = onIncoming;
  parser.onEvent = onParserEvent;
  if (typeof request.maxHeadersCount === 'number') parser.maxHeaderPairs = request.maxHeadersCount;
  if (request._joinHeader) request._joinHeader = new Set(request._joinHeader);

  socket.on('error', onSocketError);
  socket.on('data', onSocketData);
  socket.on('end', onSocketEnd);
  socket.on('close', onSocketClose);
  socket.on('drain', onSocketDrain);
  if (request.timeout !== undefined || (request.agent && request.agent.options?.timeout)) {
    listenTimeout(request);
    if (request.timeout !== undefined) setSocketTimeout(socket, request.timeout);
  }
  request.emit('socket', socket);
}

function detach(request, socket) {
  socket.removeListener('error', onSocketError);
  socket.removeListener('data', onSocketData);
  socket.removeListener('end', onSocketEnd);
  socket.removeListener('close', onSocketClose);
  socket.removeListener('drain', onSocketDrain);
  socket.removeListener('timeout', onResponseTimeout);
  if (request.timeoutCb) {
    socket.removeListener('timeout', request.timeoutCb);
    request.timeoutCb = null;
  }
}

function onResponseTimeout() {
  this._httpMessage?.res?.emit('timeout');
}

function onSocketDrain() {
  const request = this._httpMessage;
  if (request && !request.finished && request.writableNeedDrain) {
    request[kNeedDrain] = false;
    request.emit('drain');
  }
}

function onSocketData(chunk) {
  const { parser } = this;
  if (parser) parser.execute(chunk);
}

function onSocketError(error) {
  const request = this._httpMessage;
  if (request) {
    // What is left to say is said at 'close'.
    request._errorEmitted = true;
    request.emit('error', error);
  }
  const { parser } = this;
  if (parser) {
    common.freeParser(parser, this);
  }
  this.removeListener('data', onSocketData);
  this.removeListener('end', onSocketEnd);
  this.destroy();
}

// Completes a body that ends with its connection; any other that is not complete shows as aborted.
function finishQuietly(parser) {
  parser.onEvent = undefined;
  parser.finish();
}

function onSocketEnd() {
  const request = this._httpMessage;
  const { parser } = this;
  if (!request) return;
  if (!request.res && !request._errorEmitted) {
    request._errorEmitted = true;
    request.emit('error', connResetException('socket hang up'));
  }
  if (parser) {
    finishQuietly(parser);
    common.freeParser(parser, this);
  }
  this.end();
}

function onSocketClose() {
  const request = this._httpMessage;
  if (!request) return;
  const { parser } = this;
  const { res } = request;
  request.destroyed = true;
  if (res) {
    // A body that ends with its connection is complete now.
    if (parser && !res.complete) finishQuietly(parser);
    if (!res.complete) res.destroy(connResetException('aborted'));
    closeRequest(request);
    if (!res.aborted && res.readable && res.complete === false) res.push(null);
  } else {
    if (!request._errorEmitted) {
      request._errorEmitted = true;
      request.emit('error', request[kError] ?? connResetException('socket hang up'));
    }
    closeRequest(request);
  }
  if (request.outputData) request.outputData.length = 0;
  if (parser) common.freeParser(parser, this);
}

function closeRequest(request) {
  if (request._closed) return;
  request._closed = true;
  request.emit('close');
}

function onParserEvent(nread, details) {
  if (nread < 0) return;
  const { socket, outgoing: request } = this;
  if (details) {
    const error = common.parseError(details);
    common.freeParser(this, socket);
    socket.removeListener('data', onSocketData);
    socket.removeListener('end', onSocketEnd);
    socket.destroy();
    request._errorEmitted = true;
    request.emit('error', error);
    return;
  }
  upgrade(this, socket, request);
}

function upgrade(parser, socket, request) {
  const response = parser.upgraded ?? request.res;
  const head = parser.upgradeHead;
  detach(request, socket);
  common.freeParser(parser, socket);
  const event = request.method === 'CONNECT' ? 'connect' : 'upgrade';
  if (request.listenerCount(event) === 0) {
    socket.destroy();
    return;
  }
  request.upgradeOrConnect = true;
  socket.emit('agentRemove');
  socket._httpMessage = null;
  // Bytes wait until the program listens.
  socket.removeAllListeners('data');
  socket._readableState.flowing = null;
  request.emit(event, response, socket, head);
  request.destroyed = true;
  closeRequest(request);
}

// The parser has a response's headers.
function onIncoming(response, keepAlive) {
  const { socket, outgoing: request } = this;
  if (request.aborted || request.destroyed) return 0;
  response.req = request;
  if (request.res) {
    // A second response to one request.
    socket.destroy();
    return 0;
  }
  const { statusCode } = response;
  request.res = response;
  if (request.method === 'CONNECT') {
    response.upgrade = true;
    return 2;
  }
  if (response.upgrade) return 2;
  if (statusCode >= 100 && statusCode < 200 && statusCode !== 101) {
    request.res = null;
    if (statusCode === 100) request.emit('continue');
    request.emit('information', {
      statusCode,
      statusMessage: response.statusMessage,
      httpVersion: response.httpVersion,
      httpVersionMajor: response.httpVersionMajor,
      httpVersionMinor: response.httpVersionMinor,
      headers: response.headers,
      rawHeaders: response.rawHeaders,
    });
    return 1;
  }
  if (request.shouldKeepAlive && !keepAlive) request.shouldKeepAlive = false;
  response._createState(); // its 'end' gives the connection back
  response.on('end', onResponseEnd);
  socket.on('timeout', onResponseTimeout);
  request.on('finish', onRequestFinish);
  response.on('close', onResponseClose);
  if (diagnostics.find !== null)
    diagnostics.publish('http.client.response.finish', () => ({ request, response }));
  if (request._timing !== undefined) {
    const { statusMessage, headers } = response;
    network.stop(request._timing, { res: { statusCode, statusMessage, headers } });
  }
  const heard = request.emit('response', response);
  if (!heard && request.listenerCount('response') === 0) response._dump();
  return request.method === 'HEAD' || statusCode === 204 || statusCode === 304 ? 1 : 0;
}

function onResponseEnd() {
  const { req: request } = this;
  request._ended = true;
  if (!request.shouldKeepAlive) {
    const { socket } = request;
    if (socket?.writable) {
      if (typeof socket.destroySoon === 'function') socket.destroySoon();
      else socket.end();
    }
  } else if (request.writableFinished && !this.aborted) {
    keepConnection(request);
  }
}

function onResponseClose() {
  const { req: request } = this;
  if (
    !request._ended &&
    this.complete &&
    request.shouldKeepAlive &&
    request.socket &&
    !request.socket.destroyed
  ) {
    request.socket.destroy();
  }
}

function onRequestFinish() {
  if (this.res && this.shouldKeepAlive && this._ended) keepConnection(this);
}

// Both sides have ended: the connection serves another request.
function keepConnection(request) {
  const { socket } = request;
  if (!socket || request._kept) return;
  request._kept = true;
  if (socket.parser) common.freeParser(socket.parser, socket);
  detach(request, socket);
  request.destroyed = true;
  process.nextTick(() => {
    socket.emit('free');
    closeRequest(request);
  });
}

module.exports = { attach, listenTimeout, setSocketTimeout, kError };
