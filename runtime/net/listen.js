'use strict';
// What a net.Server listens on: its handle made, bound and set to listen, here or in a cluster's primary, and the sockets of
// its connections.

const { errnoException, uvExceptionWithHostPort } = require('internal/errors');
const role = require('internal/cluster/role');
const { kOwner } = require('internal/net/symbols');
const { handleClasses, handleFromFd } = require('internal/net/handles');
const { Socket } = require('internal/net/socket');
const diagnostics = require('internal/util/diagnostics');

const DEFAULT_BACKLOG = 511;
const UV_EINVAL = -22;
const UV_EAFNOSUPPORT = -97;
const UV_EADDRINUSE = -98;
const UV_EADDRNOTAVAIL = -99;

// A bound handle, or a negative error. Without an address: every interface, IPv6 if the machine has it.
function createServerHandle(address, port, addressType, fd, flags) {
  const { TCP, tcp, Pipe, pipe } = handleClasses();
  let handle;
  let error = 0;
  if (typeof fd === 'number' && fd >= 0) {
    try {
      handle = handleFromFd(fd, true);
    } catch {
      return UV_EINVAL; // nothing that can listen
    }
    error = handle.open(fd);
    return error || handle;
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

/**
 * Makes the server listen: on a handle of its own, or, in a worker of a cluster, on one of the primary's.
 * @param {{address?: string, port?: number, addressType?: number, backlog: number, fd?: number, flags?: number,
 *          exclusive?: boolean, readableAll?: boolean, writableAll?: boolean}} query port and addressType are -1 for a path
 */
function listen(server, query) {
  const { address, port, addressType, backlog, fd, flags } = query;
  if (query.exclusive || !role.isWorker)
    return startListening(server, address, port, addressType, backlog, fd, flags);
  require('cluster')._getServer(server, query, (error, handle) => {
    error = hiddenBindError(error, port, handle);
    if (error) {
      handle?.close();
      return server.emit('error', uvExceptionWithHostPort(error, 'bind', address, port));
    }
    if (server._handle) server._handle.close();
    server._handle = handle;
    startListening(server, address, port, addressType, backlog, fd, flags);
  });
}

// A port that was taken may show only in the name that the handle has.
function hiddenBindError(error, port, handle) {
  if (error || !(port > 0) || !handle?.getsockname) return error;
  const out = {};
  error = handle.getsockname(out);
  return error === 0 && out.port !== port ? UV_EADDRINUSE : error;
}

function startListening(server, address, port, addressType, backlog, fd, flags) {
  if (!server._handle) {
    let handle;
    if (!address && typeof fd !== 'number' && port !== -1) {
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
  if (server.noDelay) socket.setNoDelay(true);
  if (server.keepAlive) socket.setKeepAlive(true, server.keepAliveInitialDelay * 1000);
  server._connections++;
  socket.server = server;
  socket._server = server;
  server.emit('connection', socket);
  if (diagnostics.find !== null) diagnostics.publish('net.server.socket', () => ({ socket }));
}

module.exports = { listen, createServerHandle };
