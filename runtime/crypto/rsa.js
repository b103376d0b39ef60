'use strict';
// Encryption with RSA keys (Node doc: crypto.publicEncrypt(), privateDecrypt(), privateEncrypt(), publicDecrypt()).

const binding = internalBinding('crypto_sign');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');
const { toBytes } = require('internal/crypto/data');
const { preparePrivate, preparePublic } = require('internal/crypto/keys');

const RSA_PKCS1_PADDING = 1;
const RSA_PKCS1_OAEP_PADDING = 4;
const kPrivateDecrypt = 1;

let mayDecryptPkcs1;

// As Node since 20.11.1: without OpenSSL's implicit rejection only on the program's own demand.
function checkPkcs1Decryption() {
  mayDecryptPkcs1 ??=
    binding.hasImplicitRejection() ||
    require('internal/main/options')
      .get('--security-revert')
      .some((list) => list.split(',').includes('CVE-2023-46809'));
  if (mayDecryptPkcs1) return;
  throw new codes.ERR_INVALID_ARG_VALUE(
    'padding',
    RSA_PKCS1_PADDING,
    'RSA_PKCS1_PADDING is no longer supported for private decryption, this can be reverted with ' +
      '--security-revert=CVE-2023-46809',
  );
}

function operation(number, prepare, defaultPadding) {
  return (options, buffer) => {
    const makeHandle = prepare(options);
    const { padding = defaultPadding, oaepHash, encoding } = options;
    let { oaepLabel } = options;
    if (oaepHash !== undefined) {
      validateString(oaepHash, 'key.oaepHash');
      binding.checkDigest(oaepHash);
    }
    if (oaepLabel !== undefined) oaepLabel = toBytes(oaepLabel, 'key.oaepLabel', encoding);
    const data = toBytes(buffer, 'buffer', encoding);
    if (number === kPrivateDecrypt && padding === RSA_PKCS1_PADDING) checkPkcs1Decryption();
    return binding.rsa(number, makeHandle(), data, padding >>> 0, oaepHash, oaepLabel, undefined);
  };
}

module.exports = {
  publicEncrypt: operation(0, preparePublic, RSA_PKCS1_OAEP_PADDING),
  privateDecrypt: operation(kPrivateDecrypt, preparePrivate, RSA_PKCS1_OAEP_PADDING),
  privateEncrypt: operation(2, preparePrivate, RSA_PKCS1_PADDING),
  publicDecrypt: operation(3, preparePublic, RSA_PKCS1_PADDING),
};
