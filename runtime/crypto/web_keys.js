'use strict';
// Keys of Web Crypto: what each algorithm's keys may be used for, and how they are generated, imported and exported (Web
// Cryptography API, "Algorithm overview").

const { isSound } = internalBinding('crypto_keys');
const { Buffer } = require('buffer');
const {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  handleOf,
  kKeyObject,
} = require('internal/crypto/keys');
const { makeCryptoKey } = require('internal/crypto/crypto_key');
const { fail } = require('internal/crypto/web_idl');
const { toArrayBuffer } = require('internal/crypto/data');

const kSign = { public: ['verify'], private: ['sign'], use: 'sig' };
const kDerive = { public: [], private: ['deriveKey', 'deriveBits'], use: 'enc' };
const kAes = { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'], use: 'enc', what: 'AES' };
const kKdf = { secret: ['deriveKey', 'deriveBits'] };

// kind: which functions below; uses: what keys of each type may do.
const kAlgorithms = {
  'RSASSA-PKCS1-v1_5': { kind: 'rsa', uses: kSign, jwk: { 'SHA-1': 'RS1', prefix: 'RS' } },
  'RSA-PSS': { kind: 'rsa', uses: kSign, jwk: { 'SHA-1': 'PS1', prefix: 'PS' } },
  'RSA-OAEP': {
    kind: 'rsa',
    uses: { public: ['encrypt', 'wrapKey'], private: ['decrypt', 'unwrapKey'], use: 'enc' },
    jwk: { 'SHA-1': 'RSA-OAEP', prefix: 'RSA-OAEP-' },
  },
  ECDSA: { kind: 'ec', uses: kSign },
  ECDH: { kind: 'ec', uses: kDerive },
  Ed25519: { kind: 'okp', uses: kSign },
  Ed448: { kind: 'okp', uses: kSign },
  X25519: { kind: 'okp', uses: kDerive },
  X448: { kind: 'okp', uses: kDerive },
  'AES-CTR': { kind: 'aes', uses: kAes },
  'AES-CBC': { kind: 'aes', uses: kAes },
  'AES-GCM': { kind: 'aes', uses: kAes },
  'AES-KW': { kind: 'aes', uses: { ...kAes, secret: ['wrapKey', 'unwrapKey'] } },
  HMAC: {
    kind: 'hmac',
    uses: { secret: ['sign', 'verify'], use: 'sig' },
    jwk: { 'SHA-1': 'HS1', prefix: 'HS' },
  },
  HKDF: { kind: 'kdf', uses: kKdf },
  PBKDF2: { kind: 'kdf', uses: kKdf },
};

const kCurveNames = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
const kHmacBits = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };

const dataError = (message, cause) => fail('DataError', message, cause);

function badUsage(name) {
  const what = kAlgorithms[name].uses.what ?? name;
  const article = /^[AEHRX]/.test(what) && !/^HK/.test(what) ? 'an' : 'a';
  return fail('SyntaxError', `Unsupported key usage for ${article} ${what} key`);
}

function checkUsages(name, type, usages) {
  const allowed = kAlgorithms[name].uses[type];
  if (usages.some((usage) => !allowed.includes(usage))) throw badUsage(name);
}

const unsupported = (name, format, verb) =>
  fail('NotSupportedError', `Unable to ${verb} ${name} key using ${format} format`);

// ---- JSON Web Keys ----

// The name of a key's algorithm in JSON Web Algorithms (RFC 7518); none for curves, whose name says it.
function jwkAlgorithm({ name, hash, length }) {
  const { kind, jwk } = kAlgorithms[name];
  if (jwk !== undefined) return jwk[hash.name] ?? jwk.prefix + hash.name.slice(4);
  return kind === 'aes' ? `A${length}${name.slice(4)}` : undefined;
}

function checkJwk(jwk, kty, algorithm, extractable, usages) {
  if (jwk.kty === undefined) throw dataError('Invalid keyData');
  if (jwk.kty !== kty) throw dataError('Invalid JWK "kty" Parameter');
  const { use } = kAlgorithms[algorithm.name].uses;
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use)
    throw dataError('Invalid JWK "use" Parameter');
  if (jwk.key_ops !== undefined) {
    if (new Set(jwk.key_ops).size !== jwk.key_ops.length) throw dataError('Duplicate key operation');
    if (usages.some((usage) => !jwk.key_ops.includes(usage)))
      throw dataError('Key operations and usage mismatch');
  }
  if (jwk.ext === false && extractable) throw dataError('JWK "ext" Parameter and extractable mismatch');
}

