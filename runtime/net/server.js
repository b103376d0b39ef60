'use strict';
// net.Server: listens on TCP addresses, Unix sockets, descriptors and handles; makes a Socket of each connection.

const EventEmitter = require('events');
const { codes, errnoException, uvExceptionWithHostPort } = require('internal/errors');
const {
  validateAbortSignal,
  validateFunction,
  validateNumber,
  validatePort,
} = require('internal/errors/validators');
const { kOwner } = require('internal/net/symbols');
const { handleClasses, handleFromFd } = require('internal/net/handles');
const { Socket } = require('internal/net/socket');
const diagnostics = require('internal/util/diagnostics');
const { normalizeArgs, toNumber, isPipeName } = require('internal/net/connect');
const { isIP } = require('internal/net/ip');

const DEFAULT_BACKLOG = 511;
const UV_EINVAL = -22;
const UV_EAFNOSUPPORT = -97;
const UV_EADDRNOTAVAIL = -99;

function Server(options, connectionListener) {
  if (!(this instanceof Server)) return new Server(options, connectionListener);
  EventEmitter.call(this);
  if (typeof options === 'function') {
    connectionListener = options;
    options = {};
  } else if (options == null || typeof options === 'object') {
    options = { ...options };
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
  }
  if (typeof connectionListener === 'function') this.on('connection', connectionListener);
  if (options.keepAliveInitialDelay !== undefined) {
    validateNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  }
  this._connections = 0;
  this._handle = null;
  this._usingWorkers = false;
  this._workers = [];
  this._unref = false;
  this._listeningId = 1;
  this.allowHalfOpen = options.allowHalfOpen || false;
  this.pauseOnConnect = Boolean(options.pauseOnConnect);
  this.noDelay = Boolean(options.noDelay);
  this.keepAlive = Boolean(options.keepAlive);
  this.keepAliveInitialDelay = Math.max(0, Math.trunc((options.keepAliveInitialDelay ?? 0) / 1000));
  this.highWaterMark = options.highWaterMark;
}
Object.setPrototypeOf(Server.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Server, EventEmitter);

// A bound handle, or a negative error. Without an address: every interface, IPv6 if the machine has it.
function createServerHandle(address, port, addressType, fd, flags) {
  const { TCP, tcp, Pipe, pipe } = handleClasses();
  let handle;
  let error = 0;
  if (typeof fd === 'number' && fd >= 0) {
    try {
      handle = handleFromFd(fd, true);
    } catch {
      return UV_EINVAL;
    }
    error = handle.open(fd);
    if (error) return error;
  } else if (port === -1 && addressType === -1) {
    handle = new Pipe(pipe.SERVER);
  } else {
    handle = new TCP(tcp.SERVER);
  }
  if (address || port !== undefined) {
    if (port === -1 && addressType === -1) {
      error = handle.bind(address);
    } else if (!address) {
      error = handle.bind6('::', port, flags);
      if (error === UV_EINVAL || error === UV_EAFNOSUPPORT) {
        handle.close();
        return createServerHandle('0.0.0.0', port, 4, undefined, flags);
      }
    } else {
      error = addressType === 6 ? handle.bind6(address, port, flags) : handle.bind(address, port);
    }
  }
  if (error) {
    handle.close();
    return error;
  }
  return handle;
}

function startListening(server, address, port, addressType, backlog, fd, flags) {
  if (!server._handle) {
    let handle;
    if (!address && typeof fd !== 'number') {
      handle = createServerHandle('::', port, 6, fd, flags);
      address = '::';
      addressType = 6;
      if (handle === UV_EINVAL || handle === UV_EAFNOSUPPORT || handle === UV_EADDRNOTAVAIL) {
        handle = undefined;
        address = '0.0.0.0';
        addressType = 4;
      }
    }
    handle ??= createServerHandle(address, port, addressType, fd, flags);
    if (typeof handle === 'number') return failLater(server, handle, address, port);
    server._handle = handle;
  }
  const handle = server._handle;
  handle.onconnection = onConnection;
  handle[kOwner] = server;
  const error = handle.listen(backlog || DEFAULT_BACKLOG);
  if (error) {
    handle.close();
    server._handle = null;
    return failLater(server, error, address, port);
  }
  server._connectionKey = `${addressType}:${address}:${port}`;
  if (server._unref) server.unref();
  process.nextTick(() => {
    if (server._handle) server.emit('listening');
  });
}

function failLater(server, error, address, port) {
  const exception = uvExceptionWithHostPort(error, 'listen', address, port);
  process.nextTick(() => server.emit('error', exception));
}

// Called on the listening handle.
function onConnection(status, client) {
  const server = this[kOwner];
  if (status) {
    server.emit('error', errnoException(status, 'accept'));
    return;
  }
  if (server.maxConnections != null && server._connections >= server.maxConnections) {
    const data = {};
    const local = {};
    if (client.getsockname?.(local) === 0) {
      data.localAddress = local.address;
      data.localPort = local.port;
      data.localFamily = local.family;
    }
    const remote = {};
    if (client.getpeername?.(remote) === 0) {
      data.remoteAddress = remote.address;
      data.remotePort = remote.port;
      data.remoteFamily = remote.family;
    }
    client.close();
    server.emit('drop', data);
    return;
  }
  if (server.noDelay && client.setNoDelay) client.setNoDelay(true);
  if (server.keepAlive && client.setKeepAlive) client.setKeepAlive(true, server.keepAliveInitialDelay);
  const socket = new Socket({
    handle: client,
    allowHalfOpen: server.allowHalfOpen,
    pauseOnCreate: server.pauseOnConnect,
    readable: true,
    writable: true,
    readableHighWaterMark: server.highWaterMark,
    writableHighWaterMark: server.highWaterMark,
    manualStart: server.readsNatively, // http: its parser starts the reads
  });
  server._connections++;
  socket.server = server;
  socket._server = server;
  server.emit('connection', socket);
  if (diagnostics.find !== null) diagnostics.publish('net.server.socket', () => ({ socket }));
}

