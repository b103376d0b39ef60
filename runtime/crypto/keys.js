'use strict';
// KeyObject (Node doc: crypto, "Class: KeyObject"), and keys as arguments: whatever a program gives as a key becomes a
// handle of the binding.

const binding = internalBinding('crypto_keys');
const { codes } = require('internal/errors');
const { validateObject, validateOneOf } = require('internal/errors/validators');
const { isBytes } = require('internal/crypto/data');
const { formats, isStringOrBytes, parseKeyEncoding } = require('internal/crypto/key_encoding');
const { OnObject, kClone, kDeserialize, makeCarrier } = require('internal/messaging/transferable');
const { Buffer } = require('buffer');

const kBytes = ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];
const kKeyObject = Symbol('kKeyObject'); // of a CryptoKey (runtime/crypto/crypto_key.js)

// What keys are given for: to be made into a KeyObject, or to be used.
const kUsePublic = 0;
const kUsePrivate = 1;
const kCreatePublic = 2;
const kCreatePrivate = 3;
const isForPublic = (purpose) => purpose === kUsePublic || purpose === kCreatePublic;

class KeyObject extends OnObject {
  #type;
  #handle;

  constructor(type, handle) {
    if (type !== 'secret' && type !== 'public' && type !== 'private')
      throw new codes.ERR_INVALID_ARG_VALUE('type', type);
    if (typeof handle !== 'object') throw new codes.ERR_INVALID_ARG_TYPE('handle', 'object', handle);
    super(makeCarrier(new.target.prototype));
    this.#type = type;
    this.#handle = handle;
  }

  static from(key) {
    if (!isCryptoKey(key)) throw new codes.ERR_INVALID_ARG_TYPE('key', 'CryptoKey', key);
    return key[kKeyObject];
  }

  static handleOf(key) {
    return key.#handle;
  }

  static is(key) {
    return key !== null && typeof key === 'object' && #handle in key;
  }

  get type() {
    return this.#type;
  }

  equals(other) {
    if (!isKeyObject(other)) throw new codes.ERR_INVALID_ARG_TYPE('otherKeyObject', 'KeyObject', other);
    return other.type === this.#type && binding.equals(this.#handle, other.#handle);
  }

