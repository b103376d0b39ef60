'use strict';
// Checks and conversions of the arguments of fs (Node doc: fs). Each throws Node's errors.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const {
  parseFileMode,
  validateAbortSignal,
  validateFunction,
  validateInt32,
  validateInteger,
} = require('internal/errors/validators');
const c = require('internal/fs/constants');

const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;

function toPath(value, name = 'path') {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw badPath(name, value);
    return value;
  }
  if (value instanceof Uint8Array) {
    if (value.includes(0)) throw badPath(name, value);
    return value;
  }
  if (
    value !== null &&
    typeof value === 'object' &&
    value.href &&
    value.protocol &&
    value.auth === undefined
  ) {
    const path = require('url').fileURLToPath(value);
    if (path.includes('\u0000')) throw badPath(name, path);
    return path;
  }
  throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], value);
}

function badPath(name, value) {
  return new ERR_INVALID_ARG_VALUE(name, value, 'must be a string, Uint8Array, or URL without null bytes');
}

const toText = (path) => (typeof path === 'string' ? path : Buffer.from(path).toString());

function toFd(fd) {
  if (Object.is(fd, -0)) return 0;
  validateInt32(fd, 'fd', 0);
  return fd;
}

const flagNames = {
  r: c.O_RDONLY,
  rs: c.O_RDONLY | c.O_SYNC,
  sr: c.O_RDONLY | c.O_SYNC,
  'r+': c.O_RDWR,
  'rs+': c.O_RDWR | c.O_SYNC,
  'sr+': c.O_RDWR | c.O_SYNC,
  w: c.O_TRUNC | c.O_CREAT | c.O_WRONLY,
  wx: c.O_TRUNC | c.O_CREAT | c.O_WRONLY | c.O_EXCL,
  xw: c.O_TRUNC | c.O_CREAT | c.O_WRONLY | c.O_EXCL,
  'w+': c.O_TRUNC | c.O_CREAT | c.O_RDWR,
  'wx+': c.O_TRUNC | c.O_CREAT | c.O_RDWR | c.O_EXCL,
  'xw+': c.O_TRUNC | c.O_CREAT | c.O_RDWR | c.O_EXCL,
  a: c.O_APPEND | c.O_CREAT | c.O_WRONLY,
  ax: c.O_APPEND | c.O_CREAT | c.O_WRONLY | c.O_EXCL,
  xa: c.O_APPEND | c.O_CREAT | c.O_WRONLY | c.O_EXCL,
  as: c.O_APPEND | c.O_CREAT | c.O_WRONLY | c.O_SYNC,
  sa: c.O_APPEND | c.O_CREAT | c.O_WRONLY | c.O_SYNC,
  'a+': c.O_APPEND | c.O_CREAT | c.O_RDWR,
  'ax+': c.O_APPEND | c.O_CREAT | c.O_RDWR | c.O_EXCL,
  'xa+': c.O_APPEND | c.O_CREAT | c.O_RDWR | c.O_EXCL,
  'as+': c.O_APPEND | c.O_CREAT | c.O_RDWR | c.O_SYNC,
  'sa+': c.O_APPEND | c.O_CREAT | c.O_RDWR | c.O_SYNC,
};

function toFlags(flags, name = 'flags') {
  if (typeof flags === 'number') {
    validateInt32(flags, name);
    return flags;
  }
  if (flags == null) return c.O_RDONLY;
  const value = typeof flags === 'string' && Object.hasOwn(flagNames, flags) ? flagNames[flags] : undefined;
  if (value === undefined) throw new ERR_INVALID_ARG_VALUE(name, flags);
  return value;
}

function checkEncoding(encoding) {
  if (!encoding || encoding === 'buffer' || Buffer.isEncoding(encoding)) return;
  throw new ERR_INVALID_ARG_VALUE('encoding', encoding, 'is invalid encoding');
}

