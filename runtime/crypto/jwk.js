'use strict';
// Asymmetric keys from JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037).

const binding = internalBinding('crypto_keys');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateOneOf, validateString } = require('internal/errors/validators');

// The sizes of keys and of the curves' fields, in bytes.
const kOkpSizes = { Ed25519: 32, Ed448: 57, X25519: 32, X448: 56 };
const kCurves = {
  'P-256': ['prime256v1', 32],
  secp256k1: ['secp256k1', 32],
  'P-384': ['secp384r1', 48],
  'P-521': ['secp521r1', 66],
};
const kRsaPublic = ['n', 'e'];
const kRsaPrivate = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];

function bytesOf(jwk, name) {
  validateString(jwk[name], `key.${name}`);
  return Buffer.from(jwk[name], 'base64');
}

function padded(bytes, size) {
  if (bytes.length > size) throw new codes.ERR_CRYPTO_INVALID_JWK();
  return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}

function fromOkp(jwk, isPublic) {
  validateOneOf(jwk.crv, 'key.crv', Object.keys(kOkpSizes));
  const x = bytesOf(jwk, 'x');
  const bytes = isPublic ? x : bytesOf(jwk, 'd');
  if (bytes.length !== kOkpSizes[jwk.crv]) throw new codes.ERR_CRYPTO_INVALID_JWK();
  return binding.fromRaw(jwk.crv, bytes, !isPublic);
}

function fromEc(jwk, isPublic) {
  validateOneOf(jwk.crv, 'key.crv', Object.keys(kCurves));
  const [curve, size] = kCurves[jwk.crv];
  const x = bytesOf(jwk, 'x');
  const y = bytesOf(jwk, 'y');
  const point = Buffer.concat([Buffer.from([4]), padded(x, size), padded(y, size)]);
  return binding.fromEc(curve, point, isPublic ? undefined : bytesOf(jwk, 'd'));
}

function fromRsa(jwk, isPublic) {
  return binding.fromRsa(...(isPublic ? kRsaPublic : kRsaPrivate).map((name) => bytesOf(jwk, name)));
}

const kKinds = { RSA: fromRsa, EC: fromEc, OKP: fromOkp };

function handleOfJwk(jwk, isPublic) {
  validateOneOf(jwk.kty, 'key.kty', Object.keys(kKinds));
  const handle = kKinds[jwk.kty](jwk, isPublic);
  if (handle === undefined) throw new codes.ERR_CRYPTO_INVALID_JWK();
  return handle;
}

module.exports = { handleOfJwk };
