'use strict';
// Small helpers that builtin modules share, and the parts of `util` that they use themselves.

const { validateFunction, validateString } = require('internal/errors/validators');

const kCustomPromisify = Symbol.for('nodejs.util.promisify.custom');
const kCustomPromisifyArgs = Symbol('customPromisifyArgs');
const kEmptyObject = Object.freeze({ __proto__: null });
const kEnumerableProperty = Object.freeze({ __proto__: null, enumerable: true });

// A function with a callback last -> one that gives a promise. `original[promisify.custom]` comes first.
function promisify(original) {
  validateFunction(original, 'original');
  if (original[kCustomPromisify]) {
    const fn = original[kCustomPromisify];
    validateFunction(fn, 'util.promisify.custom');
    return Object.defineProperty(fn, kCustomPromisify, { value: fn, configurable: true });
  }
  // Names of the results when the callback gets several.
  const names = original[kCustomPromisifyArgs];
  function fn(...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, [
        ...args,
        (error, ...values) => {
          if (error) {
            reject(error);
          } else if (names !== undefined && values.length > 1) {
            resolve(Object.fromEntries(names.map((name, i) => [name, values[i]])));
          } else {
            resolve(values[0]);
          }
        },
      ]);
    });
  }
  Object.setPrototypeOf(fn, Object.getPrototypeOf(original));
  Object.defineProperty(fn, kCustomPromisify, { value: fn, configurable: true });
  const descriptors = Object.getOwnPropertyDescriptors(original);
  for (const key of Reflect.ownKeys(descriptors)) Object.defineProperty(fn, key, descriptors[key]);
  return fn;
}
promisify.custom = kCustomPromisify;

const warnedCodes = new Set();

// Warns at the first call; of functions with the same code only the first warns.
function deprecate(fn, message, code, useEmitSync) {
  if (process.noDeprecation === true) return fn;
  if (code !== undefined) validateString(code, 'code');
  let warned = false;
  function deprecated(...args) {
    if (!warned && process.noDeprecation !== true) {
      warned = true;
      if (code === undefined) {
        process.emitWarning(message, 'DeprecationWarning', deprecated);
      } else if (!warnedCodes.has(code)) {
        process.emitWarning(message, 'DeprecationWarning', code, deprecated);
        warnedCodes.add(code);
      }
    }
    if (new.target) return Reflect.construct(fn, args, new.target);
    return Reflect.apply(fn, this, args);
  }
  // The wrapper has the same prototype chain, but is told apart from the original by its own name and length.
  Object.setPrototypeOf(deprecated, fn);
  if (fn.prototype) deprecated.prototype = fn.prototype;
  return deprecated;
}

function once(callback) {
  let called = false;
  return function (...args) {
    if (called) return;
    called = true;
    Reflect.apply(callback, this, args);
  };
}

function isError(value) {
  return require('internal/util/types').isNativeError(value) || value instanceof Error;
}

// A getter that becomes a plain value when first read.
function defineLazyProperty(target, name, make, enumerable = true) {
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable,
    get() {
      const value = make();
      Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable });
      return value;
    },
    set(value) {
      Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable });
    },
  });
}

const kSleepMs = 0x7fffffff;
function sleep(ms) {
  require('internal/errors/validators').validateInteger(ms, 'ms', 0, kSleepMs);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

module.exports = {
  customInspectSymbol: Symbol.for('nodejs.util.inspect.custom'),
  customPromisifyArgs: kCustomPromisifyArgs,
  defineLazyProperty,
  deprecate,
  isError,
  kEmptyObject,
  kEnumerableProperty,
  normalizeEncoding: (name) => require('internal/buffer/encodings').normalizeEncoding(name),
  once,
  promisify,
  sleep,
  toUSVString: (value) => internalBinding('util').toUSVString(`${value}`),
};
