'use strict';
// net.Server: listens on TCP addresses, Unix sockets, descriptors and handles; makes a Socket of each connection.

const addMethods = require('internal/util/add_methods');
const EventEmitter = require('events');
const { codes, errnoException } = require('internal/errors');
const {
  validateAbortSignal,
  validateFunction,
  validateNumber,
  validatePort,
} = require('internal/errors/validators');
const { handleClasses } = require('internal/net/handles');
const { listen } = require('internal/net/listen');
const { normalizeArgs, toNumber, isPipeName } = require('internal/net/connect');
const { isIP } = require('internal/net/ip');

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
    const exclusive = Boolean(options.exclusive);
    if (typeof options.readStart === 'function' && typeof options.close === 'function') {
      // A native handle.
      this._handle = options;
      listen(this, { port: -1, addressType: -1, backlog, exclusive: true });
      return this;
    }
    if (signal) this._closeOn(signal);
    if (typeof options.fd === 'number' && options.fd >= 0) {
      listen(this, { address: null, port: null, addressType: null, backlog, fd: options.fd, exclusive });
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
      const query = {
        address: null,
        port,
        addressType: 4,
        backlog: options.backlog || backlog,
        flags,
        exclusive,
      };
      if (options.host) this._lookupAndListen(options.host, query);
      else listen(this, query);
      return this;
    }
    if (options.path && isPipeName(options.path)) {
      this._pipeName = options.path;
      const { readableAll, writableAll } = options;
      if (options.path[0] === '\0' && (readableAll || writableAll)) {
        const why = 'can not set readableAll or writableAllt to true when path is abstract unix socket';
        throw new codes.ERR_INVALID_ARG_VALUE('options', options, why);
      }
      listen(this, {
        address: options.path,
        port: -1,
        addressType: -1,
        backlog: options.backlog || backlog,
        exclusive,
        readableAll,
        writableAll,
      });
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

  _lookupAndListen(host, query) {
    if (isIP(host)) return listen(this, { ...query, address: host, addressType: isIP(host) });
    require('dns').lookup(host, (error, address, family) => {
      if (error) this.emit('error', error);
      else listen(this, { ...query, address, addressType: family || 4 });
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
    let left = this._workers.length;
    let total = this._connections;
    if (left === 0) process.nextTick(callback, null, total);
    for (const worker of this._workers) {
      worker.getConnections((error, count) => {
        if (left <= 0) return; // an error was told
        if (!error) total += count;
        left = error ? 0 : left - 1;
        if (left === 0) process.nextTick(callback, error, error ? undefined : total);
      });
    }
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
    if (this._workers.length > 0) this._closeWorkers();
    else this._emitCloseIfDrained();
    return this;
  },

  // Connections that other processes took over (internal/child_process/socket_lists) must end as well.
  _closeWorkers() {
    let left = this._workers.length;
    this._connections++; // until all have answered
    for (const worker of this._workers) {
      worker.close(() => {
        if (--left > 0) return;
        this._connections--;
        this._emitCloseIfDrained();
      });
    }
  },

  _setupWorker(worker) {
    this._usingWorkers = true;
    this._workers.push(worker);
    worker.once('exit', () => {
      this._workers.splice(this._workers.indexOf(worker), 1);
    });
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
addMethods(Server.prototype, methods);
if (Symbol.asyncDispose) {
  Server.prototype[Symbol.asyncDispose] = function () {
    if (!this._handle) return Promise.resolve();
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

module.exports = { Server };