// Whatever else its name says, it names the hash: RS256, PS256, HS256 and RSA-OAEP-256 are one to Node.
function checkJwkHash(jwk, { hash }) {
  if (jwk.alg === undefined) return;
  const digits = jwk.alg === 'RSA-OAEP' ? '1' : /^(?:RS|PS|HS|RSA-OAEP-)(\d+)$/.exec(jwk.alg)?.[1];
  if (`SHA-${digits}` !== hash.name) throw dataError('JWK "alg" does not match the requested algorithm');
}

// ---- secret keys ----

function secretBits(format, data, algorithm, extractable, usages) {
  if (format === 'raw') return createSecretKey(data);
  if (format !== 'jwk') throw unsupported(algorithm.name, format, 'import');
  checkJwk(data, 'oct', algorithm, extractable, usages);
  if (data.k === undefined) throw dataError('Invalid JWK');
  return createSecretKey(Buffer.from(data.k, 'base64url'));
}

function importAes(format, data, algorithm, extractable, usages) {
  checkUsages(algorithm.name, 'secret', usages);
  const key = secretBits(format, data, algorithm, extractable, usages);
  const length = key.symmetricKeySize * 8;
  if (length !== 128 && length !== 192 && length !== 256) throw dataError('Invalid key length');
  const full = { name: algorithm.name, length };
  if (format === 'jwk' && data.alg !== undefined && data.alg !== jwkAlgorithm(full))
    throw dataError('JWK "alg" does not match the requested algorithm');
  return makeCryptoKey(key, full, usages, extractable);
}

function importHmac(format, data, algorithm, extractable, usages) {
  checkUsages('HMAC', 'secret', usages);
  const key = secretBits(format, data, algorithm, extractable, usages);
  if (format === 'jwk') checkJwkHash(data, algorithm);
  const bits = key.symmetricKeySize * 8;
  if (bits === 0 || algorithm.length === 0) throw dataError('Zero-length key is not supported');
  if (algorithm.length !== undefined && algorithm.length !== bits) throw dataError('Invalid key length');
  return makeCryptoKey(key, { name: 'HMAC', length: bits, hash: algorithm.hash }, usages, extractable);
}

function importKdf(format, data, { name }, extractable, usages) {
  checkUsages(name, 'secret', usages);
  if (extractable) throw fail('SyntaxError', `${name} keys are not extractable`);
  if (format !== 'raw') throw unsupported(name, format, 'import');
  return makeCryptoKey(createSecretKey(data), { name }, usages, false);
}

async function generateSecret(bits) {
  const { randomBytes } = require('internal/crypto/random');
  return createSecretKey(randomBytes(Math.floor(bits / 8)));
}

async function generateAes({ name, length }, extractable, usages) {
  checkUsages(name, 'secret', usages);
  return makeCryptoKey(await generateSecret(length), { name, length }, usages, extractable);
}

async function generateHmac({ hash, length }, extractable, usages) {
  checkUsages('HMAC', 'secret', usages);
  if (length === 0) throw fail('OperationError', 'Zero-length key is not supported');
  const bits = length ?? kHmacBits[hash.name];
  return makeCryptoKey(await generateSecret(bits), { name: 'HMAC', length: bits, hash }, usages, extractable);
}

// ---- pairs of keys ----

function fromDer(format, data) {
  const bytes = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
  try {
    return format === 'spki'
      ? createPublicKey({ key: bytes, format: 'der', type: 'spki' })
      : createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw dataError('Invalid keyData', cause);
  }
}

