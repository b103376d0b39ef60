'use strict';
// dgram.Socket: bound by bind() or by the first send; until then what is asked of it waits in a queue.

const EventEmitter = require('events');
const { Buffer } = require('buffer');
const { codes, errnoException, exceptionWithHostPort, uvErrmapGet } = require('internal/errors');
const {
  validateAbortSignal,
  validateNumber,
  validatePort,
  validateString,
} = require('internal/errors/validators');
const role = require('internal/cluster/role');
const { kOwner } = require('internal/net/symbols');
const { isDatagramDescriptor, newHandle } = require('internal/dgram/handle');
const { normalizeSend, validateSendTo } = require('internal/dgram/send');
const diagnostics = require('internal/util/diagnostics');
const { addOldNames } = require('internal/dgram/old_names');

const FastBuffer = Buffer[Symbol.species];
const kState = Symbol('dgramState');

// Of binding, and of connecting.
const NOT = 0;
const UNDER_WAY = 1;
const DONE = 2;

function Socket(type, listener) {
  EventEmitter.call(this);
  let options;
  if (type !== null && typeof type === 'object') {
    options = type;
    type = options.type;
    if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');
  }
  const handle = newHandle(type, options?.lookup);
  handle[kOwner] = this;
  this.type = type;
  this[kState] = {
    handle,
    receiving: false,
    bound: NOT,
    connected: NOT,
    queue: undefined, // calls that wait for the binding
    reuseAddr: options?.reuseAddr,
    ipv6Only: options?.ipv6Only,
    recvBufferSize: options?.recvBufferSize,
    sendBufferSize: options?.sendBufferSize,
  };
  if (typeof listener === 'function') this.on('message', listener);
  if (options?.signal) closeOnAbort(this, options.signal);
  if (diagnostics.find !== null) diagnostics.publish('udp.socket', () => ({ socket: this }));
}
Object.setPrototypeOf(Socket.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Socket, EventEmitter);

