'use strict';
// Symmetric ciphers (Node doc: crypto.createCipheriv, createDecipheriv, getCipherInfo).

const binding = internalBinding('crypto_ciphers');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateEncoding, validateObject, validateString } = require('internal/errors/validators');
const { isBytes, notImplemented } = require('internal/crypto/data');
const { secretBytes } = require('internal/crypto/keys');
const { StringDecoder } = require('string_decoder');
const { Transform } = require('stream');

const kNative = Symbol('native');
const kDecoder = Symbol('decoder');
const kState = Symbol('state');

const kUnsupported = new Set(['ccm', 'ocb', 'wrap', 'xts']); // each has an own calling order

function checkIv(iv, ivLength, isAead) {
  if (iv === null) {
    if (ivLength !== 0) throw new codes.ERR_CRYPTO_INVALID_IV();
    return Buffer.alloc(0);
  }
  if (typeof iv === 'string') iv = Buffer.from(iv, 'utf8');
  else if (!isBytes(iv)) {
    throw new codes.ERR_INVALID_ARG_TYPE(
      'iv',
      ['string', 'ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'],
      iv,
    );
  }
  if (isAead ? iv.byteLength === 0 : iv.byteLength !== ivLength) throw new codes.ERR_CRYPTO_INVALID_IV();
  return iv;
}

function init(self, name, key, iv, options, encrypt) {
  validateString(name, 'cipher');
  const encoding = options?.encoding;
  const bytes = secretBytes(key, encoding);
  const info = binding.info(name);
  if (info === undefined) throw new codes.ERR_CRYPTO_UNKNOWN_CIPHER();
  const [, keyLength, ivLength, , mode, isAead] = info;
  if (kUnsupported.has(mode)) throw notImplemented(`createCipheriv() in mode ${mode}`);
  if (bytes.byteLength !== keyLength) throw new codes.ERR_CRYPTO_INVALID_KEYLEN();
  const checkedIv = checkIv(iv, ivLength, isAead);
  const tagLength = options?.authTagLength;
  if (
    isAead &&
    tagLength !== undefined &&
    !(tagLength === 4 || tagLength === 8 || (tagLength >= 12 && tagLength <= 16))
  ) {
    throw new codes.ERR_CRYPTO_INVALID_AUTH_TAG(`Invalid authentication tag length: ${tagLength}`);
  }
  self[kNative] = new binding.Cipher(name, bytes, checkedIv, encrypt, tagLength);
  self[kDecoder] = null;
  self[kState] = { finished: false, isAead, encrypt, tagLength, hasTag: false };
  Transform.call(self, options);
}

function decode(self, bytes, encoding, isLast) {
  if (!encoding || encoding === 'buffer') return bytes;
  self[kDecoder] ??= new StringDecoder(encoding);
  if (self[kDecoder].encoding !== new StringDecoder(encoding).encoding) {
    throw new codes.ERR_INVALID_ARG_VALUE('outputEncoding', encoding, 'cannot be changed');
  }
  return isLast ? self[kDecoder].end(bytes) : self[kDecoder].write(bytes);
}

