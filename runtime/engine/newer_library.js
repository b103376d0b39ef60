// The standard library that V8 10.2 does not have yet and programs written for Node.js 20 and later call: change array by
// copy (ES2023), grouping, Promise.withResolvers, well-formed strings and ArrayBuffer transfer (ES2024), Array.fromAsync,
// Promise.try, RegExp.escape, Set methods and iterator helpers (ES2025), Symbol.dispose (explicit resource management).
// Each is added only where the engine has none. It runs while the snapshot is made: at start-up it costs nothing.
'use strict';

const { add, addGetter, checkFunction, lengthOf, toInteger } = require('internal/engine/newer_define');

for (const name of ['dispose', 'asyncDispose']) {
  if (name in Symbol) continue;
  Object.defineProperty(Symbol, name, {
    value: Symbol(`Symbol.${name}`),
    writable: false,
    enumerable: false,
    configurable: false,
  });
}

require('internal/engine/newer_sets');
require('internal/engine/newer_iterators');

// ---- Arrays

function checkComparator(compare) {
  if (compare !== undefined && typeof compare !== 'function') {
    throw new TypeError('The comparison function must be either a function or undefined');
  }
}

function checkLength(length) {
  if (length > 2 ** 32 - 1) throw new RangeError('Invalid array length');
}

// A copy without holes.
function copyOf(object, length) {
  checkLength(length);
  const copy = [];
  for (let i = 0; i < length; i++) copy.push(object[i]);
  return copy;
}

// The place of `index` in `length` elements; negative ones count from the end.
function clamp(index, length) {
  const at = toInteger(index);
  return at < 0 ? Math.max(length + at, 0) : Math.min(at, length);
}

function actualIndex(index, length) {
  const at = toInteger(index);
  return at < 0 ? length + at : at;
}

add(Array.prototype, {
  toReversed() {
    const object = Object(this);
    const length = lengthOf(object);
    checkLength(length);
    const copy = [];
    for (let i = length - 1; i >= 0; i--) copy.push(object[i]);
    return copy;
  },
  toSorted(compare) {
    checkComparator(compare);
    const object = Object(this);
    return copyOf(object, lengthOf(object)).sort(compare);
  },
  toSpliced(start, skip, ...items) {
    const object = Object(this);
    const length = lengthOf(object);
    const from = clamp(start, length);
    let count = Math.min(Math.max(toInteger(skip), 0), length - from);
    if (arguments.length === 0) count = 0;
    else if (arguments.length === 1) count = length - from;
    if (length + items.length - count > Number.MAX_SAFE_INTEGER) throw new TypeError('Invalid array length');
    checkLength(length + items.length - count);
    const copy = [];
    for (let i = 0; i < from; i++) copy.push(object[i]);
    for (let i = 0; i < items.length; i++) copy.push(items[i]);
    for (let i = from + count; i < length; i++) copy.push(object[i]);
    return copy;
  },
  with(index, value) {
    const object = Object(this);
    const length = lengthOf(object);
    const at = actualIndex(index, length);
    if (at < 0 || at >= length) throw new RangeError('Invalid index : ' + String(index));
    const copy = copyOf(object, length);
    copy[at] = value;
    return copy;
  },
});
for (const name of ['toReversed', 'toSorted', 'toSpliced']) Array.prototype[Symbol.unscopables][name] = true;

const TypedArray = Object.getPrototypeOf(Uint8Array);
const typeOf = Object.getOwnPropertyDescriptor(TypedArray.prototype, Symbol.toStringTag).get;
const typedLength = Object.getOwnPropertyDescriptor(TypedArray.prototype, 'length').get;
const typedArrays = new Map(
  Reflect.ownKeys(globalThis)
    .filter((name) => Object.getPrototypeOf(globalThis[name] ?? 0) === TypedArray)
    .map((name) => [name, globalThis[name]]),
);

// A copy of the same element type: of the type itself, not of a class derived from it (a Buffer's is a Uint8Array).
function typedCopy(array) {
  const type = typedArrays.get(typeOf.call(array));
  if (type === undefined) throw new TypeError('this is not a typed array.');
  return new type(array);
}

add(TypedArray.prototype, {
  toReversed() {
    return typedCopy(this).reverse();
  },
  toSorted(compare) {
    checkComparator(compare);
    return typedCopy(this).sort(compare);
  },
  with(index, value) {
    if (typeOf.call(this) === undefined) throw new TypeError('this is not a typed array.');
    const at = actualIndex(index, typedLength.call(this));
    const number = typeOf.call(this).startsWith('Big') ? BigInt.asIntN(64, value) : Number(value);
    // Read again: the conversion may have shrunk the array.
    if (at < 0 || at >= typedLength.call(this)) throw new RangeError('Invalid typed array index');
    const copy = typedCopy(this);
    copy[at] = number;
    return copy;
  },
});

