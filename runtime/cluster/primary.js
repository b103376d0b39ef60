'use strict';
// `cluster` in the primary: forks the workers, and listens for them.

const EventEmitter = require('events');
const path = require('path');
const { validateObject, validateOneOf } = require('internal/errors/validators');
const { Worker } = require('internal/cluster/worker');
const { RoundRobinHandle } = require('internal/cluster/round_robin');
const { SharedHandle } = require('internal/cluster/shared_handle');
const messages = require('internal/cluster/messages');

const { UV_EINVAL } = internalBinding('uv');
const SCHED_NONE = 1;
const SCHED_RR = 2;
const LONGEST_UNIX_PATH = 107; // bytes of sockaddr_un.sun_path less its end

const cluster = new EventEmitter();
const lastGone = new EventEmitter(); // 'disconnect': no worker is left
const handles = new Map(); // key → RoundRobinHandle or SharedHandle
const alive = new Set(); // cluster.workers and those told to disconnect
let lastId = 0;
let isSetUp = false;

function policyOfEnvironment() {
  const { NODE_CLUSTER_SCHED_POLICY: policy } = process.env;
  return { rr: SCHED_RR, none: SCHED_NONE }[policy] ?? SCHED_RR;
}

Object.assign(cluster, {
  isWorker: false,
  isMaster: true,
  isPrimary: true,
  Worker,
  workers: {},
  settings: {},
  SCHED_NONE,
  SCHED_RR,
  schedulingPolicy: policyOfEnvironment(),
});

cluster.setupPrimary = function (options) {
  if (options !== undefined) validateObject(options, 'options');
  const settings = {
    args: process.argv.slice(2),
    exec: process.argv[1],
    execArgv: process.execArgv,
    silent: false,
    ...cluster.settings,
    ...options,
  };
  cluster.settings = settings;
  if (!isSetUp) {
    isSetUp = true;
    validateOneOf(cluster.schedulingPolicy, 'cluster.schedulingPolicy', [SCHED_NONE, SCHED_RR]);
  }
  process.nextTick(() => cluster.emit('setup', settings));
};
cluster.setupMaster = cluster.setupPrimary;

const kInspect = /--inspect(?:-brk|-port|-wait)?|--debug-port/;
const kMostPort = 65535;
let debugPorts = 1; // the workers' follow the primary's

// A worker cannot listen for debuggers where its primary does.
function withInspectPort({ execArgv, inspectPort }) {
  const wanted =
    execArgv.some((word) => kInspect.test(word)) || kInspect.test(process.env.NODE_OPTIONS ?? '');
  if (!wanted) return execArgv;
  let port = typeof inspectPort === 'function' ? inspectPort() : inspectPort;
  if (port == null) {
    port = process.debugPort + debugPorts;
    if (port > kMostPort) port = port - kMostPort + 1023;
    debugPorts++;
  } else {
    port = Number(port);
    if (!Number.isInteger(port) || port < 0 || port > kMostPort) {
      const { codes } = require('internal/errors');
      throw new codes.ERR_SOCKET_BAD_PORT('Port', inspectPort);
    }
  }
  return [...execArgv, `--inspect-port=${port}`];
}

function startProcess(id, env) {
  const { settings } = cluster;
  return require('child_process').fork(settings.exec, settings.args, {
    cwd: settings.cwd,
    env: { ...process.env, ...env, NODE_UNIQUE_ID: String(id) },
    serialization: settings.serialization,
    silent: settings.silent,
    windowsHide: settings.windowsHide,
    execArgv: withInspectPort(settings),
    stdio: settings.stdio,
    gid: settings.gid,
    uid: settings.uid,
  });
}

cluster.fork = function (env) {
  cluster.setupPrimary();
  const id = ++lastId;
  const worker = new Worker({ id, process: startProcess(id, env) });
  worker.on('message', (message, handle) => cluster.emit('message', worker, message, handle));
  worker.process.once('exit', (code, signal) => onExit(worker, code, signal));
  worker.process.once('disconnect', () => onDisconnect(worker));
  worker.process.on('internalMessage', messages.listener(worker, onMessage));
  process.nextTick(() => cluster.emit('fork', worker));
  cluster.workers[id] = worker;
  alive.add(worker);
  return worker;
};

