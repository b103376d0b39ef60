'use strict';
// Diffie-Hellman with finite fields, and the agreement of key objects (Node doc: crypto, "Class: DiffieHellman",
// crypto.diffieHellman()).

const binding = internalBinding('crypto_dh');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateInt32, validateObject, validateString } = require('internal/errors/validators');
const { isBytes, outputEncoding, toBytes } = require('internal/crypto/data');
const { handleOf, isKeyObject } = require('internal/crypto/keys');

const kNative = Symbol('native');
const kBytes = ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];
const kPrime = 0;
const kGenerator = 1;
const kPublic = 2;
const kPrivate = 3;

function encode(bytes, encoding) {
  const name = outputEncoding(encoding);
  return name === undefined ? bytes : bytes.toString(name);
}

function setNative(self, native) {
  self[kNative] = native;
  Object.defineProperty(self, 'verifyError', { enumerable: true, value: native.check(), writable: false });
}

function generatorFrom(generator, encoding) {
  if (!generator) return 2;
  if (typeof generator === 'number') {
    validateInt32(generator, 'generator');
    return generator;
  }
  if (typeof generator !== 'string' && !isBytes(generator))
    throw new codes.ERR_INVALID_ARG_TYPE('generator', ['number', 'string', ...kBytes], generator);
  return toBytes(generator, 'generator', encoding);
}

function DiffieHellman(sizeOrKey, keyEncoding, generator, generatorEncoding) {
  if (!(this instanceof DiffieHellman))
    return new DiffieHellman(sizeOrKey, keyEncoding, generator, generatorEncoding);
  if (typeof sizeOrKey === 'number') validateInt32(sizeOrKey, 'sizeOrKey');
  else if (typeof sizeOrKey !== 'string' && !isBytes(sizeOrKey))
    throw new codes.ERR_INVALID_ARG_TYPE('sizeOrKey', ['number', 'string', ...kBytes], sizeOrKey);
  // The encoding may be left out.
  if (keyEncoding && !Buffer.isEncoding(keyEncoding) && keyEncoding !== 'buffer') {
    generatorEncoding = generator;
    generator = keyEncoding;
    keyEncoding = undefined;
  }
  const prime = typeof sizeOrKey === 'number' ? sizeOrKey : toBytes(sizeOrKey, 'sizeOrKey', keyEncoding);
  setNative(this, new binding.DiffieHellman(prime, generatorFrom(generator, generatorEncoding)));
}

function DiffieHellmanGroup(name) {
  if (!(this instanceof DiffieHellmanGroup)) return new DiffieHellmanGroup(name);
  validateString(name, 'name');
  setNative(this, new binding.DiffieHellman(name));
}

function number(self, which, what, encoding) {
  const bytes = self[kNative].number(which);
  if (bytes === undefined) {
    const error = new Error(`No ${what} - did you forget to generate one?`);
    error.code = 'ERR_CRYPTO_INVALID_STATE';
    throw error;
  }
  return encode(bytes, encoding);
}

const methods = {
  generateKeys(encoding) {
    return encode(this[kNative].generateKeys(), encoding);
  },
  computeSecret(key, inputEncoding, encoding) {
    const other = toBytes(key, 'otherPublicKey', inputEncoding);
    return encode(this[kNative].computeSecret(other), encoding);
  },
  getPrime(encoding) {
    return number(this, kPrime, 'prime', encoding);
  },
  getGenerator(encoding) {
    return number(this, kGenerator, 'generator', encoding);
  },
  getPublicKey(encoding) {
    return number(this, kPublic, 'public key', encoding);
  },
  getPrivateKey(encoding) {
    return number(this, kPrivate, 'private key', encoding);
  },
};
Object.assign(DiffieHellman.prototype, methods);
Object.assign(DiffieHellmanGroup.prototype, methods);

DiffieHellman.prototype.setPublicKey = function setPublicKey(key, encoding) {
  this[kNative].setKey(toBytes(key, 'key', encoding), false);
  return this;
};
DiffieHellman.prototype.setPrivateKey = function setPrivateKey(key, encoding) {
  this[kNative].setKey(toBytes(key, 'key', encoding), true);
  return this;
};

const getDiffieHellman = (name) => new DiffieHellmanGroup(name);

// ---- key objects ----

const kTypes = new Set(['dh', 'ec', 'x448', 'x25519']);

/** The handles of both keys, which can agree on a secret. */
function checkPair({ privateKey, publicKey }) {
  if (!isKeyObject(privateKey)) throw new codes.ERR_INVALID_ARG_VALUE('options.privateKey', privateKey);
  if (!isKeyObject(publicKey)) throw new codes.ERR_INVALID_ARG_VALUE('options.publicKey', publicKey);
  if (privateKey.type !== 'private')
    throw new codes.ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(privateKey.type, 'private');
  if (publicKey.type !== 'public' && publicKey.type !== 'private')
    throw new codes.ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(publicKey.type, 'private or public');
  const ours = privateKey.asymmetricKeyType;
  const theirs = publicKey.asymmetricKeyType;
  if (ours !== theirs || !kTypes.has(ours)) {
    const what = `${ours} and ${theirs}`;
    throw new codes.ERR_CRYPTO_INCOMPATIBLE_KEY('key types for Diffie-Hellman', what);
  }
  return [handleOf(privateKey), handleOf(publicKey)];
}

function diffieHellman(options) {
  validateObject(options, 'options');
  return binding.agree(...checkPair(options), undefined);
}

module.exports = { DiffieHellman, DiffieHellmanGroup, diffieHellman, getDiffieHellman };
