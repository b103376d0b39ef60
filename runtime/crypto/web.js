'use strict';
// Web Crypto (Node doc: webcrypto): random values; `subtle` is not implemented yet.

const { notImplemented } = require('internal/crypto/data');
const { getRandomValues, randomUUID } = require('internal/crypto/random');

class SubtleCrypto {}
for (const name of [
  'decrypt',
  'deriveBits',
  'deriveKey',
  'digest',
  'encrypt',
  'exportKey',
  'generateKey',
  'importKey',
  'sign',
  'unwrapKey',
  'verify',
  'wrapKey',
]) {
  SubtleCrypto.prototype[name] = async function () {
    throw notImplemented(`subtle.${name}()`);
  };
}

class Crypto {
  #subtle = new SubtleCrypto();

  get subtle() {
    return this.#subtle;
  }

  getRandomValues(array) {
    return getRandomValues(array);
  }

  randomUUID(options) {
    return randomUUID(options);
  }
}
Object.defineProperty(Crypto.prototype, Symbol.toStringTag, { configurable: true, value: 'Crypto' });

module.exports = { Crypto, SubtleCrypto, webcrypto: new Crypto() };
