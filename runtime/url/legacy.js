'use strict';
// url.parse(), url.format() and url.resolve() (https://nodejs.org/docs/latest-v20.x/api/url.html#legacy-url-api).

const { codes } = require('internal/errors');
const { validateObject, validateString } = require('internal/errors/validators');

const SLASHED = new Set(['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'].flatMap((p) => [p, `${p}:`]));
const HOSTLESS = new Set(['javascript', 'javascript:']);

const SIMPLE_PATH = /^(\/\/?(?!\/)[^?\s]*)(\?[^\s]*)?$/;
const PROTOCOL = /^[a-z0-9.+-]+:/i;
const HOST_AFTER_AUTH = /^\/\/[^@/]+@[^@/]+/;
const FORBIDDEN_HOST = /[\0\t\n\r #%/:<>?@[\\\]^|]/;
const FORBIDDEN_IPV6 = /[\0\t\n\r #%/<>?@\\^|]/;
const ESCAPED = /[\t\n\r "'<>\\^`{|}]/g;
const NOT_IN_HOST = new Set('\t\n\r "%\';<>\\^`{|}');

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
    } else if (nonHost === -1 && NOT_IN_HOST.has(c)) {
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

Url.prototype.parseHost = function parseHost() {
  let { host } = this;
  const port = /:[0-9]*$/.exec(host)?.[0];
  if (port) {
    if (port !== ':') this.port = port.slice(1);
    host = host.slice(0, host.length - port.length);
  }
  if (host) this.hostname = host;
};

Url.prototype.format = function format() {
  let auth = this.auth || '';
  if (auth) {
    // As encodeURIComponent(), but a colon stays.
    auth = `${encodeURIComponent(auth).replaceAll('%3A', ':')}@`;
  }
  let protocol = this.protocol || '';
  let pathname = this.pathname || '';
  let hash = this.hash || '';
  let host = '';
  let query = '';
  if (this.host) {
    host = auth + this.host;
  } else if (this.hostname) {
    const bare = this.hostname.includes(':') && !(this.hostname[0] === '[' && this.hostname.endsWith(']'));
    host = auth + (bare ? `[${this.hostname}]` : this.hostname);
    if (this.port) host += `:${this.port}`;
  }
  if (this.query !== null && typeof this.query === 'object')
    query = require('querystring').stringify(this.query);
  let search = this.search || (query && `?${query}`) || '';
  if (protocol && !protocol.endsWith(':')) protocol += ':';
  pathname = pathname.replace(/[#?]/g, (c) => (c === '#' ? '%23' : '%3F'));
  if (this.slashes || SLASHED.has(protocol)) {
    if (this.slashes || host) {
      if (pathname && pathname[0] !== '/') pathname = `/${pathname}`;
      host = `//${host}`;
    } else if (protocol.startsWith('file')) {
      host = '//';
    }
  }
  search = search.replaceAll('#', '%23');
  if (hash && hash[0] !== '#') hash = `#${hash}`;
  if (search && search[0] !== '?') search = `?${search}`;
  return protocol + host + pathname + search + hash;
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

function copyOf(source) {
  const result = new Url();
  for (const key of Object.keys(source)) result[key] = source[key];
  return result;
}
const isRooted = (path) => Boolean(path && path[0] === '/');

// A host in front of a path without slashes: "host/a/b" of an unknown protocol.
function takeHost(result, segments) {
  result.hostname = result.host = segments[0] && segments[0] !== '' ? segments.shift() : '';
  const at = result.host.includes('@') && result.host.split('@');
  if (at) {
    result.auth = at.shift();
    result.host = result.hostname = at.shift();
  }
}

// Both paths together, dots resolved.
function mergeDots(segments, mustBeRooted, removeAllDots) {
  const last = segments[segments.length - 1];
  const output = [];
  let up = 0;
  for (let i = segments.length - 1; i >= 0; i--) {
    const segment = segments[i];
    if (segment === '.') continue;
    if (segment === '..') up++;
    else if (up > 0) up--;
    else output.unshift(segment);
  }
  if (!mustBeRooted && !removeAllDots) while (up-- > 0) output.unshift('..');
  if (mustBeRooted && output[0] !== '' && !isRooted(output[0])) output.unshift('');
  return { output, trailing: last === '.' || last === '..' || last === '' };
}

Url.prototype.resolveObject = function resolveObject(relative) {
  if (typeof relative === 'string') relative = urlParse(relative, false, true);
  const result = copyOf(this);
  result.hash = relative.hash;
  if (relative.href === '') {
    result.href = result.format();
    return result;
  }
  if (relative.slashes && !relative.protocol) {
    for (const key of Object.keys(relative)) if (key !== 'protocol') result[key] = relative[key];
    if (SLASHED.has(result.protocol) && result.hostname && !result.pathname)
      result.path = result.pathname = '/';
    result.href = result.format();
    return result;
  }
  if (relative.protocol && relative.protocol !== result.protocol) return otherProtocol(result, relative);
  return sameProtocol(result, relative);
};

function finishPath(result) {
  if (result.pathname !== null || result.search !== null) {
    result.path = (result.pathname ? result.pathname : '') + (result.search ? result.search : '');
  }
}

function otherProtocol(result, relative) {
  if (!SLASHED.has(relative.protocol)) {
    for (const key of Object.keys(relative)) result[key] = relative[key];
    result.href = result.format();
    return result;
  }
  result.protocol = relative.protocol;
  if (!relative.host && !/^file:?$/.test(relative.protocol) && !HOSTLESS.has(relative.protocol)) {
    const segments = (relative.pathname || '').split('/');
    while (segments.length > 0 && !(relative.host = segments.shift()));
    relative.host ||= '';
    relative.hostname ||= '';
    if (segments[0] !== '') segments.unshift('');
    if (segments.length < 2) segments.unshift('');
    result.pathname = segments.join('/');
  } else {
    result.pathname = relative.pathname;
  }
  result.search = relative.search;
  result.query = relative.query;
  result.host = relative.host || '';
  result.auth = relative.auth;
  result.hostname = relative.hostname || relative.host;
  result.port = relative.port;
  if (result.pathname || result.search) result.path = (result.pathname || '') + (result.search || '');
  result.slashes = result.slashes || relative.slashes;
  result.href = result.format();
  return result;
}

function sameProtocol(result, relative) {
  const sourceIsRooted = isRooted(result.pathname);
  const relativeIsRooted = Boolean(relative.host) || isRooted(relative.pathname);
  let mustBeRooted = relativeIsRooted || sourceIsRooted || Boolean(result.host && relative.pathname);
  const removeAllDots = mustBeRooted;
  let segments = (result.pathname && result.pathname.split('/')) || [];
  const relativeSegments = (relative.pathname && relative.pathname.split('/')) || [];
  const noLeadingSlashes = result.protocol && !SLASHED.has(result.protocol);
  if (noLeadingSlashes) {
    result.hostname = '';
    result.port = null;
    if (result.host) {
      if (segments[0] === '') segments[0] = result.host;
      else segments.unshift(result.host);
    }
    result.host = '';
    if (relative.protocol) {
      relative.hostname = null;
      relative.port = null;
      result.auth = null;
      if (relative.host) {
        if (relativeSegments[0] === '') relativeSegments[0] = relative.host;
        else relativeSegments.unshift(relative.host);
      }
      relative.host = null;
    }
    mustBeRooted = mustBeRooted && (relativeSegments[0] === '' || segments[0] === '');
  }
  if (relativeIsRooted) {
    if (relative.host || relative.host === '') {
      if (result.host !== relative.host) result.auth = null;
      result.host = relative.host;
      result.port = relative.port;
    }
    if (relative.hostname || relative.hostname === '') {
      if (result.hostname !== relative.hostname) result.auth = null;
      result.hostname = relative.hostname;
    }
    result.search = relative.search;
    result.query = relative.query;
    segments = relativeSegments;
  } else if (relativeSegments.length > 0) {
    segments.pop();
    segments = segments.concat(relativeSegments);
    result.search = relative.search;
    result.query = relative.query;
  } else if (relative.search !== null && relative.search !== undefined) {
    if (noLeadingSlashes) takeHost(result, segments);
    result.search = relative.search;
    result.query = relative.query;
    finishPath(result);
    result.href = result.format();
    return result;
  }
  if (segments.length === 0) {
    result.pathname = null;
    result.path = result.search ? `/${result.search}` : null;
    result.href = result.format();
    return result;
  }
  const { output, trailing } = mergeDots(segments, mustBeRooted, removeAllDots);
  const hasTrailing =
    ((result.host || relative.host || segments.length > 1) &&
      /^\.{1,2}$/.test(segments[segments.length - 1])) ||
    segments[segments.length - 1] === '';
  if (trailing && hasTrailing && output.join('/').slice(-1) !== '/') output.push('');
  const isAbsolute = output[0] === '' || isRooted(output[0]);
  if (noLeadingSlashes) {
    result.hostname = result.host = isAbsolute ? '' : output.length > 0 ? output.shift() : '';
    const at = result.host.includes('@') ? result.host.split('@') : undefined;
    if (at) {
      result.auth = at.shift();
      result.host = result.hostname = at.shift();
    }
  }
  mustBeRooted ||= Boolean(result.host && output.length > 0);
  if (mustBeRooted && !isAbsolute) output.unshift('');
  if (output.length > 0) {
    result.pathname = output.join('/');
  } else {
    result.pathname = null;
    result.path = null;
  }
  finishPath(result);
  result.auth = relative.auth || result.auth;
  result.slashes = result.slashes || relative.slashes;
  result.href = result.format();
  return result;
}

module.exports = { Url, urlFormat, urlParse, urlResolve, urlResolveObject };
