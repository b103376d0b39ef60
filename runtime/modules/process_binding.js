'use strict';
// process.binding(name): the few native modules that programs of Node's early days may still ask for, and no others
// (Node.js "Deprecations", DEP0111). Some go by another name here, or are put together from several.
const legacyTypes = [
  'isArrayBuffer',
  'isArrayBufferView',
  'isAsyncFunction',
  'isDataView',
  'isDate',
  'isExternal',
  'isMap',
  'isMapIterator',
  'isNativeError',
  'isPromise',
  'isRegExp',
  'isSet',
  'isSetIterator',
  'isTypedArray',
  'isUint8Array',
  'isAnyArrayBuffer',
];

/** An object whose classes say that they are missing, when they are used. */
function missing(name, ...classes) {
  return Object.fromEntries(
    classes.map((each) => [
      each,
      class {
        constructor() {
          throw require('internal/modules/errors').notImplemented(`process.binding('${name}').${each}`);
        }
      },
    ]),
  );
}

const merged = (...names) => Object.assign({}, ...names.map((name) => internalBinding(name)));

function sources() {
  const { ids, source } = internalBinding('builtins');
  const natives = {};
  for (const id of ids()) {
    Object.defineProperty(natives, id, { enumerable: true, configurable: true, get: () => source(id) });
  }
  return natives;
}

const make = {
  __proto__: null,
  async_wrap: () => internalBinding('async_hooks'),
  buffer: () => internalBinding('buffer'),
  cares_wrap: () => internalBinding('cares_wrap'),
  config: () => ({ hasIntl: true, hasInspector: true, hasOpenSSL: true, noBrowserGlobals: false }),
  constants: () => internalBinding('constants'),
  contextify: () => ({ ContextifyScript: require('vm').Script, ...internalBinding('vm') }),
  crypto: () => merged('crypto_ciphers', 'crypto_digests', 'crypto_random'),
  fs: () => internalBinding('fs'),
  fs_event_wrap: () => internalBinding('fs_event'),
  http_parser: () => internalBinding('http_parser'),
  icu: () => {
    const { domainToASCII: toASCII, domainToUnicode: toUnicode } = require('url');
    return { toASCII, toUnicode };
  },
  inspector: () => internalBinding('inspector'),
  js_stream: () => missing('js_stream', 'JSStream'),
  natives: sources,
  os: () => internalBinding('os'),
  pipe_wrap: () => internalBinding('pipe_wrap'),
  process_wrap: () => internalBinding('process_wrap'),
  signal_wrap: () => internalBinding('signals'),
  spawn_sync: () => internalBinding('spawn_sync'),
  stream_wrap: () => internalBinding('stream_wrap'),
  tcp_wrap: () => internalBinding('tcp_wrap'),
  tls_wrap: () => available('tls_wrap') ?? missing('tls_wrap', 'TLSWrap'),
  tty_wrap: () => internalBinding('tty_wrap'),
  udp_wrap: () => available('udp_wrap') ?? missing('udp_wrap', 'UDP'),
  url: () => internalBinding('url'),
  util: () => {
    const types = require('internal/util/types');
    return Object.fromEntries(legacyTypes.map((name) => [name, types[name]]));
  },
  uv: () => internalBinding('uv'),
  v8: () => internalBinding('v8'),
  zlib: () => internalBinding('zlib'),
};

const deprecated = new Set(['async_wrap', 'crypto', 'http_parser', 'signal_wrap', 'url', 'v8', 'zlib']);
const made = new Map();

function available(name) {
  try {
    return internalBinding(name);
  } catch {
    return undefined; // not linked into this program
  }
}

/** @param {string} name */
function processBinding(name) {
  if (!(name in make)) throw new Error(`No such module: ${name}`);
  const pending = require('internal/main/options').get('--pending-deprecation');
  if (made.has(name)) return made.get(name);
  if (deprecated.has(name) || pending) {
    const text = `Access to process.binding('${name}') is deprecated.`;
    process.emitWarning(text, 'DeprecationWarning', 'DEP0111');
  }
  const binding = make[name]();
  made.set(name, binding);
  return binding;
}

module.exports = { processBinding };
