'use strict';
// Headers between a program's objects and the native side (header_list.h): RFC 9113, 8.2 and 8.3.

const { codes } = require('internal/errors');

const kSensitiveHeaders = Symbol('sensitiveHeaders');

const requestPseudoHeaders = new Set([':status', ':method', ':authority', ':scheme', ':path', ':protocol']);

const singleValueHeaders = new Set([
  ...requestPseudoHeaders,
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

// Of HTTP/1's connection (RFC 9113, 8.2.2).
const connectionHeaders = new Set([
  'connection',
  'upgrade',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
]);

function checkPseudoHeader(name) {
  if (!requestPseudoHeaders.has(name)) throw new codes.ERR_HTTP2_INVALID_PSEUDOHEADER(name);
}

function checkResponsePseudoHeader(name) {
  if (name !== ':status') throw new codes.ERR_HTTP2_INVALID_PSEUDOHEADER(name);
}

function checkTrailerPseudoHeader(name) {
  throw new codes.ERR_HTTP2_INVALID_PSEUDOHEADER(name);
}

function isConnectionHeader(name, value) {
  if (connectionHeaders.has(name)) return true;
  return name === 'te' && value !== 'trailers';
}

function sensitiveNames(headers) {
  const names = headers[kSensitiveHeaders];
  if (names === undefined) return undefined;
  if (!Array.isArray(names)) throw new codes.ERR_INVALID_ARG_VALUE('headers[http2.neverIndex]', names);
  return names.length === 0 ? undefined : new Set(names.map((name) => `${name}`.toLowerCase()));
}

// NUL separates here. It is invalid in a header, and so is what goes in its place: the peer refuses both.
const withoutNul = (text) => (text.includes('\0') ? text.replaceAll('\0', '\x01') : text);

const entry = (name, value, flag) => `${withoutNul(name)}\0${withoutNul(value)}\0${flag}`;

/**
 * @param {object} headers
 * @param {(name: string) => void} check of pseudo-headers
 * @returns {string} the native list
 */
function toHeaderList(headers, check = checkPseudoHeader) {
  let pseudo = '';
  let list = '';
  let seen;
  const sensitive = sensitiveNames(headers);
  for (const key of Object.keys(headers)) {
    let value = headers[key];
    if (value === undefined || key === '') continue;
    const name = key.toLowerCase();
    const single = singleValueHeaders.has(name);
    let many = Array.isArray(value);
    if (many) {
      if (value.length === 0) continue;
      if (value.length > 1 && single) throw new codes.ERR_HTTP2_HEADER_SINGLE_VALUE(name);
      if (value.length === 1) {
        many = false;
        value = String(value[0]);
      }
    } else {
      value = String(value);
    }
    if (single) {
      seen ??= new Set();
      if (seen.has(name)) throw new codes.ERR_HTTP2_HEADER_SINGLE_VALUE(name);
      seen.add(name);
    }
    const flag = sensitive?.has(name) ? '\x01' : '\0';
    if (name[0] === ':') {
      check(name);
      pseudo += entry(name, value, flag);
      continue;
    }
    if (name.includes(' ')) throw new codes.ERR_INVALID_HTTP_TOKEN('Header name', name);
    if (isConnectionHeader(name, value)) throw new codes.ERR_HTTP2_INVALID_CONNECTION_HEADERS(name);
    if (many) for (const one of value) list += entry(name, String(one), flag);
    else list += entry(name, value, flag);
  }
  return pseudo + list;
}

/**
 * @param {string[]} list name, value, …
 * @param {string[] | undefined} sensitive
 */
function toHeaderObject(list, sensitive) {
  const headers = { __proto__: null };
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i];
    let value = list[i + 1];
    if (name === ':status') value |= 0;
    const before = headers[name];
    if (before === undefined) headers[name] = name === 'set-cookie' ? [value] : value;
    else if (singleValueHeaders.has(name)) continue;
    else if (name === 'cookie') headers[name] = `${before}; ${value}`;
    else if (name === 'set-cookie') before.push(value);
    else headers[name] = `${before}, ${value}`;
  }
  headers[kSensitiveHeaders] = sensitive ?? [];
  return headers;
}

const copyHeaders = (headers) => Object.assign({ __proto__: null }, headers);

function checkObject(value, name, types) {
  if (value !== undefined && (value === null || typeof value !== 'object' || Array.isArray(value))) {
    throw new codes.ERR_INVALID_ARG_TYPE(name, types || 'Object', value);
  }
}

module.exports = {
  checkObject,
  checkPseudoHeader,
  checkResponsePseudoHeader,
  checkTrailerPseudoHeader,
  copyHeaders,
  isConnectionHeader,
  kSensitiveHeaders,
  toHeaderList,
  toHeaderObject,
};
