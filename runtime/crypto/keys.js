'use strict';
// KeyObject (Node doc: crypto, "Class: KeyObject"), for secret keys; asymmetric keys are not implemented yet.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateObject, validateOneOf } = require('internal/errors/validators');
const { isBytes, notImplemented, toBytes } = require('internal/crypto/data');

const kToken = Symbol('token');

class KeyObject {
  #bytes;

  constructor(token, bytes) {
    if (token !== kToken) throw notImplemented('KeyObject of this kind');
    this.#bytes = bytes;
  }

  static from() {
    throw notImplemented('KeyObject.from()');
  }

  static bytesOf(key) {
    return key.#bytes;
  }

  get type() {
    return 'secret';
  }

  get symmetricKeySize() {
    return this.#bytes.length;
  }

  export(options) {
    if (options !== undefined) {
      validateObject(options, 'options');
      validateOneOf(options.format, 'options.format', [undefined, 'buffer', 'jwk']);
      if (options.format === 'jwk') return { kty: 'oct', k: this.#bytes.toString('base64url') };
    }
    return Buffer.from(this.#bytes);
  }

  equals(other) {
    if (!(other instanceof KeyObject))
      throw new codes.ERR_INVALID_ARG_TYPE('otherKeyObject', 'KeyObject', other);
    return this.#bytes.equals(other.#bytes);
  }
}
const bytesOf = KeyObject.bytesOf;
delete KeyObject.bytesOf;
Object.defineProperty(KeyObject.prototype, Symbol.toStringTag, { configurable: true, value: 'KeyObject' });

function createSecretKey(key, encoding) {
  const bytes = toBytes(key, 'key', encoding);
  const copy = ArrayBuffer.isView(bytes)
    ? Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    : Buffer.from(Buffer.from(bytes));
  return new KeyObject(kToken, copy);
}

// The bytes of a secret key in any form.
function secretBytes(key, encoding, name = 'key') {
  if (key instanceof KeyObject) return bytesOf(key);
  if (typeof key === 'string') return Buffer.from(key, encoding);
  if (isBytes(key)) return key;
  throw new codes.ERR_INVALID_ARG_TYPE(
    name,
    ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView', 'string', 'KeyObject', 'CryptoKey'],
    key,
  );
}

module.exports = { KeyObject, createSecretKey, secretBytes };
