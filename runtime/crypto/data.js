'use strict';
// Data given to crypto as strings or bytes (Node doc: crypto), and the names of encodings.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');

const isBytes = (value) =>
  ArrayBuffer.isView(value) ||
  value instanceof ArrayBuffer ||
  (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer);

// Any encoding by its name; 'buffer' and nothing mean bytes.
function outputEncoding(encoding) {
  if (encoding === undefined || encoding === null || encoding === 'buffer') return undefined;
  const name = `${encoding}`;
  return Buffer.isEncoding(name) ? name : 'utf8';
}

function toBytes(value, name, encoding) {
  if (typeof value === 'string') return Buffer.from(value, encoding === 'buffer' ? 'utf8' : encoding);
  if (isBytes(value)) return value;
  const types = ['string', 'ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'];
  throw new codes.ERR_INVALID_ARG_TYPE(name, types, value);
}

function notImplemented(what) {
  const error = new Error(`crypto.${what} is not implemented`);
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  return error;
}

// OpenSSL's names of algorithms, each in one spelling: the one in small letters where there is one.
function withoutDuplicates(names) {
  const spellings = new Map();
  for (const name of names) {
    const small = name.toLowerCase();
    if (name === small || !spellings.has(small)) spellings.set(small, name);
  }
  return [...spellings.values()].sort();
}

const toArrayBuffer = (buffer) =>
  buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);

module.exports = { isBytes, notImplemented, outputEncoding, toArrayBuffer, toBytes, withoutDuplicates };
