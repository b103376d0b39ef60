'use strict';
// Symmetric ciphers (Node doc: crypto.createCipheriv, createDecipheriv, getCipherInfo, and the deprecated createCipher,
// createDecipher).

const binding = internalBinding('crypto_ciphers');
const { Buffer } = require('buffer');
const { AssertionError } = require('assert');
const { codes } = require('internal/errors');
const {
  validateEncoding,
  validateInt32,
  validateObject,
  validateString,
} = require('internal/errors/validators');
const { toBytes, withoutDuplicates } = require('internal/crypto/data');
const { lazyStream, setOptions } = require('internal/crypto/lazy_stream');
const { secretBytes } = require('internal/crypto/keys');
const { StringDecoder } = require('string_decoder');

const kNative = Symbol('native');
const kDecoder = Symbol('decoder');

function uintOption(options, name) {
  const value = options?.[name];
  if (value === undefined || value === null) return undefined;
  if (value >>> 0 !== value) throw new codes.ERR_INVALID_ARG_VALUE(`options.${name}`, value);
  return value;
}

function encodingOption(options) {
  const encoding = options?.encoding;
  if (encoding !== undefined && encoding !== null) validateString(encoding, 'options.encoding');
  return encoding;
}

function init(self, name, key, iv, options, encrypt) {
  self[kNative] = new binding.Cipher(name, key, iv, encrypt, uintOption(options, 'authTagLength'));
  self[kDecoder] = null;
  setOptions(self, options);
}

function initWithIv(self, name, key, iv, options, encrypt) {
  validateString(name, 'cipher');
  const bytes = secretBytes(key, encodingOption(options));
  init(self, name, bytes, iv === null ? null : toBytes(iv, 'iv'), options, encrypt);
}

const kCounterModes = new Set(['ctr', 'gcm', 'ccm']);

function initWithPassword(self, name, password, options, encrypt) {
  validateString(name, 'cipher');
  const pair = binding.keyOf(name, toBytes(password, 'password'));
  if (pair === undefined) throw new codes.ERR_CRYPTO_UNKNOWN_CIPHER();
  uintOption(options, 'authTagLength');
  if (encrypt && kCounterModes.has(binding.info(name).mode)) {
    process.emitWarning(`Use Cipheriv for counter mode of ${name}`);
  }
  init(self, name, pair[0], pair[1].length === 0 ? null : pair[1], options, encrypt);
}

function decode(self, bytes, encoding, isLast) {
  if (!encoding || encoding === 'buffer') return bytes;
  if (!Buffer.isEncoding(encoding)) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  const decoder = new StringDecoder(encoding);
  self[kDecoder] ??= decoder;
  if (self[kDecoder].encoding !== decoder.encoding) {
    throw new AssertionError({
      message: 'Cannot change encoding',
      operator: '==',
      actual: false,
      expected: true,
    });
  }
  return isLast ? self[kDecoder].end(bytes) : self[kDecoder].write(bytes);
}

function invalidState() {
  const error = new codes.ERR_CRYPTO_INVALID_STATE('');
  error.message = 'Invalid state';
  return error;
}

const methods = {
  _transform(chunk, encoding, callback) {
    this.push(this[kNative].update(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk));
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
    if (typeof data === 'string') {
      validateEncoding(data, inputEncoding);
      data = Buffer.from(data, inputEncoding === 'buffer' ? 'utf8' : inputEncoding);
    } else if (!ArrayBuffer.isView(data)) {
      throw new codes.ERR_INVALID_ARG_TYPE('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
    }
    return decode(this, this[kNative].update(data), outputEncoding, false);
  },
  final(outputEncoding) {
    const bytes = this[kNative].final();
    if (bytes === undefined) throw invalidState();
    return decode(this, bytes, outputEncoding, true);
  },
  setAutoPadding(on = true) {
    if (!this[kNative].setAutoPadding(!!on)) throw new codes.ERR_CRYPTO_INVALID_STATE('setAutoPadding');
    return this;
  },
  setAAD(data, options) {
    const plaintextLength = uintOption(options, 'plaintextLength');
    const bytes = toBytes(data, 'aadbuf', encodingOption(options));
    if (!this[kNative].setAAD(bytes, plaintextLength)) throw new codes.ERR_CRYPTO_INVALID_STATE('setAAD');
    return this;
  },
};

const encrypting = {
  getAuthTag() {
    const tag = this[kNative].getAuthTag();
    if (tag === undefined) throw new codes.ERR_CRYPTO_INVALID_STATE('getAuthTag');
    return tag;
  },
};

const decrypting = {
  setAuthTag(tag, encoding) {
    const bytes = toBytes(tag, 'buffer', encoding);
    if (!this[kNative].setAuthTag(bytes)) throw new codes.ERR_CRYPTO_INVALID_STATE('setAuthTag');
    return this;
  },
};

function makeClass(Class, ...parts) {
  lazyStream(Class);
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) {
      Object.defineProperty(Class.prototype, name, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  }
}

function Cipheriv(cipher, key, iv, options) {
  if (!(this instanceof Cipheriv)) return new Cipheriv(cipher, key, iv, options);
  initWithIv(this, cipher, key, iv, options, true);
}
makeClass(Cipheriv, methods, encrypting);

function Decipheriv(cipher, key, iv, options) {
  if (!(this instanceof Decipheriv)) return new Decipheriv(cipher, key, iv, options);
  initWithIv(this, cipher, key, iv, options, false);
}
makeClass(Decipheriv, methods, decrypting);

function Cipher(cipher, password, options) {
  if (!(this instanceof Cipher)) return new Cipher(cipher, password, options);
  initWithPassword(this, cipher, password, options, true);
}
makeClass(Cipher, methods, encrypting);

function Decipher(cipher, password, options) {
  if (!(this instanceof Decipher)) return new Decipher(cipher, password, options);
  initWithPassword(this, cipher, password, options, false);
}
makeClass(Decipher, methods, decrypting);

function getCipherInfo(nameOrNid, options) {
  if (typeof nameOrNid !== 'string' && typeof nameOrNid !== 'number') {
    throw new codes.ERR_INVALID_ARG_TYPE('nameOrNid', ['string', 'number'], nameOrNid);
  }
  if (typeof nameOrNid === 'number') validateInt32(nameOrNid, 'nameOrNid');
  if (options !== undefined) validateObject(options, 'options');
  const { keyLength, ivLength } = options ?? {};
  if (keyLength !== undefined) validateInt32(keyLength, 'options.keyLength');
  if (ivLength !== undefined) validateInt32(ivLength, 'options.ivLength');
  const info = binding.info(nameOrNid, keyLength, ivLength);
  if (info !== undefined) info.name = info.name.toLowerCase();
  return info;
}

let ciphers;

function getCiphers() {
  ciphers ??= withoutDuplicates(binding.list());
  return ciphers.slice();
}

module.exports = { Cipher, Cipheriv, Decipher, Decipheriv, getCipherInfo, getCiphers };