// A worker has gone when its process and its channel have, in either order.
function onExit(worker, code, signal) {
  if (!worker.isConnected()) {
    releaseHandles(worker);
    forget(worker);
  }
  worker.exitedAfterDisconnect = Boolean(worker.exitedAfterDisconnect);
  worker.state = 'dead';
  worker.emit('exit', code, signal);
  cluster.emit('exit', worker, code, signal);
}

function onDisconnect(worker) {
  releaseHandles(worker);
  if (worker.isDead()) forget(worker);
  worker.exitedAfterDisconnect = Boolean(worker.exitedAfterDisconnect);
  worker.state = 'disconnected';
  worker.emit('disconnect');
  cluster.emit('disconnect', worker);
}

function forget(worker) {
  delete cluster.workers[worker.id];
  alive.delete(worker);
  if (alive.size === 0) lastGone.emit('disconnect');
}

function releaseHandles(worker) {
  for (const [key, handle] of handles) {
    if (handle.remove(worker)) handles.delete(key);
  }
}

cluster.disconnect = function (callback) {
  const workers = Object.values(cluster.workers);
  if (typeof callback === 'function') lastGone.once('disconnect', callback);
  if (alive.size === 0) process.nextTick(() => lastGone.emit('disconnect'));
  for (const worker of workers) {
    if (worker.isConnected()) worker.disconnect();
  }
};

const actions = {
  online(worker) {
    worker.state = 'online';
    worker.emit('online');
    cluster.emit('online', worker);
  },
  queryServer,
  listening(worker, { addressType, address, port, fd }) {
    const info = { addressType, address, port, fd };
    worker.state = 'listening';
    worker.emit('listening', info);
    cluster.emit('listening', worker, info);
  },
  exitedAfterDisconnect(worker, { seq }) {
    worker.exitedAfterDisconnect = true;
    messages.send(worker.process, { ack: seq });
  },
  close(worker, { key }) {
    if (handles.get(key)?.remove(worker)) handles.delete(key);
  },
};

function onMessage(message, handle) {
  if (Object.hasOwn(actions, message.act)) actions[message.act](this, message, handle);
}

// A socket's path that is too long as it is may fit from here.
function shortPath({ address, port }) {
  if (port >= 0 || typeof address !== 'string' || Buffer.byteLength(address) < LONGEST_UNIX_PATH)
    return address;
  const relative = path.relative(process.cwd(), address);
  return Buffer.byteLength(relative) < Buffer.byteLength(address) ? relative : address;
}

function queryServer(worker, message) {
  if (worker.exitedAfterDisconnect) return; // it has no use for one any more
  const { address, port, addressType, fd, index, seq } = message;
  const key = `${address}:${port}:${addressType}:${fd}:${index}`;
  let handle = handles.get(key);
  if (handle === undefined) {
    const isDatagram = addressType === 'udp4' || addressType === 'udp6';
    const Handle = cluster.schedulingPolicy === SCHED_RR && !isDatagram ? RoundRobinHandle : SharedHandle;
    try {
      handle = new Handle(key, shortPath(message), message);
    } catch {
      // No worker of ours asks for what nobody can listen on.
      messages.send(worker.process, { errno: UV_EINVAL, key, ack: seq });
      return;
    }
    handles.set(key, handle);
  }
  handle.data ||= message.data;
  handle.add(worker, (errno, reply, native) => {
    const data = handles.get(key)?.data ?? handle.data;
    if (errno) handles.delete(key); // so that the next try starts anew
    messages.send(worker.process, { errno, key, ack: seq, data, ...reply }, native ?? undefined);
  });
}

Worker.prototype.disconnect = function () {
  this.exitedAfterDisconnect = true;
  messages.send(this.process, { act: 'disconnect' });
  releaseHandles(this);
  delete cluster.workers[this.id]; // no more work for this one
  return this;
};

Worker.prototype.destroy = function (signal = 'SIGTERM') {
  this.process.kill(signal);
};

module.exports = cluster;
