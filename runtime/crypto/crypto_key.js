'use strict';
// CryptoKey, the key of Web Crypto (Web Cryptography API, "CryptoKey interface"): a KeyObject with what it may be used for.

const { codes } = require('internal/errors');
const { isCryptoKey, kKeyObject } = require('internal/crypto/keys');
const { OnObject, kClone, kDeserialize, makeCarrier } = require('internal/messaging/transferable');
const { inspect } = require('util');

const kMake = Symbol('make');

class CryptoKey extends OnObject {
  #algorithm;
  #usages;
  #extractable;

  constructor(token, keyObject, algorithm, usages, extractable) {
    if (token !== kMake) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    super(makeCarrier(new.target.prototype));
    Object.defineProperty(this, kKeyObject, { value: keyObject });
    this.#algorithm = algorithm;
    this.#usages = usages;
    this.#extractable = extractable;
  }

  get type() {
    if (!isCryptoKey(this)) throw new codes.ERR_INVALID_THIS('CryptoKey');
    return this[kKeyObject].type;
  }

  get extractable() {
    if (!isCryptoKey(this)) throw new codes.ERR_INVALID_THIS('CryptoKey');
    return this.#extractable;
  }

  get algorithm() {
    if (!isCryptoKey(this)) throw new codes.ERR_INVALID_THIS('CryptoKey');
    return this.#algorithm;
  }

  get usages() {
    if (!isCryptoKey(this)) throw new codes.ERR_INVALID_THIS('CryptoKey');
    return this.#usages;
  }

  [inspect.custom](depth, options) {
    if (depth < 0) return this;
    const { type, extractable, algorithm, usages } = this;
    const inner = { ...options, depth: options.depth === null ? null : options.depth - 1 };
    return `CryptoKey ${inspect({ type, extractable, algorithm, usages }, inner)}`;
  }

  [kClone]() {
    return {
      data: {
        keyObject: this[kKeyObject],
        algorithm: this.#algorithm,
        usages: this.#usages,
        extractable: this.#extractable,
      },
      deserializeInfo: 'internal/crypto/crypto_key:CryptoKey',
    };
  }

  static [kDeserialize]({ keyObject, algorithm, usages, extractable }) {
    return makeCryptoKey(keyObject, algorithm, usages, extractable);
  }
}
Object.defineProperty(CryptoKey.prototype, Symbol.toStringTag, { configurable: true, value: 'CryptoKey' });
for (const name of ['type', 'extractable', 'algorithm', 'usages']) {
  Object.defineProperty(CryptoKey.prototype, name, { enumerable: true });
}

/** @param {KeyObject} keyObject */
function makeCryptoKey(keyObject, algorithm, usages, extractable) {
  return new CryptoKey(kMake, keyObject, algorithm, usages, extractable);
}

module.exports = { CryptoKey, isCryptoKey, makeCryptoKey };
