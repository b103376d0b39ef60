'use strict';
// Web Crypto (Node doc: webcrypto; Web Cryptography API): the interfaces Crypto and SubtleCrypto. Each method converts its
// arguments in order, then asks what keys are (runtime/crypto/web_keys.js) or do (runtime/crypto/web_operations.js).

const idl = require('internal/crypto/web_idl');
const { codes } = require('internal/errors');
const { getRandomValues, randomUUID } = require('internal/crypto/random');
const { Buffer } = require('buffer');

const kMake = Symbol('make');
const keys = () => require('internal/crypto/web_keys');
const operations = () => require('internal/crypto/web_operations');

const kOrdinals = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th'];

// Converts a method's arguments: converters in the order of the parameters.
function convert(method, args, required, converters) {
  const prefix = `Failed to execute '${method}' on 'SubtleCrypto': `;
  idl.requireArguments(args.length, required, prefix);
  return converters.map((converter, i) => converter(args[i], `${prefix}${kOrdinals[i]} argument `));
}

const boolean = (value) => !!value;

function checkUse(algorithm, key, usage, message) {
  if (key.algorithm.name !== algorithm.name || !key.usages.includes(usage))
    throw idl.fail('InvalidAccessError', message);
}

function checkBaseKey(algorithm, key, usage) {
  if (!key.usages.includes(usage))
    throw idl.fail('InvalidAccessError', `baseKey does not have ${usage} usage`);
  if (key.algorithm.name !== algorithm.name) throw idl.fail('InvalidAccessError', 'Key algorithm mismatch');
}

const kNotForKey = 'The requested operation is not valid for the provided key';

async function applyCipher(method, args) {
  const [given, key, data] = convert(method, args, 3, [
    idl.algorithmIdentifier,
    idl.cryptoKey,
    idl.bufferSource,
  ]);
  const algorithm = idl.normalize(given, method);
  checkUse(algorithm, key, method, kNotForKey);
  return operations().cipher(method === 'encrypt', algorithm, key, data);
}

// An algorithm that wraps keys only, or one that encrypts anything.
function wrappingAlgorithm(given, wrap) {
  try {
    return idl.normalize(given, wrap ? 'wrapKey' : 'unwrapKey');
  } catch {
    return idl.normalize(given, wrap ? 'encrypt' : 'decrypt');
  }
}

function exportKey(format, key) {
  if (!key.extractable) throw idl.fail('InvalidAccessError', 'key is not extractable');
  return keys().exportKey(format, key);
}

function importKey(format, data, algorithm, extractable, usages) {
  if (format === 'jwk' && (ArrayBuffer.isView(data) || data instanceof ArrayBuffer))
    throw idl.fail('DataError', 'Invalid keyData');
  return keys().importKey(format, data, algorithm, extractable, usages);
}

// AES-KW wraps whole blocks of 8 bytes only; JSON may have spaces.
function jwkBytes(jwk, algorithm) {
  let text = JSON.stringify(jwk);
  const over = Buffer.byteLength(text) % 8;
  if (algorithm.name === 'AES-KW' && over !== 0) text = `${text.slice(0, -1)}${' '.repeat(8 - over)}}`;
  return Buffer.from(text);
}

function parseJwk(bytes) {
  try {
    return idl.jsonWebKey(JSON.parse(Buffer.from(bytes).toString()), '');
  } catch (cause) {
    throw idl.fail('DataError', 'Invalid wrapped JWK key', cause);
  }
}

class SubtleCrypto {
  #real = true;

  constructor(token) {
    if (token !== kMake) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }

