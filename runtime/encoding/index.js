'use strict';
// TextEncoder and TextDecoder (https://encoding.spec.whatwg.org): utf-8, utf-16le, utf-16be and latin1 (windows-1252).

const { codes } = require('internal/errors');
const { validateObject, kValidateObjectAllowObjectsAndNull } = require('internal/errors/validators');
const { Buffer } = require('buffer');
const { decodeUtf8, encodeInto, encodeUtf8String, isUtf8, latin1Slice } = internalBinding('buffer');

const kInspect = Symbol.for('nodejs.util.inspect.custom');

const LABELS = {
  'utf-8': ['unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'utf8', 'x-unicode20utf8'],
  'utf-16le': ['csunicode', 'iso-10646-ucs-2', 'ucs-2', 'unicode', 'unicodefeff', 'utf-16'],
  'utf-16be': ['unicodefffe'],
  'windows-1252': [
    'ansi_x3.4-1968',
    'ascii',
    'cp1252',
    'cp819',
    'csisolatin1',
    'ibm819',
    'iso-8859-1',
    'iso-ir-100',
    'iso8859-1',
    'iso88591',
    'iso_8859-1',
    'iso_8859-1:1987',
    'l1',
    'latin1',
    'us-ascii',
    'x-cp1252',
  ],
};
const encodingOfLabel = new Map();
for (const name of Object.keys(LABELS)) {
  encodingOfLabel.set(name, name);
  for (const label of LABELS[name]) encodingOfLabel.set(label, name);
}

// Bytes 0x80 to 0x9f of windows-1252.
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function getEncodingFromLabel(label) {
  return encodingOfLabel.get(`${label}`.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase());
}

const encodeIntoResults = new Uint32Array(2);

class TextEncoder {
  #brand = true;
  get encoding() {
    return TextEncoder.#check(this, 'utf-8');
  }
  encode(input = '') {
    TextEncoder.#check(this);
    return encodeUtf8String(`${input}`);
  }
  encodeInto(source, target) {
    TextEncoder.#check(this);
    require('internal/errors/validators').validateString(source, 'src');
    if (!(target instanceof Uint8Array)) throw new codes.ERR_INVALID_ARG_TYPE('dest', 'Uint8Array', target);
    encodeInto(source, target, encodeIntoResults);
    return { read: encodeIntoResults[0], written: encodeIntoResults[1] };
  }
  static #check(value, result) {
    if (typeof value !== 'object' || value === null || !(#brand in value)) {
      throw new codes.ERR_INVALID_THIS('TextEncoder');
    }
    return result;
  }
  [kInspect](depth, options) {
    TextEncoder.#check(this);
    if (typeof depth === 'number' && depth < 0) return this;
    const shown = { __proto__: { constructor: this.constructor === undefined ? undefined : TextEncoder } };
    shown.encoding = this.encoding;
    return require('internal/util/inspect').inspect(shown, options);
  }
}

function bytesOf(input) {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (require('internal/util/types').isAnyArrayBuffer(input)) return new Uint8Array(input);
  throw new codes.ERR_INVALID_ARG_TYPE(
    'list',
    ['SharedArrayBuffer', 'ArrayBuffer', 'ArrayBufferView'],
    input,
  );
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBom;
  #decoder; // StringDecoder of a stream
  #bomSeen = false;

  constructor(encoding = 'utf-8', options = {}) {
    const name = getEncodingFromLabel(encoding);
    if (name === undefined) throw new codes.ERR_ENCODING_NOT_SUPPORTED(`${encoding}`);
    validateObject(options, 'options', kValidateObjectAllowObjectsAndNull);
    this.#encoding = name;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBom = Boolean(options?.ignoreBOM);
  }

  decode(input = undefined, options = {}) {
    const bytes = input === undefined ? new Uint8Array(0) : (TextDecoder.#check(this), bytesOf(input));
    TextDecoder.#check(this);
    validateObject(options, 'options', kValidateObjectAllowObjectsAndNull);
    const stream = Boolean(options?.stream);
    if (this.#encoding === 'windows-1252') {
      return latin1Slice
        .call(bytes, 0, bytes.length)
        .replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80]);
    }
    if (this.#encoding === 'utf-8' && !stream && this.#decoder === undefined) {
      const text = decodeUtf8(bytes, this.#ignoreBom, this.#fatal);
      if (text === undefined) throw this.#invalid();
      return text;
    }
    return this.#decodePiece(bytes, stream);
  }

  #invalid() {
    this.#decoder = undefined;
    this.#bomSeen = false;
    return new codes.ERR_ENCODING_INVALID_ENCODED_DATA(this.#encoding, undefined);
  }

  #decodePiece(bytes, stream) {
    if (this.#decoder === undefined) {
      const { StringDecoder, kStrict } = require('internal/string_decoder');
      this.#decoder = new StringDecoder(this.#encoding === 'utf-8' ? 'utf8' : 'utf16le');
      this.#decoder[kStrict] = true;
    }
    const decoder = this.#decoder;
    if (this.#fatal && this.#encoding === 'utf-8') {
      // Checked with what waits from the last piece, without what will wait for the next.
      const all = Buffer.concat([decoder.lastChar.subarray(0, decoder.lastTotal - decoder.lastNeed), bytes]);
      decoder.write(bytes);
      const waiting = decoder.lastTotal - decoder.lastNeed;
      const complete = all.subarray(0, all.length - (stream ? waiting : 0));
      if (!isUtf8(complete)) throw this.#invalid();
      return this.#finish(complete.toString('utf8'), stream);
    }
    let input = bytes;
    if (this.#encoding === 'utf-16be') {
      // Byte pairs may be cut: the decoder keeps an odd byte, so swap on the whole pairs with what waits.
      const waiting = decoder.lastTotal - decoder.lastNeed;
      input = Uint8Array.from(bytes);
      const odd = waiting % 2;
      if (odd === 1 && input.length > 0)
        [decoder.lastChar[waiting - 1], input[0]] = [input[0], decoder.lastChar[waiting - 1]];
      for (let i = odd; i + 1 < input.length; i += 2) [input[i], input[i + 1]] = [input[i + 1], input[i]];
    }
    let text = decoder.write(input);
    if (!stream) {
      const cut = decoder.lastNeed > 0;
      text += decoder.end();
      if (cut && this.#encoding !== 'utf-8') {
        if (this.#fatal) throw this.#invalid();
        if (!/[\ud800-\udbff]$/.test(text)) text += '\ufffd';
      }
    }
    if (this.#encoding !== 'utf-8') {
      const usv = internalBinding('util').toUSVString(text);
      if (this.#fatal && usv !== text) throw this.#invalid();
      text = usv;
    }
    return this.#finish(text, stream);
  }

  #finish(text, stream) {
    if (!this.#ignoreBom && !this.#bomSeen && text.length > 0) {
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      this.#bomSeen = true;
    }
    if (!stream) {
      this.#decoder = undefined;
      this.#bomSeen = false;
    }
    return text;
  }

  get encoding() {
    TextDecoder.#check(this);
    return this.#encoding;
  }
  get fatal() {
    TextDecoder.#check(this);
    return this.#fatal;
  }
  get ignoreBOM() {
    TextDecoder.#check(this);
    return this.#ignoreBom;
  }
  static #check(value) {
    if (typeof value !== 'object' || value === null || !(#encoding in value)) {
      throw new codes.ERR_INVALID_THIS('TextDecoder');
    }
  }
  [kInspect](depth, options) {
    TextDecoder.#check(this);
    if (typeof depth === 'number' && depth < 0) return this;
    const shown = { __proto__: { constructor: TextDecoder } };
    shown.encoding = this.#encoding;
    shown.fatal = this.#fatal;
    shown.ignoreBOM = this.#ignoreBom;
    return require('internal/util/inspect').inspect(shown, options);
  }
}

for (const [type, names] of [
  [TextEncoder, ['encoding', 'encode', 'encodeInto']],
  [TextDecoder, ['decode', 'encoding', 'fatal', 'ignoreBOM']],
]) {
  for (const name of names) Object.defineProperty(type.prototype, name, { enumerable: true });
  Object.defineProperty(type.prototype, Symbol.toStringTag, { configurable: true, value: type.name });
}

module.exports = { TextDecoder, TextEncoder, getEncodingFromLabel };
