// Starts a program: makes `process` this process's own, then runs what the command line says. The engine calls `start`
// once, after the snapshot was loaded.
'use strict';

const { addAtStart } = require('internal/engine/newer_library');
const binding = internalBinding('process');
const options = require('internal/main/options');

function warnOfValue() {
  require('internal/main/rare_options').warnOfEnvironmentValue();
}

function prepareProcess(info) {
  process.argv = info.argv;
  process.argv0 = info.argv0;
  process.execArgv = info.execArgv;
  process.execPath = info.execPath;
  process.env = internalBinding('env').create(options.get('--pending-deprecation') ? warnOfValue : undefined);
  process.pid = binding.pid();
  Object.defineProperty(process, 'ppid', { enumerable: true, configurable: true, get: binding.ppid });
  require('internal/process/warnings').listen();
  require('internal/main/debug_port').define();
  process._preload_modules = options.get('--require');
  if (!options.get('--deprecation')) process.noDeprecation = true;
  if (options.get('--throw-deprecation')) process.throwDeprecation = true;
  if (options.get('--trace-warnings')) process.traceProcessWarnings = true;
  if (options.get('--trace-warnings') || options.get('--trace-deprecation')) process.traceDeprecation = true;
}

const kGlobalFlags = [
  '--experimental-fetch',
  '--experimental-global-webcrypto',
  '--experimental-global-customevent',
];

const kAddingFlags = ['--experimental-eventsource', '--experimental-websocket'];

// Options that change what the snapshot holds.
function applyToWorld(info) {
  addAtStart();
  const title = options.get('--title');
  if (title !== undefined) process.title = title;
  const limit = options.get('--stack-trace-limit');
  if (typeof limit === 'string') Error.stackTraceLimit = Number(limit) || 0;
  const proto = options.get('--disable-proto');
  if (proto !== undefined) require('internal/main/rare_options').disableProto(proto);
  for (const name of kGlobalFlags) {
    if (!options.get(name)) require('internal/main/rare_options').removeGlobals(name);
  }
  if (options.get('--experimental-fetch') && globalThis.WebAssembly)
    require('internal/fetch').extendWebAssembly();
  for (const name of kAddingFlags) {
    if (options.get(name)) require('internal/main/rare_options').addGlobals(name);
  }
  if (options.get('--experimental-permission') && info.argv !== undefined) {
    require('internal/process/permission').start(true);
  }
  if (options.get('--heapsnapshot-near-heap-limit') || options.get('--heapsnapshot-signal')) {
    require('internal/main/rare_options').writeHeapSnapshots(info.argv !== undefined);
  }
  if (options.get('--report-on-signal')) require('internal/process/report').start();
  if (options.get('--enable-source-maps')) require('internal/modules/source_maps').setEnabled(true);
  const mode = options.get('--unhandled-rejections');
  if (mode !== undefined) require('internal/process/rejections').setMode(mode);
}

// A process that was forked with a message channel finds its descriptor in the environment.
function openParentChannel() {
  const { NODE_CHANNEL_FD: fd, NODE_CHANNEL_SERIALIZATION_MODE: mode } = process.env;
  if (fd === undefined) return;
  delete process.env.NODE_CHANNEL_FD;
  delete process.env.NODE_CHANNEL_SERIALIZATION_MODE;
  require('internal/child_process/channel').setupFromEnvironment(
    Number.parseInt(fd, 10),
    mode === 'advanced',
  );
}

// A process that a cluster's primary forked finds its number there.
function joinCluster() {
  const { NODE_UNIQUE_ID: id } = process.env;
  if (id === undefined) return;
  delete process.env.NODE_UNIQUE_ID;
  if (process.send === undefined) return; // a grandchild that inherited the environment
  require('internal/cluster/role').isWorker = true;
  require('cluster')._setupWorker(Number(id));
}

function start(info) {
  prepareProcess(info);
  applyToWorld(info);
  // A worker's parent tells it the rest.
  if (info.argv === undefined) return require('internal/worker/child').start();
  openParentChannel();
  joinCluster();
  const { NODE_V8_COVERAGE: coverage } = process.env;
  if (coverage) require('internal/inspector/coverage').start(coverage);
  if (options.get('--cpu-prof') || options.get('--heap-prof')) require('internal/inspector/profiles').start();
  if (options.get('--inspect')) require('internal/inspector').openOnStart(info.script);
  return require('internal/main/run').run(info);
}

exports.start = start;
