'use strict';
// `cluster` in a worker: asks the primary for the handles that its servers listen on.

const EventEmitter = require('events');
const path = require('path');
const { Worker } = require('internal/cluster/worker');
const messages = require('internal/cluster/messages');
const { kOwner } = require('internal/net/symbols');

const cluster = new EventEmitter();
const handles = new Map(); // key → the handle, or what stands for it (listenInTurn)
const indexes = new Map(); // how many servers have asked for the same address: each has a handle of its own
const LONGEST_TIMEOUT = 2 ** 31 - 1;

Object.assign(cluster, { isWorker: true, isMaster: false, isPrimary: false, worker: null, Worker });

const send = (message, callback) => messages.send(process, message, null, callback);

/** Makes this process a worker. Called once, at start-up, by whom the primary's environment variable tells so. */
cluster._setupWorker = function (id) {
  const worker = new Worker({ id, process, state: 'online' });
  cluster.worker = worker;
  process.once('disconnect', () => {
    worker.emit('disconnect');
    // Without its primary a worker has no purpose, unless it was told to go on to its own end.
    if (!worker.exitedAfterDisconnect) process.exit(0);
  });
  process.on('internalMessage', messages.listener(worker, onMessage));
  send({ act: 'online' });
};

function onMessage(message, handle) {
  if (message.act === 'newconn') onConnection(message, handle);
  else if (message.act === 'disconnect') disconnect(this, true);
}

function release(set, key, index) {
  set.delete(index);
  if (set.size === 0) indexes.delete(key);
}

/**
 * What net.Server and dgram.Socket call instead of binding. `query`: {address, port, addressType, fd, flags, backlog, …};
 * `callback(error, handle)`.
 */
cluster._getServer = function (owner, query, callback) {
  let { address } = query;
  // The primary may have another working folder.
  if (query.port < 0 && typeof address === 'string') address = path.resolve(address);
  const indexKey = [address, query.port, query.addressType, query.fd].join(':');
  let set = indexes.get(indexKey);
  if (set === undefined) indexes.set(indexKey, (set = new Set()));
  let index = 0;
  while (set.has(index)) index++;
  set.add(index);

  const message = { act: 'queryServer', index, data: null, ...query, address };
  if (owner._getServerData) message.data = owner._getServerData();
  send(message, (reply, handle) => {
    owner._setServerData?.(reply.data);
    const forget = () => release(set, indexKey, index);
    if (handle) share(reply, handle, forget, callback);
    else listenInTurn(reply, forget, callback);
  });
  owner.once('listening', () => {
    if (!indexes.has(indexKey)) return; // closed already
    cluster.worker.state = 'listening';
    send({ ...message, act: 'listening', port: owner.address()?.port || query.port });
  });
};

// A copy of the primary's handle.
function share({ key, errno }, handle, forget, callback) {
  const { close } = handle;
  handle.close = function (...args) {
    send({ act: 'close', key });
    handles.delete(key);
    forget();
    handle.close = close;
    return close.apply(handle, args);
  };
  handles.set(key, handle);
  callback(errno, handle);
}

// Connections come over the channel; what the server has looks like a handle.
function listenInTurn({ key, errno, sockname }, forget, callback) {
  if (errno) {
    forget();
    return callback(errno, null);
  }
  let open = true;
  let alive; // an interval: keeps the process alive as a real handle would
  const handle = {
    listen: () => 0,
    close(onClosed) {
      if (!open) return;
      open = false;
      handle.unref();
      send({ act: 'close', key });
      handles.delete(key);
      forget();
      if (typeof onClosed === 'function') process.nextTick(onClosed);
    },
    ref() {
      alive ??= setInterval(() => {}, LONGEST_TIMEOUT);
    },
    unref() {
      clearInterval(alive);
      alive = undefined;
    },
    hasRef: () => alive !== undefined,
  };
  handle.ref();
  if (sockname) {
    handle.getsockname = (out) => {
      Object.assign(out, sockname);
      return 0;
    };
  }
  handles.set(key, handle);
  callback(0, handle);
}

function onConnection({ key, seq }, connection) {
  const handle = handles.get(key);
  const server = handle?.[kOwner];
  let accepted = connection !== undefined && handle !== undefined;
  // Another worker may have room.
  if (accepted && server?.maxConnections != null && server._connections >= server.maxConnections)
    accepted = false;
  send({ ack: seq, accepted });
  if (accepted) handle.onconnection(0, connection);
  else connection?.close();
}

function disconnect(worker, byPrimary) {
  worker.exitedAfterDisconnect = true;
  let open = 1;
  const closed = () => {
    if (--open > 0) return;
    // The primary must know why this process goes before it sees that it has gone.
    if (byPrimary) leave();
    else send({ act: 'exitedAfterDisconnect' }, leave);
  };
  const leave = () => {
    if (process.connected) process.disconnect();
  };
  for (const handle of [...handles.values()]) {
    open++;
    if (handle[kOwner]) handle[kOwner].close(closed);
    else handle.close(closed);
  }
  handles.clear();
  closed();
}

const exit = () => process.exit(0);

Object.assign(Worker.prototype, {
  disconnect() {
    const isLeaving = ['disconnecting', 'destroying'].includes(this.state);
    if (!isLeaving) {
      this.state = 'disconnecting';
      disconnect(this, false);
    }
    return this;
  },

  destroy() {
    if (this.state === 'destroying') return;
    this.exitedAfterDisconnect = true;
    // With nobody to tell, there is nothing to wait for.
    if (!this.isConnected()) exit();
    this.state = 'destroying';
    process.once('disconnect', exit);
    send({ act: 'exitedAfterDisconnect' }, () => process.disconnect());
  },
});

module.exports = cluster;
