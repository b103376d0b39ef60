'use strict';
// The URL parser (https://url.spec.whatwg.org/#concept-basic-url-parser). The standard's states are functions here; each takes the text
// that is left. A record is {scheme, username, password, host, port, path, opaque, query, fragment}: host, port, query and fragment
// are null when absent; path is text, with a slash before each segment unless it is opaque.

const { parseHost } = require('internal/url/host');
const {
  C0_CONTROL,
  FRAGMENT,
  PATH,
  QUERY,
  SPECIAL_QUERY,
  USERINFO,
  percentEncode,
} = require('internal/url/encode');
const { lastSlash, withoutDots } = require('internal/url/path');
const { newRecord, quickParse, quickResolve } = require('internal/url/quick');

const DEFAULT_PORTS = { __proto__: null, http: 80, https: 443, ws: 80, wss: 443, ftp: 21, file: null };
const isSpecialScheme = (scheme) => scheme === 'https' || scheme === 'http' || scheme in DEFAULT_PORTS;
const isSpecial = (record) => isSpecialScheme(record.scheme);

const SCHEME = /^([A-Za-z][A-Za-z0-9+\-.]*):/;
const SINGLE_DOT = /^(?:\.|%2e)$/i;
const DOUBLE_DOT = /^(?:\.|%2e){2}$/i;
const DRIVE = /^[A-Za-z][:|]$/;
const NORMAL_DRIVE = /^[A-Za-z]:$/;
const DRIVE_PATH = /^\/[A-Za-z]:$/;
// Texts of these need no cleaning, and no encoding but in user names and passwords.
const PLAIN = /^[!#$%&()*+,\-./0-9:;=?@A-Z[\]_a-z~]*$/;
const STARTS_WITH_DRIVE = /^[A-Za-z][:|](?:$|[/\\?#])/;

// Thrown through the parser; one for all, since parse() answers without it.
const INVALID = new Error('Invalid URL');
function fail() {
  throw INVALID;
}

const encode = (record, text, set) => (record.plain ? text : percentEncode(text, set));

function clean(input) {
  if (/^[\0-\x20]|[\0-\x20]$/.test(input)) input = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  return /[\t\n\r]/.test(input) ? input.replace(/[\t\n\r]+/g, '') : input;
}

function shorten(record) {
  if (record.scheme === 'file' && DRIVE_PATH.test(record.path)) return;
  record.path = record.path.slice(0, lastSlash(record.path));
}

const firstSegment = (path) => /^\/([^/]*)/.exec(path)?.[1] ?? '';

// Path state. `text` comes without the slash before the first segment.
function parsePath(record, text) {
  if (isSpecial(record) && text.includes('\\')) text = text.replaceAll('\\', '/');
  if (record.scheme === 'file') parseFilePath(record, text);
  else record.path = withoutDots(`${record.path}/${encode(record, text, PATH)}`);
}

// Drive letters are not left by "..".
function parseFilePath(record, text) {
  const segments = text.split('/');
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i];
    const isLast = i === segments.length - 1;
    if (DOUBLE_DOT.test(segment)) {
      shorten(record);
      if (isLast) record.path += '/';
    } else if (SINGLE_DOT.test(segment)) {
      if (isLast) record.path += '/';
    } else if (record.path === '' && DRIVE.test(segment)) {
      record.path = `/${segment[0]}:`;
    } else {
      record.path += `/${encode(record, segment, PATH)}`;
    }
  }
}

function parseQuery(record, text) {
  record.query = encode(record, text, isSpecial(record) ? SPECIAL_QUERY : QUERY);
}

// Path state without an override: a query may follow.
function parsePathAndQuery(record, text) {
  const question = text.indexOf('?');
  parsePath(record, question === -1 ? text : text.slice(0, question));
  if (question !== -1) parseQuery(record, text.slice(question + 1));
}

// Path start state.
function startPath(record, text) {
  const first = text[0];
  if (first === '/' || (first === '\\' && isSpecial(record))) parsePathAndQuery(record, text.slice(1));
  else if (isSpecial(record)) parsePathAndQuery(record, text);
  else if (first === '?') parseQuery(record, text.slice(1));
  else if (text !== '') parsePathAndQuery(record, text);
}

function parsePort(record, digits) {
  if (digits === '') return;
  let port = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) fail();
    port = port * 10 + digit;
  }
  if (port > 65535) fail();
  record.port = port === DEFAULT_PORTS[record.scheme] ? null : port;
}

// "host:port" -> [host, port or undefined]; a colon in brackets belongs to the address.
function splitPort(text) {
  const bracket = text[0] === '[' ? text.lastIndexOf(']') : -1;
  const colon = text.indexOf(':', bracket !== -1 ? bracket : 0);
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function endOfAuthority(text, special) {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2f /* / */ || c === 0x3f /* ? */ || (special && c === 0x5c) /* \ */) return i;
  }
  return text.length;
}

