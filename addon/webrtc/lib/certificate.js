// RTCCertificate (https://www.w3.org/TR/webrtc/#dom-rtccertificate): ECDSA on P-256, which is what connections sign with.
'use strict';

const { generateCertificate } = require('./native');

const kMake = Symbol('make');
const DAY = 24 * 3600 * 1000; // ms
const kDefaultValidity = 30 * DAY;
const kMostValidity = 365 * DAY;

class RTCCertificate {
  #value;
  #fingerprint;
  #expires;

  constructor(token, { value, fingerprint } = {}, expires = 0) {
    if (token !== kMake) throw new TypeError('Illegal constructor');
    this.#value = value;
    this.#fingerprint = fingerprint;
    this.#expires = expires;
  }
  get expires() {
    return this.#expires;
  }
  getFingerprints() {
    return [{ algorithm: 'sha-256', value: this.#fingerprint.toLowerCase() }];
  }
  /** For this module's other files: what the native side knows it by. */
  static nativeOf(certificate) {
    return certificate.#value;
  }
}

/** `expires` of the algorithm: from now on, in ms. */
function readValidity(expires) {
  if (expires === undefined) return kDefaultValidity;
  const read = Math.trunc(Number(expires));
  if (!(read >= 0 && read <= Number.MAX_SAFE_INTEGER)) throw new TypeError('expires must be a time in ms');
  return Math.min(read, kMostValidity);
}

async function makeCertificate(algorithm) {
  const { name, namedCurve, expires } =
    typeof algorithm === 'string' ? { name: algorithm } : (algorithm ?? {});
  if (name === undefined) throw new TypeError('an algorithm must be named');
  const validity = readValidity(expires);
  if (String(name).toUpperCase() !== 'ECDSA' || namedCurve !== 'P-256')
    throw new DOMException('certificates are made with ECDSA on P-256 only', 'NotSupportedError');
  const expiresAt = Date.now() + validity;
  return new RTCCertificate(kMake, generateCertificate(Math.ceil(validity / 1000)), expiresAt);
}

module.exports = { RTCCertificate, makeCertificate };