// Options given as an object or as an encoding.
function toOptions(options, defaults = {}) {
  if (options == null || typeof options === 'function') return defaults;
  if (typeof options === 'string') {
    options = { ...defaults, encoding: options };
  } else if (typeof options !== 'object') {
    throw new ERR_INVALID_ARG_TYPE('options', ['string', 'Object'], options);
  }
  checkEncoding(options.encoding);
  if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');
  return options;
}

function toAccessMode(mode) {
  if (mode === undefined || mode === null) return c.F_OK;
  validateInteger(mode, 'mode', 0, 7);
  return mode;
}

function toCopyMode(mode) {
  if (mode === undefined || mode === null) return 0;
  validateInteger(mode, 'mode', 0, 7);
  return mode;
}

// Seconds since 1970 from a number, a numeric string or a Date.
function toSeconds(time, name = 'time') {
  if (typeof time === 'string' && +time == time) return +time; // eslint-disable-line eqeqeq
  if (Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time;
  if (Object.prototype.toString.call(time) === '[object Date]')
    return Date.prototype.getTime.call(time) / 1000;
  throw new ERR_INVALID_ARG_TYPE(name, ['Date', 'Time in seconds'], time);
}

function toPosition(position) {
  if (position === undefined || position === null) return -1;
  if (typeof position === 'number') {
    validateInteger(position, 'position', -1);
  } else if (typeof position === 'bigint') {
    if (!(position >= -1n && position <= 2n ** 63n - 1n)) {
      throw new ERR_OUT_OF_RANGE('position', `>= -1 && <= ${2n ** 63n - 1n}`, position);
    }
  } else {
    throw new ERR_INVALID_ARG_TYPE('position', ['integer', 'bigint'], position);
  }
  return position;
}

function checkReadRange(offset, length, size) {
  if (offset < 0) throw new ERR_OUT_OF_RANGE('offset', '>= 0', offset);
  if (length < 0) throw new ERR_OUT_OF_RANGE('length', '>= 0', length);
  if (offset + length > size) throw new ERR_OUT_OF_RANGE('length', `<= ${size - offset}`, length);
}

function checkWriteRange(offset, length, size) {
  if (offset > size) throw new ERR_OUT_OF_RANGE('offset', `<= ${size}`, offset);
  if (length > size - offset) throw new ERR_OUT_OF_RANGE('length', `<= ${size - offset}`, length);
  if (length < 0) throw new ERR_OUT_OF_RANGE('length', '>= 0', length);
  validateInt32(length, 'length', 0);
}

function checkBuffers(buffers) {
  if (!Array.isArray(buffers) || !buffers.every(ArrayBuffer.isView)) {
    throw new ERR_INVALID_ARG_TYPE('buffers', 'ArrayBufferView[]', buffers);
  }
  return buffers;
}

// What writeFile() and write() take.
function checkData(data, name = 'data') {
  if (typeof data === 'string' || ArrayBuffer.isView(data)) return;
  throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

function toBytes(data, encoding, name) {
  checkData(data, name);
  return typeof data === 'string' ? Buffer.from(data, encoding || 'utf8') : data;
}

function toCallback(callback) {
  validateFunction(callback, 'cb');
  return callback;
}

const symlinkTypes = { dir: c.UV_FS_SYMLINK_DIR, junction: c.UV_FS_SYMLINK_JUNCTION, file: 0 };

function toSymlinkFlags(type) {
  if (type === undefined || type === null) return 0;
  if (!Object.hasOwn(symlinkTypes, type)) throw new codes.ERR_FS_INVALID_SYMLINK_TYPE(type);
  return symlinkTypes[type];
}

module.exports = {
  checkBuffers,
  checkData,
  checkEncoding,
  checkReadRange,
  checkWriteRange,
  parseFileMode,
  toAccessMode,
  toBytes,
  toCallback,
  toCopyMode,
  toFd,
  toFlags,
  toOptions,
  toPath,
  toPosition,
  toSeconds,
  toSymlinkFlags,
  toText,
};
