'use strict';
// --frozen-intrinsics (Node.js "Command-line API"): what the language itself brings can no longer be changed. Objects
// that inherit from it can still be given properties of the same names: the properties of prototypes become accessors
// whose setters define the property on the object that is written to.

/** What is to be frozen, before following what it refers to. */
function roots() {
  const generator = function* () {};
  const asyncGenerator = async function* () {};
  const iterators = [[][Symbol.iterator](), new Map().keys(), new Set().keys(), ''[Symbol.iterator]()];
  iterators.push('a'.matchAll(/a/g), generator.prototype, asyncGenerator.prototype);
  const list = [generator, asyncGenerator, async () => {}, console];
  for (const each of iterators) list.push(Object.getPrototypeOf(each));
  for (const name of kGlobals) if (typeof globalThis[name] === 'function') list.push(globalThis[name]);
  list.push(JSON, Math, Reflect, Atomics, WebAssembly);
  if (globalThis.Intl !== undefined) list.push(Intl);
  return list;
}

const kGlobals = [
  ...['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Date', 'RegExp'],
  ...['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Promise', 'Proxy', 'Iterator'],
  ...[
    'Error',
    'AggregateError',
    'EvalError',
    'RangeError',
    'ReferenceError',
    'SyntaxError',
    'TypeError',
    'URIError',
  ],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray'],
  ...['Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'],
  ...['BigInt64Array', 'BigUint64Array', 'eval', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape'],
  ...['clearImmediate', 'clearInterval', 'clearTimeout', 'setImmediate', 'setInterval', 'setTimeout'],
];

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Everything the roots refer to, native state of the process left out. */
function reachable() {
  const found = new Set(roots());
  const skipped = new Set([globalThis, process]);
  for (const object of found) {
    const next = [Object.getPrototypeOf(object)];
    // What console and the timers keep is theirs to change.
    if (object !== console) {
      for (const key of Reflect.ownKeys(object)) {
        const { value, get, set } = Object.getOwnPropertyDescriptor(object, key);
        next.push(value, get, set);
      }
    }
    for (const each of next) if (isObject(each) && !skipped.has(each)) found.add(each);
  }
  return found;
}

function makeOverridable(object, key, descriptor, getters) {
  const { value, enumerable } = descriptor;
  const get = Object.freeze(() => value);
  getters.set(get, value);
  Object.defineProperty(object, key, {
    enumerable,
    configurable: false,
    get,
    set: Object.freeze(function (given) {
      if (this === object) {
        throw new TypeError(`Cannot assign to read only property '${String(key)}' of object '${object}'`);
      }
      if (Object.hasOwn(this, key)) this[key] = given;
      else
        Object.defineProperty(this, key, {
          value: given,
          writable: true,
          enumerable: true,
          configurable: true,
        });
    }),
  });
}

function freezeIntrinsics() {
  const objects = reachable();
  const prototypes = new Set([console]);
  const getters = new WeakMap();
  require('internal/util/inspect').setFrozenGetters(getters);
  for (const object of objects) {
    const prototype = Object.getPrototypeOf(object);
    if (objects.has(prototype) && typeof prototype === 'object') prototypes.add(prototype);
    const own = Object.getOwnPropertyDescriptor(object, 'prototype')?.value;
    if (isObject(own)) prototypes.add(own);
  }
  for (const object of prototypes) {
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key);
      if (descriptor.configurable && 'value' in descriptor) makeOverridable(object, key, descriptor, getters);
    }
  }
  for (const object of objects) {
    // Buffers of bytes that a builtin keeps cannot be frozen, and need not be.
    if (!ArrayBuffer.isView(object)) Object.freeze(object);
  }
  Object.defineProperty(globalThis, 'globalThis', {
    configurable: false,
    writable: false,
    value: globalThis,
  });
}

module.exports = { freezeIntrinsics };
