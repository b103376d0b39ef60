'use strict';
// What util.inspect() calls a value: by its constructor, its prototypes and what V8 made it as.

const types = require('internal/util/types');
const { formatPrimitive, stylizeNoColor, kObject } = require('internal/util/inspect_text');
const binding = internalBinding('util');
const { keys: ownKeys } = Object; // a program may put its own there

const builtInNames = new Set(
  Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z][a-zA-Z0-9]+$/.test(name)),
);

// Those that most objects have, by prototype; cheaper than to ask the prototype what its constructor is and what that is called.
const commonMakers = new Map(
  [Object, Array, Map, Set, Date, RegExp, Promise, Function, Error, TypeError, Uint8Array].map((maker) => [
    maker.prototype,
    maker,
  ]),
);

function commonName(object) {
  const prototype = Object.getPrototypeOf(object);
  const maker = prototype === Object.prototype ? Object : commonMakers.get(prototype);
  if (maker === undefined || prototype.constructor !== maker || Object.hasOwn(object, 'constructor'))
    return undefined;
  return maker.name;
}

function isInstance(object, constructor) {
  try {
    return object instanceof constructor;
  } catch {
    return false;
  }
}

let frozenGetters;
/** @param {WeakMap<Function, unknown>} getters of what --frozen-intrinsics made accessors → the values */
function setFrozenGetters(getters) {
  frozenGetters = getters;
}

function ownConstructor(object) {
  // Most objects have none of their own, and hasOwn() is cheaper than a descriptor.
  if (!Object.hasOwn(object, 'constructor')) return undefined;
  const descriptor = Object.getOwnPropertyDescriptor(object, 'constructor');
  return descriptor?.get === undefined ? descriptor?.value : frozenGetters?.get(descriptor.get);
}

function getConstructorName(object, ctx, recurseTimes, inherited) {
  if (inherited === undefined) {
    const name = commonName(object);
    if (name !== undefined) return name;
  }
  let firstPrototype;
  const start = object;
  while (object) {
    const maker = ownConstructor(object);
    if (typeof maker === 'function' && maker.name !== '' && isInstance(start, maker)) {
      if (inherited !== undefined && (firstPrototype !== object || !builtInNames.has(maker.name))) {
        addInherited(ctx, start, firstPrototype || start, recurseTimes, inherited);
      }
      return String(maker.name);
    }
    object = Object.getPrototypeOf(object);
    if (firstPrototype === undefined) firstPrototype = object;
  }
  if (firstPrototype === null) return null;
  const name = binding.getConstructorName(start);
  if (recurseTimes > ctx.depth && ctx.depth !== null) return `${name} <Complex prototype>`;
  const above = getConstructorName(firstPrototype, ctx, recurseTimes + 1, inherited);
  if (above === null) {
    const { inspect } = require('internal/util/inspect');
    const shown = inspect(firstPrototype, { ...ctx, customInspect: false, depth: -1 });
    return `${name} <${shown}>`;
  }
  return `${name} <${above}>`;
}

// With showHidden: getters and values of up to three prototypes that are the program's own.
function addInherited(ctx, main, object, recurseTimes, output) {
  let depth = 0;
  let keys;
  let known;
  do {
    if (depth !== 0 || main === object) {
      object = Object.getPrototypeOf(object);
      if (object === null) break;
      const maker = ownConstructor(object);
      if (typeof maker === 'function' && builtInNames.has(maker.name)) break;
    }
    if (depth === 0) known = new Set();
    else for (const key of keys) known.add(key);
    keys = Reflect.ownKeys(object);
    ctx.seen.push(main);
    for (const key of keys) {
      if (key === 'constructor' || Object.hasOwn(main, key) || (depth !== 0 && known.has(key))) continue;
      const descriptor = Object.getOwnPropertyDescriptor(object, key);
      if (typeof descriptor.value === 'function') continue;
      const text = require('internal/util/inspect').formatProperty(
        ctx,
        object,
        recurseTimes,
        key,
        kObject,
        descriptor,
        main,
      );
      output.push(ctx.colors ? `\u001b[2m${text}\u001b[22m` : text);
    }
    ctx.seen.pop();
  } while (++depth !== 3);
}

