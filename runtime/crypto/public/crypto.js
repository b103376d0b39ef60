'use strict';
// node:crypto (Node doc: crypto). Parts are loaded when first asked for; what is missing says so when it is called.

const { notImplemented } = require('internal/crypto/data');

const crypto = module.exports;

function from(module, names) {
  for (const name of names) {
    Object.defineProperty(crypto, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = require(module)[name];
        Object.defineProperty(crypto, name, { value, configurable: true, enumerable: true, writable: true });
        return value;
      },
      set(value) {
        Object.defineProperty(crypto, name, { value, configurable: true, enumerable: true, writable: true });
      },
    });
  }
}

from('internal/crypto/digests', ['Hash', 'Hmac', 'getHashes', 'hash']);
from('internal/crypto/random', [
  'getRandomValues',
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'timingSafeEqual',
]);
from('internal/crypto/derive', ['hkdf', 'hkdfSync', 'pbkdf2', 'pbkdf2Sync', 'scrypt', 'scryptSync']);
from('internal/crypto/ciphers', ['Cipheriv', 'Decipheriv', 'getCipherInfo', 'getCiphers']);
from('internal/crypto/keys', ['KeyObject', 'createPrivateKey', 'createPublicKey', 'createSecretKey']);
from('internal/crypto/web', ['webcrypto']);

Object.defineProperty(crypto, 'subtle', {
  configurable: true,
  enumerable: true,
  get: () => crypto.webcrypto.subtle,
});

crypto.createHash = function createHash(algorithm, options) {
  return new crypto.Hash(algorithm, options);
};
crypto.createHmac = function createHmac(algorithm, key, options) {
  return new crypto.Hmac(algorithm, key, options);
};
crypto.createCipheriv = function createCipheriv(name, key, iv, options) {
  return new crypto.Cipheriv(name, key, iv, options);
};
crypto.createDecipheriv = function createDecipheriv(name, key, iv, options) {
  return new crypto.Decipheriv(name, key, iv, options);
};
for (const name of ['pseudoRandomBytes', 'prng', 'rng']) {
  Object.defineProperty(crypto, name, {
    configurable: true,
    enumerable: false,
    get: () => crypto.randomBytes,
  });
}
crypto.getFips = () => 0;
crypto.constants = Object.assign(Object.create(null), {
  RSA_PKCS1_PADDING: 1,
  RSA_NO_PADDING: 3,
  RSA_PKCS1_OAEP_PADDING: 4,
  RSA_PSS_SALTLEN_DIGEST: -1,
  RSA_PSS_SALTLEN_MAX_SIGN: -2,
  RSA_PSS_SALTLEN_AUTO: -2,
  TLS1_VERSION: 0x301,
  TLS1_1_VERSION: 0x302,
  TLS1_2_VERSION: 0x303,
  TLS1_3_VERSION: 0x304,
});

for (const name of [
  'Certificate',
  'DiffieHellman',
  'DiffieHellmanGroup',
  'ECDH',
  'Sign',
  'Verify',
  'X509Certificate',
  'checkPrime',
  'checkPrimeSync',
  'createDiffieHellman',
  'createDiffieHellmanGroup',
  'createECDH',
  'createSign',
  'createVerify',
  'diffieHellman',
  'generateKey',
  'generateKeyPair',
  'generateKeyPairSync',
  'generateKeySync',
  'generatePrime',
  'generatePrimeSync',
  'getCurves',
  'getDiffieHellman',
  'privateDecrypt',
  'privateEncrypt',
  'publicDecrypt',
  'publicEncrypt',
  'secureHeapUsed',
  'setEngine',
  'setFips',
  'sign',
  'verify',
]) {
  crypto[name] = function () {
    throw notImplemented(`${name}()`);
  };
  Object.defineProperty(crypto[name], 'name', { value: name });
}