function closeOnAbort(socket, signal) {
  const close = () => {
    if (socket[kState].handle) socket.close();
  };
  if (signal.aborted) return close();
  signal.addEventListener('abort', close, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', close));
}

function checkOpen(socket) {
  const state = socket[kState];
  if (!state.handle) throw new codes.ERR_SOCKET_DGRAM_NOT_RUNNING();
  return state;
}

function checkConnected(socket) {
  const state = checkOpen(socket);
  if (state.connected !== DONE) throw new codes.ERR_SOCKET_DGRAM_NOT_CONNECTED();
  return state;
}

// The native call's result, or its error thrown.
function checked(result, syscall) {
  if (result < 0) throw errnoException(result, syscall);
  return result;
}

// ---- receiving ----

function onMessage(nread, memory, rinfo) {
  const socket = this[kOwner];
  if (nread < 0) return socket.emit('error', errnoException(nread, 'recvmsg'));
  socket.emit('message', new FastBuffer(memory), rinfo);
}

function startListening(socket) {
  const state = socket[kState];
  state.handle.onmessage = onMessage;
  state.handle.recvStart();
  state.receiving = true;
  state.bound = DONE;
  if (state.recvBufferSize) bufferSize(socket, state.recvBufferSize, true);
  if (state.sendBufferSize) bufferSize(socket, state.sendBufferSize, false);
  socket.emit('listening');
}

function stopReceiving(socket) {
  const state = socket[kState];
  if (!state.receiving) return;
  state.handle.recvStop();
  state.receiving = false;
}

// Puts a call off until the socket is bound.
function enqueue(socket, call) {
  const state = socket[kState];
  if (state.queue === undefined) {
    state.queue = [];
    socket.once(EventEmitter.errorMonitor, onListenError);
    socket.once('listening', onListenSuccess);
  }
  state.queue.push(call);
}
function onListenSuccess() {
  this.removeListener(EventEmitter.errorMonitor, onListenError);
  const { queue } = this[kState];
  this[kState].queue = undefined;
  for (const call of queue) call();
}
function onListenError() {
  this.removeListener('listening', onListenSuccess);
  this[kState].queue = undefined;
}

// ---- binding ----

// bind([port][, address][, callback]) or bind(options[, callback]), as {port, address, fd, exclusive, handle}.
function normalizeBind(port, address) {
  if (port !== null && typeof port === 'object') {
    if (typeof port.recvStart === 'function') return { handle: port };
    return { port: port.port, address: port.address || '', exclusive: Boolean(port.exclusive), fd: port.fd };
  }
  return { port: port === undefined || typeof port === 'function' ? 0 : port, address, exclusive: false };
}

function listenOnce(socket, callback) {
  const remove = () => {
    socket.removeListener('error', remove);
    socket.removeListener('listening', onListening);
  };
  const onListening = () => {
    remove();
    callback.call(socket);
  };
  socket.on('error', remove);
  socket.on('listening', onListening);
}

function replaceHandle(socket, handle) {
  const state = socket[kState];
  const old = state.handle;
  if (!handle.lookup) {
    handle.lookup = old.lookup;
    if (socket.type === 'udp6') {
      handle.bind = handle.bind6;
      handle.connect = handle.connect6;
      handle.send = handle.send6;
    }
  }
  handle[kOwner] = socket;
  state.handle = handle;
  old.close();
}

function failBinding(socket, error) {
  socket[kState].bound = NOT;
  socket.emit('error', error);
}

function bindFlags(state) {
  const { constants } = internalBinding('udp_wrap');
  return (
    (state.reuseAddr ? constants.UV_UDP_REUSEADDR : 0) | (state.ipv6Only ? constants.UV_UDP_IPV6ONLY : 0)
  );
}

// A worker of a cluster shares its primary's handle, unless it asked for one of its own.
function bindInCluster(socket, query) {
  require('cluster')._getServer(socket, query, (error, handle) => {
    const state = socket[kState];
    if (error) return failBinding(socket, exceptionWithHostPort(error, 'bind', query.address, query.port));
    if (!state.handle) return handle.close(); // closed meanwhile
    replaceHandle(socket, handle);
    startListening(socket);
  });
}

function bindDescriptor(socket, options) {
  const state = socket[kState];
  if (!isDatagramDescriptor(options.fd)) {
    state.bound = NOT;
    throw new codes.ERR_INVALID_FD_TYPE(internalBinding('tty_wrap').guessHandleType(options.fd));
  }
  if (sharesHandles(options.exclusive)) {
    const query = { address: null, port: null, addressType: socket.type, fd: options.fd, flags: null };
    return bindInCluster(socket, query);
  }
  checked(state.handle.open(options.fd), 'open');
  startListening(socket);
}

const sharesHandles = (exclusive) => role.isWorker && !exclusive;

function bindAddress(socket, { port, address, exclusive }) {
  const state = socket[kState];
  if (!address) address = socket.type === 'udp4' ? '0.0.0.0' : '::';
  state.handle.lookup(address, (error, ip) => {
    if (!state.handle) return; // closed meanwhile
    if (error) return failBinding(socket, error);
    const flags = bindFlags(state);
    if (sharesHandles(exclusive)) {
      return bindInCluster(socket, { address: ip, port, addressType: socket.type, fd: -1, flags });
    }
    const result = state.handle.bind(ip, port || 0, flags);
    if (result) return failBinding(socket, exceptionWithHostPort(result, 'bind', ip, port));
    startListening(socket);
  });
}

// ---- sending ----

function onSent(status, bytes) {
  const error = status < 0 ? exceptionWithHostPort(status, 'send', this.address, this.port) : null;
  this.callback(error, bytes);
}

function sendNow(socket, error, ip, chunks, address, port, callback) {
  const { handle } = socket[kState];
  if (error) {
    process.nextTick(() => (callback ? callback(error) : socket.emit('error', error)));
    return;
  }
  if (!handle) return;
  const req = { callback, address, port, oncomplete: callback ? onSent : undefined };
  const result = handle.send(req, chunks, port || 0, ip ?? undefined);
  if (result === 0 || !callback) return;
  if (result > 0) process.nextTick(callback, null, result - 1);
  else process.nextTick(callback, exceptionWithHostPort(result, 'send', address, port));
}

function connectNow(socket, error, ip, address, port, callback) {
  const state = socket[kState];
  if (!state.handle) return;
  if (!error) {
    const result = state.handle.connect(ip, port);
    if (result) error = exceptionWithHostPort(result, 'connect', address, port);
  }
  if (!error) {
    state.connected = DONE;
    process.nextTick(() => socket.emit('connect'));
    return;
  }
  state.connected = NOT;
  process.nextTick(() => {
    if (!callback) return socket.emit('error', error);
    socket.removeListener('connect', callback);
    callback(error);
  });
}

function startConnecting(socket, port, address, callback) {
  const state = socket[kState];
  if (callback) socket.once('connect', callback);
  state.handle.lookup(address, (error, ip) => connectNow(socket, error, ip, address, port, callback));
}

function bufferSize(socket, size, receive) {
  if (size >>> 0 !== size) throw new codes.ERR_SOCKET_BAD_BUFFER_SIZE();
  const result = checkOpen(socket).handle.bufferSize(size, receive);
  if (result >= 0) return result;
  const [code, message] = uvErrmapGet(result);
  const syscall = receive ? 'uv_recv_buffer_size' : 'uv_send_buffer_size';
  throw new codes.ERR_SOCKET_BUFFER_SIZE({ errno: result, code, message, syscall });
}

function membership(socket, method, ...args) {
  checked(checkOpen(socket).handle[method](...args), method);
}

const methods = {
  constructor: Socket,

  bind(port, address, callback) {
    const state = checkOpen(this);
    if (state.bound !== NOT) throw new codes.ERR_SOCKET_ALREADY_BOUND();
    state.bound = UNDER_WAY;
    if (typeof address === 'function') {
      callback = address;
      address = '';
    } else if (typeof port === 'function') {
      callback = port;
    }
    if (typeof callback === 'function') listenOnce(this, callback);
    const options = normalizeBind(port, address);
    if (options.handle) {
      replaceHandle(this, options.handle);
      startListening(this);
    } else if (Number.isInteger(options.fd) && options.fd > 0) {
      bindDescriptor(this, options);
    } else {
      bindAddress(this, options);
    }
    return this;
  },

  connect(port, address, callback) {
    port = validatePort(port, 'Port', false);
    if (typeof address === 'function') {
      callback = address;
      address = '';
    } else if (address === undefined) {
      address = '';
    }
    validateString(address, 'address');
    const state = checkOpen(this);
    if (state.connected !== NOT) throw new codes.ERR_SOCKET_DGRAM_IS_CONNECTED();
    state.connected = UNDER_WAY;
    if (state.bound === NOT) this.bind({ port: 0, exclusive: true }, null);
    if (state.bound !== DONE) enqueue(this, () => startConnecting(this, port, address, callback));
    else startConnecting(this, port, address, callback);
  },

  disconnect() {
    const state = this[kState];
    if (state.connected !== DONE) throw new codes.ERR_SOCKET_DGRAM_NOT_CONNECTED();
    checked(state.handle.disconnect(), 'connect');
    state.connected = NOT;
  },

  // The form before Node 8: all but the callback must be given.
  sendto(buffer, offset, length, port, address, callback) {
    validateSendTo(offset, length, port, address);
    this.send(buffer, offset, length, port, address, callback);
  },

  send(...args) {
    const state = this[kState];
    const connected = state.connected === DONE;
    let { chunks, port, address, callback } = normalizeSend(connected, args);
    if (!connected) port = validatePort(port, 'Port', false);
    if (typeof callback !== 'function') callback = undefined;
    if (typeof address === 'function') [callback, address] = [address, undefined];
    else if (address != null) validateString(address, 'address');
    checkOpen(this);
    if (state.bound === NOT) this.bind({ port: 0, exclusive: true }, null);
    if (chunks.length === 0) chunks = [Buffer.alloc(0)];
    if (state.bound !== DONE) {
      enqueue(this, () => this.send(chunks, port, address, callback));
    } else if (connected) {
      sendNow(this, null, null, chunks, address, port, callback);
    } else {
      state.handle.lookup(address, (error, ip) => sendNow(this, error, ip, chunks, address, port, callback));
    }
  },

  close(callback) {
    if (typeof callback === 'function') this.on('close', callback);
    const state = this[kState];
    if (state.queue !== undefined) {
      state.queue.push(() => this.close());
      return this;
    }
    checkOpen(this);
    stopReceiving(this);
    state.handle.close();
    state.handle = null;
    process.nextTick(() => this.emit('close'));
    return this;
  },

  address() {
    const out = {};
    checked(checkOpen(this).handle.getsockname(out), 'getsockname');
    return out;
  },
  remoteAddress() {
    const out = {};
    checked(checkConnected(this).handle.getpeername(out), 'getpeername');
    return out;
  },

  setBroadcast(on) {
    checked(checkOpen(this).handle.setBroadcast(Boolean(on)), 'setBroadcast');
  },
  setTTL(ttl) {
    validateNumber(ttl, 'ttl');
    checked(checkOpen(this).handle.setTTL(ttl), 'setTTL');
    return ttl;
  },
  setMulticastTTL(ttl) {
    validateNumber(ttl, 'ttl');
    checked(checkOpen(this).handle.setMulticastTTL(ttl), 'setMulticastTTL');
    return ttl;
  },
  setMulticastLoopback(on) {
    checked(checkOpen(this).handle.setMulticastLoopback(Boolean(on)), 'setMulticastLoopback');
    return on;
  },
  setMulticastInterface(address) {
    const { handle } = checkOpen(this);
    validateString(address, 'interfaceAddress');
    checked(handle.setMulticastInterface(address), 'setMulticastInterface');
  },
  addMembership(group, interfaceAddress) {
    checkOpen(this);
    if (!group) throw new codes.ERR_MISSING_ARGS('multicastAddress');
    membership(this, 'addMembership', group, interfaceAddress);
  },
  dropMembership(group, interfaceAddress) {
    checkOpen(this);
    if (!group) throw new codes.ERR_MISSING_ARGS('multicastAddress');
    membership(this, 'dropMembership', group, interfaceAddress);
  },
  addSourceSpecificMembership(source, group, interfaceAddress) {
    validateString(source, 'sourceAddress');
    validateString(group, 'groupAddress');
    membership(this, 'addSourceSpecificMembership', source, group, interfaceAddress);
  },
  dropSourceSpecificMembership(source, group, interfaceAddress) {
    validateString(source, 'sourceAddress');
    validateString(group, 'groupAddress');
    membership(this, 'dropSourceSpecificMembership', source, group, interfaceAddress);
  },

  ref() {
    this[kState].handle?.ref();
    return this;
  },
  unref() {
    this[kState].handle?.unref();
    return this;
  },

  setRecvBufferSize(size) {
    bufferSize(this, size, true);
  },
  setSendBufferSize(size) {
    bufferSize(this, size, false);
  },
  getRecvBufferSize() {
    return bufferSize(this, 0, true);
  },
  getSendBufferSize() {
    return bufferSize(this, 0, false);
  },
  getSendQueueSize() {
    return this[kState].handle.queueSize;
  },
  getSendQueueCount() {
    return this[kState].handle.queueCount;
  },
};
for (const key of Reflect.ownKeys(methods)) {
  Object.defineProperty(Socket.prototype, key, {
    value: methods[key],
    writable: true,
    configurable: true,
    enumerable: typeof key === 'string' && key !== 'constructor',
  });
}

if (Symbol.asyncDispose) {
  Socket.prototype[Symbol.asyncDispose] = async function () {
    if (this[kState].handle) await new Promise((closed) => this.close(closed));
  };
}
addOldNames(Socket.prototype, kState, { _healthCheck: checkOpen, _stopReceiving: stopReceiving });

/** What a channel sends of a socket: its native handle. */
const handleOf = (socket) => socket[kState].handle;

module.exports = { Socket, handleOf };
