'use strict';
// StringDecoder (https://nodejs.org/docs/latest-v20.x/api/string_decoder.html): text from bytes that arrive in pieces; the bytes of a
// character that is not complete wait for the next piece.

const { codes } = require('internal/errors');
const { encodingOps, normalizeEncoding } = require('internal/buffer/encodings');
const { Buffer } = require('buffer');

const kWaiting = Symbol('kWaiting'); // Buffer of 4 bytes
const kCount = Symbol('kCount'); // how many of them are used
const kNeeded = Symbol('kNeeded'); // how many more make a character
const kOps = Symbol('kOps');
const kStrict = Symbol('kStrict');

// How many bytes at the end begin a character that is not complete, and how many it has in all, as its first byte tells.
function incompleteUtf8(bytes, strict) {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const total = (byte & 0xe0) === 0xc0 ? 2 : (byte & 0xf0) === 0xe0 ? 3 : (byte & 0xf8) === 0xf0 ? 4 : 1;
    if (total <= back || (strict && !canBeginCharacter(byte, bytes[length - back + 1]))) return [0, 0];
    return [back, total];
  }
  return [0, 0];
}

// Unicode 15, table 3-7. TextDecoder must not wait for more of what cannot become a character.
function canBeginCharacter(first, second) {
  if (first < 0xc2 || first > 0xf4) return false;
  if (second === undefined) return true;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

function incompleteUtf16(bytes, strict, waiting) {
  const odd = bytes.length % 2;
  // Half a unit waits alone, unless a surrogate waits already or must not be cut.
  if (odd && !strict && !(waiting === 2 && bytes.length === 3)) return [1, 2];
  const end = bytes.length - odd;
  const high = end >= 2 && (bytes[end - 1] & 0xfc) === 0xd8;
  if (high) return [2 + odd, 4];
  return odd ? [1, 2] : [0, 0];
}

function incompleteBase64(bytes) {
  const rest = bytes.length % 3;
  return [rest, rest ? 3 : 0];
}

const INCOMPLETE = {
  utf8: incompleteUtf8,
  utf16le: incompleteUtf16,
  base64: incompleteBase64,
  base64url: incompleteBase64,
};

function StringDecoder(encoding) {
  const name = normalizeEncoding(encoding);
  if (name === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  this.encoding = name;
  this[kOps] = encodingOps[name];
  this[kWaiting] = Buffer.alloc(4);
  this[kCount] = 0;
  this[kNeeded] = 0;
  this[kStrict] = false;
}

StringDecoder.prototype.write = function write(bytes) {
  if (typeof bytes === 'string') return bytes;
  if (!ArrayBuffer.isView(bytes)) {
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray', 'DataView'], bytes);
  }
  if (!this[kOps]) throw new codes.ERR_INVALID_THIS('StringDecoder');
  if (!(bytes instanceof Uint8Array))
    bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ops = this[kOps];
  const incomplete = INCOMPLETE[this.encoding];
  if (incomplete === undefined) return ops.slice(bytes, 0, bytes.length);
  if (bytes.length === 0) return '';
  const count = this[kCount];
  if (count > 0) {
    // Few bytes more: the waiting ones and the new ones together.
    const joined = Buffer.allocUnsafe(count + bytes.length);
    joined.set(this[kWaiting].subarray(0, count), 0);
    joined.set(bytes, count);
    bytes = joined;
  }
  const [back, total] = incomplete(bytes, this[kStrict], count);
  const end = bytes.length - back;
  for (let i = 0; i < back; i++) this[kWaiting][i] = bytes[end + i];
  this[kCount] = back;
  this[kNeeded] = total - back;
  return end === 0 ? '' : ops.slice(bytes, 0, end);
};

StringDecoder.prototype.end = function end(bytes) {
  let text = bytes === undefined ? '' : this.write(bytes);
  const count = this[kCount];
  if (count > 0) {
    // UTF-16 drops an odd byte; UTF-8 gives one replacement character.
    text += this[kOps].slice(this[kWaiting], 0, this.encoding === 'utf16le' ? count - (count % 2) : count);
    this[kCount] = 0;
    this[kNeeded] = 0;
  }
  return text;
};

StringDecoder.prototype.text = function text(bytes, offset) {
  this[kCount] = 0;
  this[kNeeded] = 0;
  return this.write(bytes.slice(offset));
};

Object.defineProperties(StringDecoder.prototype, {
  lastChar: {
    configurable: true,
    enumerable: true,
    get() {
      return this[kWaiting];
    },
  },
  lastNeed: {
    configurable: true,
    enumerable: true,
    get() {
      return this[kNeeded];
    },
  },
  lastTotal: {
    configurable: true,
    enumerable: true,
    get() {
      return this[kCount] + this[kNeeded];
    },
  },
});

module.exports = { StringDecoder, kStrict };