function parseAuthority(record, text) {
  const special = isSpecial(record);
  const end = endOfAuthority(text, special);
  let authority = text.slice(0, end);
  const at = authority.includes('@') ? authority.lastIndexOf('@') : -1;
  if (at !== -1) {
    const credentials = authority.slice(0, at);
    authority = authority.slice(at + 1);
    if (authority === '') fail();
    const colon = credentials.indexOf(':');
    record.username = percentEncode(colon === -1 ? credentials : credentials.slice(0, colon), USERINFO);
    if (colon !== -1) record.password = percentEncode(credentials.slice(colon + 1), USERINFO);
  }
  const [host, port] = splitPort(authority);
  if (host === '' && (special || port !== undefined || at !== -1)) fail();
  record.host = host === '' ? '' : (parseHost(host, special) ?? fail());
  if (port !== undefined) parsePort(record, port);
  startPath(record, text.slice(end));
}

function copyAuthority(record, base) {
  record.username = base.username;
  record.password = base.password;
  record.host = base.host;
  record.port = base.port;
}

// Relative state.
function parseRelative(record, text, base) {
  record.scheme = base.scheme;
  const special = isSpecial(record);
  const isSlash = (c) => c === '/' || (special && c === '\\');
  if (isSlash(text[0])) {
    if (isSlash(text[1])) {
      parseAuthority(record, special ? withoutSlashes(text) : text.slice(2));
      return;
    }
    copyAuthority(record, base);
    parsePathAndQuery(record, text.slice(1));
    return;
  }
  copyAuthority(record, base);
  record.path = base.path;
  if (text === '') {
    record.query = base.query;
  } else if (text[0] === '?') {
    parseQuery(record, text.slice(1));
  } else {
    shorten(record);
    parsePathAndQuery(record, text);
  }
}

// File host state: after "file://".
function parseFileHost(record, text) {
  let end = text.search(/[/\\?]/);
  if (end === -1) end = text.length;
  const name = text.slice(0, end);
  if (DRIVE.test(name)) {
    parsePathAndQuery(record, text);
    return;
  }
  if (name !== '') {
    const host = parseHost(name, true) ?? fail();
    record.host = host === 'localhost' ? '' : host;
  }
  startPath(record, text.slice(end));
}

// File state.
function parseFile(record, text, base) {
  record.host = '';
  const isSlash = (c) => c === '/' || c === '\\';
  const fromFile = base?.scheme === 'file';
  if (isSlash(text[0])) {
    if (isSlash(text[1])) {
      parseFileHost(record, text.slice(2));
      return;
    }
    if (fromFile) {
      record.host = base.host;
      const drive = firstSegment(base.path);
      if (!STARTS_WITH_DRIVE.test(text.slice(1)) && NORMAL_DRIVE.test(drive)) record.path = `/${drive}`;
    }
    parsePathAndQuery(record, text.slice(1));
    return;
  }
  if (!fromFile) {
    parsePathAndQuery(record, text);
    return;
  }
  record.host = base.host;
  record.path = base.path;
  if (text === '') {
    record.query = base.query;
  } else if (text[0] === '?') {
    parseQuery(record, text.slice(1));
  } else {
    if (STARTS_WITH_DRIVE.test(text)) record.path = '';
    else shorten(record);
    parsePathAndQuery(record, text);
  }
}

function parseOpaque(record, text) {
  const question = text.indexOf('?');
  record.opaque = true;
  record.path = encode(record, question === -1 ? text : text.slice(0, question), C0_CONTROL);
  if (question !== -1) parseQuery(record, text.slice(question + 1));
}

function parseWithScheme(record, text, base) {
  const { scheme } = record;
  if (scheme === 'file') {
    parseFile(record, text, base);
  } else if (isSpecial(record)) {
    if (base?.scheme === scheme && !text.startsWith('//')) parseRelative(record, text, base);
    else parseAuthority(record, withoutSlashes(text));
  } else if (text.startsWith('//')) {
    parseAuthority(record, text.slice(2));
  } else if (text[0] === '/') {
    parsePathAndQuery(record, text.slice(1));
  } else {
    parseOpaque(record, text);
  }
}

function withoutSlashes(text) {
  let i = 0;
  for (let c = text.charCodeAt(0); c === 0x2f || c === 0x5c;) c = text.charCodeAt(++i);
  return i === 0 ? text : text.slice(i);
}

// The length of "scheme:", 0 when there is none.
function schemeLength(text) {
  if (text.startsWith('https:')) return 6;
  if (text.startsWith('http:')) return 5;
  return SCHEME.exec(text)?.[0].length ?? 0;
}

