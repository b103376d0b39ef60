'use strict';
// What Web Crypto takes as arguments (Web IDL; Web Cryptography API, "Algorithm normalization"): converters that give the
// value of a type or throw, and normalize(), which makes a dictionary of an algorithm's name or parameters.

const { codes } = require('internal/errors');
const { isCryptoKey } = require('internal/crypto/keys');

/** An error of a converter with one of Node's codes. */
function makeError(message, where, code = 'ERR_INVALID_ARG_TYPE') {
  const error = new TypeError(`${where}${message}`);
  error.code = code;
  return error;
}

const fail = (name, message, cause) =>
  new DOMException(message, cause === undefined ? name : { name, cause });

function requireArguments(count, required, where) {
  if (count >= required) return;
  const noun = required === 1 ? 'argument' : 'arguments';
  throw makeError(`${required} ${noun} required, but only ${count} present.`, where, 'ERR_MISSING_ARGS');
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
const isShared = (buffer) => typeof SharedArrayBuffer === 'function' && buffer instanceof SharedArrayBuffer;

function bufferSource(value, where) {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !(value instanceof ArrayBuffer))
    throw makeError('is not instance of ArrayBuffer, Buffer, TypedArray, or DataView.', where);
  if (isView && isShared(value.buffer))
    throw makeError('is a view on a SharedArrayBuffer, which is not allowed.', where);
  return value;
}

function bigInteger(value, where) {
  if (!(value instanceof Uint8Array)) throw makeError('is not an instance of Uint8Array.', where);
  return bufferSource(value, where);
}

/** [EnforceRange] of an unsigned type of `bits`. */
function unsigned(bits) {
  const max = 2 ** bits - 1;
  return (value, where) => {
    if (typeof value === 'bigint' || typeof value === 'symbol')
      throw makeError(`is a ${typeof value} and cannot be converted to a number.`, where);
    const number = Number(value);
    if (!Number.isFinite(number)) throw makeError('is not a finite number.', where);
    const whole = Math.trunc(number);
    if (whole < 0 || whole > max) {
      throw makeError(`is outside the expected range of 0 to ${max}.`, where, 'ERR_OUT_OF_RANGE');
    }
    return whole;
  };
}

function text(value, where) {
  if (typeof value === 'symbol') throw makeError('is a Symbol and cannot be converted to a string.', where);
  return String(value);
}

function oneOf(name, values) {
  return (value, where) => {
    const string = text(value, where);
    if (values.includes(string)) return string;
    const message = `value '${string}' is not a valid enum value of type ${name}.`;
    throw makeError(message, where, 'ERR_INVALID_ARG_VALUE');
  };
}

function sequence(convert) {
  return (value, where) => {
    if (!isObject(value) || typeof value[Symbol.iterator] !== 'function')
      throw makeError('can not be converted to sequence.', where);
    return Array.from(value, (item) => convert(item, where));
  };
}

const keyFormat = oneOf('KeyFormat', ['raw', 'pkcs8', 'spki', 'jwk']);
const keyUsages = sequence(
  oneOf('KeyUsage', [
    'encrypt',
    'decrypt',
    'sign',
    'verify',
    'deriveKey',
    'deriveBits',
    'wrapKey',
    'unwrapKey',
  ]),
);
const octet = unsigned(8);
const unsignedShort = unsigned(16);
const unsignedLong = unsigned(32);

function cryptoKey(value, where) {
  if (!isCryptoKey(value)) throw makeError('is not of type CryptoKey.', where);
  return value;
}

const algorithmIdentifier = (value, where) => (isObject(value) ? value : text(value, where));

const kJwkNames = 'alg crv d dp dq e ext k key_ops kty n oth p q qi use x y'.split(' ');

function jsonWebKey(value, where) {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw makeError('can not be converted to a dictionary', where);
  const result = {};
  for (const name of kJwkNames) {
    if (value[name] === undefined) continue;
    if (name === 'ext') result.ext = !!value.ext;
    else if (name === 'key_ops') result.key_ops = sequence(text)(value.key_ops, where);
    else if (name === 'oth') result.oth = value.oth;
    else result[name] = text(value[name], where);
  }
  return result;
}

// ---- algorithms ----

function exactly(size, what) {
  return (value) => {
    if (value.byteLength !== size)
      throw fail('OperationError', `algorithm.${what} must contain exactly ${size} bytes`);
  };
}

function aesLength(value) {
  if (value !== 128 && value !== 192 && value !== 256)
    throw fail('OperationError', 'AES key length must be 128, 192, or 256 bits');
}

function notZero(what) {
  return (value) => {
    if (value === 0) throw fail('OperationError', `${what} cannot be zero`);
  };
}

function gcmTag(value) {
  if (![32, 64, 96, 104, 112, 120, 128].includes(value))
    throw fail('OperationError', `${value} is not a valid AES-GCM tag length`);
}

function ctrLength(value) {
  if (value === 0 || value > 128)
    throw fail('OperationError', 'AES-CTR algorithm.length must be between 1 and 128');
}

