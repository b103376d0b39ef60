'use strict';
// What util.inspect() shows of an object: how it begins and ends, what makes its entries, and its keys.

const types = require('internal/util/types');
const { formatNumber, kArrayExtras, kObject } = require('internal/util/inspect_text');
const { boxedBase, fallbackName, functionBase, getKeys, getPrefix } = require('internal/util/inspect_names');
const binding = internalBinding('util');
const { getExternalValue } = binding;
const { keys: ownKeys } = Object; // a program may put its own there

// Of runtime/engine/object_shape.h: what getShape() tells. Objects that have one need no looking for proxies, symbols and getters.
const kOther = 0;
const kFields = 1;
const kPackedArray = 2;

function isNativeError(value) {
  return types.isNativeError(value) || value instanceof Error;
}

function getOwnNonIndexProperties(value, showHidden) {
  return binding.getOwnNonIndexProperties(value, !showHidden);
}

let loadedEntries;
const entryFormats = () => (loadedEntries ??= require('internal/util/inspect_entries'));

// What is shown of an object: when `text` is undefined, what stands before its braces, the entries that `format` makes, and its keys.
const whole = (text) => ({
  text,
  keys: undefined,
  braces: undefined,
  base: '',
  kind: kObject,
  format: undefined,
});
const inBraces = (keys, start, end, format, kind) => ({
  text: undefined,
  keys,
  braces: [start, end],
  base: '',
  kind,
  format,
});
const withBase = (keys, base) => ({
  text: undefined,
  keys,
  braces: ['{', '}'],
  base,
  kind: kObject,
  format: undefined,
});

function describeIterable(ctx, value, shape, constructor, tag, inherited) {
  const entries = entryFormats();
  const bare = (keys) => keys.length === 0 && inherited === undefined;
  if (shape >= kPackedArray || Array.isArray(value)) {
    const isSimple = shape !== kOther && !ctx.showHidden;
    const prefix =
      constructor !== 'Array' || tag !== '' ? getPrefix(constructor, tag, 'Array', `(${value.length})`) : '';
    const keys = isSimple ? [] : getOwnNonIndexProperties(value, ctx.showHidden);
    if (value.length === 0 && bare(keys)) return whole(`${prefix}[]`);
    const format = shape === kPackedArray ? entries.formatPackedArray : entries.formatArray;
    return inBraces(keys, `${prefix}[`, ']', format, kArrayExtras);
  }
  if (types.isSet(value) || types.isMap(value)) {
    const isSet = types.isSet(value);
    const size = isSet ? entries.sizeOfSet(value) : entries.sizeOfMap(value);
    const prefix = getPrefix(constructor, tag, isSet ? 'Set' : 'Map', `(${size})`);
    const keys = getKeys(value, ctx.showHidden);
    if (size === 0 && bare(keys)) return whole(`${prefix}{}`);
    return inBraces(keys, `${prefix}{`, '}', isSet ? entries.formatSet : entries.formatMap, kObject);
  }
  if (types.isTypedArray(value)) {
    const keys = getOwnNonIndexProperties(value, ctx.showHidden);
    let bound = value;
    let fallback = '';
    if (constructor === null) {
      const prototype = Object.getPrototypeOf(Uint8Array.prototype);
      fallback = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag).get.call(value);
      bound = new globalThis[fallback](value);
    }
    const size = bound.length;
    const prefix = getPrefix(constructor, tag, fallback, `(${size})`);
    if (size === 0 && keys.length === 0 && !ctx.showHidden) return whole(`${prefix}[]`);
    const format = (c, v, r) => entries.formatTypedArray(c, bound, size, r);
    return inBraces(keys, `${prefix}[`, ']', format, kArrayExtras);
  }
  if (types.isMapIterator(value) || types.isSetIterator(value)) {
    const type = `${types.isMapIterator(value) ? 'Map' : 'Set'} Iterator`;
    const name = tag === type ? tag : tag === '' ? type : `${tag}] [${type}`;
    const parts = inBraces(getKeys(value, ctx.showHidden), `[${name}] {`, '}', undefined, kObject);
    parts.format = entries.formatIterator.bind(null, parts.braces);
    return parts;
  }
  return undefined;
}

