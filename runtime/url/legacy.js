'use strict';
// url.parse(), url.format() and url.resolve() (https://nodejs.org/docs/latest-v20.x/api/url.html#legacy-url-api).

const { codes } = require('internal/errors');
const { validateObject, validateString } = require('internal/errors/validators');
const { SLASHED, copyFields, follow } = require('internal/url/legacy_resolve');

const HOSTLESS = new Set(['javascript', 'javascript:']);

const SIMPLE_PATH = /^(\/{1,2}(?!\/)[^?\s]*)(\?\S*)?$/;
const PROTOCOL = /^[-+.\da-z]+:/i;
const HOST_AFTER_AUTH = /^\/{2}[^/@]+@[^/@]+/;
// No URL has these; a host has some more to do without (https://url.spec.whatwg.org/#forbidden-host-code-point).
const NEVER = '\\t\\n\\r <>\\\\^|';
const FORBIDDEN_IPV6 = new RegExp(`[${NEVER}\\0#%/?@]`);
const FORBIDDEN_HOST = new RegExp(`[${NEVER}\\0#%/?@:[\\]]`);
const ESCAPED = new RegExp(`[${NEVER}"'\`{}]`, 'g');
const NOT_IN_HOST = new RegExp(`[${NEVER}"'\`{}%;]`);

function Url() {
  this.protocol = null;
  this.slashes = null;
  this.auth = null;
  this.host = null;
  this.port = null;
  this.hostname = null;
  this.hash = null;
  this.search = null;
  this.query = null;
  this.pathname = null;
  this.path = null;
  this.href = null;
}

function urlParse(url, parseQueryString, slashesDenoteHost) {
  if (url instanceof Url) return url;
  const result = new Url();
  result.parse(url, parseQueryString, slashesDenoteHost);
  return result;
}

