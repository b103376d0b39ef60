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

// Natives are called through constants of the module: only then does V8 call them straight from optimised code (7 ns
// instead of 40), which is why the functions below are written out.
const { byteLengthUtf8 } = binding;
const { asciiSlice, base64Slice, base64urlSlice, hexSlice, latin1Slice, ucs2Slice, utf8Slice } = binding;
const { asciiWrite, base64Write, base64urlWrite, hexWrite, latin1Write, ucs2Write, utf8Write } = binding;

// byteLength(text), write(buffer, text, offset, length), slice(buffer, start, end) of an encoding.
const encodingOps = {
  __proto__: null,
  utf8: {
    encoding: 'utf8',
    byteLength: (text) => byteLengthUtf8(text),
    write: (buffer, text, offset, length) => utf8Write.call(buffer, text, offset, length),
    slice: (buffer, start, end) => utf8Slice.call(buffer, start, end),
  },
  utf16le: {
    encoding: 'utf16le',
    byteLength: (text) => text.length * 2,
    write: (buffer, text, offset, length) => ucs2Write.call(buffer, text, offset, length),
    slice: (buffer, start, end) => ucs2Slice.call(buffer, start, end),
  },
  latin1: {
    encoding: 'latin1',
    byteLength: (text) => text.length,
    write: (buffer, text, offset, length) => latin1Write.call(buffer, text, offset, length),
    slice: (buffer, start, end) => latin1Slice.call(buffer, start, end),
  },
  ascii: {
    encoding: 'ascii',
    byteLength: (text) => text.length,
    write: (buffer, text, offset, length) => asciiWrite.call(buffer, text, offset, length),
    slice: (buffer, start, end) => asciiSlice.call(buffer, start, end),
  },
  base64: {
    encoding: 'base64',
    byteLength: base64ByteLength,
    write: (buffer, text, offset, length) => base64Write.call(buffer, text, offset, length),
    slice: (buffer, start, end) => base64Slice.call(buffer, start, end),
  },
  base64url: {
    encoding: 'base64url',
    byteLength: base64ByteLength,
    write: (buffer, text, offset, length) => base64urlWrite.call(buffer, text, offset, length),
    slice: (buffer, start, end) => base64urlSlice.call(buffer, start, end),
  },
  hex: {
    encoding: 'hex',
    byteLength: (text) => text.length >>> 1,
    write: (buffer, text, offset, length) => hexWrite.call(buffer, text, offset, length),
    slice: (buffer, start, end) => hexSlice.call(buffer, start, end),
  },
};
for (const name of Object.keys(encodingOps)) encodingOps[name].number = encodingNumbers[name];

// Undefined for a name that is none. Here '' is none, though toString() and friends of old take it for utf8.
function getEncodingOps(name) {
  switch (name) {
    case 'utf8':
      return encodingOps.utf8;
    case 'latin1':
      return encodingOps.latin1;
    case 'hex':
      return encodingOps.hex;
    case 'base64':
      return encodingOps.base64;
    default: {
      const normalized = slowNormalize(name);
      return normalized === undefined || name === '' ? undefined : encodingOps[normalized];
    }
  }
}

module.exports = { encodingNumbers, encodingOps, getEncodingOps, normalizeEncoding };
