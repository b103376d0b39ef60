'use strict';
// What Web Crypto does with keys: encrypt, sign, derive, digest (Web Cryptography API, "Algorithm overview"). Arguments come
// converted (runtime/crypto/web_idl.js); results are ArrayBuffers.

const { Buffer } = require('buffer');
const { kKeyObject } = require('internal/crypto/keys');
const { fail } = require('internal/crypto/web_idl');
const { toArrayBuffer } = require('internal/crypto/data');

const kFailed = 'The operation failed for an operation-specific reason';
const kDigests = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

const toBuffer = (data) =>
  ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);

// Much data is worked on in slices, with a turn of the event loop between two, so that the program goes on meanwhile. What it
// does to its memory then must not matter: of much data a copy is taken.
const kSlice = 1 << 20; // bytes

function ownBytes(data) {
  const bytes = toBuffer(data);
  return bytes.length > kSlice ? Buffer.from(bytes) : bytes;
}

async function inSlices(data, step) {
  step(data.subarray(0, kSlice));
  for (let at = kSlice; at < data.length; at += kSlice) {
    await new Promise(setImmediate);
    step(data.subarray(at, at + kSlice));
  }
}

// Whatever OpenSSL does not like about data is one and the same error, so that nobody learns from the difference.
async function guarded(operation) {
  try {
    return await operation();
  } catch (cause) {
    throw fail('OperationError', kFailed, cause);
  }
}

/** A function with a callback as a promise that rejects with OperationError. */
function promised(start) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(fail('OperationError', kFailed, error)) : resolve(value));
    try {
      start(done);
    } catch (error) {
      done(error);
    }
  });
}

// ---- digests ----

async function digest({ name }, data) {
  const hash = require('crypto').createHash(kDigests[name]);
  await inSlices(ownBytes(data), (slice) => hash.update(slice));
  return toArrayBuffer(hash.digest());
}

// ---- ciphers ----

async function throughCipher(encrypt, name, key, iv, data, tagLength, additionalData) {
  const { createCipheriv, createDecipheriv } = require('crypto');
  const options = tagLength === undefined ? undefined : { authTagLength: tagLength };
  const cipher = (encrypt ? createCipheriv : createDecipheriv)(name, key, iv, options);
  if (additionalData !== undefined) cipher.setAAD(additionalData);
  const parts = [];
  if (!encrypt && tagLength !== undefined) {
    cipher.setAuthTag(data.subarray(data.length - tagLength));
    data = data.subarray(0, data.length - tagLength);
  }
  if (name.endsWith('-wrap')) parts.push(cipher.update(data));
  else await inSlices(data, (slice) => parts.push(cipher.update(slice)));
  parts.push(cipher.final());
  if (encrypt && tagLength !== undefined) parts.push(cipher.getAuthTag());
  return Buffer.concat(parts);
}

function aesGcm(encrypt, { iv, tagLength = 128, additionalData }, key, data) {
  const size = tagLength / 8;
  if (!encrypt && data.length < size) throw fail('OperationError', 'The provided data is too small.');
  const name = `aes-${key.algorithm.length}-gcm`;
  return guarded(() => throughCipher(encrypt, name, key[kKeyObject], iv, data, size, additionalData));
}

const aesCbc = (encrypt, { iv }, key, data) =>
  guarded(() => throughCipher(encrypt, `aes-${key.algorithm.length}-cbc`, key[kKeyObject], iv, data));

const toNumber = (bytes) => BigInt(`0x${bytes.toString('hex')}`);

// Only the last `length` bits of the block count, and start again at 0; OpenSSL would carry into the others.
function aesCtr(encrypt, { counter, length }, key, data) {
  const block = toBuffer(counter);
  const count = 1n << BigInt(length);
  const start = toNumber(block) & (count - 1n);
  const blocks = BigInt(Math.ceil(data.length / 16));
  if (blocks > count) throw fail('OperationError', 'The counter would be used twice');
  const name = `aes-${key.algorithm.length}-ctr`;
  const run = (iv, bytes) => throughCipher(encrypt, name, key[kKeyObject], iv, bytes);
  if (start + blocks <= count) return guarded(() => run(block, data));
  const split = Number(count - start) * 16;
  const zero = (toNumber(block) - start).toString(16).padStart(32, '0');
  return guarded(async () =>
    Buffer.concat([
      await run(block, data.subarray(0, split)),
      await run(Buffer.from(zero, 'hex'), data.subarray(split)),
    ]),
  );
}

const kWrapIv = Buffer.alloc(8, 0xa6); // RFC 3394 section 2.2.3.1

const aesKw = (encrypt, algorithm, key, data) =>
  guarded(() => throughCipher(encrypt, `aes${key.algorithm.length}-wrap`, key[kKeyObject], kWrapIv, data));

