'use strict';
// How keys are written (Node doc: crypto, keyObject.export(), crypto.generateKeyPair()): the checks of `format`, `type`,
// `cipher` and `passphrase`, and their numbers for the binding (runtime/crypto/keys.h).

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateObject } = require('internal/errors/validators');
const { isBytes } = require('internal/crypto/data');

const formats = { der: 0, pem: 1, jwk: 'jwk' };
const structures = { pkcs1: 0, pkcs8: 1, spki: 2, sec1: 3 };
const kNames = ['pkcs1', 'pkcs8', 'spki', 'sec1'];

const has = (object, name) => typeof name === 'string' && Object.hasOwn(object, name);
const isStringOrBytes = (value) => typeof value === 'string' || isBytes(value);

function toFormat(name, otherwise, option) {
  if (name === undefined && otherwise !== undefined) return otherwise;
  if (has(formats, name)) return formats[name];
  throw new codes.ERR_INVALID_ARG_VALUE(option, name);
}

function toStructure(name, isRequired, keyType, isPublic, option) {
  if (name === undefined && !isRequired) return undefined;
  if (has(structures, name)) {
    const only = { pkcs1: 'rsa', sec1: 'ec' }[name];
    const fits = name === 'pkcs1' || (name === 'spki' ? isPublic !== false : isPublic !== true);
    if (fits && only !== undefined && keyType !== undefined && keyType !== only) {
      const what = `can only be used for ${only.toUpperCase()} keys`;
      throw new codes.ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS(name, what);
    }
    if (fits) return structures[name];
  }
  throw new codes.ERR_INVALID_ARG_VALUE(option, name);
}

function checkCipher({ format, structure, cipher, passphrase }, option) {
  if (cipher === undefined || cipher === null) {
    if (passphrase !== undefined) throw new codes.ERR_INVALID_ARG_VALUE(option('cipher'), cipher);
    return;
  }
  if (typeof cipher !== 'string') throw new codes.ERR_INVALID_ARG_VALUE(option('cipher'), cipher);
  if (format === formats.der && (structure === structures.pkcs1 || structure === structures.sec1)) {
    throw new codes.ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS(kNames[structure], 'does not support encryption');
  }
}

/**
 * @param {object} options what the program gave
 * @param {string} [keyType] of a key to write ('rsa', …); undefined for one to read
 * @param {boolean} [isPublic] undefined: may be either
 * @param {string} [name] of the property that `options` are, for errors
 */
function parseKeyEncoding(options, keyType, isPublic, name) {
  validateObject(options, 'options');
  const option = (property) => (name === undefined ? `options.${property}` : `options.${name}.${property}`);
  const isInput = keyType === undefined;
  const format = toFormat(options.format, isInput ? formats.pem : undefined, option('format'));
  const isRequired = (!isInput || format === formats.der) && format !== formats.jwk;
  const structure = toStructure(options.type, isRequired, keyType, isPublic, option('type'));
  if (isPublic === true) return { format, structure };

  let { passphrase } = options;
  const { cipher, encoding } = options;
  if (!isInput) checkCipher({ format, structure, cipher, passphrase }, option);
  const isNeeded = isInput ? passphrase !== undefined : cipher !== undefined && cipher !== null;
  if (isNeeded && !isStringOrBytes(passphrase)) {
    throw new codes.ERR_INVALID_ARG_VALUE(option('passphrase'), passphrase);
  }
  if (typeof passphrase === 'string') passphrase = Buffer.from(passphrase, encoding);
  return { format, structure, cipher: cipher ?? undefined, passphrase };
}

module.exports = { formats, isStringOrBytes, parseKeyEncoding };
