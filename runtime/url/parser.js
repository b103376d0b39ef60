'use strict';
// The URL parser (https://url.spec.whatwg.org/#concept-basic-url-parser). The standard's states are functions here; each takes the text
// that is left. A record is {scheme, username, password, host, port, path, query, fragment}: host, port, query and fragment are
// null when absent, path is a list of segments or the text of an opaque path.

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

const DEFAULT_PORTS = { __proto__: null, http: 80, https: 443, ws: 80, wss: 443, ftp: 21, file: null };
const isSpecial = (record) => record.scheme in DEFAULT_PORTS;

const SCHEME = /^([A-Za-z][A-Za-z0-9+\-.]*):/;
const SINGLE_DOT = /^(?:\.|%2e)$/i;
const DOUBLE_DOT = /^(?:\.|%2e){2}$/i;
const DRIVE = /^[A-Za-z][:|]$/;
const NORMAL_DRIVE = /^[A-Za-z]:$/;
const STARTS_WITH_DRIVE = /^[A-Za-z][:|](?:$|[/\\?#])/;

class InvalidUrl extends Error {}
function fail() {
  throw new InvalidUrl();
}

function newRecord(scheme) {
  return {
    scheme,
    username: '',
    password: '',
    host: null,
    port: null,
    path: [],
    query: null,
    fragment: null,
  };
}

function clean(input) {
  if (/^[\0-\x20]|[\0-\x20]$/.test(input)) input = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  return /[\t\n\r]/.test(input) ? input.replace(/[\t\n\r]+/g, '') : input;
}

function shorten(record) {
  const { path } = record;
  if (record.scheme === 'file' && path.length === 1 && NORMAL_DRIVE.test(path[0])) return;
  path.pop();
}

// Path state. `text` comes without the slash before the first segment.
function parsePath(record, text) {
  const segments = text.split(isSpecial(record) ? /[/\\]/ : '/');
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i];
    const isLast = i === segments.length - 1;
    if (DOUBLE_DOT.test(segment)) {
      shorten(record);
      if (isLast) record.path.push('');
    } else if (SINGLE_DOT.test(segment)) {
      if (isLast) record.path.push('');
    } else if (record.scheme === 'file' && record.path.length === 0 && DRIVE.test(segment)) {
      record.path.push(`${segment[0]}:`);
    } else {
      record.path.push(percentEncode(segment, PATH));
    }
  }
}

function parseQuery(record, text) {
  record.query = percentEncode(text, isSpecial(record) ? SPECIAL_QUERY : QUERY);
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
  if (!/^[0-9]+$/.test(digits)) fail();
  const port = Number(digits);
  if (port > 65535) fail();
  record.port = port === DEFAULT_PORTS[record.scheme] ? null : port;
}

// "host:port" -> [host, port or undefined]; a colon in brackets belongs to the address.
function splitPort(text) {
  const bracket = text.lastIndexOf(']');
  const colon = text.indexOf(':', text[0] === '[' && bracket !== -1 ? bracket : 0);
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function parseAuthority(record, text) {
  const special = isSpecial(record);
  let end = text.search(special ? /[/\\?]/ : /[/?]/);
  if (end === -1) end = text.length;
  let authority = text.slice(0, end);
  const at = authority.lastIndexOf('@');
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
      parseAuthority(record, special ? text.replace(/^[/\\]+/, '') : text.slice(2));
      return;
    }
    copyAuthority(record, base);
    parsePathAndQuery(record, text.slice(1));
    return;
  }
  copyAuthority(record, base);
  record.path = [...base.path];
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
      if (!STARTS_WITH_DRIVE.test(text.slice(1)) && NORMAL_DRIVE.test(base.path[0] ?? '')) {
        record.path.push(base.path[0]);
      }
    }
    parsePathAndQuery(record, text.slice(1));
    return;
  }
  if (!fromFile) {
    parsePathAndQuery(record, text);
    return;
  }
  record.host = base.host;
  record.path = [...base.path];
  if (text === '') {
    record.query = base.query;
  } else if (text[0] === '?') {
    parseQuery(record, text.slice(1));
  } else {
    if (STARTS_WITH_DRIVE.test(text)) record.path = [];
    else shorten(record);
    parsePathAndQuery(record, text);
  }
}

function parseOpaque(record, text) {
  const question = text.indexOf('?');
  record.path = percentEncode(question === -1 ? text : text.slice(0, question), C0_CONTROL);
  if (question !== -1) parseQuery(record, text.slice(question + 1));
}

function parseWithScheme(scheme, text, base) {
  const record = newRecord(scheme);
  if (scheme === 'file') {
    parseFile(record, text, base);
  } else if (isSpecial(record)) {
    if (base?.scheme === scheme && !text.startsWith('//')) parseRelative(record, text, base);
    else parseAuthority(record, text.replace(/^[/\\]+/, ''));
  } else if (text.startsWith('//')) {
    parseAuthority(record, text.slice(2));
  } else if (text[0] === '/') {
    parsePathAndQuery(record, text.slice(1));
  } else {
    parseOpaque(record, text);
  }
  return record;
}

function parseRecord(input, base) {
  let text = clean(input);
  let fragment = null;
  const hash = text.indexOf('#');
  if (hash !== -1) {
    fragment = text.slice(hash + 1);
    text = text.slice(0, hash);
  }
  const scheme = SCHEME.exec(text);
  let record;
  if (scheme !== null) {
    record = parseWithScheme(scheme[1].toLowerCase(), text.slice(scheme[0].length), base);
  } else {
    if (base === undefined) fail();
    record = newRecord(base.scheme);
    if (typeof base.path === 'string') {
      // Only its fragment can be changed.
      if (text !== '' || fragment === null) fail();
      record.path = base.path;
      record.query = base.query;
    } else if (base.scheme === 'file') {
      parseFile(record, text, base);
    } else {
      parseRelative(record, text, base);
    }
  }
  if (fragment !== null) record.fragment = percentEncode(fragment, FRAGMENT);
  return record;
}

// A record, or undefined for what is no URL. Texts must be well-formed UTF-16.
function parse(input, base) {
  try {
    return parseRecord(input, base);
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
}

function pathname(record) {
  if (typeof record.path === 'string') return record.path;
  return record.path.length === 0 ? '' : `/${record.path.join('/')}`;
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
  } else if (typeof record.path !== 'string' && record.path.length > 1 && record.path[0] === '') {
    text += '/.';
  }
  text += pathname(record);
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
    if (typeof record.path === 'string') return;
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
    if (typeof record.path === 'string') return;
    record.path = [];
    const text = unbroken(value);
    const isSlash = text[0] === '/' || (isSpecial(record) && text[0] === '\\');
    if (isSlash) parsePath(record, text.slice(1));
    else if (text !== '' || isSpecial(record)) parsePath(record, text);
    else if (record.host === null) record.path.push('');
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

module.exports = { DEFAULT_PORTS, parse, pathname, serialize, setters };
