'use strict';
// Certificate: SPKAC, a public key and a challenge signed with the private key (Node doc: crypto, "Class: Certificate").

const binding = internalBinding('crypto_x509');
const { codes } = require('internal/errors');
const { toBytes } = require('internal/crypto/data');

function spkacBytes(spkac, encoding) {
  const bytes = toBytes(spkac, 'spkac', encoding);
  if (bytes.byteLength > 2 ** 31 - 1)
    throw new codes.ERR_OUT_OF_RANGE('spkac', '<= 2147483647', bytes.byteLength);
  return bytes;
}

const verifySpkac = (spkac, encoding) => binding.verifySpkac(spkacBytes(spkac, encoding));
const exportPublicKey = (spkac, encoding) => binding.spkacKey(spkacBytes(spkac, encoding)) ?? '';
const exportChallenge = (spkac, encoding) => binding.spkacChallenge(spkacBytes(spkac, encoding)) ?? '';

function Certificate() {
  if (!(this instanceof Certificate)) return new Certificate();
}
Object.assign(Certificate, { exportChallenge, exportPublicKey, verifySpkac });
Object.assign(Certificate.prototype, { exportChallenge, exportPublicKey, verifySpkac });

module.exports = { Certificate };