const methods = {
  listen(...args) {
    const normalized = Array.isArray(args[0]) ? args[0] : normalizeArgs(args);
    let [options] = normalized;
    const callback = normalized[1];
    if (this._handle) throw new codes.ERR_SERVER_ALREADY_LISTEN();
    if (callback !== null) {
      this.once('listening', callback);
    }
    const backlog =
      toNumber(args.length > 1 && args[1]) || toNumber(args.length > 2 && args[2]) || options.backlog || 0;
    options = options._handle || options.handle || options;
    const { signal } = options;
    if (signal !== undefined) validateAbortSignal(signal, 'options.signal');
    const flags = options.ipv6Only === true ? 1 : 0;
    if (typeof options.readStart === 'function' && typeof options.close === 'function') {
      // A native handle.
      this._handle = options;
      startListening(this, null, -1, -1, backlog);
      return this;
    }
    if (signal) this._closeOn(signal);
    if (typeof options.fd === 'number' && options.fd >= 0) {
      startListening(this, null, null, null, backlog, options.fd);
      return this;
    }
    if (
      args.length === 0 ||
      typeof args[0] === 'function' ||
      (options.port === undefined && 'port' in options) ||
      options.port === null
    ) {
      options.port = 0;
    }
    if (typeof options.port === 'number' || typeof options.port === 'string') {
      validatePort(options.port, 'options.port');
      const port = options.port | 0;
      if (options.host) this._lookupAndListen(port, options.host, options.backlog || backlog, flags);
      else startListening(this, null, port, 4, options.backlog || backlog, undefined, flags);
      return this;
    }
    if (options.path && isPipeName(options.path)) {
      this._pipeName = options.path;
      startListening(this, options.path, -1, -1, options.backlog || backlog);
      if (this._handle && (options.readableAll || options.writableAll)) {
        const { pipe } = handleClasses();
        const mode =
          (options.readableAll ? pipe.UV_READABLE : 0) | (options.writableAll ? pipe.UV_WRITABLE : 0);
        const error = this._handle.fchmod(mode);
        if (error) {
          this._handle.close();
          this._handle = null;
          throw errnoException(error, 'uv_pipe_chmod');
        }
      }
      return this;
    }
    if (!('port' in options || 'path' in options)) {
      throw new codes.ERR_INVALID_ARG_VALUE('options', options, 'must have the property "port" or "path"');
    }
    throw new codes.ERR_INVALID_ARG_VALUE('options', options);
  },

  _closeOn(signal) {
    if (signal.aborted) {
      process.nextTick(() => this.close());
      return;
    }
    const onAbort = () => this.close();
    signal.addEventListener('abort', onAbort, { once: true });
    this.once('close', () => signal.removeEventListener('abort', onAbort));
  },

  _lookupAndListen(port, host, backlog, flags) {
    if (isIP(host)) return startListening(this, host, port, isIP(host), backlog, undefined, flags);
    require('dns').lookup(host, (error, address, family) => {
      if (error) this.emit('error', error);
      else startListening(this, address, port, family || 4, backlog, undefined, flags);
    });
  },

  address() {
    if (this._handle?.getsockname) {
      const out = {};
      const error = this._handle.getsockname(out);
      if (error) throw errnoException(error, 'address');
      return out;
    }
    return this._handle ? (this._pipeName ?? null) : null;
  },

  getConnections(callback) {
    validateFunction(callback, 'callback');
    process.nextTick(callback, null, this._connections);
    return this;
  },

  close(callback) {
    if (typeof callback === 'function') {
      if (!this._handle) {
        this.once('close', () => callback(new codes.ERR_SERVER_NOT_RUNNING()));
      } else {
        this.once('close', callback);
      }
    }
    if (this._handle) {
      this._handle.close();
      this._handle = null;
    }
    this._emitCloseIfDrained();
    return this;
  },

  _emitCloseIfDrained() {
    if (this._handle || this._connections) return;
    process.nextTick(() => this.emit('close'));
  },

  [Symbol.for('nodejs.rejection')](error, event, socket) {
    if (event === 'connection') socket.destroy(error);
    else this.emit('error', error);
  },

  ref() {
    this._unref = false;
    this._handle?.ref();
    return this;
  },

  unref() {
    this._unref = true;
    this._handle?.unref();
    return this;
  },
};
for (const key of Reflect.ownKeys(methods)) {
  Object.defineProperty(Server.prototype, key, {
    value: methods[key],
    writable: true,
    configurable: true,
    enumerable: typeof key === 'string',
  });
}
if (Symbol.asyncDispose) {
  Server.prototype[Symbol.asyncDispose] = function () {
    return new Promise((resolve, reject) => this.close((error) => (error ? reject(error) : resolve())));
  };
}
Object.defineProperty(Server.prototype, 'listening', {
  get() {
    return Boolean(this._handle);
  },
  configurable: true,
  enumerable: true,
});

module.exports = { Server, createServerHandle };
