'use strict';
// Randomness (Node doc: crypto.randomBytes, randomFill, randomInt, randomUUID, getRandomValues).

const binding = internalBinding('crypto_random');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const {
  validateBoolean,
  validateFunction,
  validateNumber,
  validateObject,
} = require('internal/errors/validators');
const { isBytes } = require('internal/crypto/data');

const kMaxBytes = 2 ** 31 - 1;
const kMaxInt = 2 ** 48 - 1;

function checkSize(size, unit, offset, total) {
  validateNumber(size, 'size');
  size *= unit;
  if (Number.isNaN(size) || size > kMaxBytes || size < 0) {
    throw new codes.ERR_OUT_OF_RANGE('size', `>= 0 && <= ${kMaxBytes}`, size);
  }
  if (size + offset > total) throw new codes.ERR_OUT_OF_RANGE('size + offset', `<= ${total}`, size + offset);
  return size >>> 0;
}

function checkOffset(offset, unit, total) {
  validateNumber(offset, 'offset');
  offset *= unit;
  const max = Math.min(total, kMaxBytes);
  if (Number.isNaN(offset) || offset > max || offset < 0) {
    throw new codes.ERR_OUT_OF_RANGE('offset', `>= 0 && <= ${max}`, offset);
  }
  return offset >>> 0;
}

function randomBytes(size, callback) {
  size = checkSize(size, 1, 0, Infinity);
  if (callback !== undefined) {
    validateFunction(callback, 'callback');
    binding.bytes(size, callback);
    return undefined;
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  binding.fill(bytes, 0, size);
  return bytes;
}

function fillRange(buffer, offset, size) {
  if (!isBytes(buffer)) {
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['ArrayBuffer', 'ArrayBufferView'], buffer);
  }
  const unit = buffer.BYTES_PER_ELEMENT || 1;
  offset = checkOffset(offset, unit, buffer.byteLength);
  size = size === undefined ? buffer.byteLength - offset : checkSize(size, unit, offset, buffer.byteLength);
  return [offset, size];
}

function randomFillSync(buffer, offset = 0, size) {
  [offset, size] = fillRange(buffer, offset, size);
  if (size > 0) binding.fill(buffer, offset, size);
  return buffer;
}

function randomFill(buffer, offset, size, callback) {
  if (!isBytes(buffer)) {
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['ArrayBuffer', 'ArrayBufferView'], buffer);
  }
  if (typeof offset === 'function') {
    callback = offset;
    offset = 0;
    size = undefined;
  } else if (typeof size === 'function') {
    callback = size;
    size = undefined;
  } else {
    validateFunction(callback, 'callback');
  }
  [offset, size] = fillRange(buffer, offset, size);
  if (size === 0) {
    callback(null, buffer);
    return;
  }
  binding.bytes(size, (error, bytes) => {
    if (error) {
      callback(error);
      return;
    }
    const target = ArrayBuffer.isView(buffer)
      ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
      : new Uint8Array(buffer);
    target.set(bytes, offset);
    callback(null, buffer);
  });
}

// Six bytes at a time out of a stock, so that most numbers cost no call.
const stock = { bytes: null, at: 0 };

function next48Bits() {
  if (stock.bytes === null || stock.at === stock.bytes.length) {
    stock.bytes ??= Buffer.alloc(6 * 1024);
    binding.fill(stock.bytes, 0, stock.bytes.length);
    stock.at = 0;
  }
  const value = stock.bytes.readUIntBE(stock.at, 6);
  stock.bytes.fill(0, stock.at, stock.at + 6);
  stock.at += 6;
  return value;
}

function randomInt(min, max, callback) {
  if (max === undefined || typeof max === 'function') {
    callback = max;
    max = min;
    min = 0;
  }
  if (callback !== undefined) validateFunction(callback, 'callback');
  if (!Number.isSafeInteger(min)) throw new codes.ERR_INVALID_ARG_TYPE('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw new codes.ERR_INVALID_ARG_TYPE('max', 'a safe integer', max);
  if (max <= min) {
    throw new codes.ERR_OUT_OF_RANGE('max', `greater than the value of "min" (${min})`, max);
  }
  const range = max - min;
  if (!(range <= kMaxInt))
    throw new codes.ERR_OUT_OF_RANGE(max === range ? 'max' : 'max - min', `<= ${kMaxInt}`, range);
  // The part of 48 bits that divides evenly; the rest would make small numbers likelier.
  const fair = 2 ** 48 - (2 ** 48 % range);
  let value;
  do value = next48Bits();
  while (value >= fair);
  const result = (value % range) + min;
  if (callback === undefined) return result;
  process.nextTick(callback, null, result);
  return undefined;
}

const hexOf = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const uuids = { bytes: null, at: 0 };

function randomUUID(options) {
  if (options !== undefined) validateObject(options, 'options');
  const { disableEntropyCache = false } = options || {};
  validateBoolean(disableEntropyCache, 'options.disableEntropyCache');
  if (disableEntropyCache || uuids.bytes === null || uuids.at === uuids.bytes.length) {
    uuids.bytes ??= Buffer.alloc(16 * 128);
    binding.fill(uuids.bytes, 0, uuids.bytes.length);
    uuids.at = 0;
  }
  const b = uuids.bytes.subarray(uuids.at, uuids.at + 16);
  uuids.at += 16;
  b[6] = (b[6] & 0x0f) | 0x40; // version 4
  b[8] = (b[8] & 0x3f) | 0x80; // RFC 4122 variant
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += hexOf[b[i]];
  }
  b.fill(0);
  return text;
}

const kIntegerArrays = new Set([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
]);

function getRandomValues(array) {
  const tag = ArrayBuffer.isView(array) ? array[Symbol.toStringTag] : undefined;
  if (!kIntegerArrays.has(tag)) {
    throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
  }
  if (array.byteLength > 65536) {
    throw new DOMException(
      `The requested length exceeds 65,536 bytes (${array.byteLength} requested)`,
      'QuotaExceededError',
    );
  }
  return randomFillSync(array, 0);
}

function timingSafeEqual(a, b) {
  for (const [name, value] of [
    ['buf1', a],
    ['buf2', b],
  ]) {
    if (!isBytes(value)) {
      throw new codes.ERR_INVALID_ARG_TYPE(name, ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'], value);
    }
  }
  if (a.byteLength !== b.byteLength) throw new codes.ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH();
  return binding.timingSafeEqual(a, b);
}

module.exports = {
  getRandomValues,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  timingSafeEqual,
};
