'use strict';
// New secret keys (Node doc: crypto.generateKey, generateKeySync).

const { codes } = require('internal/errors');
const {
  validateFunction,
  validateInteger,
  validateObject,
  validateOneOf,
  validateString,
} = require('internal/errors/validators');
const { createSecretKey } = require('internal/crypto/keys');
const { randomBytes } = require('internal/crypto/random');

function bytesNeeded(type, options) {
  validateString(type, 'type');
  validateObject(options, 'options');
  const { length } = options;
  switch (type) {
    case 'hmac':
      validateInteger(length, 'options.length', 8, 2 ** 31 - 1);
      break;
    case 'aes':
      validateOneOf(length, 'options.length', [128, 192, 256]);
      break;
    default:
      throw new codes.ERR_INVALID_ARG_VALUE('type', type, 'must be a supported key type');
  }
  return Math.floor(length / 8);
}

function generateKey(type, options, callback) {
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  }
  validateFunction(callback, 'callback');
  randomBytes(bytesNeeded(type, options), (error, bytes) => {
    if (error) callback(error);
    else callback(undefined, createSecretKey(bytes));
  });
}

const generateKeySync = (type, options) => createSecretKey(randomBytes(bytesNeeded(type, options)));

module.exports = { generateKey, generateKeySync };