  static check(value) {
    if (Object(value) !== value || !(#real in value)) throw idl.invalidThis('SubtleCrypto');
  }

  async encrypt(algorithm, key, data) {
    checkSubtle(this);
    return applyCipher('encrypt', arguments);
  }

  async decrypt(algorithm, key, data) {
    checkSubtle(this);
    return applyCipher('decrypt', arguments);
  }

  async sign(algorithm, key, data) {
    checkSubtle(this);
    const converters = [idl.algorithmIdentifier, idl.cryptoKey, idl.bufferSource];
    const [given, signer, bytes] = convert('sign', arguments, 3, converters);
    const normal = idl.normalize(given, 'sign');
    checkUse(normal, signer, 'sign', 'Unable to use this key to sign');
    return operations().sign(normal, signer, bytes);
  }

  async verify(algorithm, key, signature, data) {
    checkSubtle(this);
    const converters = [idl.algorithmIdentifier, idl.cryptoKey, idl.bufferSource, idl.bufferSource];
    const [given, verifier, expected, bytes] = convert('verify', arguments, 4, converters);
    const normal = idl.normalize(given, 'verify');
    checkUse(normal, verifier, 'verify', 'Unable to use this key to verify');
    return operations().verify(normal, verifier, expected, bytes);
  }

  async digest(algorithm, data) {
    checkSubtle(this);
    const [given, bytes] = convert('digest', arguments, 2, [idl.algorithmIdentifier, idl.bufferSource]);
    return operations().digest(idl.normalize(given, 'digest'), bytes);
  }

  async generateKey(algorithm, extractable, keyUsages) {
    checkSubtle(this);
    const converters = [idl.algorithmIdentifier, boolean, idl.keyUsages];
    const [given, canExport, usages] = convert('generateKey', arguments, 3, converters);
    return keys().generateKey(idl.normalize(given, 'generateKey'), canExport, usages);
  }

  async deriveBits(algorithm, baseKey, length = null) {
    checkSubtle(this);
    const toLength = (value, where) =>
      value === undefined || value === null ? null : idl.unsignedLong(value, where);
    const converters = [idl.algorithmIdentifier, idl.cryptoKey, toLength];
    const [given, key, bits] = convert('deriveBits', arguments, 2, converters);
    const normal = idl.normalize(given, 'deriveBits');
    checkBaseKey(normal, key, 'deriveBits');
    return operations().deriveBits(normal, key, bits);
  }

  async deriveKey(algorithm, baseKey, derivedKeyAlgorithm, extractable, keyUsages) {
    checkSubtle(this);
    const converters = [
      idl.algorithmIdentifier,
      idl.cryptoKey,
      idl.algorithmIdentifier,
      boolean,
      idl.keyUsages,
    ];
    const [given, key, derived, canExport, usages] = convert('deriveKey', arguments, 5, converters);
    const normal = idl.normalize(given, 'deriveBits');
    const target = idl.normalize(derived, 'importKey');
    const length = keys().keyLength(idl.normalize(derived, 'get key length'));
    checkBaseKey(normal, key, 'deriveKey');
    const bits = await operations().deriveBits(normal, key, length);
    return importKey('raw', bits, target, canExport, usages);
  }

  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    checkSubtle(this);
    const toData = (value, where) => {
      if (format !== 'jwk') return idl.bufferSource(value, where);
      return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value : idl.jsonWebKey(value, where);
    };
    const converters = [idl.keyFormat, toData, idl.algorithmIdentifier, boolean, idl.keyUsages];
    const [kind, data, given, canExport, usages] = convert('importKey', arguments, 4, converters);
    return importKey(kind, data, idl.normalize(given, 'importKey'), canExport, usages);
  }

  async exportKey(format, key) {
    checkSubtle(this);
    return exportKey(...convert('exportKey', arguments, 2, [idl.keyFormat, idl.cryptoKey]));
  }

  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    checkSubtle(this);
    const converters = [idl.keyFormat, idl.cryptoKey, idl.cryptoKey, idl.algorithmIdentifier];
    const [kind, inner, outer, given] = convert('wrapKey', arguments, 4, converters);
    const algorithm = wrappingAlgorithm(given, true);
    const exported = exportKey(kind, inner);
    checkUse(algorithm, outer, 'wrapKey', kNotForKey);
    const bytes = kind === 'jwk' ? jwkBytes(exported, algorithm) : exported;
    return operations().cipher(true, algorithm, outer, bytes);
  }

  async unwrapKey(
    format,
    wrappedKey,
    unwrappingKey,
    unwrapAlgorithm,
    unwrappedKeyAlgorithm,
    extractable,
    keyUsages,
  ) {
    checkSubtle(this);
    const converters = [
      idl.keyFormat,
      idl.bufferSource,
      idl.cryptoKey,
      idl.algorithmIdentifier,
      idl.algorithmIdentifier,
      boolean,
      idl.keyUsages,
    ];
    const list = convert('unwrapKey', arguments, 7, converters);
    const [kind, wrapped, outer, given, innerGiven, canExport, usages] = list;
    const algorithm = wrappingAlgorithm(given, false);
    const inner = idl.normalize(innerGiven, 'importKey');
    checkUse(algorithm, outer, 'unwrapKey', kNotForKey);
    const bytes = await operations().cipher(false, algorithm, outer, wrapped);
    return importKey(kind, kind === 'jwk' ? parseJwk(bytes) : bytes, inner, canExport, usages);
  }
}
const checkSubtle = SubtleCrypto.check;
delete SubtleCrypto.check;

class Crypto {
  #subtle;

  constructor(token) {
    if (token !== kMake) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }

  static check(value) {
    if (Object(value) !== value || !(#subtle in value)) throw idl.invalidThis('Crypto');
  }

  get subtle() {
    checkCrypto(this);
    return (this.#subtle ??= new SubtleCrypto(kMake));
  }

  getRandomValues(array) {
    checkCrypto(this);
    idl.requireArguments(arguments.length, 1, "Failed to execute 'getRandomValues' on 'Crypto': ");
    return getRandomValues(array);
  }

  randomUUID(options) {
    checkCrypto(this);
    return randomUUID(options);
  }
}
const checkCrypto = Crypto.check;
delete Crypto.check;

for (const Class of [Crypto, SubtleCrypto]) {
  for (const name of Object.getOwnPropertyNames(Class.prototype)) {
    if (name !== 'constructor') Object.defineProperty(Class.prototype, name, { enumerable: true });
  }
  const tag = { configurable: true, value: Class.name };
  Object.defineProperty(Class.prototype, Symbol.toStringTag, tag);
}

module.exports = { Crypto, SubtleCrypto, webcrypto: new Crypto(kMake) };
