'use strict';
// https://nodejs.org/docs/latest-v20.x/api/querystring.html

const { codes } = require('internal/errors');

const HEX = Array.from({ length: 256 }, (_, i) => `%${i.toString(16).toUpperCase().padStart(2, '0')}`);

function unreserved(letters) {
  const table = new Uint8Array(128);
  for (const c of letters) table[c.charCodeAt(0)] = 1;
  return table;
}
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
// As encodeURIComponent().
const KEPT = unreserved(`${LETTERS}-_.!~*'()`);

// Percent-encodes what `kept` does not list, as UTF-8.
function encodeText(text, kept) {
  let result = '';
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      if (kept[c] === 1) continue;
      if (last < i) result += text.slice(last, i);
      last = i + 1;
      result += HEX[c];
      continue;
    }
    if (last < i) result += text.slice(last, i);
    if (c < 0x800) {
      last = i + 1;
      result += HEX[0xc0 | (c >> 6)] + HEX[0x80 | (c & 0x3f)];
      continue;
    }
    if (c < 0xd800 || c >= 0xe000) {
      last = i + 1;
      result += HEX[0xe0 | (c >> 12)] + HEX[0x80 | ((c >> 6) & 0x3f)] + HEX[0x80 | (c & 0x3f)];
      continue;
    }
    if (++i >= text.length) throw new codes.ERR_INVALID_URI();
    last = i + 1;
    c = 0x10000 + (((c & 0x3ff) << 10) | (text.charCodeAt(i) & 0x3ff));
    result +=
      HEX[0xf0 | (c >> 18)] +
      HEX[0x80 | ((c >> 12) & 0x3f)] +
      HEX[0x80 | ((c >> 6) & 0x3f)] +
      HEX[0x80 | (c & 0x3f)];
  }
  if (last === 0) return text;
  return last < text.length ? result + text.slice(last) : result;
}

function escape(value) {
  if (typeof value !== 'string') {
    if (typeof value === 'object') value = String(value);
    else value += '';
  }
  return encodeText(value, KEPT);
}

const hexValue = (c) =>
  c >= 48 && c <= 57 ? c - 48 : c >= 65 && c <= 70 ? c - 55 : c >= 97 && c <= 102 ? c - 87 : -1;

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

function encodePrimitive(value, encode) {
  if (typeof value === 'string') return value.length > 0 ? encode(value) : '';
  if (typeof value === 'number' && Number.isFinite(value)) {
    return Math.abs(value) < 1e21 ? `${value}` : encode(`${value}`);
  }
  return primitiveText(value);
}

function stringify(object, separator, equals, options) {
  separator ||= '&';
  equals ||= '=';
  let encode = module.exports.escape;
  if (options && typeof options.encodeURIComponent === 'function') encode = options.encodeURIComponent;
  const convert = encode === escape ? encodePrimitive : (value, fn) => fn(primitiveText(value));
  if (object === null || typeof object !== 'object') return '';
  let fields = '';
  for (const key of Object.keys(object)) {
    const value = object[key];
    const start = `${convert(key, encode)}${equals}`;
    if (Array.isArray(value)) {
      for (const item of value) {
        if (fields) fields += separator;
        fields += start + convert(item, encode);
      }
    } else {
      if (fields) fields += separator;
      fields += start + convert(value, encode);
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
  const isCustom = decode !== unescape;
  const clean = (part) => {
    if (part.length === 0) return '';
    if (part.includes('+')) part = part.replaceAll('+', isCustom ? '%20' : ' ');
    return isCustom || ENCODED.test(part) ? decodeText(part, decode) : part;
  };
  for (let from = 0; from <= text.length && pairs > 0;) {
    let end = separator === '' ? -1 : text.indexOf(separator, from);
    if (end === -1) end = text.length;
    if (end > from) {
      const part = text.slice(from, end);
      const at = part.indexOf(equals);
      const key = clean(at === -1 ? part : part.slice(0, at));
      const value = at === -1 ? '' : clean(part.slice(at + equals.length));
      if (result[key] === undefined) result[key] = value;
      else if (Array.isArray(result[key])) result[key].push(value);
      else result[key] = [result[key], value];
    }
    // Empty ones count too.
    pairs--;
    from = end + (separator.length || 1);
  }
  return result;
}

module.exports = { unescapeBuffer, unescape, escape, stringify, encode: stringify, parse, decode: parse };
