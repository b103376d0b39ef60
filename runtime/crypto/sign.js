'use strict';
// Signatures (Node doc: crypto.sign(), crypto.verify(), "Class: Sign", "Class: Verify").

const binding = internalBinding('crypto_sign');
const digests = internalBinding('crypto_digests');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateEncoding, validateFunction, validateString } = require('internal/errors/validators');
const { isBytes, outputEncoding } = require('internal/crypto/data');
const { preparePrivate, preparePublic } = require('internal/crypto/keys');
const { Writable } = require('stream');

const kNative = Symbol('native');
const kAlgorithm = Symbol('algorithm');
const kViews = ['Buffer', 'TypedArray', 'DataView'];

function makeDigest(name) {
  if (digests.digestSize(name) === undefined) throw new codes.ERR_CRYPTO_INVALID_DIGEST(name);
  return new digests.Hash(name);
}

function intOption(name, options) {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value === value >> 0) return value;
  throw new codes.ERR_INVALID_ARG_VALUE(`options.${name}`, value);
}

/** [padding, salt length, whether the signature is IEEE P1363's] */
function howToSign(options) {
  if (typeof options !== 'object') return [undefined, undefined, false];
  const padding = intOption('padding', options);
  const saltLength = intOption('saltLength', options);
  const { dsaEncoding } = options;
  if (dsaEncoding !== undefined && dsaEncoding !== 'der' && dsaEncoding !== 'ieee-p1363')
    throw new codes.ERR_INVALID_ARG_VALUE('options.dsaEncoding', dsaEncoding);
  return [padding, saltLength, dsaEncoding === 'ieee-p1363'];
}

function toView(value, name, encoding) {
  if (typeof value === 'string') return Buffer.from(value, encoding === 'buffer' ? 'utf8' : encoding);
  if (isBytes(value)) return value;
  throw new codes.ERR_INVALID_ARG_TYPE(name, kViews, value);
}

function construct(self, algorithm, options) {
  validateString(algorithm, 'algorithm');
  // An old name of SHA-1 in DSA.
  if (algorithm === 'dss1' || algorithm === 'DSS1') algorithm = 'sha1';
  self[kNative] = makeDigest(algorithm);
  self[kAlgorithm] = algorithm;
  Writable.call(self, options);
}

function Sign(algorithm, options) {
  if (!(this instanceof Sign)) return new Sign(algorithm, options);
  construct(this, algorithm, options);
}
Object.setPrototypeOf(Sign.prototype, Writable.prototype);
Object.setPrototypeOf(Sign, Writable);

Sign.prototype._write = function (chunk, encoding, callback) {
  this.update(chunk, encoding);
  callback();
};

Sign.prototype.update = function (data, encoding) {
  if (typeof data === 'string') validateEncoding(data, encoding);
  else if (!ArrayBuffer.isView(data))
    throw new codes.ERR_INVALID_ARG_TYPE('data', ['string', ...kViews], data);
  this[kNative].update(data, encoding);
  return this;
};

Sign.prototype.sign = function (options, encoding) {
  if (!options) throw new codes.ERR_CRYPTO_SIGN_KEY_REQUIRED();
  const makeHandle = preparePrivate(options);
  const how = howToSign(options);
  const signature = binding.signDigest(makeHandle(), this[kAlgorithm], this[kNative].digest(), ...how);
  const output = outputEncoding(encoding);
  return output === undefined ? signature : signature.toString(output);
};

function Verify(algorithm, options) {
  if (!(this instanceof Verify)) return new Verify(algorithm, options);
  construct(this, algorithm, options);
}
Object.setPrototypeOf(Verify.prototype, Writable.prototype);
Object.setPrototypeOf(Verify, Writable);
Verify.prototype._write = Sign.prototype._write;
Verify.prototype.update = Sign.prototype.update;

Verify.prototype.verify = function (options, signature, encoding) {
  const makeHandle = preparePublic(options);
  const how = howToSign(options);
  const bytes = toView(signature, 'signature', encoding);
  return binding.verifyDigest(makeHandle(), this[kAlgorithm], this[kNative].digest(), bytes, ...how);
};

// ---- at once ----

function checkAlgorithm(algorithm) {
  if (algorithm === undefined || algorithm === null) return undefined;
  validateString(algorithm, 'algorithm');
  return algorithm;
}

function sign(algorithm, data, key, callback) {
  const digest = checkAlgorithm(algorithm);
  if (callback !== undefined) validateFunction(callback, 'callback');
  const bytes = toView(data, 'data');
  if (!key) throw new codes.ERR_CRYPTO_SIGN_KEY_REQUIRED();
  const how = howToSign(key);
  return binding.sign(preparePrivate(key)(), digest, bytes, ...how, callback);
}

function verify(algorithm, data, key, signature, callback) {
  const digest = checkAlgorithm(algorithm);
  if (callback !== undefined) validateFunction(callback, 'callback');
  const bytes = toView(data, 'data');
  if (!isBytes(signature)) throw new codes.ERR_INVALID_ARG_TYPE('signature', kViews, signature);
  const how = howToSign(key ?? undefined);
  return binding.verify(preparePublic(key)(), digest, bytes, signature, ...how, callback);
}

module.exports = { Sign, Verify, sign, verify };