const methods = {
  _transform(chunk, encoding, callback) {
    this.push(this[kNative].update(chunk));
    callback();
  },
  _flush(callback) {
    try {
      this.push(this[kNative].final());
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  },
  update(data, inputEncoding, outputEncoding) {
    if (this[kState].finished) throw new codes.ERR_CRYPTO_INVALID_STATE('update');
    if (typeof data === 'string') {
      validateEncoding(data, inputEncoding);
      data = Buffer.from(data, inputEncoding);
    } else if (!ArrayBuffer.isView(data)) {
      throw new codes.ERR_INVALID_ARG_TYPE('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
    }
    return decode(this, this[kNative].update(data), outputEncoding, false);
  },
  final(outputEncoding) {
    const state = this[kState];
    if (state.finished) throw new codes.ERR_CRYPTO_INVALID_STATE('final');
    if (state.isAead && !state.encrypt && !state.hasTag) {
      throw new Error('Unsupported state or unable to authenticate data');
    }
    state.finished = true;
    return decode(this, this[kNative].final(), outputEncoding, true);
  },
  setAutoPadding(on) {
    if (!this[kNative].setAutoPadding(on !== undefined ? !!on : true)) {
      throw new codes.ERR_CRYPTO_INVALID_STATE('setAutoPadding');
    }
    return this;
  },
  setAAD(data, options) {
    const bytes = typeof data === 'string' ? Buffer.from(data, options?.encoding) : data;
    if (!isBytes(bytes)) {
      const types = ['string', 'ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];
      throw new codes.ERR_INVALID_ARG_TYPE('aadbuf', types, data);
    }
    if (!this[kNative].setAAD(bytes)) throw new codes.ERR_CRYPTO_INVALID_STATE('setAAD');
    return this;
  },
};

function Cipheriv(name, key, iv, options) {
  if (!(this instanceof Cipheriv)) return new Cipheriv(name, key, iv, options);
  init(this, name, key, iv, options, true);
}
Object.setPrototypeOf(Cipheriv.prototype, Transform.prototype);
Object.setPrototypeOf(Cipheriv, Transform);
Object.assign(Cipheriv.prototype, methods, {
  getAuthTag() {
    if (!this[kState].isAead || !this[kState].finished)
      throw new codes.ERR_CRYPTO_INVALID_STATE('getAuthTag');
    return this[kNative].getAuthTag();
  },
});

function Decipheriv(name, key, iv, options) {
  if (!(this instanceof Decipheriv)) return new Decipheriv(name, key, iv, options);
  init(this, name, key, iv, options, false);
}
Object.setPrototypeOf(Decipheriv.prototype, Transform.prototype);
Object.setPrototypeOf(Decipheriv, Transform);
Object.assign(Decipheriv.prototype, methods, {
  setAuthTag(tag, encoding) {
    const bytes = typeof tag === 'string' ? Buffer.from(tag, encoding) : tag;
    if (!isBytes(bytes)) {
      const types = ['string', 'ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];
      throw new codes.ERR_INVALID_ARG_TYPE('buffer', types, tag);
    }
    const state = this[kState];
    const expected = state.tagLength;
    const size = bytes.byteLength;
    // A short tag is a weak one: GCM allows 4, 8 and 12 to 16 bytes.
    const allowed = size === 4 || size === 8 || (size >= 12 && size <= 16);
    if (!allowed || (expected !== undefined && expected !== size)) {
      throw new codes.ERR_CRYPTO_INVALID_AUTH_TAG(`Invalid authentication tag length: ${size}`);
    }
    if (state.hasTag || state.finished || !this[kNative].setAuthTag(bytes)) {
      throw new codes.ERR_CRYPTO_INVALID_STATE('setAuthTag');
    }
    state.hasTag = true;
    return this;
  },
});

function getCipherInfo(name, options) {
  if (typeof name !== 'string') {
    if (typeof name === 'number') throw notImplemented('getCipherInfo() by number');
    throw new codes.ERR_INVALID_ARG_TYPE('nameOrNid', ['string', 'number'], name);
  }
  if (options !== undefined) validateObject(options, 'options');
  const info = binding.info(name);
  if (info === undefined) return undefined;
  const [nid, keyLength, ivLength, blockSize, mode, isAead] = info;
  if (options?.keyLength !== undefined && options.keyLength !== keyLength) return undefined;
  if (options?.ivLength !== undefined && !isAead && options.ivLength !== ivLength) return undefined;
  const result = { mode, name: name.toLowerCase(), nid };
  if (mode !== 'stream' && blockSize > 1) result.blockSize = blockSize;
  if (ivLength !== 0) result.ivLength = options?.ivLength ?? ivLength;
  result.keyLength = keyLength;
  return result;
}

const getCiphers = () => [...new Set(binding.list().map((name) => name.toLowerCase()))].sort();

module.exports = { Cipheriv, Decipheriv, getCipherInfo, getCiphers };
