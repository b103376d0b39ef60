'use strict';
// node:zlib (Node doc: zlib): the classes of each format, and their one-shot functions.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateUint32 } = require('internal/errors/validators');
const { codes: zlibCodes, constants } = require('internal/zlib/constants');
const { ZlibBase, inRange, oneShot, oneShotSync } = require('internal/zlib/engine');

const zlib = module.exports;

// ---- deflate, gzip, raw ----

const zlibKind = {
  flush: constants.Z_NO_FLUSH,
  finishFlush: constants.Z_FINISH,
  fullFlush: constants.Z_FULL_FLUSH,
  maxFlush: constants.Z_BLOCK,
};

function windowBitsOf(options, mode) {
  const { INFLATE, GUNZIP, UNZIP, GZIP } = constants;
  // Zero: take it from the header.
  if ((options.windowBits == null || options.windowBits === 0) && [INFLATE, GUNZIP, UNZIP].includes(mode)) {
    return options.windowBits === 0 ? 0 : constants.Z_DEFAULT_WINDOWBITS;
  }
  const lowest = mode === GZIP ? 9 : constants.Z_MIN_WINDOWBITS;
  return inRange(options.windowBits, 'options.windowBits', lowest, constants.Z_MAX_WINDOWBITS, 15);
}

function dictionaryOf(options) {
  const { dictionary } = options;
  if (dictionary === undefined || ArrayBuffer.isView(dictionary)) return dictionary;
  if (dictionary instanceof ArrayBuffer) return Buffer.from(dictionary);
  throw new codes.ERR_INVALID_ARG_TYPE(
    'options.dictionary',
    ['Buffer', 'TypedArray', 'DataView', 'ArrayBuffer'],
    dictionary,
  );
}

function Zlib(options, mode) {
  const o = options ?? {};
  const windowBits = windowBitsOf(o, mode);
  const level = inRange(o.level, 'options.level', -1, 9, constants.Z_DEFAULT_COMPRESSION);
  const memLevel = inRange(o.memLevel, 'options.memLevel', 1, 9, constants.Z_DEFAULT_MEMLEVEL);
  const strategy = inRange(
    o.strategy,
    'options.strategy',
    0,
    constants.Z_FIXED,
    constants.Z_DEFAULT_STRATEGY,
  );
  const dictionary = dictionaryOf(o);
  ZlibBase.call(this, options, { ...zlibKind, mode }, (native) =>
    native.init(windowBits, level, memLevel, strategy, dictionary),
  );
  this._level = level;
  this._strategy = strategy;
  this._info = !!o.info;
}
Object.setPrototypeOf(Zlib.prototype, ZlibBase.prototype);
Object.setPrototypeOf(Zlib, ZlibBase);

Zlib.prototype.params = function (level, strategy, callback) {
  inRange(level, 'level', -1, 9);
  inRange(strategy, 'strategy', 0, constants.Z_FIXED);
  if (this._level === level && this._strategy === strategy) {
    process.nextTick(callback);
    return;
  }
  // What was written before must come out with the old parameters.
  this.flush(constants.Z_SYNC_FLUSH, () => {
    if (!this._handle) return;
    this._handle.params(level, strategy);
    if (this.destroyed) return;
    this._level = level;
    this._strategy = strategy;
    if (callback) callback();
  });
};

function defineClass(name, Base, mode, adjust) {
  const Class = function (options) {
    if (!(this instanceof Class)) return new Class(options);
    Base.call(this, adjust ? adjust(options) : options, mode);
  };
  Object.defineProperty(Class, 'name', { value: name });
  Object.setPrototypeOf(Class.prototype, Base.prototype);
  Object.setPrototypeOf(Class, Base);
  zlib[name] = Class;
  Object.defineProperty(zlib, `create${name}`, {
    configurable: true,
    enumerable: true,
    writable: true,
    value: (options) => new Class(options),
  });
}

