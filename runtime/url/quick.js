'use strict';
// The URLs that most programs use, read in one pass over their characters: http and https, with nothing to encode, decode or make lower
// case. All others, and all errors, are the full parser's (parser.js), which makes the same records of these.

const { withoutDots, lastSlash } = require('internal/url/path');

// Kinds of characters, as bits.
const PLAIN = 1; // needs no encoding in a path, query or fragment
const SPECIAL = 2; // and means something there: . % ? #
const NAME = 4; // needs no encoding in a user name or password
const LABEL = 8; // needs no look at its neighbours in a domain
const KINDS = new Uint8Array(128);
function addKind(kind, characters) {
  for (const c of characters) KINDS[c.charCodeAt(0)] |= kind;
}
const SMALL = '0123456789abcdefghijklmnopqrstuvwxyz';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
addKind(PLAIN, `${SMALL}${CAPITALS}!#$%&()*+,-./:;=?@[]_~`);
addKind(SPECIAL, '.%?#');
addKind(NAME, `${SMALL}${CAPITALS}!$%&()*+,-._~`);
addKind(LABEL, SMALL);

const kindOf = (c) => (c < 128 ? KINDS[c] : 0);
const isLower = (c) => c >= 0x61 && c <= 0x7a;
const isDigit = (c) => c >= 0x30 && c <= 0x39;

/** The length of "http://" or "https://", 0 when it begins with neither. */
function schemeLength(text) {
  if (
    text.charCodeAt(0) !== 0x68 ||
    text.charCodeAt(1) !== 0x74 ||
    text.charCodeAt(2) !== 0x74 ||
    text.charCodeAt(3) !== 0x70
  ) {
    return 0;
  }
  const colon = text.charCodeAt(4) === 0x73 ? 5 : 4;
  const isComplete =
    text.charCodeAt(colon) === 0x3a &&
    text.charCodeAt(colon + 1) === 0x2f &&
    text.charCodeAt(colon + 2) === 0x2f;
  return isComplete ? colon + 3 : 0;
}

/** A number of a port, -1 for what the full parser must look at. */
function readPort(text, from, to) {
  if (to === from || to - from > 5) return -1;
  let port = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (!isDigit(c)) return -1;
    port = port * 10 + c - 0x30;
  }
  return port <= 65535 ? port : -1;
}

function newRecord(scheme) {
  return {
    scheme,
    username: '',
    password: '',
    host: null,
    port: null,
    path: '',
    opaque: false,
    query: null,
    fragment: null,
    plain: false, // while it is parsed: nothing that is left needs encoding
  };
}

/** What is between // and the path; gives where that ends, -1 when it is not plain: a domain of small letters, digits and hyphens. */
function readAuthority(record, text, from) {
  let host = from;
  let label = from; // where the domain's last one begins
  let colon = -1; // after the last @
  let isDomain = true;
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const kind = kindOf(c);
    if ((kind & LABEL) !== 0) continue;
    if (c === 0x2f || c === 0x3f || c === 0x23) break;
    if (c === 0x3a) {
      if (colon !== -1) return -1;
      colon = i;
    } else if (c === 0x40) {
      if (host !== from) return -1;
      record.username = text.slice(from, colon === -1 ? i : colon);
      if (colon !== -1) record.password = text.slice(colon + 1, i);
      host = label = i + 1;
      colon = -1;
      isDomain = true;
    } else if ((kind & NAME) === 0) {
      return -1;
    } else if (c === 0x2e && i > label && colon === -1) {
      label = i + 1;
    } else if (c !== 0x2d || text.charCodeAt(i + 1) === 0x2d) {
      // An empty label, an encoded one ("xn--"), or what belongs to a name at most.
      isDomain = false;
    }
  }
  const hostEnd = colon === -1 ? i : colon;
  // Domains that end in a number are addresses.
  if (!isDomain || label >= hostEnd || !isLower(text.charCodeAt(label))) return -1;
  record.host = text.slice(host, hostEnd);
  if (hostEnd < i) {
    const port = readPort(text, hostEnd + 1, i);
    if (port === -1) return -1;
    record.port = port === (record.scheme === 'http' ? 80 : 443) ? null : port;
  }
  return i;
}

// Set by endOfPath(): a segment begins like one of dots.
let mayHaveDots = false;

/** Where the path ends that begins (with or without a slash) at `from`; -1 when it is not plain. */
function endOfPath(text, from) {
  mayHaveDots = false;
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const kind = kindOf(c);
    if (kind === 0) return -1;
    if ((kind & SPECIAL) === 0) continue;
    if (c === 0x3f || c === 0x23) break;
    if (i === from || text.charCodeAt(i - 1) === 0x2f) mayHaveDots = true;
  }
  return i;
}

/** The query and the fragment, from their ? or # on; false when they are not plain. */
function readRest(record, text, from) {
  let hash = text.charCodeAt(from) === 0x23 ? from : -1;
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (kindOf(c) === 0) return false;
    if (c === 0x23 && hash === -1) hash = i;
  }
  if (hash !== from) record.query = text.slice(from + 1, hash === -1 ? text.length : hash);
  if (hash !== -1) record.fragment = text.slice(hash + 1);
  return true;
}

/** The record of an absolute URL; undefined when the full parser has to look. */
function quickParse(text) {
  const length = schemeLength(text);
  if (length === 0) return undefined;
  const record = newRecord(length === 7 ? 'http' : 'https');
  const start = readAuthority(record, text, length);
  if (start === -1) return undefined;
  const end = endOfPath(text, start);
  if (end === -1) return undefined;
  if (start === end) record.path = '/';
  else record.path = mayHaveDots ? withoutDots(text.slice(start, end)) : text.slice(start, end);
  return end === text.length || readRest(record, text, end) ? record : undefined;
}

function isScheme(text, end) {
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2f) return false;
    if (c === 0x3a) return true;
  }
  return false;
}

/** The record of a relative URL whose base is not opaque; undefined as above. */
function quickResolve(text, base) {
  if (base.scheme !== 'http' && base.scheme !== 'https') return undefined;
  const isRooted = text.charCodeAt(0) === 0x2f;
  if (isRooted && text.charCodeAt(1) === 0x2f) return undefined;
  const end = endOfPath(text, 0);
  if (end === -1 || isScheme(text, end)) return undefined;
  const record = newRecord(base.scheme);
  record.username = base.username;
  record.password = base.password;
  record.host = base.host;
  record.port = base.port;
  if (end === 0) {
    record.path = base.path;
    if (text.charCodeAt(0) !== 0x3f) record.query = base.query;
  } else {
    const path = text.slice(0, end);
    const full = isRooted ? path : base.path.slice(0, lastSlash(base.path) + 1) + path;
    record.path = mayHaveDots ? withoutDots(full) : full;
  }
  return end === text.length || readRest(record, text, end) ? record : undefined;
}

module.exports = { newRecord, quickParse, quickResolve };