function parseRecord(input, base) {
  const plain = PLAIN.test(input);
  let text = plain ? input : clean(input);
  let fragment = null;
  const hash = text.indexOf('#');
  if (hash !== -1) {
    fragment = text.slice(hash + 1);
    text = text.slice(0, hash);
  }
  const colon = schemeLength(text);
  let record;
  if (colon !== 0) {
    record = newRecord(text.slice(0, colon - 1).toLowerCase());
    record.plain = plain;
    parseWithScheme(record, text.slice(colon), base);
  } else {
    if (base === undefined) fail();
    record = newRecord(base.scheme);
    record.plain = plain;
    if (base.opaque) {
      // Only its fragment can be changed.
      if (text !== '' || fragment === null) fail();
      record.path = base.path;
      record.opaque = true;
      record.query = base.query;
    } else if (base.scheme === 'file') {
      parseFile(record, text, base);
    } else {
      parseRelative(record, text, base);
    }
  }
  if (fragment !== null) record.fragment = encode(record, fragment, FRAGMENT);
  record.plain = false;
  return record;
}

// Undefined for what is not so simple. Takes any text.
function parseQuickly(input, base) {
  return quickParse(input) ?? (base === undefined || base.opaque ? undefined : quickResolve(input, base));
}

// A record, or undefined for what is no URL. Texts must be well-formed UTF-16.
function parse(input, base) {
  const record = parseQuickly(input, base);
  if (record !== undefined) return record;
  try {
    return parseRecord(input, base);
  } catch (error) {
    if (error === INVALID) return undefined;
    throw error;
  }
}

function serialize(record, withFragment = true) {
  let text = `${record.scheme}:`;
  if (record.host !== null) {
    text += '//';
    if (record.username !== '' || record.password !== '') {
      text += record.username;
      if (record.password !== '') text += `:${record.password}`;
      text += '@';
    }
    text += record.host;
    if (record.port !== null) text += `:${record.port}`;
  } else if (!record.opaque && record.path.startsWith('//')) {
    text += '/.';
  }
  text += record.path;
  if (record.query !== null) text += `?${record.query}`;
  if (withFragment && record.fragment !== null) text += `#${record.fragment}`;
  return text;
}

// ---- Setters: the parser with a state override. They change nothing when the value does not fit.

const unbroken = (value) => value.replace(/[\t\n\r]+/g, '');
const cannotHaveCredentials = (record) =>
  record.host === null || record.host === '' || record.scheme === 'file';

const setters = {
  protocol(record, value) {
    const match = SCHEME.exec(`${unbroken(value)}:`);
    if (match === null) return;
    const scheme = match[1].toLowerCase();
    if (scheme in DEFAULT_PORTS !== isSpecial(record)) return;
    if (scheme === 'file' && (record.username !== '' || record.password !== '' || record.port !== null))
      return;
    if (record.scheme === 'file' && record.host === '') return;
    record.scheme = scheme;
    if (record.port === DEFAULT_PORTS[scheme]) record.port = null;
  },
  username(record, value) {
    if (!cannotHaveCredentials(record)) record.username = percentEncode(value, USERINFO);
  },
  password(record, value) {
    if (!cannotHaveCredentials(record)) record.password = percentEncode(value, USERINFO);
  },
  host(record, value, withPort = true) {
    if (record.opaque) return;
    const special = isSpecial(record);
    const text = unbroken(value).split(special ? /[/\\?#]/ : /[/?#]/, 1)[0];
    const [name, port] = record.scheme === 'file' ? [text, undefined] : splitPort(text);
    if (port !== undefined && !withPort) return;
    if (name === '') {
      if (special && record.scheme !== 'file') return;
      if (port !== undefined || record.username !== '' || record.password !== '' || record.port !== null)
        return;
      record.host = '';
      return;
    }
    const host = parseHost(name, special);
    if (host === undefined) return;
    record.host = record.scheme === 'file' && host === 'localhost' ? '' : host;
    if (port !== undefined) setPort(record, port);
  },
  hostname(record, value) {
    setters.host(record, value, false);
  },
  port(record, value) {
    if (cannotHaveCredentials(record)) return;
    if (value === '') record.port = null;
    else setPort(record, unbroken(value));
  },
  pathname(record, value) {
    if (record.opaque) return;
    record.path = '';
    const text = unbroken(value);
    const isSlash = text[0] === '/' || (isSpecial(record) && text[0] === '\\');
    if (isSlash) parsePath(record, text.slice(1));
    else if (text !== '' || isSpecial(record)) parsePath(record, text);
    else if (record.host === null) record.path = '/';
  },
  search(record, value) {
    if (value === '') record.query = null;
    else parseQuery(record, unbroken(value.replace(/^\?/, '')));
  },
  hash(record, value) {
    if (value === '') record.fragment = null;
    else record.fragment = percentEncode(unbroken(value.replace(/^#/, '')), FRAGMENT);
  },
};

function setPort(record, text) {
  const digits = /^[0-9]+/.exec(text)?.[0];
  if (digits === undefined || Number(digits) > 65535) return;
  record.port = Number(digits) === DEFAULT_PORTS[record.scheme] ? null : Number(digits);
}

module.exports = { DEFAULT_PORTS, parse, parseQuickly, serialize, setters };