  [kClone]() {
    const bytes =
      this.#type === 'secret'
        ? binding.exportSecret(this.#handle)
        : this.export({ format: 'der', type: this.#type === 'public' ? 'spki' : 'pkcs8' });
    return { data: { type: this.#type, bytes }, deserializeInfo: 'internal/crypto/keys:KeyObject' };
  }

  static [kDeserialize]({ type, bytes }) {
    if (type === 'secret') return new SecretKeyObject(binding.createSecret(bytes));
    const structure = type === 'public' ? 'spki' : 'pkcs8';
    const key = { key: Buffer.from(bytes), format: 'der', type: structure };
    return type === 'public' ? createPublicKey(key) : createPrivateKey(key);
  }
}
const { handleOf, is: isKeyObject } = KeyObject;
delete KeyObject.handleOf;
delete KeyObject.is;
Object.defineProperty(KeyObject.prototype, Symbol.toStringTag, { configurable: true, value: 'KeyObject' });

class SecretKeyObject extends KeyObject {
  constructor(handle) {
    super('secret', handle);
  }

  get symmetricKeySize() {
    return binding.secretSize(handleOf(this));
  }

  export(options) {
    if (options !== undefined) {
      validateObject(options, 'options');
      validateOneOf(options.format, 'options.format', [undefined, 'buffer', 'jwk']);
    }
    const bytes = binding.exportSecret(handleOf(this));
    return options?.format === 'jwk' ? { kty: 'oct', k: bytes.toString('base64url') } : bytes;
  }
}

class AsymmetricKeyObject extends KeyObject {
  #type;
  #details;

  get asymmetricKeyType() {
    return (this.#type ??= binding.asymmetricType(handleOf(this)));
  }

  get asymmetricKeyDetails() {
    return { ...(this.#details ??= binding.details(handleOf(this))) };
  }
}

class PublicKeyObject extends AsymmetricKeyObject {
  constructor(handle) {
    super('public', handle);
  }

  export(options) {
    if (options?.format === 'jwk') return binding.jwk(handleOf(this));
    return writeKey(handleOf(this), false, parseKeyEncoding(options, String(this.asymmetricKeyType), true));
  }
}

class PrivateKeyObject extends AsymmetricKeyObject {
  constructor(handle) {
    super('private', handle);
  }

  export(options) {
    if (options?.format === 'jwk') {
      if (options.passphrase !== undefined)
        throw new codes.ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS('jwk', 'does not support encryption');
      return binding.jwk(handleOf(this));
    }
    return writeKey(handleOf(this), true, parseKeyEncoding(options, String(this.asymmetricKeyType), false));
  }
}

/** A key in the encoding that parseKeyEncoding() understood: text, Buffer or JWK. */
function writeKey(handle, isPrivate, { format, structure, cipher, passphrase }) {
  if (format === formats.jwk) return binding.jwk(handle);
  return binding.exportKey(handle, isPrivate, format, structure, cipher, passphrase);
}

const isCryptoKey = (value) => value !== null && typeof value === 'object' && isKeyObject(value[kKeyObject]);

function keyTypes(withObjects) {
  return withObjects ? [...kBytes, 'string', 'KeyObject', 'CryptoKey'] : [...kBytes, 'string'];
}

// ---- secret keys ----

function createSecretKey(key, encoding) {
  if (!isStringOrBytes(key)) throw new codes.ERR_INVALID_ARG_TYPE('key', keyTypes(false), key);
  return new SecretKeyObject(
    binding.createSecret(typeof key === 'string' ? Buffer.from(key, encoding) : key),
  );
}

/** The bytes of a secret key in any form. */
function secretBytes(key, encoding, name = 'key') {
  const object = isCryptoKey(key) ? key[kKeyObject] : key;
  if (isKeyObject(object)) {
    if (object.type !== 'secret') throw new codes.ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(object.type, 'secret');
    return object.export();
  }
  if (typeof key === 'string') return Buffer.from(key, encoding);
  if (isBytes(key)) return key;
  throw new codes.ERR_INVALID_ARG_TYPE(name, keyTypes(true), key);
}

// ---- keys as arguments ----

function handleFor(key, purpose) {
  const { type } = key;
  if (purpose === kCreatePrivate) throw new codes.ERR_INVALID_ARG_TYPE('key', [...kBytes, 'string'], key);
  if (type !== 'private') {
    if (purpose === kUsePrivate || purpose === kCreatePublic)
      throw new codes.ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(type, 'private');
    if (type !== 'public') throw new codes.ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(type, 'private or public');
  }
  return handleOf(key);
}

function parse(bytes, purpose, { format, structure, passphrase }) {
  const create = isForPublic(purpose) ? binding.createPublic : binding.createPrivate;
  return create(bytes, format, structure, undefined, passphrase);
}

function toKeyBytes(data, encoding) {
  return typeof data === 'string' ? Buffer.from(data, encoding) : data;
}

/**
 * Checks an asymmetric key in any form that Node takes. Returns a function that makes the handle, which may take long
 * and fail: callers check their other arguments before.
 */
function prepareKey(key, purpose) {
  const ofObject = (object) => {
    const handle = handleFor(object, purpose);
    return () => handle;
  };
  if (isKeyObject(key)) return ofObject(key);
  if (isCryptoKey(key)) return ofObject(key[kKeyObject]);
  if (isStringOrBytes(key)) return () => parse(toKeyBytes(key), purpose, { format: formats.pem });
  if (typeof key !== 'object' || key === null)
    throw new codes.ERR_INVALID_ARG_TYPE('key', keyTypes(purpose !== kCreatePrivate), key);

  const { key: data, encoding, format } = key;
  if (isKeyObject(data)) return ofObject(data);
  if (isCryptoKey(data)) return ofObject(data[kKeyObject]);
  if (format === 'jwk') {
    validateObject(data, 'key.key');
    const handle = require('internal/crypto/jwk').handleOfJwk(data, isForPublic(purpose));
    return () => handle;
  }
  if (!isStringOrBytes(data))
    throw new codes.ERR_INVALID_ARG_TYPE('key.key', keyTypes(purpose !== kCreatePrivate), data);
  const written = parseKeyEncoding(key, undefined, isForPublic(purpose) ? undefined : false);
  return () => parse(toKeyBytes(data, encoding), purpose, written);
}

function createPublicKey(key) {
  return new PublicKeyObject(binding.toPublic(prepareKey(key, kCreatePublic)()));
}

const createPrivateKey = (key) => new PrivateKeyObject(prepareKey(key, kCreatePrivate)());

module.exports = {
  KeyObject,
  PrivateKeyObject,
  PublicKeyObject,
  SecretKeyObject,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  handleOf,
  isCryptoKey,
  isKeyObject,
  kKeyObject,
  preparePrivate: (key) => prepareKey(key, kUsePrivate),
  preparePublic: (key) => prepareKey(key, kUsePublic),
  secretBytes,
  writeKey,
};
