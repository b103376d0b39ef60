// Options that take something away from the world a program starts in (Node doc: cli).
'use strict';

const kGlobals = {
  '--experimental-fetch': ['fetch', 'FormData', 'Headers', 'Request', 'Response'],
  '--experimental-global-webcrypto': ['crypto', 'Crypto', 'CryptoKey', 'SubtleCrypto'],
  '--experimental-global-customevent': ['CustomEvent'],
};

exports.removeGlobals = function removeGlobals(option) {
  for (const name of kGlobals[option]) delete globalThis[name];
};

const kAddedGlobals = {
  '--experimental-eventsource': ['EventSource'],
  '--experimental-websocket': ['WebSocket'],
};

/** What an option of these adds of undici. */
exports.addGlobals = function addGlobals(option) {
  for (const name of kAddedGlobals[option]) {
    const value = require('internal/fetch').undici()[name];
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
};

function protoAccess() {
  const { codes } = require('internal/errors');
  throw new codes.ERR_PROTO_ACCESS();
}

// --disable-proto=delete or throw
exports.disableProto = function disableProto(mode) {
  if (mode === 'delete') {
    delete Object.prototype.__proto__;
    return;
  }
  Object.defineProperty(Object.prototype, '__proto__', {
    get: protoAccess,
    set: protoAccess,
    enumerable: false,
    configurable: true,
  });
};

// What grants permissions has no meaning where all are granted.
exports.refusePermissions = function refusePermissions() {
  const { codes } = require('internal/errors');
  throw new codes.ERR_MISSING_OPTION('--experimental-permission');
};

let warned = false;
// --pending-deprecation: a value of process.env that is no text became one.
exports.warnOfEnvironmentValue = function warnOfEnvironmentValue() {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'Assigning any value other than a string, number, or boolean to a process.env property is deprecated. Please make ' +
      'sure to convert the value to a string before setting process.env with it.',
    'DeprecationWarning',
    'DEP0104',
  );
};

// --heapsnapshot-near-heap-limit=count, in each thread for itself, and --heapsnapshot-signal=name, in the first.
exports.writeHeapSnapshots = function writeHeapSnapshots(isMainThread) {
  const options = require('internal/main/options');
  const { setHeapSnapshotNearHeapLimit, writeHeapSnapshot } = require('internal/v8/heap_snapshot');
  const count = options.get('--heapsnapshot-near-heap-limit');
  if (count > 0) setHeapSnapshotNearHeapLimit(count);
  const signal = options.get('--heapsnapshot-signal');
  if (signal === undefined || !isMainThread) return;
  require('internal/errors/validators').validateSignalName(signal);
  process.on(signal, () => writeHeapSnapshot());
};

// --trace-exit: who called process.exit().
exports.traceExit = function traceExit(code, caller) {
  const { isMainThread, threadId } = require('worker_threads');
  const thread = isMainThread ? '' : `, thread:${threadId}`;
  const trace = {};
  Error.captureStackTrace(trace, caller);
  const frames = String(trace.stack).split('\n').slice(1).join('\n');
  const text = `(node:${process.pid}${thread}) WARNING: Exited the environment with code ${code}\n${frames}\n`;
  internalBinding('process').rawWrite(2, text);
};
