'use strict';
// Buffer's methods that compare and search: equals(), compare(), indexOf(), lastIndexOf(), includes().

const {
  compare: compareBytes,
  compareOffset,
  indexOfBuffer,
  indexOfByte,
  indexOfNumber,
  indexOfString,
} = internalBinding('buffer');
const { codes } = require('internal/errors');
const { validateBuffer, validateInteger } = require('internal/errors/validators');
const { encodingOps, getEncodingOps } = require('internal/buffer/encodings');
const { kLength } = require('internal/buffer/length');
const { isUint8Array, lengthOf } = require('internal/buffer/views');

const { ERR_INVALID_ARG_TYPE } = codes;

function requireUint8Array(value, name) {
  if (!isUint8Array(value)) throw new ERR_INVALID_ARG_TYPE(name, ['Buffer', 'Uint8Array'], value);
}

function equals(other) {
  if (!isUint8Array(other)) throw new ERR_INVALID_ARG_TYPE('otherBuffer', ['Buffer', 'Uint8Array'], other);
  if (this === other) return true;
  // By the symbol of Buffers, which is faster than V8's function for all typed arrays.
  const length = this[kLength] ?? lengthOf(this);
  return length === (other[kLength] ?? lengthOf(other)) && (length === 0 || compareBytes(this, other) === 0);
}

function compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
  requireUint8Array(target, 'target');
  if (arguments.length === 1) return compareBytes(this, target);
  targetStart = index(targetStart, 'targetStart', 0, 0);
  sourceStart = index(sourceStart, 'sourceStart', 0, 0);
  targetEnd = index(targetEnd, 'targetEnd', target.length, target.length);
  sourceEnd = index(sourceEnd, 'sourceEnd', this.length, this.length);
  if (sourceStart >= sourceEnd) return targetStart >= targetEnd ? 0 : -1;
  if (targetStart >= targetEnd) return 1;
  return compareOffset(
    this,
    target,
    targetStart,
    sourceStart,
    targetEnd - targetStart,
    sourceEnd - sourceStart,
  );
}

function index(value, name, otherwise, max) {
  if (value === undefined) return otherwise;
  validateInteger(value, name, 0, max || undefined);
  return value;
}

function search(buffer, value, offset, encoding, forward) {
  if (typeof offset === 'string') {
    encoding = offset;
    offset = undefined;
  } else if (offset > 0x7fffffff) {
    offset = 0x7fffffff;
  } else if (offset < -0x80000000) {
    offset = -0x80000000;
  }
  offset = +offset;
  if (Number.isNaN(offset)) offset = forward ? 0 : buffer.length || buffer.byteLength;
  offset = Math.trunc(offset);
  if (typeof value === 'number') {
    return indexOfNumber(buffer, value & 255, offset, forward);
  }
  const ops = encoding === undefined ? encodingOps.utf8 : getEncodingOps(encoding);
  if (typeof value === 'string') {
    if (ops === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
    return indexOfString(buffer, value, offset, ops.number, forward);
  }
  if (isUint8Array(value)) {
    return indexOfBuffer(buffer, value, offset, (ops ?? encodingOps.utf8).number, forward);
  }
  throw new ERR_INVALID_ARG_TYPE('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
}

function indexOf(value, offset, encoding) {
  validateBuffer(this);
  if (typeof value === 'number' && offset === undefined) return indexOfByte(this, value & 255);
  return search(this, value, offset, encoding, true);
}

function lastIndexOf(value, offset, encoding) {
  validateBuffer(this);
  return search(this, value, offset, encoding, false);
}

function includes(value, offset, encoding) {
  return this.indexOf(value, offset, encoding) !== -1;
}

function addSearchMethods(prototype) {
  prototype.equals = equals;
  prototype.compare = compare;
  prototype.indexOf = indexOf;
  prototype.lastIndexOf = lastIndexOf;
  prototype.includes = includes;
}

module.exports = { addSearchMethods, requireUint8Array };
