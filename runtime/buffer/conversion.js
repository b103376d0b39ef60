'use strict';
// What the module `buffer` has beside Buffer: atob(), btoa(), isUtf8(), isAscii(), transcode().

const { atob: decode, btoa: encode, isAscii: areAscii, isUtf8: areUtf8 } = internalBinding('buffer');
const { codes } = require('internal/errors');
const { encodingOps, normalizeEncoding } = require('internal/buffer/encodings');
const { isAnyArrayBuffer, isUint8Array } = require('internal/buffer/views');

const { ERR_INVALID_ARG_TYPE } = codes;

function btoa(input) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('input');
  const result = encode(`${input}`);
  if (result === -1) {
    const { DOMException } = require('internal/errors/dom_exception');
    throw new DOMException('Invalid character', 'InvalidCharacterError');
  }
  return result;
}

// https://infra.spec.whatwg.org/#forgiving-base64-decode
function atob(input) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('input');
  const text = decode(`${input}`);
  if (text === undefined) {
    const { DOMException } = require('internal/errors/dom_exception');
    throw new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
  }
  return text;
}

function checkedBytes(input) {
  if (!ArrayBuffer.isView(input) && !isAnyArrayBuffer(input)) {
    throw new ERR_INVALID_ARG_TYPE('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], input);
  }
  if ((input.buffer ?? input).detached || isDetached(input.buffer ?? input)) {
    throw new codes.ERR_INVALID_STATE('Cannot validate on a detached buffer');
  }
  return input;
}

function isDetached(memory) {
  if (memory.byteLength !== 0) return false;
  try {
    new Uint8Array(memory);
    return false;
  } catch {
    return true;
  }
}

// Between utf8, utf16le, latin1 and ascii; characters that the target lacks become '?'.
function transcode(source, from, to) {
  if (!isUint8Array(source)) throw new ERR_INVALID_ARG_TYPE('source', ['Buffer', 'Uint8Array'], source);
  const { Buffer } = require('buffer');
  if (source.length === 0) return Buffer.alloc(0);
  const known = ['utf8', 'utf16le', 'latin1', 'ascii'];
  from = normalizeEncoding(from);
  to = normalizeEncoding(to);
  if (!known.includes(from) || !known.includes(to)) {
    const error = new Error('Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]');
    error.code = 'U_ILLEGAL_ARGUMENT_ERROR';
    error.errno = 1;
    throw error;
  }
  const text = encodingOps[from].slice(source, 0, source.length);
  if (to === 'latin1' || to === 'ascii') {
    const limit = to === 'ascii' ? 127 : 255;
    let result = '';
    for (const c of text) result += c.codePointAt(0) > limit ? '?' : c;
    return Buffer.from(result, 'latin1');
  }
  return Buffer.from(text, to);
}

const isUtf8 = (input) => areUtf8(checkedBytes(input));
const isAscii = (input) => areAscii(checkedBytes(input));

module.exports = { atob, btoa, isAscii, isUtf8, transcode };
