'use strict';
// URLSearchParams (https://url.spec.whatwg.org/#interface-urlsearchparams): a flat list [name, value, name, value, …].

const { codes } = require('internal/errors');
const { decodeAscii, withoutPlus } = require('internal/url/escapes');

const kInspect = Symbol.for('nodejs.util.inspect.custom');

const usv = (value) => {
  const text = `${value}`;
  return /[\ud800-\udfff]/.test(text) ? internalBinding('util').toUSVString(text) : text;
};

function decodeBytes(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    const { unescapeBuffer } = require('querystring');
    const { Buffer } = require('buffer');
    return unescapeBuffer(Buffer.from(text, 'utf8').latin1Slice()).utf8Slice();
  }
}

// A name or value between two places. `kinds`: all its characters, or'ed; `special`: there is a + or % among them.
function formPart(text, from, to, kinds, special) {
  if (from === to) return '';
  let part = text.slice(from, to);
  if (kinds > 0x7f) part = usv(part);
  if (!special) return part;
  if (part.includes('+')) part = withoutPlus(part, ' ');
  const percent = part.indexOf('%');
  return percent === -1 ? part : (decodeAscii(part, percent) ?? decodeBytes(part));
}

// application/x-www-form-urlencoded, from a place on
function parseForm(text, from = 0) {
  const list = [];
  let start = from; // of the name or value
  let isValue = false;
  let kinds = 0;
  let special = false;
  for (let i = from; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 0x26;
    if (c === 0x26 || (c === 0x3d && !isValue)) {
      const isName = !isValue;
      isValue = c === 0x3d;
      if (!isName || isValue || i > start) {
        list.push(formPart(text, start, i, kinds, special));
        if (isName && !isValue) list.push('');
      }
      start = i + 1;
      kinds = 0;
      special = false;
    } else {
      kinds |= c;
      if (c === 0x2b || c === 0x25) special = true;
    }
  }
  return list;
}

// What is written as it is: 1; as one byte in hexadecimal: 0.
const KEPT = new Uint8Array(128);
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._')
  KEPT[c.charCodeAt(0)] = 1;
const hexByte = (c) => (c === 0x20 ? '+' : `%${c < 16 ? '0' : ''}${c.toString(16).toUpperCase()}`);

function encode(text) {
  let result = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x7f) return encodeAny(text);
    if (KEPT[c] === 1) continue;
    result += i > from ? text.slice(from, i) + hexByte(c) : hexByte(c);
    from = i + 1;
  }
  return from === 0 ? text : result + text.slice(from);
}

function encodeAny(text) {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (c) => hexByte(c.charCodeAt(0)));
}

function serializeForm(list) {
  if (list.length === 0) return '';
  let text = `${encode(list[0])}=${encode(list[1])}`;
  for (let i = 2; i < list.length; i += 2) text += `&${encode(list[i])}=${encode(list[i + 1])}`;
  return text;
}

function listFromIterable(iterable) {
  const list = [];
  for (const pair of iterable) {
    if (
      pair === null ||
      (typeof pair !== 'object' && typeof pair !== 'function') ||
      typeof pair[Symbol.iterator] !== 'function'
    ) {
      throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
    }
    const items = [...pair];
    if (items.length !== 2) throw new codes.ERR_INVALID_TUPLE('Each query pair', '[name, value]');
    list.push(usv(items[0]), usv(items[1]));
  }
  return list;
}

