'use strict';
// Prime numbers (Node doc: crypto.generatePrime, checkPrime).

const binding = internalBinding('crypto_primes');
const { codes } = require('internal/errors');
const {
  validateBoolean,
  validateFunction,
  validateInt32,
  validateObject,
} = require('internal/errors/validators');
const { isBytes, toArrayBuffer } = require('internal/crypto/data');
const { Buffer } = require('buffer');

function bytesOfBigInt(value, name) {
  if (value < 0) throw new codes.ERR_OUT_OF_RANGE(name, '>= 0', value);
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function bytesOfNumber(value, name) {
  if (typeof value === 'bigint') return bytesOfBigInt(value, name);
  if (isBytes(value)) return value;
  throw new codes.ERR_INVALID_ARG_TYPE(
    name,
    ['ArrayBuffer', 'TypedArray', 'Buffer', 'DataView', 'bigint'],
    value,
  );
}

const toBigInt = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

function generate(size, options, callback) {
  validateObject(options, 'options');
  const { safe = false, bigint = false, add, rem } = options;
  validateBoolean(safe, 'options.safe');
  validateBoolean(bigint, 'options.bigint');
  const addBytes = add === undefined ? undefined : bytesOfNumber(add, 'options.add');
  const remBytes = rem === undefined ? undefined : bytesOfNumber(rem, 'options.rem');
  const toResult = (bytes) => (bigint ? toBigInt(bytes) : toArrayBuffer(bytes));
  const done =
    callback && ((error, bytes) => (error ? callback(error) : callback(undefined, toResult(bytes))));
  const bytes = binding.generate(size, safe, addBytes, remBytes, done);
  return callback ? undefined : toResult(bytes);
}

function generatePrime(size, options, callback) {
  validateInt32(size, 'size', 1);
  if (typeof options === 'function') {
    callback = options;
    options = {};
  }
  validateFunction(callback, 'callback');
  generate(size, options, callback);
}

function generatePrimeSync(size, options = {}) {
  validateInt32(size, 'size', 1);
  return generate(size, options, undefined);
}

function check(candidate, options, callback) {
  validateObject(options, 'options');
  const { checks = 0 } = options;
  validateInt32(checks, 'options.checks', 0);
  return binding.check(candidate, checks, callback);
}

function checkPrime(candidate, options = {}, callback) {
  candidate = bytesOfNumber(candidate, 'candidate');
  if (typeof options === 'function') {
    callback = options;
    options = {};
  }
  validateFunction(callback, 'callback');
  check(candidate, options, callback);
}

function checkPrimeSync(candidate, options = {}) {
  return check(bytesOfNumber(candidate, 'candidate'), options, undefined);
}

module.exports = { checkPrime, checkPrimeSync, generatePrime, generatePrimeSync };
