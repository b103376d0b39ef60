'use strict';
// ECDH (Node doc: crypto, "Class: ECDH").

const binding = internalBinding('crypto_ecdh');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { outputEncoding, toBytes, withoutDuplicates } = require('internal/crypto/data');

const kCurve = Symbol('curve');
const kPrivate = Symbol('private');
const kPublic = Symbol('public');

// OpenSSL's point_conversion_form_t.
const kForms = { compressed: 2, uncompressed: 4, hybrid: 6 };

function formOf(format) {
  if (!format) return kForms.uncompressed;
  if (typeof format === 'string' && Object.hasOwn(kForms, format)) return kForms[format];
  throw new codes.ERR_CRYPTO_ECDH_INVALID_FORMAT(format);
}

function encode(bytes, encoding) {
  const name = outputEncoding(encoding);
  return name === undefined ? bytes : bytes.toString(name);
}

function fail(code, message) {
  const error = new Error(message);
  error.code = code;
  return error;
}

function convert(curve, bytes, form) {
  const point = binding.convert(curve, bytes, form);
  if (point === undefined) throw fail('ERR_CRYPTO_OPERATION_FAILED', 'Failed to convert Buffer to EC_POINT');
  return point;
}

function ECDH(curve) {
  if (!(this instanceof ECDH)) return new ECDH(curve);
  validateString(curve, 'curve');
  if (!binding.isCurve(curve)) throw new codes.ERR_CRYPTO_INVALID_CURVE();
  this[kCurve] = curve;
  this[kPrivate] = undefined;
  this[kPublic] = undefined;
}

ECDH.prototype.generateKeys = function generateKeys(encoding, format) {
  this[kPrivate] = binding.generate(this[kCurve]);
  this[kPublic] = binding.publicOf(this[kCurve], this[kPrivate]);
  return this.getPublicKey(encoding, format);
};

ECDH.prototype.computeSecret = function computeSecret(key, inputEncoding, encoding) {
  const other = toBytes(key, 'otherPublicKey', inputEncoding);
  // A private key without the public one that fits means somebody set them apart.
  if (this[kPrivate] === undefined || !isPair(this))
    throw fail('ERR_CRYPTO_INVALID_KEYPAIR', 'Invalid key pair');
  const secret = binding.computeSecret(this[kCurve], this[kPrivate], other);
  if (secret === undefined) throw new codes.ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY();
  return encode(secret, encoding);
};

function isPair(self) {
  const expected = binding.publicOf(self[kCurve], self[kPrivate]);
  return self[kPublic] !== undefined && expected !== undefined && expected.equals(self[kPublic]);
}

ECDH.prototype.getPrivateKey = function getPrivateKey(encoding) {
  if (this[kPrivate] === undefined)
    throw fail('ERR_CRYPTO_OPERATION_FAILED', 'Failed to get ECDH private key');
  // The number itself, without leading zeros, as it is elsewhere.
  let start = 0;
  while (start < this[kPrivate].length - 1 && this[kPrivate][start] === 0) start++;
  return encode(Buffer.from(this[kPrivate].subarray(start)), encoding);
};

ECDH.prototype.getPublicKey = function getPublicKey(encoding, format) {
  const form = formOf(format);
  if (this[kPublic] === undefined) throw fail('ERR_CRYPTO_OPERATION_FAILED', 'Failed to get ECDH public key');
  return encode(binding.convert(this[kCurve], this[kPublic], form), encoding);
};

ECDH.prototype.setPrivateKey = function setPrivateKey(key, encoding) {
  const bytes = Buffer.from(toBytes(key, 'key', encoding));
  const point = binding.publicOf(this[kCurve], bytes);
  if (point === undefined)
    throw fail('ERR_CRYPTO_INVALID_KEYTYPE', 'Private key is not valid for specified curve.');
  this[kPrivate] = bytes;
  this[kPublic] = point;
  return this;
};

ECDH.prototype.setPublicKey = function setPublicKey(key, encoding) {
  this[kPublic] = convert(this[kCurve], toBytes(key, 'key', encoding), kForms.uncompressed);
  return this;
};

ECDH.convertKey = function convertKey(key, curve, inputEncoding, encoding, format) {
  validateString(curve, 'curve');
  const bytes = toBytes(key, 'key', inputEncoding);
  const form = formOf(format);
  if (!binding.isCurve(curve)) throw new codes.ERR_CRYPTO_INVALID_CURVE();
  return encode(convert(curve, bytes, form), encoding);
};

const getCurves = () => withoutDuplicates(binding.curves());

module.exports = { ECDH, getCurves };
