'use strict';
// Hash and Hmac (Node doc: crypto, "Class: Hash", "Class: Hmac"): streams that also have update() and digest().

const binding = internalBinding('crypto_digests');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateEncoding, validateString, validateUint32 } = require('internal/errors/validators');
const { isBytes, outputEncoding, withoutDuplicates } = require('internal/crypto/data');
const { lazyStream, setOptions } = require('internal/crypto/lazy_stream');
const { secretBytes } = require('internal/crypto/keys');

const kNative = Symbol('native');
const kDone = Symbol('done');

function checkData(data, encoding) {
  if (typeof data === 'string') {
    validateEncoding(data, encoding);
  } else if (!isBytes(data)) {
    throw new codes.ERR_INVALID_ARG_TYPE('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
  }
}

function Hash(algorithm, options) {
  if (!(this instanceof Hash)) return new Hash(algorithm, options);
  const isCopy = algorithm instanceof Hash;
  if (!isCopy) validateString(algorithm, 'algorithm');
  const outputLength = options && typeof options === 'object' ? options.outputLength : undefined;
  if (outputLength !== undefined) validateUint32(outputLength, 'options.outputLength');
  this[kNative] = new binding.Hash(isCopy ? algorithm[kNative] : algorithm, outputLength);
  this[kDone] = false;
  setOptions(this, options);
}
lazyStream(Hash);

Hash.prototype.copy = function (options) {
  if (this[kDone]) throw new codes.ERR_CRYPTO_HASH_FINALIZED();
  return new Hash(this, options);
};

Hash.prototype._transform = function (chunk, encoding, callback) {
  this[kNative].update(chunk, encoding);
  callback();
};

Hash.prototype._flush = function (callback) {
  this.push(this[kNative].digest());
  callback();
};

Hash.prototype.update = function (data, encoding) {
  if (this[kDone]) throw new codes.ERR_CRYPTO_HASH_FINALIZED();
  checkData(data, encoding);
  if (!this[kNative].update(data, encoding)) throw new codes.ERR_CRYPTO_HASH_UPDATE_FAILED();
  return this;
};

Hash.prototype.digest = function (encoding) {
  if (this[kDone]) throw new codes.ERR_CRYPTO_HASH_FINALIZED();
  this[kDone] = true;
  return this[kNative].digest(outputEncoding(encoding));
};

function Hmac(algorithm, key, options) {
  if (!(this instanceof Hmac)) return new Hmac(algorithm, key, options);
  validateString(algorithm, 'hmac');
  const encoding = options?.encoding;
  this[kNative] = new binding.Hmac(algorithm, secretBytes(key, encoding));
  this[kDone] = false;
  setOptions(this, options);
}
lazyStream(Hmac);

Hmac.prototype.update = Hash.prototype.update;
Hmac.prototype._transform = Hash.prototype._transform;
Hmac.prototype._flush = Hash.prototype._flush;

// A second digest() of an Hmac is empty, not an error.
Hmac.prototype.digest = function (encoding) {
  const output = outputEncoding(encoding);
  if (this[kDone]) return output === undefined ? Buffer.alloc(0) : '';
  this[kDone] = true;
  return this[kNative].digest(output);
};

function hash(algorithm, input, encoding = 'hex') {
  validateString(algorithm, 'algorithm');
  if (typeof input !== 'string' && !isBytes(input)) {
    throw new codes.ERR_INVALID_ARG_TYPE('input', ['Buffer', 'TypedArray', 'DataView', 'string'], input);
  }
  validateString(encoding, 'outputEncoding');
  return binding.hash(algorithm, input, 'utf8', outputEncoding(encoding));
}

let hashes;

function getHashes() {
  hashes ??= withoutDuplicates(binding.getHashes());
  return hashes.slice();
}

module.exports = { Hash, Hmac, getHashes, hash };