// zlib changed raw deflate of 8 window bits to 9, which inflate of 8 cannot read: ask for 9 at once.
const rawOptions = (options) =>
  options && options.windowBits === 8 ? { ...options, windowBits: 9 } : options;

defineClass('Deflate', Zlib, constants.DEFLATE);
defineClass('Inflate', Zlib, constants.INFLATE);
defineClass('Gzip', Zlib, constants.GZIP);
defineClass('Gunzip', Zlib, constants.GUNZIP);
defineClass('DeflateRaw', Zlib, constants.DEFLATERAW, rawOptions);
defineClass('InflateRaw', Zlib, constants.INFLATERAW);
defineClass('Unzip', Zlib, constants.UNZIP);

// ---- brotli ----

const brotliKind = {
  flush: constants.BROTLI_OPERATION_PROCESS,
  finishFlush: constants.BROTLI_OPERATION_FINISH,
  fullFlush: constants.BROTLI_OPERATION_FLUSH,
  maxFlush: constants.BROTLI_OPERATION_EMIT_METADATA,
};
const kBrotliParameters = 9;

function Brotli(options, mode) {
  const parameters = new Uint32Array(kBrotliParameters).fill(0xffffffff);
  for (const [key, value] of Object.entries(options?.params ?? {})) {
    const number = Number(key);
    if (
      !Number.isInteger(number) ||
      number < 0 ||
      number >= kBrotliParameters ||
      parameters[number] !== 0xffffffff
    ) {
      throw new codes.ERR_BROTLI_INVALID_PARAM(key);
    }
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw new codes.ERR_INVALID_ARG_TYPE('options.params[key]', 'number', value);
    }
    parameters[number] = value;
  }
  ZlibBase.call(this, options, { ...brotliKind, mode }, (native) => native.initBrotli(parameters));
  this._info = !!options?.info;
}
Object.setPrototypeOf(Brotli.prototype, ZlibBase.prototype);
Object.setPrototypeOf(Brotli, ZlibBase);

defineClass('BrotliCompress', Brotli, constants.BROTLI_ENCODE);
defineClass('BrotliDecompress', Brotli, constants.BROTLI_DECODE);

// ---- one-shot functions ----

for (const [name, className] of [
  ['deflate', 'Deflate'],
  ['inflate', 'Inflate'],
  ['gzip', 'Gzip'],
  ['gunzip', 'Gunzip'],
  ['deflateRaw', 'DeflateRaw'],
  ['inflateRaw', 'InflateRaw'],
  ['unzip', 'Unzip'],
  ['brotliCompress', 'BrotliCompress'],
  ['brotliDecompress', 'BrotliDecompress'],
]) {
  zlib[name] = function (buffer, options, callback) {
    if (typeof options === 'function') {
      callback = options;
      options = {};
    }
    oneShot(new zlib[className](options), buffer, callback);
  };
  zlib[`${name}Sync`] = (buffer, options) => oneShotSync(new zlib[className](options), buffer);
  Object.defineProperty(zlib[name], 'name', { value: name });
}

zlib.crc32 = function crc32(data, value = 0) {
  if (typeof data !== 'string' && !ArrayBuffer.isView(data)) {
    throw new codes.ERR_INVALID_ARG_TYPE('data', ['Buffer', 'TypedArray', 'DataView', 'string'], data);
  }
  validateUint32(value, 'value');
  return internalBinding('zlib').crc32(typeof data === 'string' ? Buffer.from(data) : data, value);
};

Object.defineProperty(zlib, 'constants', { configurable: false, enumerable: true, value: constants });
Object.defineProperty(zlib, 'codes', {
  configurable: false,
  enumerable: true,
  writable: false,
  value: zlibCodes,
});
// The constants of the first Node versions, directly on the module.
for (const name of Object.keys(constants)) {
  if (name.startsWith('BROTLI')) continue;
  Object.defineProperty(zlib, name, { configurable: false, enumerable: false, value: constants[name] });
}
