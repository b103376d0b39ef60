'use strict';
// X509Certificate (Node doc: crypto, "Class: X509Certificate").

const binding = internalBinding('crypto_x509');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateBoolean, validateObject, validateString } = require('internal/errors/validators');
const { PublicKeyObject, handleOf, isKeyObject } = require('internal/crypto/keys');
const { OnObject, kClone, kDeserialize, makeCarrier } = require('internal/messaging/transferable');
const { inspect } = require('util');

// The binding's numbers of a certificate's texts (runtime/crypto/x509.cc).
const kTexts = {
  subject: 0,
  issuer: 1,
  subjectAltName: 2,
  infoAccess: 3,
  validFrom: 4,
  validTo: 5,
  fingerprint: 6,
  fingerprint256: 7,
  fingerprint512: 8,
  serialNumber: 9,
};
const kShown = [
  'subject',
  'subjectAltName',
  'issuer',
  'infoAccess',
  'validFrom',
  'validTo',
  'fingerprint',
  'fingerprint256',
  'fingerprint512',
  'keyUsage',
  'serialNumber',
];

// OpenSSL's X509_CHECK_FLAG_…
const kSubject = {
  always: 0x1,
  default: 0,
  never: 0x20,
};
const kFlags = [
  ['wildcards', true, 0x2],
  ['partialWildcards', true, 0x4],
  ['multiLabelWildcards', false, 0x8],
  ['singleLabelSubdomains', false, 0x10],
];

function flagsOf(options = {}) {
  validateObject(options, 'options');
  const { subject = 'default' } = options;
  validateString(subject, 'options.subject');
  if (!Object.hasOwn(kSubject, subject)) throw new codes.ERR_INVALID_ARG_VALUE('options.subject', subject);
  let flags = kSubject[subject];
  for (const [name, usual, flag] of kFlags) {
    const { [name]: value = usual } = options;
    validateBoolean(value, `options.${name}`);
    if (value !== usual) flags |= flag;
  }
  return flags;
}

/** 'OCSP - URI:a\nOCSP - URI:b' as { 'OCSP - URI': ['a', 'b'] } */
function parseInfoAccess(text) {
  const lists = Object.create(null);
  for (const [, key, value] of text.matchAll(/([^\n:]*):([^\n]*)(?:\n|$)/g)) {
    (lists[key] ??= []).push(value.startsWith('"') ? JSON.parse(value) : value);
  }
  return lists;
}

/** Finishes what the binding describes a certificate with, in place. */
function finishLegacy(description) {
  if (description.infoAccess !== undefined) description.infoAccess = parseInfoAccess(description.infoAccess);
  return description;
}

class X509Certificate extends OnObject {
  #handle;
  #known = new Map(); // what was asked for before

  constructor(buffer) {
    if (typeof buffer !== 'string' && !ArrayBuffer.isView(buffer))
      throw new codes.ERR_INVALID_ARG_TYPE('buffer', ['string', 'Buffer', 'TypedArray', 'DataView'], buffer);
    const handle = binding.parse(typeof buffer === 'string' ? Buffer.from(buffer) : buffer);
    super(makeCarrier(new.target.prototype));
    this.#handle = handle;
  }

  static is(value) {
    return value !== null && typeof value === 'object' && #handle in value;
  }

  static ask(certificate, name, how) {
    const known = certificate.#known;
    if (!known.has(name)) known.set(name, how(certificate.#handle));
    return known.get(name);
  }

  static setIssuer(certificate, issuer) {
    certificate.#known.set('issuerCertificate', issuer);
    return certificate;
  }

  [kClone]() {
    return { data: this.raw, deserializeInfo: 'internal/crypto/x509:X509Certificate' };
  }

  static [kDeserialize](raw) {
    return new X509Certificate(raw);
  }

  [inspect.custom](depth, options) {
    if (depth < 0) return this;
    const shown = Object.fromEntries(kShown.map((name) => [name, this[name]]));
    const inner = { ...options, depth: options.depth === null ? null : options.depth - 1 };
    return `X509Certificate ${inspect(shown, inner)}`;
  }

  get keyUsage() {
    return ask(this, 'keyUsage', binding.keyUsage);
  }

  get raw() {
    return ask(this, 'raw', (handle) => binding.write(handle, false));
  }

  get publicKey() {
    return ask(this, 'publicKey', (handle) => new PublicKeyObject(binding.publicKey(handle)));
  }

  get ca() {
    return ask(this, 'ca', binding.isCa);
  }

  // Known only of those that came over a connection.
  get issuerCertificate() {
    return ask(this, 'issuerCertificate', () => undefined);
  }

  toString() {
    return ask(this, 'pem', (handle) => binding.write(handle, true));
  }

  // There is no other form for JSON.
  toJSON() {
    return this.toString();
  }

  checkHost(name, options) {
    validateString(name, 'name');
    return binding.check(this.#handle, 'host', name, flagsOf(options));
  }

  checkEmail(email, options) {
    validateString(email, 'email');
    return binding.check(this.#handle, 'email', email, flagsOf(options));
  }

  checkIP(ip, options) {
    validateString(ip, 'ip');
    return binding.check(this.#handle, 'ip', ip, flagsOf(options));
  }

  checkIssued(other) {
    if (!isCertificate(other)) throw new codes.ERR_INVALID_ARG_TYPE('otherCert', 'X509Certificate', other);
    return binding.isIssuedBy(this.#handle, other.#handle);
  }

  checkPrivateKey(key) {
    if (!isKeyObject(key)) throw new codes.ERR_INVALID_ARG_TYPE('pkey', 'KeyObject', key);
    if (key.type !== 'private') throw new codes.ERR_INVALID_ARG_VALUE('pkey', key);
    return binding.fitsPrivateKey(this.#handle, handleOf(key));
  }

  verify(key) {
    if (!isKeyObject(key)) throw new codes.ERR_INVALID_ARG_TYPE('pkey', 'KeyObject', key);
    if (key.type !== 'public') throw new codes.ERR_INVALID_ARG_VALUE('pkey', key);
    return binding.isSignedBy(this.#handle, handleOf(key));
  }

  toLegacyObject() {
    return finishLegacy(binding.legacy(this.#handle));
  }
}
const { ask, is: isCertificate, setIssuer } = X509Certificate;
delete X509Certificate.ask;
delete X509Certificate.setIssuer;
delete X509Certificate.is;
for (const [name, number] of Object.entries(kTexts)) {
  Object.defineProperty(X509Certificate.prototype, name, {
    configurable: true,
    get() {
      return ask(this, name, (handle) => binding.text(handle, number));
    },
  });
}

module.exports = {
  X509Certificate,
  finishLegacy,
  setIssuer,
};
