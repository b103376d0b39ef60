'use strict';
// socket.connect(): to a path, or to a host and port, with the name looked up first. Several addresses are tried one after
// the other when autoSelectFamily is on (RFC 8305 without racing: an attempt ends when the next begins).

const { codes, exceptionWithHostPort } = require('internal/errors');
const {
  validateString,
  validatePort,
  validateFunction,
  validateBoolean,
  validateInt32,
  validateNumber,
} = require('internal/errors/validators');
const network = require('internal/perf_hooks/network');
const { isIP } = require('internal/net/ip');
const { handleClasses, initializeHandle, touch } = require('internal/net/handles');
const { applyOptions } = require('internal/net/socket');

const UV_ETIMEDOUT = -110;

// connect(options[, cb]) | connect(path[, cb]) | connect(port[, host][, cb]) → [options, cb]. Also the forms of listen().
function normalizeArgs(args) {
  if (args.length === 0) return [{}, null];
  const first = args[0];
  let options = {};
  if (typeof first === 'object' && first !== null) {
    options = first;
  } else if (isPipeName(first)) {
    options.path = first;
  } else {
    options.port = first;
    if (args.length > 1 && typeof args[1] === 'string') options.host = args[1];
  }
  const last = args[args.length - 1];
  return [options, typeof last === 'function' ? last : null];
}
const toNumber = (x) => ((x = Number(x)) >= 0 ? x : false);
const isPipeName = (s) => typeof s === 'string' && toNumber(s) === false;

function connectSocket(socket, args) {
  // net.connect() passes what it has normalised already.
  const [options, callback] = Array.isArray(args[0]) ? args[0] : normalizeArgs(args);
  if (callback !== null && callback !== undefined) validateFunction(callback, 'callback');
  if (options.port === undefined && options.path == null) {
    throw new codes.ERR_MISSING_ARGS(['options', 'port', 'path']);
  }
  if (socket.destroyed) reopen(socket);

  const { path } = options;
  const pipe = Boolean(path);
  if (pipe) validateString(path, 'options.path');
  const { TCP, tcp, Pipe, pipe: pipeTypes } = handleClasses();
  if (!socket._handle) {
    socket._handle = pipe ? new Pipe(pipeTypes.SOCKET) : new TCP(tcp.SOCKET);
    initializeHandle(socket);
  }
  if (callback) socket.once('connect', callback);
  touch(socket);
  socket.connecting = true;
  if (pipe) connectPath(socket, path);
  else lookupAndConnect(socket, options);
  return socket;
}

function reopen(socket) {
  socket._handle = null;
  socket._peername = undefined;
  socket._sockname = undefined;
  socket._undestroy?.();
}

function connectPath(socket, path) {
  const req = { oncomplete: afterConnect, socket, address: path };
  const error = socket._handle.connect(req, path);
  if (error) socket.destroy(exceptionWithHostPort(error, 'connect', path));
}

function lookupAndConnect(socket, options) {
  const { localAddress, localPort } = options;
  const host = options.host || 'localhost';
  let { port } = options;
  if (localAddress && !isIP(localAddress)) throw new codes.ERR_INVALID_IP_ADDRESS(localAddress);
  if (localPort) validateNumber(localPort, 'options.localPort');
  if (typeof port !== 'undefined') {
    if (typeof port !== 'number' && typeof port !== 'string') {
      throw new codes.ERR_INVALID_ARG_TYPE('options.port', ['number', 'string'], port);
    }
    validatePort(port, 'Port');
  }
  port |= 0;
  const { autoSelectFamily } = options;
  if (autoSelectFamily !== undefined) validateBoolean(autoSelectFamily, 'options.autoSelectFamily');
  if (options.autoSelectFamilyAttemptTimeout !== undefined) {
    validateInt32(options.autoSelectFamilyAttemptTimeout, 'options.autoSelectFamilyAttemptTimeout', 1);
  }
  socket._host = host;
  const family = isIP(host);
  if (family) {
    process.nextTick(() => {
      if (socket.connecting) connectAddress(socket, host, port, family, localAddress, localPort);
    });
    return;
  }
  if (options.lookup !== undefined) validateFunction(options.lookup, 'options.lookup');
  const dns = require('dns');
  const lookup = options.lookup || dns.lookup;
  const all = autoSelectFamily ?? require('net').getDefaultAutoSelectFamily();
  const lookupOptions = { family: options.family, hints: options.hints || 0 };
  if (all && lookupOptions.family !== 4 && lookupOptions.family !== 6 && !localAddress)
    lookupOptions.all = true;
  lookup(host, lookupOptions, (error, address, foundFamily) => {
    const list = Array.isArray(address) ? address : [{ address, family: foundFamily }];
    socket.emit('lookup', error, list[0]?.address, list[0]?.family, host);
    if (!socket.connecting) return;
    if (error) {
      process.nextTick(() => socket.destroy(error));
      return;
    }
    const bad = list.find((entry) => !isIP(entry.address));
    if (list.length === 0 || bad) {
      const e = new codes.ERR_INVALID_IP_ADDRESS(bad?.address);
      process.nextTick(() => socket.destroy(e));
      return;
    }
    const strange = list.find((entry) => entry.family !== 4 && entry.family !== 6);
    if (strange && !options.family) {
      const e = new codes.ERR_INVALID_ADDRESS_FAMILY(strange.family, host, port);
      process.nextTick(() => socket.destroy(e));
      return;
    }
    touch(socket);
    const attempts = new Attempts(list, options.autoSelectFamilyAttemptTimeout);
    connectNext(socket, attempts, port, localAddress, localPort);
  });
}

