'use strict';
// https://nodejs.org/docs/latest-v20.x/api/querystring.html

const { codes } = require('internal/errors');
const { decodeAscii, hexValue, withoutPlus } = require('internal/url/escapes');

const HEX = Array.from({ length: 256 }, (_, i) => `%${i.toString(16).toUpperCase().padStart(2, '0')}`);

function unreserved(letters) {
  const table = new Uint8Array(128);
  for (const c of letters) table[c.charCodeAt(0)] = 1;
  return table;
}
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
// As encodeURIComponent().
const KEPT = unreserved(`${LETTERS}-_.!~*'()`);

// A code point as UTF-8, percent-encoded: from the last byte to the first, which holds what is left (`room`: how much it can
// hold, a bit less for each byte after it).
function encodePoint(point) {
  if (point < 0x80) return HEX[point];
  let rest = '';
  let room = 0x40;
  do {
    rest = HEX[0x80 | (point & 0x3f)] + rest;
    point >>= 6;
    room >>= 1;
  } while (point >= room);
  return HEX[(0x100 - 2 * room) | point] + rest;
}

// Percent-encodes what `kept` does not list.
function encodeText(text, kept) {
  let result = '';
  let plain = 0; // where the text starts that is not in the result yet
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80 && kept[point] === 1) continue;
    if (plain < i) result += text.slice(plain, i);
    if ((point & 0xf800) === 0xd800) {
      // With whatever comes next, a surrogate or not.
      if (++i === text.length) throw new codes.ERR_INVALID_URI();
      point = 0x10000 + ((point & 0x3ff) << 10) + (text.charCodeAt(i) & 0x3ff);
    }
    result += encodePoint(point);
    plain = i + 1;
  }
  return plain === 0 ? text : result + text.slice(plain);
}

function escape(value) {
  if (typeof value !== 'string') {
    if (typeof value === 'object') value = String(value);
    else value += '';
  }
  return encodeText(value, KEPT);
}

// Percent-decodes to bytes; what is malformed stays as it is.
function unescapeBuffer(text, decodeSpaces) {
  const { Buffer } = require('buffer');
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c === 43 && decodeSpaces) {
      c = 32;
    } else if (c === 37) {
      const high = hexValue(text.charCodeAt(i + 1));
      const low = hexValue(text.charCodeAt(i + 2));
      if (high >= 0 && low >= 0) {
        c = high * 16 + low;
        i += 2;
      }
    }
    out[length++] = c;
  }
  return length === out.length ? out : out.slice(0, length);
}

function unescape(text, decodeSpaces) {
  try {
    return decodeURIComponent(text);
  } catch {
    return module.exports.unescapeBuffer(text, decodeSpaces).toString();
  }
}

function primitiveText(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`;
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return '';
}

// With our own escape(): what a number below 1e+21 or a boolean becomes needs no encoding.
function escapePrimitive(value) {
  const type = typeof value;
  if (type === 'string') return encodeText(value, KEPT);
  if (type === 'number' && Math.abs(value) < 1e21) return `${value}`;
  const text = primitiveText(value);
  return type === 'number' ? encodeText(text, KEPT) : text;
}

function stringify(object, separator, equals, options) {
  if (object === null || typeof object !== 'object') return '';
  separator ||= '&';
  equals ||= '=';
  let encode = module.exports.escape;
  if (options && typeof options.encodeURIComponent === 'function') encode = options.encodeURIComponent;
  const isCustom = encode !== escape;
  const keys = Object.keys(object);
  let fields = '';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const value = object[key];
    const start = (isCustom ? encode(key) : encodeText(key, KEPT)) + equals;
    if (Array.isArray(value)) {
      for (let j = 0; j < value.length; j++) {
        const field = start + (isCustom ? encode(primitiveText(value[j])) : escapePrimitive(value[j]));
        fields = fields === '' ? field : fields + separator + field;
      }
    } else {
      const field = start + (isCustom ? encode(primitiveText(value)) : escapePrimitive(value));
      fields = fields === '' ? field : fields + separator + field;
    }
  }
  return fields;
}

function decodeText(text, decode) {
  try {
    return decode(text);
  } catch {
    return unescape(text, true);
  }
}

const ENCODED = /%[0-9a-f]{2}/i;

/** A name or value; `special`: there may be a + or % in it. */
function clean(part, decode, special) {
  if (part.length === 0) return '';
  if (decode !== unescape) {
    return decodeText(special && part.includes('+') ? withoutPlus(part, '%20') : part, decode);
  }
  if (!special) return part;
  if (part.includes('+')) part = withoutPlus(part, ' ');
  const percent = part.indexOf('%');
  if (percent === -1) return part;
  return decodeAscii(part, percent) ?? (ENCODED.test(part) ? decodeText(part, unescape) : part);
}

function addField(result, name, value) {
  const before = result[name];
  if (before === undefined) result[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else result[name] = [before, value];
}

// With & and =. Empty pairs count too.
function parseForm(text, pairs, decode, result) {
  let start = 0;
  let equals = -1;
  let special = false;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 0x26;
    if (c === 0x26) {
      if (i > start) {
        const name = clean(text.slice(start, equals === -1 ? i : equals), decode, special);
        addField(result, name, equals === -1 ? '' : clean(text.slice(equals + 1, i), decode, special));
      }
      if (--pairs <= 0) return;
      start = i + 1;
      equals = -1;
      special = false;
    } else if (c === 0x3d) {
      if (equals === -1) equals = i;
    } else if (c === 0x2b || c === 0x25) {
      special = true;
    }
  }
}

function parseWith(separator, equals, text, pairs, decode, result) {
  for (let from = 0; from <= text.length && pairs > 0; pairs--) {
    let end = separator === '' ? -1 : text.indexOf(separator, from);
    if (end === -1) end = text.length;
    if (end > from) {
      const part = text.slice(from, end);
      const at = part.indexOf(equals);
      const name = clean(at === -1 ? part : part.slice(0, at), decode, true);
      addField(result, name, at === -1 ? '' : clean(part.slice(at + equals.length), decode, true));
    }
    from = end + (separator.length || 1);
  }
}

function parse(text, separator, equals, options) {
  const result = { __proto__: null };
  if (typeof text !== 'string' || text.length === 0) return result;
  separator = separator ? `${separator}` : '&';
  equals = equals ? `${equals}` : '=';
  let pairs = 1000;
  let decode = module.exports.unescape;
  if (options) {
    if (typeof options.maxKeys === 'number') pairs = options.maxKeys > 0 ? options.maxKeys : Infinity;
    if (typeof options.decodeURIComponent === 'function') decode = options.decodeURIComponent;
  }
  if (separator === '&' && equals === '=') parseForm(text, pairs, decode, result);
  else parseWith(separator, equals, text, pairs, decode, result);
  return result;
}

module.exports = { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse };
