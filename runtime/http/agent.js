'use strict';
// http.Agent: connections by name ("host:port:localAddress:family"), reused when keepAlive is on.

const addMethods = require('internal/util/add_methods');
const EventEmitter = require('events');
const net = require('net');
const { debuglog } = require('internal/util/debuglog');
const { validateNumber, validateOneOf, validateString } = require('internal/errors/validators');

const debug = debuglog('http');

function Agent(given) {
  if (!(this instanceof Agent)) return new Agent(given);
  EventEmitter.call(this);
  this.defaultPort = 80;
  this.protocol = 'http:';
  const options = { __proto__: null, ...given };
  if (options.noDelay === undefined) options.noDelay = true;
  options.path = null; // never a pipe because of a request's path
  this.options = options;
  // Each by name: requests that wait, sockets that have a request, sockets that have none.
  this.requests = { __proto__: null };
  this.sockets = { __proto__: null };
  this.freeSockets = { __proto__: null };
  // What is 0 or '' is as if it were not given.
  const {
    keepAlive,
    keepAliveMsecs,
    maxFreeSockets,
    maxSockets,
    scheduling,
    maxTotalSockets = Infinity,
  } = options;
  this.keepAliveMsecs = keepAliveMsecs || 1000;
  this.keepAlive = keepAlive || false;
  this.maxSockets = maxSockets || Agent.defaultMaxSockets;
  this.maxFreeSockets = maxFreeSockets || 256;
  this.scheduling = scheduling || 'lifo';
  validateOneOf(this.scheduling, 'scheduling', ['fifo', 'lifo']);
  validateNumber(maxTotalSockets, 'maxTotalSockets', 1);
  this.maxTotalSockets = maxTotalSockets;
  this.totalSocketCount = 0;
  this.on('free', onFree);
}
Object.setPrototypeOf(Agent.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Agent, EventEmitter);
Agent.defaultMaxSockets = Infinity;

function hasMore(map, name) {
  return map[name] !== undefined && map[name].length > 0;
}

function take(map, name, item) {
  const list = map[name];
  if (!list) return false;
  const at = list.indexOf(item);
  if (at === -1) return false;
  list.splice(at, 1);
  if (list.length === 0) delete map[name];
  return true;
}

// Connections that have a request. Idle ones take no place: requests to other servers may go on.
function countBusy(agent) {
  let count = 0;
  for (const name in agent.sockets) count += agent.sockets[name].length;
  return count;
}
const isFull = (agent) => agent.maxTotalSockets !== Infinity && countBusy(agent) >= agent.maxTotalSockets;

// A socket's answer has been read to its end.
function onFree(socket, options) {
  const name = this.getName(options);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const waiting = this.requests[name];
  if (waiting && waiting.length > 0) {
    const request = waiting.shift();
    if (waiting.length === 0) delete this.requests[name];
    giveSocket(this, request, socket);
    return;
  }
  const request = socket._httpMessage;
  if (!request || !request.shouldKeepAlive || !this.keepAlive) {
    socket.destroy();
    return;
  }
  const free = this.freeSockets[name] || [];
  const used = this.sockets[name]?.length ?? 0;
  if (
    (this.maxTotalSockets !== Infinity && countBusy(this) > this.maxTotalSockets) ||
    free.length + used > this.maxSockets ||
    free.length >= this.maxFreeSockets ||
    !this.keepSocketAlive(socket)
  ) {
    socket.destroy();
    return;
  }
  this.freeSockets[name] = free;
  socket._httpMessage = null;
  this.removeSocket(socket, options);
  socket.once('error', onFreeSocketError);
  free.push(socket);
  this.totalSocketCount++; // idle or not
}

function onFreeSocketError() {
  this.destroy();
  this.emit('agentRemove');
}

function giveSocket(agent, request, socket) {
  request.onSocket(socket);
  const timeout = request.timeout ?? agent.options.timeout ?? 0;
  if (socket.timeout !== timeout && typeof socket.setTimeout === 'function') socket.setTimeout(timeout);
}

// What a connection for `request` is made with: the agent's own options win.
function connectionOptions(agent, request, given) {
  const options = { __proto__: null, ...given, ...agent.options };
  if (options.socketPath) options.path = options.socketPath;
  normalizeServerName(options, request);
  return options;
}

// An idle socket of that name, no longer in the list of those; undefined when there is none that can be used.
function takeIdle(agent, name) {
  const list = agent.freeSockets[name];
  if (list === undefined) return undefined;
  let dead = 0;
  while (dead < list.length && (list[dead].destroyed || list[dead].readableEnded)) dead++;
  if (dead > 0) agent.totalSocketCount -= list.splice(0, dead).length;
  const socket = agent.scheduling === 'fifo' ? list.shift() : list.pop();
  if (list.length === 0) delete agent.freeSockets[name];
  return socket;
}