function fromJwk(jwk) {
  try {
    const isPrivate = jwk.d !== undefined;
    return (isPrivate ? createPrivateKey : createPublicKey)({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw dataError('Invalid keyData', cause);
  }
}

const typeOf = (format, data) =>
  format === 'pkcs8' || (format === 'jwk' && data.d !== undefined) ? 'private' : 'public';

function rsaAlgorithm(key, { name, hash }) {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails;
  const hex = publicExponent.toString(16);
  const exponent = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return { name, modulusLength, publicExponent: new Uint8Array(exponent), hash };
}

function importRsa(format, data, algorithm, extractable, usages) {
  const { name } = algorithm;
  if (format === 'raw') throw unsupported(name, format, 'import');
  if (format === 'jwk') checkJwk(data, 'RSA', algorithm, extractable, usages);
  checkUsages(name, typeOf(format, data), usages);
  if (format === 'jwk') checkJwkHash(data, algorithm);
  const key = format === 'jwk' ? fromJwk(data) : fromDer(format, data);
  if (key.asymmetricKeyType !== 'rsa') throw dataError('Invalid key type');
  return makeCryptoKey(key, rsaAlgorithm(key, algorithm), usages, extractable);
}

// A point as SEC 1 writes it, compressed or not, becomes a key of OpenSSL by way of SubjectPublicKeyInfo.
function fromPoint(data, curve) {
  const { ECDH } = require('crypto');
  const point = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
  try {
    const full = ECDH.convertKey(point, kCurveNames[curve], undefined, undefined, 'uncompressed');
    const size = (full.length - 1) / 2;
    const x = full.toString('base64url', 1, 1 + size);
    const y = full.toString('base64url', 1 + size);
    return createPublicKey({ key: { kty: 'EC', crv: curve, x, y }, format: 'jwk' });
  } catch (cause) {
    throw dataError('Invalid keyData', cause);
  }
}

function importEc(format, data, algorithm, extractable, usages) {
  const { name, namedCurve } = algorithm;
  if (format === 'jwk') {
    checkJwk(data, 'EC', algorithm, extractable, usages);
    if (data.crv !== namedCurve) throw dataError('JWK "crv" does not match the requested algorithm');
  }
  checkUsages(name, typeOf(format, data), usages);
  if (name === 'ECDSA' && format === 'jwk' && data.alg !== undefined) {
    const expected = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[namedCurve];
    if (data.alg !== expected) throw dataError('JWK "alg" does not match the requested algorithm');
  }
  let key;
  if (format === 'raw') key = fromPoint(data, namedCurve);
  else key = format === 'jwk' ? fromJwk(data) : fromDer(format, data);
  if (key.asymmetricKeyType !== 'ec') throw dataError('Invalid key type');
  if (key.asymmetricKeyDetails.namedCurve !== kCurveNames[namedCurve])
    throw dataError('Named curve mismatch');
  if (!isSound(handleOf(key))) throw dataError('Invalid keyData');
  // Its point may have been compressed, which OpenSSL remembers.
  if (format === 'spki') key = fromJwk(key.export({ format: 'jwk' }));
  return makeCryptoKey(key, { name, namedCurve }, usages, extractable);
}

function fromRawOkp(data, crv) {
  const bytes = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
  return fromJwk({ kty: 'OKP', crv, x: bytes.toString('base64url') });
}

function importOkp(format, data, algorithm, extractable, usages) {
  const { name } = algorithm;
  if (format === 'jwk') {
    checkJwk(data, 'OKP', algorithm, extractable, usages);
    if (data.crv !== name) throw dataError('JWK "crv" Parameter and algorithm name mismatch');
  }
  checkUsages(name, typeOf(format, data), usages);
  let key;
  if (format === 'raw') key = fromRawOkp(data, name);
  else key = format === 'jwk' ? fromJwk(data) : fromDer(format, data);
  if (key.asymmetricKeyType !== name.toLowerCase()) throw dataError('Invalid key type');
  return makeCryptoKey(key, { name }, usages, extractable);
}

function generatePair(type, options) {
  const { generateKeyPair } = require('crypto');
  return new Promise((resolve, reject) => {
    generateKeyPair(type, options, (error, publicKey, privateKey) => {
      if (error)
        reject(fail('OperationError', 'The operation failed for an operation-specific reason', error));
      else resolve({ publicKey, privateKey });
    });
  });
}

function splitUsages(name, usages) {
  const { public: forPublic, private: forPrivate } = kAlgorithms[name].uses;
  if (usages.some((usage) => !forPublic.includes(usage) && !forPrivate.includes(usage))) throw badUsage(name);
  const pick = (allowed) => allowed.filter((usage) => usages.includes(usage));
  return { public: pick(forPublic), private: pick(forPrivate) };
}

function toCryptoKeys(pair, algorithm, usages, extractable) {
  return {
    publicKey: makeCryptoKey(pair.publicKey, algorithm, usages.public, true),
    privateKey: makeCryptoKey(pair.privateKey, algorithm, usages.private, extractable),
  };
}

async function generateRsa(algorithm, extractable, given) {
  const usages = splitUsages(algorithm.name, given);
  const { modulusLength, publicExponent } = algorithm;
  const exponent = BigInt(`0x${Buffer.from(publicExponent).toString('hex') || '0'}`);
  if (exponent > 0xffffffffn) {
    const message = 'The publicExponent must be equivalent to an unsigned 32-bit value';
    throw fail('OperationError', message);
  }
  const pair = await generatePair('rsa', { modulusLength, publicExponent: Number(exponent) });
  return toCryptoKeys(pair, rsaAlgorithm(pair.publicKey, algorithm), usages, extractable);
}

async function generateEc({ name, namedCurve }, extractable, given) {
  const usages = splitUsages(name, given);
  const pair = await generatePair('ec', { namedCurve });
  return toCryptoKeys(pair, { name, namedCurve }, usages, extractable);
}

async function generateOkp({ name }, extractable, given) {
  const usages = splitUsages(name, given);
  return toCryptoKeys(await generatePair(name.toLowerCase()), { name }, usages, extractable);
}

// ---- by kind ----

const kImport = {
  rsa: importRsa,
  ec: importEc,
  okp: importOkp,
  aes: importAes,
  hmac: importHmac,
  kdf: importKdf,
};
const kGenerate = {
  rsa: generateRsa,
  ec: generateEc,
  okp: generateOkp,
  aes: generateAes,
  hmac: generateHmac,
};

function importKey(format, data, algorithm, extractable, usages) {
  const distinct = [...new Set(usages)];
  const key = kImport[kAlgorithms[algorithm.name].kind](format, data, algorithm, extractable, distinct);
  if (key.type !== 'public' && distinct.length === 0)
    throw fail('SyntaxError', `Usages cannot be empty when importing a ${key.type} key.`);
  return key;
}

async function generateKey(algorithm, extractable, usages) {
  const distinct = [...new Set(usages)];
  const result = await kGenerate[kAlgorithms[algorithm.name].kind](algorithm, extractable, distinct);
  if ((result.privateKey ?? result).usages.length === 0)
    throw fail('SyntaxError', 'Usages cannot be empty when creating a key.');
  return result;
}

function rawPublic(key) {
  const { kty, x, y } = key.export({ format: 'jwk' });
  if (kty === 'OKP') return Buffer.from(x, 'base64url');
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

function exportJwk(key, object) {
  const jwk = object.export({ format: 'jwk' });
  const result = { key_ops: [...key.usages], ext: key.extractable, ...jwk };
  const alg = jwkAlgorithm(key.algorithm);
  if (alg !== undefined) result.alg = alg;
  return result;
}

function exportKey(format, key) {
  const { type, algorithm } = key;
  const object = key[kKeyObject];
  const { kind } = kAlgorithms[algorithm.name];
  if (format === 'jwk' && kind !== 'kdf') return exportJwk(key, object);
  if (format === 'raw' && type === 'secret' && kind !== 'kdf') return toArrayBuffer(object.export());
  if (format === 'raw' && type === 'public' && kind !== 'rsa') return toArrayBuffer(rawPublic(object));
  if (format === 'spki' && type === 'public')
    return toArrayBuffer(object.export({ format: 'der', type: 'spki' }));
  if (format === 'pkcs8' && type === 'private')
    return toArrayBuffer(object.export({ format: 'der', type: 'pkcs8' }));
  throw unsupported(`${algorithm.name} ${type}`, format, 'export');
}

/** How many bits a derived key of that algorithm has; null: as many as there are. */
function keyLength({ name, length, hash }) {
  const { kind } = kAlgorithms[name];
  if (kind === 'kdf') return null;
  if (kind === 'hmac' && length === undefined) return kHmacBits[hash.name];
  if (length === 0) throw fail('OperationError', 'Zero-length key is not supported');
  return length;
}

module.exports = { exportKey, generateKey, importKey, keyLength };
