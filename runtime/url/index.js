'use strict';
// URL (https://url.spec.whatwg.org/#url-class) and what Node adds: files as URLs, URLs as options of http.request().

const { codes } = require('internal/errors');
const { parse, parseQuickly, serialize, setters, DEFAULT_PORTS } = require('internal/url/parser');
const { URLSearchParams, paramsForUrl, replaceParams } = require('internal/url/search_params');

const kInspect = Symbol.for('nodejs.util.inspect.custom');

const usv = (value) => {
  const text = `${value}`;
  return /[\ud800-\udfff]/.test(text) ? internalBinding('util').toUSVString(text) : text;
};

// Its text has no code in it, unlike that of other errors of ours.
function invalidUrl(input, base) {
  const error = new TypeError('Invalid URL');
  error.code = 'ERR_INVALID_URL';
  error.input = input;
  if (base !== undefined) error.base = base;
  Error.captureStackTrace(error, URL);
  return error;
}

function parseFully(input, baseRecord, base) {
  input = usv(input);
  const record = parse(input, baseRecord);
  if (record === undefined) throw invalidUrl(input, base === undefined ? undefined : usv(base));
  return record;
}

// Programs resolve many URLs against one base. Records of bases are only read.
let lastBase;
let lastBaseRecord;
function parseBase(base) {
  if (base === lastBase) return lastBaseRecord;
  const record = parse(usv(base));
  if (record !== undefined) {
    lastBase = base;
    lastBaseRecord = record;
  }
  return record;
}

class URL {
  #record;
  #searchParams;
  #href; // until a setter runs

  constructor(input, base = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    input = `${input}`;
    let baseRecord;
    if (base !== undefined) {
      base = `${base}`;
      baseRecord = parseBase(base);
      if (baseRecord === undefined) throw invalidUrl(usv(input), usv(base));
    }
    this.#record = parseQuickly(input, baseRecord) ?? parseFully(input, baseRecord, base);
  }

