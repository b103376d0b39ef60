'use strict';
// How long an http.Server waits: headersTimeout and requestTimeout by one sweep a server, keepAliveTimeout by one timer a
// connection that looks at the clock when it fires. Nothing is paid for a request.

const { codes } = require('internal/errors');

const kConnections = Symbol('connections');
const kSweep = Symbol('connectionsCheckingInterval');
const kKeepAliveTimer = Symbol('keepAliveTimer');
const kIdleSince = Symbol('idleSince');
const kLate = Symbol('late'); // a connection's method, called when its request took too long

function startSweep() {
  clearInterval(this[kSweep]);
  this[kSweep] = setInterval(sweep, this.connectionsCheckingInterval, this);
  this[kSweep].unref();
}

function sweep(server) {
  if (server.headersTimeout === 0 && server.requestTimeout === 0) return;
  for (const socket of server[kConnections]) {
    const age = socket.parser?.age() ?? -1;
    if (age === -1) continue;
    const inHeaders = age >= 0;
    const total = inHeaders ? age : -age - 2;
    const late =
      (inHeaders && server.headersTimeout > 0 && total >= server.headersTimeout) ||
      (server.requestTimeout > 0 && total >= server.requestTimeout);
    if (late) socket[kLate](new codes.ERR_HTTP_REQUEST_TIMEOUT());
  }
}

// Between requests: closes a connection that was idle for keepAliveTimeout.
function armKeepAlive(server, socket) {
  const { keepAliveTimeout } = server;
  if (!keepAliveTimeout) return;
  socket[kIdleSince] = performance.now();
  if (socket[kKeepAliveTimer] === undefined) scheduleKeepAlive(server, socket, keepAliveTimeout);
}

function scheduleKeepAlive(server, socket, delay) {
  socket[kKeepAliveTimer] = setTimeout(() => {
    socket[kKeepAliveTimer] = undefined;
    if (socket.destroyed || socket[kIdleSince] === 0 || !server.keepAliveTimeout) return;
    const left = server.keepAliveTimeout - (performance.now() - socket[kIdleSince]);
    if (left > 1) return scheduleKeepAlive(server, socket, left);
    if (socket.parser && socket.parser.age() !== -1) return; // a request has begun to arrive
    if (!server.emit('timeout', socket)) socket.destroy();
  }, delay);
  socket[kKeepAliveTimer].unref();
}

module.exports = { armKeepAlive, startSweep, kConnections, kIdleSince, kKeepAliveTimer, kLate, kSweep };