// Without the white space and control characters around it, and with slashes for backslashes before a query.
function tidy(url) {
  url = url.replace(/^[\0-\x20\xa0\ufeff]+|[\0-\x20\xa0\ufeff]+$/g, '');
  const split = url.search(/[?#]/);
  // In a fragment they stay, in the part before it they do not.
  const end = split === -1 ? url.length : split;
  return url.slice(0, end).replaceAll('\\', '/') + url.slice(end);
}

const parseQuery = (text) => require('querystring').parse(text);

Url.prototype.parse = function parse(url, parseQueryString, slashesDenoteHost) {
  validateString(url, 'url');
  let rest = tidy(url);
  if (!slashesDenoteHost && !rest.includes('#') && !rest.includes('@')) {
    const simple = SIMPLE_PATH.exec(rest);
    if (simple) {
      this.path = rest;
      this.href = rest;
      this.pathname = simple[1];
      if (simple[2]) {
        this.search = simple[2];
        this.query = parseQueryString ? parseQuery(this.search.slice(1)) : this.search.slice(1);
      } else if (parseQueryString) {
        this.search = null;
        this.query = { __proto__: null };
      }
      return this;
    }
  }
  let lowerProtocol;
  const protocol = PROTOCOL.exec(rest)?.[0];
  if (protocol) {
    lowerProtocol = protocol.toLowerCase();
    this.protocol = lowerProtocol;
    rest = rest.slice(protocol.length);
  }
  let slashes = false;
  if (slashesDenoteHost || protocol || HOST_AFTER_AUTH.test(rest)) {
    slashes = rest.startsWith('//');
    if (slashes && !(lowerProtocol && HOSTLESS.has(lowerProtocol))) {
      rest = rest.slice(2);
      this.slashes = true;
    }
  }
  if (!HOSTLESS.has(lowerProtocol) && (slashes || (protocol && !SLASHED.has(protocol)))) {
    rest = this.parseAuthority(rest, url);
  }
  if (!HOSTLESS.has(lowerProtocol)) {
    rest = rest.replace(ESCAPED, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  }
  const hash = rest.indexOf('#');
  if (hash !== -1) this.hash = rest.slice(hash);
  const beforeHash = hash === -1 ? rest : rest.slice(0, hash);
  const question = beforeHash.indexOf('?');
  if (question !== -1) {
    this.search = beforeHash.slice(question);
    this.query = beforeHash.slice(question + 1);
    if (parseQueryString) this.query = parseQuery(this.query);
  } else if (parseQueryString) {
    this.search = null;
    this.query = { __proto__: null };
  }
  const path = question === -1 ? beforeHash : beforeHash.slice(0, question);
  if (path.length > 0) this.pathname = path;
  if (SLASHED.has(lowerProtocol) && this.hostname && !this.pathname) this.pathname = '/';
  if (this.pathname || this.search) this.path = (this.pathname || '') + (this.search || '');
  this.href = this.format();
  return this;
};

let warned = false;
function warnInvalid(url) {
  if (warned) return;
  warned = true;
  process.emitWarning(
    `The URL ${url} is invalid. Future versions of Node.js will throw an error.`,
    'DeprecationWarning',
    'DEP0170',
  );
}

// Takes user, host and port from the front of `rest`; gives what is left.
Url.prototype.parseAuthority = function parseAuthority(rest, url) {
  // Line ends and tabs go from here, as in a WHATWG URL; behind it they are escaped.
  if (/^[^#/?]*[\t\n\r]/.test(rest)) {
    const end = rest.search(/[#/?]/);
    const authority = end === -1 ? rest : rest.slice(0, end);
    rest = authority.replace(/[\t\n\r]+/g, '') + rest.slice(authority.length);
  }
  let at = -1;
  let nonHost = -1;
  for (let i = 0; i < rest.length; i++) {
    const c = rest[i];
    if (c === '#' || c === '/' || c === '?') {
      if (nonHost === -1) nonHost = i;
      break;
    }
    if (c === '@') {
      at = i;
      nonHost = -1;
    } else if (nonHost === -1 && NOT_IN_HOST.test(c)) {
      nonHost = i;
    }
  }
  let start = 0;
  if (at !== -1) {
    this.auth = decodeURIComponent(rest.slice(0, at));
    start = at + 1;
  }
  this.host = nonHost === -1 ? rest.slice(start) : rest.slice(start, nonHost);
  rest = nonHost === -1 ? '' : rest.slice(nonHost);
  this.parseHost();
  if (typeof this.hostname !== 'string') this.hostname = '';
  const { hostname } = this;
  const isIPv6 = hostname[0] === '[' && hostname.endsWith(']');
  if (!isIPv6) {
    const end = hostname.search(/[/\\#?:]/);
    if (end !== -1) {
      // What comes after an impossible character belongs to the path.
      if (hostname[end] === ':') warnInvalid(url);
      this.hostname = hostname.slice(0, end);
      rest = `/${hostname.slice(end)}${rest}`;
    }
  }
  this.hostname = this.hostname.length > 255 ? '' : this.hostname.toLowerCase();
  if (this.hostname !== '') {
    if (isIPv6) {
      if (FORBIDDEN_IPV6.test(this.hostname)) throw new codes.ERR_INVALID_URL(url);
    } else {
      if (/[^\0-\x7f]/.test(this.hostname)) {
        this.hostname = internalBinding('url').toASCII(this.hostname, true) ?? '';
      }
      if (this.hostname === '' || FORBIDDEN_HOST.test(this.hostname)) throw new codes.ERR_INVALID_URL(url);
    }
  }
  this.host = this.hostname + (this.port ? `:${this.port}` : '');
  if (isIPv6) {
    this.hostname = this.hostname.slice(1, -1);
    if (rest[0] !== '/') rest = `/${rest}`;
  }
  return rest;
};

// Splits "name:port"; a colon with nothing behind it goes too.
Url.prototype.parseHost = function parseHost() {
  const host = this.host || '';
  const colon = host.search(/:\d*$/);
  const hostname = colon === -1 ? host : host.slice(0, colon);
  if (hostname !== '') this.hostname = hostname;
  if (hostname.length + 1 < host.length) this.port = host.slice(colon + 1);
};

const led = (text, mark) => (text && text[0] !== mark ? mark + text : text || '');

// "user:password@host:port"
function authorityOf({ auth, host, hostname, port }) {
  // As encodeURIComponent(), but a colon stays.
  const login = auth ? `${encodeURIComponent(auth).replaceAll('%3A', ':')}@` : '';
  if (host) return login + host;
  if (!hostname) return '';
  const bareIPv6 = hostname.includes(':') && !(hostname[0] === '[' && hostname.endsWith(']'));
  return `${login}${bareIPv6 ? `[${hostname}]` : hostname}${port ? `:${port}` : ''}`;
}

function searchOf({ query, search }) {
  const fromQuery =
    query !== null && typeof query === 'object' ? require('querystring').stringify(query) : '';
  return led((search || fromQuery).replaceAll('#', '%23'), '?');
}

Url.prototype.format = function format() {
  const authority = authorityOf(this);
  const tail = searchOf(this) + led(this.hash, '#');
  const path = (this.pathname || '').replace(/[#?]/g, (c) => (c === '#' ? '%23' : '%3F'));
  const protocol = !this.protocol || this.protocol.endsWith(':') ? this.protocol || '' : `${this.protocol}:`;
  if (this.slashes || (authority && SLASHED.has(protocol)))
    return `${protocol}//${authority}${led(path, '/')}${tail}`;
  return protocol + (authority || (protocol === 'file:' ? '//' : '')) + path + tail;
};

function urlFormat(url, options) {
  if (typeof url === 'string') {
    url = urlParse(url);
  } else if (typeof url !== 'object' || url === null) {
    throw new codes.ERR_INVALID_ARG_TYPE('urlObject', ['Object', 'string'], url);
  } else if (require('internal/url').isURL(url)) {
    return formatWhatwg(url, options);
  }
  return Url.prototype.format.call(url);
}

function formatWhatwg(url, options) {
  let { fragment, unicode, search, auth } = { fragment: true, unicode: false, search: true, auth: true };
  if (options) {
    validateObject(options, 'options');
    if (options.fragment != null) fragment = Boolean(options.fragment);
    if (options.unicode != null) unicode = Boolean(options.unicode);
    if (options.search != null) search = Boolean(options.search);
    if (options.auth != null) auth = Boolean(options.auth);
  }
  let { href } = url;
  if (!fragment && href.includes('#')) href = href.slice(0, href.indexOf('#'));
  if (!search) href = href.replace(/\?[^#]*/, '');
  if (!auth && (url.username || url.password)) href = href.replace(/\/\/[^@/]*@/, '//');
  if (unicode && url.hostname) {
    const { domainToUnicode } = require('internal/url');
    href = href.replace(url.hostname, domainToUnicode(url.hostname));
  }
  return href;
}

function urlResolve(source, relative) {
  return urlParse(source, false, true).resolve(relative);
}

function urlResolveObject(source, relative) {
  return source ? urlParse(source, false, true).resolveObject(relative) : relative;
}

Url.prototype.resolve = function resolve(relative) {
  return this.resolveObject(urlParse(relative, false, true)).format();
};

Url.prototype.resolveObject = function resolveObject(relative) {
  const to = typeof relative === 'string' ? urlParse(relative, false, true) : relative;
  const result = new Url();
  copyFields(result, this);
  follow(result, this, to);
  result.href = result.format();
  return result;
};

module.exports = { Url, urlFormat, urlParse, urlResolve, urlResolveObject };