const methods = {
  createConnection: net.createConnection,

  getName(options = {}) {
    const { host, port, localAddress, family, socketPath } = options;
    const server = `${host || 'localhost'}:${port || ''}`;
    let name = localAddress ? `${server}:${localAddress}` : `${server}:`;
    if (family === 4 || family === 6) name += `:${family}`;
    return socketPath ? `${name}:${socketPath}` : name;
  },

  addRequest(request, given, port, localAddress) {
    const wanted = typeof given === 'string' ? { host: given, port, localAddress } : given;
    const options = connectionOptions(this, request, wanted);
    const name = this.getName(options);
    const used = (this.sockets[name] ??= []);
    const idle = takeIdle(this, name);
    if (idle !== undefined) {
      this.reuseSocket(idle, request);
      this.sockets[name].push(idle);
      giveSocket(this, request, idle);
      return;
    }
    if (used.length < this.maxSockets && !isFull(this)) {
      this.createSocket(request, options, (error, created) => {
        if (error) request.onSocket(created, error);
        else giveSocket(this, request, created);
      });
    } else {
      (this.requests[name] ??= []).push(request);
      request._agentOptions = options;
    }
    if (this.sockets[name]?.length === 0 && !this.requests[name]) delete this.sockets[name];
  },

  createSocket(request, given, callback) {
    const options = connectionOptions(this, request, given);
    const name = this.getName(options);
    options._agentKey = name;
    options.encoding = null;
    let called = false;
    const onCreated = (error, socket) => {
      if (called) return;
      called = true;
      if (error) return callback(error);
      (this.sockets[name] ??= []).push(socket);
      this.totalSocketCount++;
      install(this, request, socket, options);
      callback(null, socket);
    };
    if (this.keepAlive) {
      options.keepAlive = this.keepAlive;
      options.keepAliveInitialDelay = this.keepAliveMsecs;
    }
    debug('agent: connection for', name);
    const socket = this.createConnection(options, onCreated);
    if (socket) onCreated(null, socket);
  },

  removeSocket(socket, options) {
    const name = this.getName(options);
    if (!socket.writable && take(this.freeSockets, name, socket)) this.totalSocketCount--;
    if (take(this.sockets, name, socket)) this.totalSocketCount--;
    // A place is free: the next request that waits gets a connection.
    let waiting;
    if (hasMore(this.requests, name)) {
      waiting = this.requests[name];
    } else if (!isFull(this)) {
      for (const other of Object.keys(this.requests)) {
        if (this.sockets[other]?.length) continue;
        waiting = this.requests[other];
        break;
      }
    }
    if (waiting?.length > 0) {
      const request = waiting[0];
      this.createSocket(request, request._agentOptions ?? options, (error, created) => {
        if (error) request.onSocket(null, error);
        else created.emit('free');
      });
    }
  },

  keepSocketAlive(socket) {
    socket.setKeepAlive?.(true, this.keepAliveMsecs);
    socket.unref?.();
    let timeout = this.options.timeout || 0;
    const hint = socket._httpMessage?.res?.headers['keep-alive'];
    const seconds = hint && /timeout=(\d+)/.exec(hint);
    if (seconds) {
      // A server that closes after n seconds would race with a request sent then: one second less.
      const limit = Math.max(0, Number(seconds[1]) * 1000 - 1000);
      if (limit === 0) return false;
      if (timeout === 0 || limit < timeout) timeout = limit;
    }
    if (socket.timeout !== timeout) socket.setTimeout?.(timeout);
    return true;
  },

  reuseSocket(socket, request) {
    socket.removeListener('error', onFreeSocketError);
    request.reusedSocket = true;
    socket.ref?.();
  },

  destroy() {
    for (const map of [this.freeSockets, this.sockets]) {
      for (const list of Object.values(map)) {
        for (const socket of [...list]) socket.destroy();
      }
    }
  },
};
addMethods(Agent.prototype, methods);

function normalizeServerName(options, request) {
  if (options.servername || options.servername === '') return;
  options.servername = options.host;
  const host = request.getHeader?.('host');
  if (host) {
    validateString(host, 'options.headers.host');
    options.servername = host.startsWith('[')
      ? host.slice(1, host.indexOf(']') === -1 ? undefined : host.indexOf(']'))
      : host.split(':', 1)[0];
  }
  if (net.isIP(options.servername)) options.servername = '';
}

function install(agent, request, socket, options) {
  const onSocketFree = () => agent.emit('free', socket, options);
  const onSocketClose = () => agent.removeSocket(socket, options);
  const onSocketTimeout = () => {
    const name = agent.getName(options);
    if (agent.freeSockets[name]?.includes(socket)) socket.destroy();
  };
  const onRemove = () => {
    agent.removeSocket(socket, options);
    socket.removeListener('close', onSocketClose);
    socket.removeListener('free', onSocketFree);
    socket.removeListener('timeout', onSocketTimeout);
    socket.removeListener('agentRemove', onRemove);
  };
  socket.on('free', onSocketFree);
  socket.on('close', onSocketClose);
  socket.on('timeout', onSocketTimeout);
  socket.on('agentRemove', onRemove);
}

module.exports = {
  Agent,
  globalAgent: new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 }),
};