function rsaOaep(encrypt, { label }, key, data) {
  const { constants, privateDecrypt, publicEncrypt } = require('crypto');
  if (key.type !== (encrypt ? 'public' : 'private')) {
    throw fail('InvalidAccessError', 'The requested operation is not valid for the provided key');
  }
  const options = {
    key: key[kKeyObject],
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: kDigests[key.algorithm.hash.name],
    oaepLabel: label === undefined ? undefined : toBuffer(label),
  };
  return guarded(() => (encrypt ? publicEncrypt : privateDecrypt)(options, data));
}

const kCiphers = {
  'AES-GCM': aesGcm,
  'AES-CBC': aesCbc,
  'AES-CTR': aesCtr,
  'AES-KW': aesKw,
  'RSA-OAEP': rsaOaep,
};

async function cipher(encrypt, algorithm, key, data) {
  return toArrayBuffer(await kCiphers[algorithm.name](encrypt, algorithm, key, ownBytes(data)));
}

// ---- signatures ----

function signatureOptions(algorithm, key) {
  const { constants } = require('crypto');
  const object = { key: key[kKeyObject] };
  const hash = algorithm.hash ?? key.algorithm.hash;
  const name = hash === undefined ? null : kDigests[hash.name];
  if (algorithm.name === 'ECDSA') object.dsaEncoding = 'ieee-p1363';
  if (algorithm.name === 'RSASSA-PKCS1-v1_5') object.padding = constants.RSA_PKCS1_PADDING;
  if (algorithm.name === 'RSA-PSS') {
    object.padding = constants.RSA_PKCS1_PSS_PADDING;
    object.saltLength = algorithm.saltLength;
  }
  return [name, object];
}

async function hmac(key, data) {
  const own = require('crypto').createHmac(kDigests[key.algorithm.hash.name], key[kKeyObject]);
  await inSlices(data, (slice) => own.update(slice));
  return own.digest();
}

function checkType(key, type, verb) {
  if (key.type !== type) throw fail('InvalidAccessError', `Unable to use this key to ${verb}`);
}

async function sign(algorithm, key, data) {
  if (algorithm.name === 'HMAC') return toArrayBuffer(await guarded(() => hmac(key, ownBytes(data))));
  checkType(key, 'private', 'sign');
  const [hash, options] = signatureOptions(algorithm, key);
  const crypto = require('crypto');
  return toArrayBuffer(await promised((done) => crypto.sign(hash, toBuffer(data), options, done)));
}

async function verify(algorithm, key, signature, data) {
  const crypto = require('crypto');
  const given = toBuffer(signature);
  if (algorithm.name === 'HMAC') {
    const own = await guarded(() => hmac(key, ownBytes(data)));
    return own.length === given.length && crypto.timingSafeEqual(own, given);
  }
  checkType(key, 'public', 'verify');
  const [hash, options] = signatureOptions(algorithm, key);
  return promised((done) => crypto.verify(hash, toBuffer(data), options, given, done));
}

// ---- derivation ----

function bytesOfBits(length) {
  if (length === null) throw fail('OperationError', 'length cannot be null');
  if (length === 0) throw fail('OperationError', 'length cannot be zero');
  if (length % 8 !== 0) throw fail('OperationError', 'length must be a multiple of 8');
  return length / 8;
}

function hkdf({ hash, salt, info }, key, length) {
  const crypto = require('crypto');
  const size = bytesOfBits(length);
  return promised((done) => crypto.hkdf(kDigests[hash.name], key[kKeyObject], salt, info, size, done));
}

async function pbkdf2({ hash, salt, iterations }, key, length) {
  const crypto = require('crypto');
  const size = bytesOfBits(length);
  const password = key[kKeyObject].export();
  return toArrayBuffer(
    await promised((done) => crypto.pbkdf2(password, salt, iterations, size, kDigests[hash.name], done)),
  );
}

const kAgreements = new Set(['ECDH', 'X25519', 'X448']);

async function agree({ public: publicKey }, key, length) {
  const refuse = (message) => fail('InvalidAccessError', message);
  if (publicKey.type !== 'public') throw refuse('algorithm.public must be a public key');
  if (key.type !== 'private') throw refuse('baseKey must be a private key');
  if (!kAgreements.has(publicKey.algorithm.name)) throw refuse('Keys must be ECDH, X25519, or X448 keys');
  if (publicKey.algorithm.name !== key.algorithm.name)
    throw refuse('The public and private keys must be of the same type');
  if (publicKey.algorithm.namedCurve !== key.algorithm.namedCurve) throw refuse('Named curve mismatch');
  const { diffieHellman } = require('crypto');
  const objects = { publicKey: publicKey[kKeyObject], privateKey: key[kKeyObject] };
  const secret = toArrayBuffer(await guarded(() => diffieHellman(objects)));
  if (length === null) return secret;
  const size = Math.ceil(length / 8);
  if (secret.byteLength < size) throw fail('OperationError', 'derived bit length is too small');
  return secret.slice(0, size);
}

const kDerivations = { HKDF: hkdf, PBKDF2: pbkdf2, ECDH: agree, X25519: agree, X448: agree };

const deriveBits = async (algorithm, key, length) => kDerivations[algorithm.name](algorithm, key, length);

module.exports = { cipher, deriveBits, digest, sign, verify };