  static canParse(input, base = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    input = usv(input);
    if (base === undefined) return parse(input) !== undefined;
    const baseRecord = parseBase(`${base}`);
    return baseRecord !== undefined && parse(input, baseRecord) !== undefined;
  }
  static createObjectURL(obj) {
    return require('internal/buffer/object_urls').createObjectURL(obj);
  }
  static revokeObjectURL(url) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    require('internal/buffer/object_urls').revokeObjectURL(url);
  }

  [kInspect](depth, options) {
    if (typeof this !== 'object' || this === null || !(#record in this))
      throw new codes.ERR_INVALID_THIS('URL');
    if (typeof depth === 'number' && depth < 0) return this;
    const shown = { __proto__: { constructor: this.constructor === URL ? URL : this.constructor } };
    for (const name of NAMES) shown[name] = this[name];
    return `${this.constructor.name} ${require('internal/util/inspect').inspect({ ...shown }, options)}`;
  }

  toString() {
    return (this.#href ??= serialize(this.#record));
  }
  toJSON() {
    return (this.#href ??= serialize(this.#record));
  }
  get href() {
    return (this.#href ??= serialize(this.#record));
  }
  set href(value) {
    void this.#href; // for the error it throws
    value = usv(value);
    const record = parse(value);
    if (record === undefined) throw invalidUrl(value);
    this.#record = record;
    this.#href = undefined;
    if (this.#searchParams) replaceParams(this.#searchParams, record.query ?? '');
  }
  get origin() {
    const record = this.#record;
    if (record.scheme === 'blob') {
      const inner = record.opaque ? parse(record.path) : undefined;
      return inner && /^https?$/.test(inner.scheme) ? originOf(inner) : 'null';
    }
    return originOf(record);
  }
  get protocol() {
    return `${this.#record.scheme}:`;
  }
  set protocol(value) {
    setters.protocol(this.#record, usv(value));
    this.#href = undefined;
  }
  get username() {
    return this.#record.username;
  }
  set username(value) {
    setters.username(this.#record, usv(value));
    this.#href = undefined;
  }
  get password() {
    return this.#record.password;
  }
  set password(value) {
    setters.password(this.#record, usv(value));
    this.#href = undefined;
  }
  get host() {
    const { host, port } = this.#record;
    if (host === null) return '';
    return port === null ? host : `${host}:${port}`;
  }
  set host(value) {
    setters.host(this.#record, usv(value));
    this.#href = undefined;
  }
  get hostname() {
    return this.#record.host ?? '';
  }
  set hostname(value) {
    setters.hostname(this.#record, usv(value));
    this.#href = undefined;
  }
  get port() {
    const { port } = this.#record;
    return port === null ? '' : `${port}`;
  }
  set port(value) {
    setters.port(this.#record, usv(value));
    this.#href = undefined;
  }
  get pathname() {
    return this.#record.path;
  }
  set pathname(value) {
    setters.pathname(this.#record, usv(value));
    this.#href = undefined;
  }
  get search() {
    const { query } = this.#record;
    return query ? `?${query}` : '';
  }
  set search(value) {
    setters.search(this.#record, usv(value));
    this.#href = undefined;
    if (this.#searchParams) replaceParams(this.#searchParams, this.#record.query ?? '');
  }
  get searchParams() {
    const record = this.#record;
    return (this.#searchParams ??= paramsForUrl(record.query ?? '', (query) => {
      this.#record.query = query === '' ? null : query;
      this.#href = undefined;
    }));
  }
  get hash() {
    const { fragment } = this.#record;
    return fragment ? `#${fragment}` : '';
  }
  set hash(value) {
    setters.hash(this.#record, usv(value));
    this.#href = undefined;
  }
}

function originOf(record) {
  if (!(record.scheme in DEFAULT_PORTS) || record.scheme === 'file') return 'null';
  return `${record.scheme}://${record.host}${record.port === null ? '' : `:${record.port}`}`;
}

const NAMES = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'searchParams',
  'hash',
];
for (const name of [...NAMES, 'toString', 'toJSON'])
  Object.defineProperty(URL.prototype, name, { enumerable: true });
for (const name of ['canParse', 'createObjectURL', 'revokeObjectURL'])
  Object.defineProperty(URL, name, { enumerable: true });
Object.defineProperty(URL.prototype, Symbol.toStringTag, { configurable: true, value: 'URL' });

// ---- Node's additions

function isURL(value) {
  return Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);
}

function domainToASCII(domain) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('domain');
  const record = parse(`ws://${usv(domain)}`);
  return record === undefined ? '' : record.host;
}

function domainToUnicode(domain) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('domain');
  const record = parse(`ws://${usv(domain)}`);
  return record === undefined ? '' : internalBinding('url').toUnicode(record.host);
}

function windowsPath(url) {
  if (/%(?:2f|5c)/i.test(url.pathname)) {
    throw new codes.ERR_INVALID_FILE_URL_PATH('must not include encoded \\ or / characters');
  }
  const path = decodeURIComponent(url.pathname.replaceAll('/', '\\'));
  if (url.hostname !== '') return `\\\\${domainToUnicode(url.hostname)}${path}`;
  if (!/^.[A-Za-z]:/.test(path)) throw new codes.ERR_INVALID_FILE_URL_PATH('must be absolute');
  return path.slice(1);
}

function fileURLToPath(url, options = undefined) {
  const windows = options?.windows;
  if (typeof url === 'string') url = new URL(url);
  else if (!isURL(url)) throw new codes.ERR_INVALID_ARG_TYPE('path', ['string', 'URL'], url);
  if (url.protocol !== 'file:') throw new codes.ERR_INVALID_URL_SCHEME('file');
  if (windows) return windowsPath(url);
  if (url.hostname !== '') throw new codes.ERR_INVALID_FILE_URL_HOST(process.platform);
  if (/%2f/i.test(url.pathname)) {
    throw new codes.ERR_INVALID_FILE_URL_PATH('must not include encoded / characters');
  }
  return url.pathname.includes('%') ? decodeURIComponent(url.pathname) : url.pathname;
}

const PATH_ESCAPES = {
  '%': '%25',
  '\\': '%5C',
  '\n': '%0A',
  '\r': '%0D',
  '\t': '%09',
  '?': '%3F',
  '#': '%23',
};

function pathToFileURL(path, options = undefined) {
  require('internal/errors/validators').validateString(path, 'path');
  const { posix, win32 } = require('path');
  if (options?.windows) {
    if (path.startsWith('\\\\')) {
      const [, , host, ...rest] = path.split('\\');
      const url = new URL('file:///');
      if (!host || rest.length === 0)
        throw new codes.ERR_INVALID_ARG_VALUE('path', path, 'Missing UNC resource path');
      url.hostname = domainToASCII(host);
      url.pathname = rest.join('/').replace(/[%\n\r\t?#]/g, (c) => PATH_ESCAPES[c]);
      return url;
    }
    const full = win32.resolve(path).replace(/[%\n\r\t?#]/g, (c) => PATH_ESCAPES[c]);
    return new URL(`file:///${full.replaceAll('\\', '/')}${/[\\/]$/.test(path) ? '/' : ''}`);
  }
  let resolved = posix.resolve(path);
  if (path.endsWith('/') && !resolved.endsWith('/')) resolved += '/';
  return new URL(`file://${resolved.replace(/[%\\\n\r\t?#]/g, (c) => PATH_ESCAPES[c])}`);
}

function urlToHttpOptions(url) {
  const { hostname, pathname: path, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname && hostname[0] === '[' ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname: path,
    path: `${path || ''}${search || ''}`,
    href: url.href,
  };
  if (port !== '') options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

module.exports = {
  URL,
  URLSearchParams,
  domainToASCII,
  domainToUnicode,
  fileURLToPath,
  isURL,
  pathToFileURL,
  toPathIfFileURL: (value) => (isURL(value) ? fileURLToPath(value) : value),
  urlToHttpOptions,
};