// The addresses of a name, tried in turn: families alternate, and each but the last has a time limit, so that a broken route of
// one family delays no one for long (RFC 8305; Node doc: autoSelectFamily).
class Attempts {
  constructor(list, timeout) {
    const byFamily = { 4: [], 6: [] };
    for (const { address } of list) byFamily[isIP(address)].push(address);
    const first = isIP(list[0].address);
    this.left = [];
    for (let i = 0; this.left.length < list.length; i++) {
      for (const family of [first, 10 - first]) {
        if (i < byFamily[family].length) this.left.push({ address: byFamily[family][i], family });
      }
    }
    this.many = list.length > 1;
    this.timeout = timeout ?? require('net').getDefaultAutoSelectFamilyAttemptTimeout();
    this.errors = [];
    this.timer = undefined;
  }
}

function connectNext(socket, attempts, port, localAddress, localPort) {
  const { address, family } = attempts.left.shift();
  if (attempts.many) (socket.autoSelectFamilyAttemptedAddresses ??= []).push(`${address}:${port}`);
  if (attempts.errors.length > 0) {
    // A libuv handle connects once: a new one for the next address.
    const { TCP, tcp } = handleClasses();
    const handle = new TCP(tcp.SOCKET);
    if (socket._reinitializeHandle) {
      socket._reinitializeHandle(handle);
    } else {
      socket._handle.close();
      socket._handle = handle;
      initializeHandle(socket);
    }
  }
  connectAddress(socket, address, port, family, localAddress, localPort, attempts);
}

function connectAddress(socket, address, port, family, localAddress, localPort, attempts) {
  const handle = socket._handle;
  if (localAddress || localPort) {
    const error =
      family === 6
        ? handle.bind6(localAddress || '::', localPort || 0, 0)
        : handle.bind(localAddress || '0.0.0.0', localPort || 0);
    if (error) return socket.destroy(exceptionWithHostPort(error, 'bind', localAddress, localPort));
  }
  socket.emit('connectionAttempt', address, port, family);
  const req = { oncomplete: afterConnect, socket, address, port, family, localAddress, localPort, attempts };
  const error = family === 6 ? handle.connect6(req, address, port) : handle.connect(req, address, port);
  if (error) return failed(req, error);
  if (network.counts.net > 0) req.timing = network.start('net', 'connect', { host: address, port });
  if (attempts?.left.length > 0) {
    attempts.timer = setTimeout(() => {
      if (socket.destroyed) return;
      socket.emit('connectionAttemptTimeout', address, port, family);
      req.oncomplete = () => {};
      failed(req, UV_ETIMEDOUT);
    }, attempts.timeout);
    attempts.timer.unref(); // the connection keeps the process
  }
}

function failed(req, status) {
  const { socket, attempts } = req;
  clearTimeout(attempts?.timer);
  const name = socket._getsockname();
  const details =
    req.localAddress && req.localPort
      ? `${req.localAddress}:${req.localPort}`
      : name.address
        ? `${name.address}:${name.port}`
        : undefined;
  const error = exceptionWithHostPort(status, 'connect', req.address, req.port, undefined);
  if (req.localAddress && req.localPort && details) {
    error.message += ` - Local (${details})`;
    error.localAddress = req.localAddress;
    error.localPort = req.localPort;
  }
  if (status !== UV_ETIMEDOUT)
    socket.emit('connectionAttemptFailed', req.address, req.port, req.family, error);
  if (!attempts) return socket.destroy(error);
  attempts.errors.push(error);
  if (attempts.left.length > 0)
    return connectNext(socket, attempts, req.port, req.localAddress, req.localPort);
  socket.connecting = false;
  if (attempts.errors.length === 1) return socket.destroy(error);
  const all = new AggregateError(attempts.errors);
  all.code = attempts.errors[0].code;
  socket.destroy(all);
}

// Called when the connection is there, or is not.
function afterConnect(status, req) {
  const { socket } = req;
  if (socket.destroyed) return;
  if (status !== 0) {
    if (req.port === undefined) {
      socket.connecting = false;
      socket.destroy(exceptionWithHostPort(status, 'connect', req.address));
      return;
    }
    if (!(req.attempts?.left.length > 0)) socket.connecting = false;
    return failed(req, status);
  }
  socket.connecting = false;
  if (req.timing !== undefined) network.stop(req.timing);
  clearTimeout(req.attempts?.timer);
  socket._sockname = undefined;
  touch(socket);
  applyOptions(socket);
  socket.emit('connect');
  socket.emit('ready');
  // Reads start now unless somebody paused the socket meanwhile.
  if (!socket.isPaused()) socket.read(0);
}

module.exports = { connectSocket, isPipeName, normalizeArgs, toNumber };
