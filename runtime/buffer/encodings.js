'use strict';
// Names of encodings and what Buffer does with each (https://nodejs.org/docs/latest-v20.x/api/buffer.html). The numbers are those of
// runtime/buffer/buffer.h.

const binding = internalBinding('buffer');

const encodingNumbers = {
  __proto__: null,
  ascii: 0,
  utf8: 1,
  base64: 2,
  utf16le: 3,
  latin1: 4,
  hex: 5,
  buffer: 6,
  base64url: 7,
};

// 'utf8' for nothing; undefined for a name that is none.
function normalizeEncoding(name) {
  if (name == null || name === 'utf8' || name === 'utf-8') return 'utf8';
  return slowNormalize(name);
}

function slowNormalize(name) {
  switch (`${name}`.toLowerCase()) {
    case 'utf8':
    case 'utf-8':
      return 'utf8';
    case 'ucs2':
    case 'ucs-2':
    case 'utf16le':
    case 'utf-16le':
      return 'utf16le';
    case 'latin1':
    case 'binary':
      return 'latin1';
    case 'base64':
      return 'base64';
    case 'base64url':
      return 'base64url';
    case 'hex':
      return 'hex';
    case 'ascii':
      return 'ascii';
    case '':
      return 'utf8';
    default:
      return undefined;
  }
}

function base64ByteLength(text) {
  let length = text.length;
  if (length > 0 && text.charCodeAt(length - 1) === 0x3d) length--;
  if (length > 1 && text.charCodeAt(length - 1) === 0x3d) length--;
  return (length * 3) >>> 2;
}

const { byteLengthUtf8 } = binding;
const operations = (name, byteLength, write, slice) => ({
  encoding: name,
  number: encodingNumbers[name],
  byteLength,
  write: (buffer, string, offset, length) => write.call(buffer, string, offset, length),
  slice: (buffer, start, end) => slice.call(buffer, start, end),
});

const encodingOps = {
  __proto__: null,
  utf8: operations('utf8', byteLengthUtf8, binding.utf8Write, binding.utf8Slice),
  utf16le: operations('utf16le', (s) => s.length * 2, binding.ucs2Write, binding.ucs2Slice),
  latin1: operations('latin1', (s) => s.length, binding.latin1Write, binding.latin1Slice),
  ascii: operations('ascii', (s) => s.length, binding.asciiWrite, binding.asciiSlice),
  base64: operations('base64', base64ByteLength, binding.base64Write, binding.base64Slice),
  base64url: operations('base64url', base64ByteLength, binding.base64urlWrite, binding.base64urlSlice),
  hex: operations('hex', (s) => s.length >>> 1, binding.hexWrite, binding.hexSlice),
};

function getEncodingOps(name) {
  const normalized = slowNormalize(`${name}`);
  // '' counts as utf8 for toString() and friends of old, but names no encoding here.
  return normalized === undefined || name === '' ? undefined : encodingOps[normalized];
}

module.exports = { encodingNumbers, encodingOps, getEncodingOps, normalizeEncoding };
