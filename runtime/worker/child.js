'use strict';
// A worker's own side: makes `process` and worker_threads what they are in a worker, then runs the program its parent sent.
//
// Messages to the parent: {type: 'online'}, {type: 'error', error} with an error nobody caught, {type: 'opaque error'} for one that
// cannot be sent, {type: 'snapshot', chunks} of its heap when asked {type: 'take snapshot', numeric}; and those of the standard
// streams (stdio.js).

const binding = internalBinding('worker');
const { codes } = require('internal/errors');
const { receiveMessageOnPort } = require('internal/messaging');
const own = require('internal/worker/own');

let control;
let streams;

// ---- process

const kUnsupported = ['abort', 'chdir', 'initgroups', 'setegid', 'seteuid', 'setgid', 'setgroups', 'setuid'];

const kProfiling = [
  '_debugEnd',
  '_debugPause',
  '_debugProcess',
  '_startProfilerIdleNotifier',
  '_stopProfilerIdleNotifier',
];

function refuse(name) {
  const refused = {
    [name]() {
      throw new codes.ERR_WORKER_UNSUPPORTED_OPERATION(`process.${name}()`);
    },
  }[name];
  refused.disabled = true;
  process[name] = refused;
}

function restrictProcess() {
  for (const name of kUnsupported) refuse(name);
  const { umask } = process;
  process.umask = function (mask) {
    if (mask !== undefined) throw new codes.ERR_WORKER_UNSUPPORTED_OPERATION('Setting process.umask()');
    return umask();
  };
  const { cwd: askFolder } = internalBinding('process');
  const { Atomics } = globalThis;
  let folder;
  let known;
  process.cwd = function cwd() {
    if (own.folderCounter === undefined || Atomics === undefined) return askFolder();
    const count = Atomics.load(own.folderCounter, 0);
    if (folder === undefined || count !== known) {
      known = count;
      folder = askFolder();
    }
    return folder;
  };
  const { get } = Object.getOwnPropertyDescriptor(process, 'title');
  Object.defineProperty(process, 'title', { enumerable: true, configurable: true, get, set() {} });
  const { debugPort } = process;
  const port = { enumerable: true, configurable: true, get: () => debugPort, set() {} };
  Object.defineProperty(process, 'debugPort', port);
  for (const name of ['channel', 'connected', 'send', 'disconnect', '_channel', ...kProfiling]) {
    delete process[name];
  }
  for (const name of ['send', 'disconnect']) refuse(name);
  for (const name of ['channel', 'connected']) {
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: false,
      get() {
        throw new codes.ERR_WORKER_UNSUPPORTED_OPERATION(`process.${name}`);
      },
    });
  }
  // Signals are the process's.
  process.removeAllListeners('newListener');
  process.removeAllListeners('removeListener');
  const { reallyExit } = process;
  process.reallyExit = (code) => {
    for (const name of ['stdout', 'stderr']) streams[name].release();
    reallyExit(code);
    for (;;); // V8 ends this
  };
}

function openStreams(hasStdin) {
  const { PortReadable, PortWritable } = require('internal/worker/stdio');
  const stdin = new PortReadable(control, 'stdin', hasStdin ? () => control.ref() : undefined);
  if (hasStdin) stdin.on('close', () => control.unref());
  else stdin.push(null);
  streams = {
    stdin,
    stdout: new PortWritable(control, 'stdout'),
    stderr: new PortWritable(control, 'stderr'),
  };
  for (const name of Object.keys(streams)) process[name] = streams[name];
}

function sendSnapshot(numeric) {
  const chunks = internalBinding('heap_snapshot').takeHeapSnapshot(numeric);
  control.postMessage({ type: 'snapshot', chunks }, chunks);
}

function onControl(message) {
  if (message.type === 'stdio') streams.stdin.take(message.chunks);
  else if (message.type === 'taken') streams[message.stream].taken(message.bytes);
  else if (message.type === 'take snapshot') sendSnapshot(message.numeric);
}

// An exception nobody caught: the parent is told before 'exit' is emitted here.
function report(error) {
  try {
    control.postMessage({ type: 'error', error: require('internal/worker/errors').pack(error) });
  } catch {
    control.postMessage({ type: 'opaque error' });
  }
}

// ---- The program

function takeStart() {
  control = binding.takePort();
  const { message } = receiveMessageOnPort(control);
  const { kLimits } = require('internal/worker');
  const limits = binding.ownLimits();
  own.isMainThread = false;
  own.threadId = binding.threadId();
  own.parentPort = message.port;
  own.workerData = message.workerData;
  own.folderCounter = message.folderCounter;
  own.environmentData = message.environmentData;
  own.resourceLimits = Object.fromEntries(kLimits.map((name, i) => [name, limits[i]]));
  return message;
}

function prepareEnvironment({ variables }) {
  if (variables === undefined) return; // shared
  internalBinding('env').useOwn();
  Object.assign(process.env, variables);
}

function run({ program }) {
  const { kind, name } = program;
  require('internal/main/run').runWorker(kind, name);
}

function start() {
  const message = takeStart();
  const { kind, name } = message.program;
  process.argv = [message.execPath, kind === 'file' ? name : '[worker eval]', ...message.argv];
  process.argv0 = message.argv0;
  process.execArgv = message.execArgv;
  process.execPath = message.execPath;
  prepareEnvironment(message);
  openStreams(message.hasStdin);
  restrictProcess();
  if (message.trackUnmanagedFds) internalBinding('fs').trackUnmanagedFds((text) => process.emitWarning(text));
  process.on('exit', () => {
    for (const stream of ['stdout', 'stderr']) streams[stream].release();
  });
  require('internal/process/uncaught').setReporter(report);
  control.on('message', onControl);
  control.unref();
  own.parentPort.unref();
  control.postMessage({ type: 'online' });
  run(message);
}

module.exports = { start };
