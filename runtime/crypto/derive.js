'use strict';
// Keys from passwords and other keys (Node doc: crypto.pbkdf2, scrypt, hkdf).

const binding = internalBinding('crypto_digests');
const { codes } = require('internal/errors');
const {
  validateFunction,
  validateInt32,
  validateInteger,
  validateString,
  validateUint32,
} = require('internal/errors/validators');
const { toArrayBuffer, toBytes } = require('internal/crypto/data');
const { secretBytes } = require('internal/crypto/keys');

function checkDigest(digest) {
  validateString(digest, 'digest');
  const size = binding.digestSize(digest);
  if (size === undefined) throw new codes.ERR_CRYPTO_INVALID_DIGEST(digest);
  return size;
}

function pbkdf2Arguments(password, salt, iterations, length, digest) {
  checkDigest(digest);
  password = toBytes(password, 'password');
  salt = toBytes(salt, 'salt');
  validateInt32(iterations, 'iterations', 1);
  validateInt32(length, 'keylen', 0);
  return [password, salt, iterations, length, digest];
}

function pbkdf2(password, salt, iterations, length, digest, callback) {
  if (typeof digest === 'function') {
    callback = digest;
    digest = undefined;
  }
  const list = pbkdf2Arguments(password, salt, iterations, length, digest);
  validateFunction(callback, 'callback');
  binding.pbkdf2(...list, callback);
}

function pbkdf2Sync(password, salt, iterations, length, digest) {
  return binding.pbkdf2(...pbkdf2Arguments(password, salt, iterations, length, digest), undefined);
}

function scryptArguments(password, salt, length, options) {
  password = toBytes(password, 'password');
  salt = toBytes(salt, 'salt');
  validateInt32(length, 'keylen', 0);
  let N = 16384;
  let r = 8;
  let p = 1;
  let maxmem = 32 * 1024 * 1024;
  const pick = (shortName, longName, otherwise) => {
    if (options[shortName] !== undefined && options[longName] !== undefined) {
      throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR(shortName, longName);
    }
    const value = options[shortName] ?? options[longName];
    if (value === undefined) return otherwise;
    validateUint32(value, shortName);
    return value || otherwise;
  };
  if (options) {
    N = pick('N', 'cost', N);
    r = pick('r', 'blockSize', r);
    p = pick('p', 'parallelization', p);
    if (options.maxmem !== undefined) {
      validateInteger(options.maxmem, 'maxmem', 0);
      maxmem = options.maxmem || maxmem;
    }
  }
  return [password, salt, N, r, p, maxmem, length];
}

function checkScrypt(result) {
  if (result === false) throw new codes.ERR_CRYPTO_INVALID_SCRYPT_PARAMS();
  return result;
}

function scrypt(password, salt, length, options, callback) {
  if (callback === undefined) {
    callback = options;
    options = undefined;
  }
  const list = scryptArguments(password, salt, length, options);
  validateFunction(callback, 'callback');
  checkScrypt(binding.scrypt(...list, callback));
}

function scryptSync(password, salt, length, options) {
  return checkScrypt(binding.scrypt(...scryptArguments(password, salt, length, options), undefined));
}

function hkdfArguments(digest, key, salt, info, length) {
  validateString(digest, 'digest');
  key = secretBytes(key, 'utf8', 'ikm');
  salt = toBytes(salt, 'salt');
  info = toBytes(info, 'info');
  validateInteger(length, 'length', 0, 2 ** 31 - 1);
  if (info.byteLength > 1024) {
    throw new codes.ERR_OUT_OF_RANGE('info', 'must not contain more than 1024 bytes', info.byteLength);
  }
  const size = checkDigest(digest);
  if (length > 255 * size) throw new codes.ERR_CRYPTO_INVALID_KEYLEN();
  return [digest, key, salt, info, length];
}

function hkdf(digest, key, salt, info, length, callback) {
  const list = hkdfArguments(digest, key, salt, info, length);
  validateFunction(callback, 'callback');
  binding.hkdf(...list, (error, result) => {
    if (error) callback(error);
    else callback(null, toArrayBuffer(result));
  });
}

function hkdfSync(digest, key, salt, info, length) {
  return toArrayBuffer(binding.hkdf(...hkdfArguments(digest, key, salt, info, length), undefined));
}

module.exports = { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync };
