'use strict';
// New pairs of asymmetric keys (Node doc: crypto.generateKeyPair()).

const binding = internalBinding('crypto_keygen');
const { codes } = require('internal/errors');
const {
  validateFunction,
  validateInt32,
  validateObject,
  validateString,
  validateUint32,
} = require('internal/errors/validators');
const { parseKeyEncoding } = require('internal/crypto/key_encoding');
const { PrivateKeyObject, PublicKeyObject, writeKey } = require('internal/crypto/keys');
const { customPromisifyArgs } = require('internal/util');

/** How both keys are to be written: undefined for KeyObjects. */
function encodingsOf(type, { publicKeyEncoding, privateKeyEncoding }) {
  const parse = (encoding, isPublic, name) => {
    if (encoding === undefined || encoding === null) return undefined;
    if (typeof encoding !== 'object') throw new codes.ERR_INVALID_ARG_VALUE(`options.${name}`, encoding);
    return parseKeyEncoding(encoding, type, isPublic, name);
  };
  const forPublic = parse(publicKeyEncoding, true, 'publicKeyEncoding');
  const forPrivate = parse(privateKeyEncoding, false, 'privateKeyEncoding');
  // Before the work, not after it.
  if (forPrivate?.cipher !== undefined && !binding.isCipher(forPrivate.cipher))
    throw new codes.ERR_CRYPTO_UNKNOWN_CIPHER();
  return [forPublic, forPrivate];
}

function digestOption(options, name, oldName) {
  let value = options[name];
  const old = options[oldName];
  if (value !== undefined) validateString(value, `options.${name}`);
  if (old !== undefined) {
    const text = `"options.${oldName}" is deprecated, use "options.${name}" instead.`;
    process.emitWarning(text, 'DeprecationWarning', 'DEP0154');
    validateString(old, `options.${oldName}`);
    if (value && old !== value) throw new codes.ERR_INVALID_ARG_VALUE(`options.${oldName}`, old);
    value = old;
  }
  return value;
}

function rsa(isPss) {
  return (options, callback) => {
    validateObject(options, 'options');
    const { modulusLength, saltLength } = options;
    validateUint32(modulusLength, 'options.modulusLength');
    const exponent = options.publicExponent ?? 0x10001;
    validateUint32(exponent, 'options.publicExponent');
    if (!isPss) return binding.rsa(false, modulusLength, exponent, undefined, undefined, undefined, callback);
    if (saltLength !== undefined) validateInt32(saltLength, 'options.saltLength', 0);
    const digest = digestOption(options, 'hashAlgorithm', 'hash');
    const mgf1Digest = digestOption(options, 'mgf1HashAlgorithm', 'mgf1Hash');
    return binding.rsa(true, modulusLength, exponent, digest, mgf1Digest, saltLength, callback);
  };
}

function dsa(options, callback) {
  validateObject(options, 'options');
  const { modulusLength } = options;
  validateUint32(modulusLength, 'options.modulusLength');
  const divisorLength = options.divisorLength ?? undefined;
  if (divisorLength !== undefined) validateInt32(divisorLength, 'options.divisorLength', 0);
  return binding.dsa(modulusLength, divisorLength ?? -1, callback);
}

function ec(options, callback) {
  validateObject(options, 'options');
  const { namedCurve, paramEncoding } = options;
  validateString(namedCurve, 'options.namedCurve');
  const isNamed = paramEncoding === undefined || paramEncoding === null || paramEncoding === 'named';
  if (!isNamed && paramEncoding !== 'explicit')
    throw new codes.ERR_INVALID_ARG_VALUE('options.paramEncoding', paramEncoding);
  return binding.ec(namedCurve, !isNamed, callback);
}

function plain(name) {
  return (options, callback) => {
    if (options !== undefined) validateObject(options, 'options');
    return binding.plain(name, callback);
  };
}

function dh(options, callback) {
  validateObject(options, 'options');
  const isGiven = (name) => options[name] !== undefined && options[name] !== null;
  const exclude = (name, others) => {
    for (const other of others) {
      if (isGiven(other)) throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR(name, other);
    }
  };
  const { group, prime, primeLength } = options;
  if (isGiven('group')) {
    exclude('group', ['prime', 'primeLength', 'generator']);
    validateString(group, 'options.group');
    return binding.dh(group, undefined, callback);
  }
  if (isGiven('prime')) {
    exclude('prime', ['primeLength']);
    if (!ArrayBuffer.isView(prime))
      throw new codes.ERR_INVALID_ARG_TYPE('options.prime', ['Buffer', 'TypedArray', 'DataView'], prime);
  } else if (isGiven('primeLength')) {
    validateInt32(primeLength, 'options.primeLength', 0);
  } else {
    throw new codes.ERR_MISSING_OPTION('At least one of the group, prime, or primeLength options');
  }
  const generator = options.generator ?? undefined;
  if (generator !== undefined) validateInt32(generator, 'options.generator', 0);
  return binding.dh(prime ?? primeLength, generator, callback);
}

const kPairs = {
  rsa: rsa(false),
  'rsa-pss': rsa(true),
  dsa,
  ec,
  ed25519: plain('ED25519'),
  ed448: plain('ED448'),
  x25519: plain('X25519'),
  x448: plain('X448'),
  dh,
};

function makePair(type, options, callback) {
  validateString(type, 'type');
  const [forPublic, forPrivate] = encodingsOf(type, options ?? {});
  if (!Object.hasOwn(kPairs, type))
    throw new codes.ERR_INVALID_ARG_VALUE('type', type, 'must be a supported key type');
  const finish = ([publicHandle, privateHandle]) => ({
    publicKey: forPublic ? writeKey(publicHandle, false, forPublic) : new PublicKeyObject(publicHandle),
    privateKey: forPrivate ? writeKey(privateHandle, true, forPrivate) : new PrivateKeyObject(privateHandle),
  });
  if (callback === undefined) return finish(kPairs[type](options, undefined));
  return kPairs[type](options, (error, handles) => {
    if (error) return callback(error);
    let pair;
    try {
      pair = finish(handles);
    } catch (problem) {
      return callback(problem);
    }
    return callback(null, pair.publicKey, pair.privateKey);
  });
}

function generateKeyPair(type, options, callback) {
  if (typeof options === 'function') {
    callback = options;
    options = undefined;
  }
  validateFunction(callback, 'callback');
  makePair(type, options, callback);
}
Object.defineProperty(generateKeyPair, customPromisifyArgs, { value: ['publicKey', 'privateKey'] });

const generateKeyPairSync = (type, options) => makePair(type, options, undefined);

module.exports = { generateKeyPair, generateKeyPairSync };
