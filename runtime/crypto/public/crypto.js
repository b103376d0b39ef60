'use strict';
// node:crypto (Node doc: crypto). Parts are loaded when first asked for; what is missing says so when it is called.

const options = require('internal/main/options');

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
from('internal/crypto/ciphers', [
  'Cipher',
  'Cipheriv',
  'Decipher',
  'Decipheriv',
  'getCipherInfo',
  'getCiphers',
]);
from('internal/crypto/keys', ['KeyObject', 'createPrivateKey', 'createPublicKey', 'createSecretKey']);
from('internal/crypto/secret_keys', ['generateKey', 'generateKeySync']);
from('internal/crypto/primes', ['checkPrime', 'checkPrimeSync', 'generatePrime', 'generatePrimeSync']);
from('internal/crypto/constants', ['constants']);
from('internal/crypto/settings', ['getFips', 'secureHeapUsed', 'setEngine', 'setFips']);
from('internal/crypto/sign', ['Sign', 'Verify', 'sign', 'verify']);
from('internal/crypto/rsa', ['privateDecrypt', 'privateEncrypt', 'publicDecrypt', 'publicEncrypt']);
from('internal/crypto/keygen', ['generateKeyPair', 'generateKeyPairSync']);
from('internal/crypto/diffie_hellman', [
  'DiffieHellman',
  'DiffieHellmanGroup',
  'diffieHellman',
  'getDiffieHellman',
]);
from('internal/crypto/ecdh', ['ECDH', 'getCurves']);
from('internal/crypto/x509', ['X509Certificate']);
from('internal/crypto/certificate', ['Certificate']);
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
crypto.createDiffieHellman = function createDiffieHellman(
  sizeOrKey,
  keyEncoding,
  generator,
  generatorEncoding,
) {
  return new crypto.DiffieHellman(sizeOrKey, keyEncoding, generator, generatorEncoding);
};
crypto.createDiffieHellmanGroup = function createDiffieHellmanGroup(name) {
  return new crypto.DiffieHellmanGroup(name);
};
crypto.createECDH = function createECDH(curve) {
  return new crypto.ECDH(curve);
};
crypto.createSign = function createSign(algorithm, options) {
  return new crypto.Sign(algorithm, options);
};
crypto.createVerify = function createVerify(algorithm, options) {
  return new crypto.Verify(algorithm, options);
};
crypto.createCipheriv = function createCipheriv(name, key, iv, options) {
  return new crypto.Cipheriv(name, key, iv, options);
};
crypto.createDecipheriv = function createDecipheriv(name, key, iv, options) {
  return new crypto.Decipheriv(name, key, iv, options);
};
// Deprecated, and not listed among the names of the module.
function passwordCipher(name) {
  Object.defineProperty(crypto, `create${name}`, {
    configurable: true,
    enumerable: false,
    get() {
      const create = (cipher, password, options) => new crypto[name](cipher, password, options);
      const value = require('util').deprecate(create, `crypto.create${name} is deprecated.`, 'DEP0106');
      Object.defineProperty(crypto, `create${name}`, { value });
      return value;
    },
  });
}
passwordCipher('Cipher');
passwordCipher('Decipher');
for (const name of ['pseudoRandomBytes', 'prng', 'rng']) {
  Object.defineProperty(crypto, name, {
    configurable: true,
    enumerable: false,
    get() {
      if (!options.get('--pending-deprecation')) return crypto.randomBytes;
      return require('util').deprecate(crypto.randomBytes, `crypto.${name} is deprecated.`, 'DEP0115');
    },
  });
}
Object.defineProperty(crypto, 'fips', {
  configurable: true,
  enumerable: false,
  get: () => crypto.getFips(),
  set(on) {
    crypto.setFips(on);
  },
});
if (options.get('--secure-heap')) require('internal/crypto/settings').startSecureHeap();