function knownCurve(value) {
  if (value !== 'P-256' && value !== 'P-384' && value !== 'P-521')
    throw fail('NotSupportedError', 'Unrecognized namedCurve');
}

function noContext(value) {
  if (value.byteLength > 0) throw fail('NotSupportedError', 'Non zero-length context is not yet supported.');
}

const hashIdentifier = (value, where) => normalize(algorithmIdentifier(value, where), 'digest', where);

// Members of dictionaries: name, converter, whether it is required, and a further check.
const need = (name, convert, check) => ({ name, convert, check, required: true });
const may = (name, convert, check) => ({ name, convert, check, required: false });
const hash = need('hash', hashIdentifier);
const rsaKeyGen = [need('modulusLength', unsignedLong), need('publicExponent', bigInteger), hash];
const ecKey = [need('namedCurve', text, knownCurve)];
const aesKeyGen = [need('length', unsignedShort, aesLength)];
const hmacKey = [hash, may('length', unsignedLong)];
const keyDerive = [need('public', cryptoKey)];
const aes = { 'AES-CTR': aesKeyGen, 'AES-CBC': aesKeyGen, 'AES-GCM': aesKeyGen, 'AES-KW': aesKeyGen };
const kRsa = ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP'];
const kCurves = ['Ed25519', 'Ed448', 'X25519', 'X448'];
const each = (names, members) => Object.fromEntries(names.map((name) => [name, members]));

const encryption = {
  'RSA-OAEP': [may('label', bufferSource)],
  'AES-CBC': [need('iv', bufferSource, exactly(16, 'iv'))],
  'AES-GCM': [need('iv', bufferSource), may('tagLength', octet, gcmTag), may('additionalData', bufferSource)],
  'AES-CTR': [need('counter', bufferSource, exactly(16, 'counter')), need('length', octet, ctrLength)],
};
const signing = {
  'RSASSA-PKCS1-v1_5': [],
  'RSA-PSS': [need('saltLength', unsignedLong)],
  ECDSA: [hash],
  HMAC: [],
  Ed25519: [],
  Ed448: [may('context', bufferSource, noContext)],
};

// By operation: which algorithms there are, and their parameters.
const kOperations = {
  digest: each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'], []),
  generateKey: {
    ...each(kRsa, rsaKeyGen),
    ...each(['ECDSA', 'ECDH'], ecKey),
    ...aes,
    HMAC: hmacKey,
    ...each(kCurves, []),
  },
  importKey: {
    ...each(kRsa, [hash]),
    ...each(['ECDSA', 'ECDH'], ecKey),
    ...each(Object.keys(aes), []),
    HMAC: hmacKey,
    ...each([...kCurves, 'HKDF', 'PBKDF2'], []),
  },
  exportKey: {},
  sign: signing,
  verify: signing,
  encrypt: encryption,
  decrypt: encryption,
  deriveBits: {
    HKDF: [hash, need('salt', bufferSource), need('info', bufferSource)],
    PBKDF2: [hash, need('iterations', unsignedLong, notZero('iterations')), need('salt', bufferSource)],
    ...each(['ECDH', 'X25519', 'X448'], keyDerive),
  },
  'get key length': { ...aes, HMAC: hmacKey, HKDF: [], PBKDF2: [] },
  wrapKey: { 'AES-KW': [] },
  unwrapKey: { 'AES-KW': [] },
};

const ofName = new Map();
for (const [operation, algorithms] of Object.entries(kOperations)) {
  const names = new Map(
    Object.entries(algorithms).map(([name, m]) => [name.toLowerCase(), { name, members: m }]),
  );
  ofName.set(operation, names);
}

/** The algorithm under its registered name, with its parameters for the operation converted. */
function normalize(algorithm, operation, where = '') {
  const given = typeof algorithm === 'string' ? { name: algorithm } : algorithm;
  if (given.name === undefined) {
    const message = "can not be converted to 'Algorithm' because 'name' is required in 'Algorithm'.";
    throw makeError(message, where, 'ERR_MISSING_OPTION');
  }
  const known = ofName.get(operation).get(text(given.name, where).toLowerCase());
  if (known === undefined) throw fail('NotSupportedError', 'Unrecognized algorithm name');
  const result = { name: known.name };
  for (const { name, convert, check, required } of known.members) {
    const value = given[name];
    if (value !== undefined) {
      result[name] = convert(value, `${where}'${name}' `);
      check?.(result[name]);
    } else if (required) {
      const message = `can not be converted to '${known.name}' because '${name}' is required in '${known.name}'.`;
      throw makeError(message, where, 'ERR_MISSING_OPTION');
    }
  }
  return result;
}

function invalidThis(name) {
  return new codes.ERR_INVALID_THIS(name);
}

module.exports = {
  algorithmIdentifier,
  bufferSource,
  cryptoKey,
  fail,
  invalidThis,
  jsonWebKey,
  keyFormat,
  keyUsages,
  normalize,
  requireArguments,
  unsignedLong,
};