const keysOf = (ctx, value, shape) => (shape === kFields ? ownKeys(value) : getKeys(value, ctx.showHidden));

function describePlain(ctx, value, shape, tag, inherited) {
  const keys = keysOf(ctx, value, shape);
  let start = '{';
  if (shape === kOther && types.isArgumentsObject(value)) start = '[Arguments] {';
  else if (tag !== '') start = `${getPrefix('Object', tag, 'Object')}{`;
  if (keys.length === 0 && inherited === undefined) return whole(`${start}}`);
  return inBraces(keys, start, '}', undefined, kObject);
}

function describeObject(ctx, value, shape, recurseTimes, constructor, tag, inherited, typedArray) {
  const keys = keysOf(ctx, value, shape);
  const bare = () => keys.length === 0 && inherited === undefined;
  const entries = entryFormats();
  const braced = (name, format) =>
    inBraces(keys, `${getPrefix(constructor, tag, name)}{`, '}', format, kObject);
  const based = (base, style) =>
    bare() ? whole(style ? ctx.stylize(base, style) : base) : withBase(keys, base);
  if (shape === kFields && !(value instanceof Error)) {
    return bare()
      ? whole(`${getPrefix(constructor, tag, fallbackName(value, constructor))}{}`)
      : braced(fallbackName(value, constructor));
  }
  if (typeof value === 'function') return based(functionBase(value, constructor, tag), 'special');
  if (types.isRegExp(value)) {
    const base = RegExp.prototype.toString.call(constructor !== null ? value : new RegExp(value));
    const prefix = getPrefix(constructor, tag, 'RegExp');
    const full = prefix !== 'RegExp ' ? `${prefix}${base}` : base;
    if (recurseTimes > ctx.depth && ctx.depth !== null) return whole(ctx.stylize(full, 'regexp'));
    return based(full, 'regexp');
  }
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    const base = Number.isNaN(time)
      ? Date.prototype.toString.call(value)
      : Date.prototype.toISOString.call(value);
    const prefix = getPrefix(constructor, tag, 'Date');
    return based(prefix !== 'Date ' ? `${prefix}${base}` : base, 'date');
  }
  if (isNativeError(value)) {
    const { formatError } = require('internal/util/inspect_error');
    const helpers = { getPrefix, isError: isNativeError };
    return based(formatError(value, constructor, tag, ctx, keys, helpers));
  }
  if (types.isAnyArrayBuffer(value)) {
    const name = types.isArrayBuffer(value) ? 'ArrayBuffer' : 'SharedArrayBuffer';
    const prefix = getPrefix(constructor, tag, name);
    if (typedArray !== undefined && bare()) {
      return whole(`${prefix}{ byteLength: ${formatNumber(ctx.stylize, value.byteLength, false)} }`);
    }
    keys.unshift('byteLength');
    return braced(name, typedArray === undefined ? entries.formatArrayBuffer : undefined);
  }
  if (types.isDataView(value)) {
    keys.unshift('byteLength', 'byteOffset', 'buffer');
    return braced('DataView');
  }
  if (types.isPromise(value)) return braced('Promise', entries.formatPromise);
  if (types.isWeakSet(value)) {
    return braced('WeakSet', ctx.showHidden ? entries.formatWeakSet : entries.formatUnknown);
  }
  if (types.isWeakMap(value)) {
    return braced('WeakMap', ctx.showHidden ? entries.formatWeakMap : entries.formatUnknown);
  }
  if (types.isModuleNamespaceObject(value)) {
    return braced('Module', (c, v, r) => entries.formatNamespace(c, v, r, keys));
  }
  if (types.isBoxedPrimitive(value)) return based(boxedBase(value, ctx, keys, constructor, tag));
  if (bare()) {
    if (types.isExternal(value)) {
      return whole(ctx.stylize(`[External: ${getExternalValue(value).toString(16)}]`, 'special'));
    }
    return whole(`${getPrefix(constructor, tag, fallbackName(value, constructor))}{}`);
  }
  return braced(fallbackName(value, constructor));
}

module.exports = {
  describeIterable,
  describeObject,
  describePlain,
  getOwnNonIndexProperties,
  isNativeError,
  kFields,
  kOther,
};