async function fromAsync(target, items, map, thisArg) {
  if (map !== undefined) checkFunction(map);
  const create = (...args) => (isConstructor(target) ? new target(...args) : new Array(...args));
  const put = (result, i, value) =>
    Object.defineProperty(result, i, { value, writable: true, enumerable: true, configurable: true });
  let i = 0;
  if (items[Symbol.asyncIterator] == null && items[Symbol.iterator] == null) {
    const source = Object(items);
    const length = lengthOf(source);
    const result = create(length);
    for (; i < length; i++) {
      const value = await source[i];
      put(result, i, map === undefined ? value : await map.call(thisArg, value, i));
    }
    result.length = length;
    return result;
  }
  const result = create();
  for await (const value of items) {
    put(result, i, map === undefined ? value : await map.call(thisArg, value, i));
    i++;
  }
  result.length = i;
  return result;
}

function isConstructor(value) {
  if (typeof value !== 'function') return false;
  try {
    Reflect.construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

add(
  Array,
  {
    fromAsync(items, map, thisArg) {
      return fromAsync(this, items, map, thisArg);
    },
  },
  { fromAsync: 1 },
);

// ---- Grouping

function grouped(items, keyOf) {
  if (items == null) throw new TypeError(`${String(items)} is not iterable`);
  checkFunction(keyOf);
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

add(Object, {
  groupBy(items, callback) {
    checkFunction(callback);
    const toKey = (item, i) => {
      const key = callback(item, i);
      return typeof key === 'symbol' ? key : `${key}`;
    };
    const result = Object.create(null);
    for (const [key, group] of grouped(items, toKey)) result[key] = group;
    return result;
  },
});

add(Map, {
  groupBy(items, callback) {
    return grouped(items, callback);
  },
});

// ---- Promises, strings, regular expressions, errors

add(
  Promise,
  {
    withResolvers() {
      let resolve, reject;
      const promise = new this((...functions) => ([resolve, reject] = functions));
      return { promise, resolve, reject };
    },
    try(callback, ...args) {
      if (Object(this) !== this) throw new TypeError('Promise.try called on non-object');
      return new this((resolve) => resolve(callback(...args)));
    },
  },
  { try: 1 },
);

add(String.prototype, {
  isWellFormed() {
    if (this == null) throw new TypeError('String.prototype.isWellFormed called on null or undefined');
    return !/\p{Surrogate}/u.test(String(this));
  },
  toWellFormed() {
    if (this == null) throw new TypeError('String.prototype.toWellFormed called on null or undefined');
    return String(this).replace(/\p{Surrogate}/gu, '\ufffd');
  },
});

const hex = (unit, digits) => unit.toString(16).padStart(digits, '0');
const kControls = { '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r' };

function escapeUnit(text) {
  if (kControls[text] !== undefined) return kControls[text];
  const code = text.charCodeAt(0);
  return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

add(RegExp, {
  escape(text) {
    if (typeof text !== 'string') throw new TypeError('RegExp.escape takes a string');
    return text
      .replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
      .replace(/^[0-9a-zA-Z]/, escapeUnit)
      .replace(/[,\-=<>#&!%:;@~'`"\s\ufeff]|\p{Surrogate}/gu, (c) =>
        Array.from({ length: c.length }, (_, i) => escapeUnit(c[i])).join(''),
      );
  },
});

const { isNativeError } = internalBinding('types');
add(Error, {
  isError(value) {
    return isNativeError(value);
  },
});

// ---- ArrayBuffer

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
const { detach } = internalBinding('script');

function isDetached(buffer) {
  if (byteLength.call(buffer) !== 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function transfer(buffer, newLength) {
  const length = newLength === undefined ? byteLength.call(buffer) : toInteger(newLength);
  if (length < 0 || length > Number.MAX_SAFE_INTEGER) throw new RangeError('Invalid array buffer length');
  if (isDetached(buffer)) {
    throw new TypeError('Cannot perform ArrayBuffer.prototype.transfer on a detached ArrayBuffer');
  }
  const same = length === byteLength.call(buffer);
  const moved = detach(buffer);
  if (same) return moved;
  const result = new ArrayBuffer(length);
  new Uint8Array(result).set(new Uint8Array(moved, 0, Math.min(length, moved.byteLength)));
  return result;
}

add(
  ArrayBuffer.prototype,
  {
    transfer(newLength) {
      return transfer(this, newLength);
    },
    transferToFixedLength(newLength) {
      return transfer(this, newLength);
    },
  },
  { transfer: 0, transferToFixedLength: 0 },
);
addGetter(ArrayBuffer.prototype, 'detached', {
  get detached() {
    return isDetached(this);
  },
});
// No buffer of this engine changes its size; what asks (webidl-conversions, and jsdom with it, at their start) is told so.
function tellFixedSize(prototype, name) {
  const sizeOf = Object.getOwnPropertyDescriptor(prototype, 'byteLength').get;
  const fixed = {
    get [name]() {
      sizeOf.call(this); // throws when `this` is none
      return false;
    },
    get maxByteLength() {
      return sizeOf.call(this);
    },
  };
  addGetter(prototype, name, fixed);
  addGetter(prototype, 'maxByteLength', fixed);
}
tellFixedSize(ArrayBuffer.prototype, 'resizable');

/** What can only be added when a program starts: the engine makes SharedArrayBuffer after it has read the snapshot. */
exports.addAtStart = () => {
  if (globalThis.SharedArrayBuffer !== undefined) tellFixedSize(SharedArrayBuffer.prototype, 'growable');
};