function listFromRecord(record) {
  const entries = new Map();
  for (const key of Reflect.ownKeys(record)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(record, key);
    if (!descriptor?.enumerable) continue;
    if (typeof key === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
    // Names that become the same text are one entry.
    entries.set(usv(key), usv(record[key]));
  }
  return [...entries].flat();
}

class URLSearchParams {
  #list;
  #onChange = undefined;

  constructor(init = undefined) {
    if (init === undefined || init === null) {
      this.#list = [];
      return;
    }
    if (typeof init === 'object' || typeof init === 'function') {
      const method = init[Symbol.iterator];
      if (method === URLSearchParams.prototype[Symbol.iterator] && #list in init) {
        this.#list = init.#list.slice();
      } else if (method != null) {
        if (typeof method !== 'function') throw new codes.ERR_ARG_NOT_ITERABLE('Query pairs');
        this.#list = listFromIterable(init);
      } else {
        this.#list = listFromRecord(init);
      }
      return;
    }
    const text = `${init}`;
    this.#list = parseForm(text, text.charCodeAt(0) === 0x3f ? 1 : 0);
  }

  // For URL: the query of a URL, and whom to tell of changes.
  static forUrl(query, onChange) {
    const params = new URLSearchParams();
    params.#list = parseForm(query);
    params.#onChange = onChange;
    return params;
  }
  static replace(params, query) {
    params.#list = parseForm(query);
  }

  static #check(value) {
    if (typeof value !== 'object' || value === null || !(#list in value)) {
      throw new codes.ERR_INVALID_THIS('URLSearchParams');
    }
    return value.#list;
  }

  #changed() {
    this.#onChange?.(serializeForm(this.#list));
  }

  [kInspect](depth, ctx) {
    const list = URLSearchParams.#check(this);
    if (typeof depth === 'number' && depth < 0) return ctx.stylize('[Object]', 'special');
    const { inspect } = require('internal/util/inspect');
    const inner = { ...ctx };
    if (depth !== null) inner.depth = depth - 1;
    const parts = [];
    let length = 0;
    for (let i = 0; i < list.length; i += 2) {
      parts.push(`${inspect(list[i], inner)} => ${inspect(list[i + 1], inner)}`);
      length += parts[parts.length - 1].length + 2;
    }
    if (parts.length === 0) return `${this.constructor.name} {}`;
    const separator =
      length > (ctx.breakLength ?? 80) || parts.some((part) => part.includes('\n')) ? ',\n  ' : ', ';
    if (separator !== ', ') return `${this.constructor.name} {\n  ${parts.join(separator)} }`;
    return `${this.constructor.name} { ${parts.join(separator)} }`;
  }

  get size() {
    return URLSearchParams.#check(this).length / 2;
  }
  append(name, value) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('name', 'value');
    list.push(usv(name), usv(value));
    this.#changed();
  }
  delete(name, value = undefined) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    name = usv(name);
    if (value !== undefined) value = usv(value);
    for (let i = 0; i < list.length;) {
      if (list[i] === name && (value === undefined || list[i + 1] === value)) list.splice(i, 2);
      else i += 2;
    }
    this.#changed();
  }
  get(name) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    name = usv(name);
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1];
    return null;
  }
  getAll(name) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    name = usv(name);
    const result = [];
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) result.push(list[i + 1]);
    return result;
  }
  has(name, value = undefined) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('name');
    name = usv(name);
    if (value !== undefined) value = usv(value);
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name && (value === undefined || list[i + 1] === value)) return true;
    }
    return false;
  }
  set(name, value) {
    const list = URLSearchParams.#check(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('name', 'value');
    name = usv(name);
    value = usv(value);
    let found = false;
    for (let i = 0; i < list.length;) {
      if (list[i] !== name) {
        i += 2;
      } else if (!found) {
        list[i + 1] = value;
        found = true;
        i += 2;
      } else {
        list.splice(i, 2);
      }
    }
    if (!found) list.push(name, value);
    this.#changed();
  }
  sort() {
    const list = URLSearchParams.#check(this);
    const pairs = [];
    for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
    // By UTF-16 code units; the order of equal names stays.
    pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#list = pairs.flat();
    this.#changed();
  }
  forEach(callback, thisArg = undefined) {
    URLSearchParams.#check(this);
    require('internal/errors/validators').validateFunction(callback, 'callback');
    for (let i = 0; i < this.#list.length; i += 2) {
      callback.call(thisArg, this.#list[i + 1], this.#list[i], this);
    }
  }
  toString() {
    return serializeForm(URLSearchParams.#check(this));
  }
  entries() {
    URLSearchParams.#check(this);
    return makeIterator(this, () => this.#list, 'entries');
  }
  keys() {
    URLSearchParams.#check(this);
    return makeIterator(this, () => this.#list, 'keys');
  }
  values() {
    URLSearchParams.#check(this);
    return makeIterator(this, () => this.#list, 'values');
  }
}

// Iterators see changes made while they run.
const states = new WeakMap();
const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const iteratorPrototype = {
  __proto__: IteratorPrototype,
  next() {
    const state = states.get(this);
    if (state === undefined) throw new codes.ERR_INVALID_THIS('URLSearchParamsIterator');
    const list = state.list();
    if (state.index >= list.length) return { value: undefined, done: true };
    const name = list[state.index];
    const value = list[state.index + 1];
    state.index += 2;
    return {
      value: state.kind === 'keys' ? name : state.kind === 'values' ? value : [name, value],
      done: false,
    };
  },
  [kInspect](depth, ctx) {
    const state = states.get(this);
    if (state === undefined) throw new codes.ERR_INVALID_THIS('URLSearchParamsIterator');
    if (typeof depth === 'number' && depth < 0) return ctx.stylize('[Object]', 'special');
    const { inspect } = require('internal/util/inspect');
    const list = state.list();
    const left = [];
    for (let i = state.index; i < list.length; i += 2) {
      left.push(
        state.kind === 'keys' ? list[i] : state.kind === 'values' ? list[i + 1] : [list[i], list[i + 1]],
      );
    }
    const parts = left.map((item) => inspect(item, ctx));
    const length = parts.reduce((sum, part) => sum + part.length + 2, 0);
    const breaks = length > (ctx.breakLength ?? 80) || parts.some((part) => part.includes('\n'));
    return `${this[Symbol.toStringTag]} {${breaks ? '\n  ' : ' '}${parts.join(breaks ? ',\n  ' : ', ')} }`;
  },
};
Object.defineProperty(iteratorPrototype, 'next', { enumerable: true });
Object.defineProperty(iteratorPrototype, kInspect, { enumerable: false });
Object.defineProperty(iteratorPrototype, Symbol.toStringTag, {
  configurable: true,
  value: 'URLSearchParams Iterator',
});

function makeIterator(target, list, kind) {
  const iterator = Object.create(iteratorPrototype);
  states.set(iterator, { list, kind, index: 0 });
  return iterator;
}

for (const name of [
  'append',
  'delete',
  'get',
  'getAll',
  'has',
  'set',
  'size',
  'sort',
  'entries',
  'forEach',
  'keys',
  'values',
  'toString',
]) {
  Object.defineProperty(URLSearchParams.prototype, name, { enumerable: true });
}
Object.defineProperties(URLSearchParams.prototype, {
  [Symbol.toStringTag]: { configurable: true, value: 'URLSearchParams' },
  [Symbol.iterator]: { configurable: true, writable: true, value: URLSearchParams.prototype.entries },
});

const { forUrl, replace } = URLSearchParams;
delete URLSearchParams.forUrl;
delete URLSearchParams.replace;

module.exports = { URLSearchParams, paramsForUrl: forUrl, replaceParams: replace };
