// What a program finds on globalThis (Node doc: globals). Everything that not every program uses is made when first
// touched.
'use strict';

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

function expose(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

// A property that becomes a plain value when first read or written.
function lazy(name, make, enumerable = false) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable,
    get() {
      const value = make();
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable });
      return value;
    },
    set(value) {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable });
    },
  });
}

Object.defineProperty(globalThis, Symbol.toStringTag, { value: 'global', configurable: true });
expose('global', globalThis);

// What a program may replace and put back: accessors for ever.
function replaceable(name, value) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get: () => value,
    set(replacement) {
      value = replacement;
    },
  });
}
replaceable('process', process);
replaceable('Buffer', require('buffer').Buffer);

const timers = require('internal/timers');
for (const name of [
  'clearImmediate',
  'setImmediate',
  'clearInterval',
  'clearTimeout',
  'setInterval',
  'setTimeout',
]) {
  expose(name, timers[name]);
}
expose('queueMicrotask', require('internal/process/ticks').queueMicrotask);

const { URL, URLSearchParams } = require('internal/url');
define('URL', URL);
define('URLSearchParams', URLSearchParams);

// [module, names...]
const modules = [
  ['internal/encoding', 'TextEncoder', 'TextDecoder'],
  ['internal/events/abort_controller', 'AbortController', 'AbortSignal'],
  ['internal/events/event_target', 'Event', 'EventTarget', 'CustomEvent'],
  ['internal/errors/dom_exception', 'DOMException'],
  ['internal/messaging', 'MessageChannel', 'MessageEvent', 'MessagePort'],
];
for (const [id, ...names] of modules) {
  for (const name of names) lazy(name, () => require(id)[name]);
}
for (const name of ['Blob', 'File']) lazy(name, () => require('buffer')[name]);
for (const name of Object.values(require('internal/stream/web/names')).flat()) {
  lazy(name, () => require('stream/web')[name]);
}
exports.engineConsole = globalThis.console; // V8's own: what it is told, debuggers see
lazy('console', () => require('internal/console/global'));
lazy('structuredClone', () => require('internal/messaging').structuredClone, true);
lazy('BroadcastChannel', () => require('internal/messaging/broadcast_channel').BroadcastChannel);
lazy('crypto', () => require('crypto').webcrypto, true);
lazy('Crypto', () => require('internal/crypto/web').Crypto);
lazy('CryptoKey', () => require('internal/crypto/crypto_key').CryptoKey);
lazy('SubtleCrypto', () => require('internal/crypto/web').SubtleCrypto);
lazy('performance', () => require('perf_hooks').performance, true);
for (const name of [
  'PerformanceEntry',
  'PerformanceMark',
  'PerformanceMeasure',
  'PerformanceObserver',
  'PerformanceObserverEntryList',
  'PerformanceResourceTiming',
]) {
  lazy(name, () => require('perf_hooks')[name]);
}
for (const name of ['atob', 'btoa']) lazy(name, () => require('buffer')[name], true);

// Only who calls fetch() or names one of its classes pays for them.
const { fetch } = require('internal/fetch');
expose('fetch', fetch);
for (const name of ['Request', 'Response', 'Headers', 'FormData']) {
  lazy(name, () => require('internal/fetch').undici()[name]);
}
