'use strict';
// Buffer's methods that change its bytes: fill(), write() and copy().

const { copy: copyRange, fill: fillRange, fillNumber, utf8Write } = internalBinding('buffer');
const { codes } = require('internal/errors');
const { validateInteger, validateNumber, validateString } = require('internal/errors/validators');
const { encodingNumbers, getEncodingOps, normalizeEncoding } = require('internal/buffer/encodings');
const { isAnyArrayBuffer, isUint8Array, lengthOf } = require('internal/buffer/views');

const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;

function fillBuffer(buffer, value, offset, end, encoding) {
  // The usual range, without a look at `length`, which a program may have replaced.
  if (typeof value === 'number' && (offset | 0) === offset && (end | 0) === end) {
    if (offset >= 0 && offset < end && end <= lengthOf(buffer)) {
      fillNumber(buffer, value & 255, offset, end);
      return buffer;
    }
  }
  if (typeof value === 'string') {
    if (offset === undefined || typeof offset === 'string') {
      encoding = offset;
      offset = 0;
      end = buffer.length;
    } else if (typeof end === 'string') {
      encoding = end;
      end = buffer.length;
    }
    encoding = checkedEncoding(encoding);
    // Filling with nothing is filling with zeros.
    if (value.length === 0) value = 0;
    else if (value.length === 1 && isOneByte(value, encoding)) value = value.charCodeAt(0) & 255;
  }
  if (offset === undefined) {
    offset = 0;
    end = buffer.length;
  } else {
    validateNumber(offset, 'offset', 0);
    if (end === undefined) end = buffer.length;
    else validateNumber(end, 'end', 0, buffer.length);
    if (offset >= end) return buffer;
  }
  fillChecked(buffer, value, Math.trunc(offset), Math.trunc(end), encoding);
  return buffer;
}

function checkedEncoding(name) {
  const encoding = normalizeEncoding(name);
  if (encoding !== undefined) return encoding;
  validateString(name, 'encoding');
  throw new codes.ERR_UNKNOWN_ENCODING(name);
}

const isOneByte = (character, encoding) =>
  encoding === 'latin1' || (encoding === 'utf8' && character.charCodeAt(0) < 128);

function fillChecked(buffer, value, offset, end, encoding) {
  if (typeof value !== 'string' && !ArrayBuffer.isView(value) && !isAnyArrayBuffer(value)) {
    if (end > lengthOf(buffer)) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
    fillNumber(buffer, +value & 255, offset, end);
    return;
  }
  const result = fillRange(buffer, value, offset, end, encodingNumbers[encoding]);
  if (result === -1) throw new ERR_INVALID_ARG_VALUE('value', value);
  if (result === -2) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS();
}

function write(string, offset, length, encoding) {
  if (typeof string !== 'string') throw new ERR_INVALID_ARG_TYPE('argument', 'string', string);
  if (offset === undefined) return utf8Write.call(this, string, 0, lengthOf(this));
  if (length === undefined && typeof offset === 'string') {
    encoding = offset;
    length = this.length;
    offset = 0;
  } else {
    const size = lengthOf(this);
    validateInteger(offset, 'offset', 0, size);
    const remaining = size - offset;
    if (length === undefined) {
      length = remaining;
    } else if (typeof length === 'string') {
      encoding = length;
      length = remaining;
    } else {
      validateInteger(length, 'length', 0, size);
      if (length > remaining) length = remaining;
    }
  }
  if (!encoding || encoding === 'utf8') return utf8Write.call(this, string, offset, length);
  const ops = getEncodingOps(encoding);
  if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return ops.write(this, string, offset, length);
}

function toInteger(value, otherwise) {
  value = +value;
  return Number.isNaN(value) || value < Number.MIN_SAFE_INTEGER || value > Number.MAX_SAFE_INTEGER
    ? otherwise
    : Math.trunc(value);
}

// Arguments are in range; the count is cut to what fits.
function copyBytes(source, target, targetStart, sourceStart, sourceEnd) {
  let count = sourceEnd - sourceStart;
  const room = target.byteLength - targetStart;
  if (count > room) count = room;
  const rest = lengthOf(source) - sourceStart;
  if (count > rest) count = rest;
  if (count <= 0) return 0;
  copyRange(source, target, targetStart, sourceStart, count);
  return count;
}

function copy(target, targetStart, sourceStart, sourceEnd) {
  if (!isUint8Array(this)) throw new ERR_INVALID_ARG_TYPE('source', ['Buffer', 'Uint8Array'], this);
  if (!ArrayBuffer.isView(target)) throw new ERR_INVALID_ARG_TYPE('target', ['Buffer', 'Uint8Array'], target);
  if (targetStart === undefined) {
    targetStart = 0;
  } else {
    targetStart = toInteger(targetStart, 0);
    if (targetStart < 0) throw new ERR_OUT_OF_RANGE('targetStart', '>= 0', targetStart);
  }
  if (sourceStart === undefined) {
    sourceStart = 0;
  } else {
    sourceStart = toInteger(sourceStart, 0);
    if (sourceStart < 0 || sourceStart > lengthOf(this)) {
      throw new ERR_OUT_OF_RANGE('sourceStart', `>= 0 && <= ${lengthOf(this)}`, sourceStart);
    }
  }
  if (sourceEnd === undefined) {
    sourceEnd = lengthOf(this);
  } else {
    sourceEnd = toInteger(sourceEnd, 0);
    if (sourceEnd < 0) throw new ERR_OUT_OF_RANGE('sourceEnd', '>= 0', sourceEnd);
  }
  if (targetStart >= target.byteLength || sourceStart >= sourceEnd) return 0;
  return copyBytes(this, target, targetStart, sourceStart, sourceEnd);
}

function addWritingMethods(prototype) {
  prototype.write = write;
  prototype.copy = copy;
}

module.exports = { addWritingMethods, fillBuffer };
