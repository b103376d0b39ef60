'use strict';
// util.types (https://nodejs.org/docs/latest-v20.x/api/util.html#utiltypes).

const binding = internalBinding('types');

const getTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
).get;
const typedArrayName = (value) => (ArrayBuffer.isView(value) ? getTag.call(value) : undefined);

const types = { ...binding };
types.isArrayBufferView = ArrayBuffer.isView;
types.isTypedArray = (value) => typedArrayName(value) !== undefined;
for (const name of [
  'Uint8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Uint32Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
]) {
  types[`is${name}`] = {
    [`is${name}`](value) {
      return typedArrayName(value) === name;
    },
  }[`is${name}`];
}

Object.defineProperties(types, {
  isKeyObject: {
    configurable: false,
    enumerable: true,
    value: function isKeyObject(value) {
      if (value === null || typeof value !== 'object') return false;
      return require('internal/crypto/keys').isKeyObject(value);
    },
  },
  isCryptoKey: {
    configurable: false,
    enumerable: true,
    value: function isCryptoKey(value) {
      if (value === null || typeof value !== 'object') return false;
      return require('internal/crypto/keys').isCryptoKey(value);
    },
  },
});

module.exports = types;