function getPrefix(constructor, tag, fallback, size = '') {
  if (constructor === null) {
    if (tag !== '' && fallback !== tag) return `[${fallback}${size}: null prototype] [${tag}] `;
    return `[${fallback}${size}: null prototype] `;
  }
  if (tag !== '' && constructor !== tag) return `${constructor}${size} [${tag}] `;
  return `${constructor}${size} `;
}

// What an object without a prototype is called: what it was made as.
function fallbackName(value, constructor) {
  return constructor === null ? binding.getConstructorName(value) : 'Object';
}

function getKeys(value, showHidden) {
  const symbols = Object.getOwnPropertySymbols(value);
  if (showHidden) return [...Object.getOwnPropertyNames(value), ...symbols];
  let keys;
  try {
    keys = ownKeys(value);
  } catch {
    // A module namespace whose bindings are not initialised yet.
    keys = Object.getOwnPropertyNames(value);
  }
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) keys.push(symbol);
  }
  return keys;
}

function functionBase(value, constructor, tag) {
  const source = Function.prototype.toString.call(value);
  if (source.startsWith('class') && source.endsWith('}')) {
    const body = source.slice(5, -1);
    const brace = body.indexOf('{');
    if (
      brace !== -1 &&
      (!body.slice(0, brace).includes('(') ||
        /^(\s+[^(]*?)\s*{/.test(body.replace(/(\/\/.*?\n)|(\/\*(.|\n)*?\*\/)/g, '')))
    ) {
      return classBase(value, constructor, tag);
    }
  }
  let type = 'Function';
  if (types.isGeneratorFunction(value)) type = `Generator${type}`;
  if (types.isAsyncFunction(value)) type = `Async${type}`;
  let base = `[${type}`;
  if (constructor === null) base += ' (null prototype)';
  base += value.name === '' ? ' (anonymous)' : `: ${String(value.name)}`;
  base += ']';
  if (constructor !== type && constructor !== null) base += ` ${constructor}`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  return base;
}

function classBase(value, constructor, tag) {
  const name = (Object.hasOwn(value, 'name') && value.name) || '(anonymous)';
  let base = `class ${name}`;
  if (constructor !== 'Function' && constructor !== null) base += ` [${constructor}]`;
  if (tag !== '' && constructor !== tag) base += ` [${tag}]`;
  if (constructor !== null) {
    const above = Object.getPrototypeOf(value).name;
    if (above) base += ` extends ${above}`;
  } else {
    base += ' extends null';
  }
  return `[${base}]`;
}

function boxedBase(value, ctx, keys, constructor, tag) {
  let type;
  let unbox;
  if (types.isNumberObject(value)) {
    [type, unbox] = ['Number', Number.prototype.valueOf];
  } else if (types.isStringObject(value)) {
    [type, unbox] = ['String', String.prototype.valueOf];
    // The characters are keys too.
    keys.splice(0, value.length);
  } else if (types.isBooleanObject(value)) {
    [type, unbox] = ['Boolean', Boolean.prototype.valueOf];
  } else if (types.isBigIntObject(value)) {
    [type, unbox] = ['BigInt', BigInt.prototype.valueOf];
  } else {
    [type, unbox] = ['Symbol', Symbol.prototype.valueOf];
  }
  let base = `[${type}`;
  if (type !== constructor) base += constructor === null ? ' (null prototype)' : ` (${constructor})`;
  base += `: ${formatPrimitive(stylizeNoColor, unbox.call(value), ctx)}]`;
  if (tag !== '' && tag !== constructor) base += ` [${tag}]`;
  if (keys.length !== 0 || ctx.stylize === stylizeNoColor) return base;
  return ctx.stylize(base, type.toLowerCase());
}

module.exports = {
  boxedBase,
  builtInNames,
  fallbackName,
  functionBase,
  getConstructorName,
  getKeys,
  getPrefix,
  setFrozenGetters,
};
