'use strict';
// MIMEType and MIMEParams (https://mimesniff.spec.whatwg.org/#parsing-a-mime-type).

const { codes } = require('internal/errors');

const NOT_TOKEN = /[^!#$%&'*+\-.^_`|~A-Za-z0-9]/;
const NOT_QUOTED = /[^\t\u0020-~\u0080-\u00ff]/;
const LEADING_SPACE = /^[\t\n\r ]+/;
const TRAILING_SPACE = /[\t\n\r ]+$/;

const lower = (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());

function checkToken(value, production) {
  const index = value.search(NOT_TOKEN);
  if (value === '' || index !== -1) throw new codes.ERR_INVALID_MIME_SYNTAX(production, value, index);
}

function serialize(value) {
  if (value.length > 0 && !NOT_TOKEN.test(value)) return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

class MIMEParams {
  #data = new Map();

  delete(name) {
    this.#data.delete(name);
  }
  get(name) {
    return this.#data.has(name) ? this.#data.get(name) : null;
  }
  has(name) {
    return this.#data.has(name);
  }
  set(name, value) {
    name = `${name}`;
    value = `${value}`;
    checkToken(name, 'parameter name');
    const index = value.search(NOT_QUOTED);
    if (index !== -1) throw new codes.ERR_INVALID_MIME_SYNTAX('parameter value', value, index);
    this.#data.set(name, value);
  }
  *entries() {
    yield* this.#data.entries();
  }
  *keys() {
    yield* this.#data.keys();
  }
  *values() {
    yield* this.#data.values();
  }
  toString() {
    return [...this.#data].map(([name, value]) => `${name}=${serialize(value)}`).join(';');
  }

  // What is malformed is left out; the first of a name counts.
  static parse(text) {
    const params = new MIMEParams();
    let position = 0;
    while (position < text.length) {
      position += LEADING_SPACE.exec(text.slice(position))?.[0].length ?? 0;
      const rest = text.slice(position);
      const nameEnd = rest.search(/[;=]|$/);
      const name = lower(rest.slice(0, nameEnd));
      position += nameEnd + 1;
      if (rest[nameEnd] !== '=') continue;
      let value;
      if (text[position] === '"') {
        value = '';
        position++;
        while (position < text.length && text[position] !== '"') {
          if (text[position] === '\\' && position + 1 < text.length) position++;
          value += text[position++];
        }
        const next = text.indexOf(';', position);
        position = next === -1 ? text.length : next + 1;
      } else {
        const next = text.indexOf(';', position);
        const end = next === -1 ? text.length : next;
        value = text.slice(position, end).replace(TRAILING_SPACE, '');
        position = end + 1;
        if (value === '') continue;
      }
      if (name !== '' && !NOT_TOKEN.test(name) && !NOT_QUOTED.test(value) && !params.has(name)) {
        params.#data.set(name, value);
      }
    }
    return params;
  }
}
Object.defineProperty(MIMEParams.prototype, Symbol.iterator, {
  configurable: true,
  value: MIMEParams.prototype.entries,
  writable: true,
});
Object.defineProperty(MIMEParams.prototype, 'toJSON', {
  configurable: true,
  value: MIMEParams.prototype.toString,
  writable: true,
});

class MIMEType {
  #type;
  #subtype;
  #params;

  constructor(input) {
    const text = `${input}`.replace(LEADING_SPACE, '');
    const slash = text.indexOf('/');
    const type = slash === -1 ? text : text.slice(0, slash);
    const typeIndex = type.search(NOT_TOKEN);
    if (type === '' || slash === -1 || typeIndex !== -1) {
      throw new codes.ERR_INVALID_MIME_SYNTAX('type', text, typeIndex);
    }
    const rest = text.slice(slash + 1);
    const semicolon = rest.indexOf(';');
    const subtype = (semicolon === -1 ? rest : rest.slice(0, semicolon)).replace(TRAILING_SPACE, '');
    const subtypeIndex = subtype.search(NOT_TOKEN);
    if (subtype === '' || subtypeIndex !== -1) {
      throw new codes.ERR_INVALID_MIME_SYNTAX(
        'subtype',
        text,
        subtypeIndex === -1 ? -1 : slash + 1 + subtypeIndex,
      );
    }
    this.#type = lower(type);
    this.#subtype = lower(subtype);
    this.#params = MIMEParams.parse(semicolon === -1 ? '' : rest.slice(semicolon + 1));
  }
  get type() {
    return this.#type;
  }
  set type(value) {
    value = `${value}`;
    checkToken(value, 'type');
    this.#type = lower(value);
  }
  get subtype() {
    return this.#subtype;
  }
  set subtype(value) {
    value = `${value}`;
    checkToken(value, 'subtype');
    this.#subtype = lower(value);
  }
  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }
  get params() {
    return this.#params;
  }
  toString() {
    const params = this.#params.toString();
    return params === '' ? this.essence : `${this.essence};${params}`;
  }
}
Object.defineProperty(MIMEType.prototype, 'toJSON', {
  configurable: true,
  value: MIMEType.prototype.toString,
  writable: true,
});

module.exports = { MIMEParams, MIMEType };
