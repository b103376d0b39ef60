// Methods of the standard library that V8 10.2 does not have yet and programs written for Node.js 20 and later call:
// change array by copy (ES2023), grouping and Promise.withResolvers (ES2024), Array.fromAsync, Set methods (ES2025).
// Each is added only where the engine has none.
'use strict';

function add(target, methods) {
  for (const name of Object.keys(methods)) {
    if (Object.prototype.hasOwnProperty.call(target, name)) continue;
    Object.defineProperty(target, name, {
      value: methods[name],
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
}

const toInteger = (value) => Math.trunc(Number(value)) || 0;
const fromEnd = (index, length) => (index < 0 ? Math.max(length + index, 0) : Math.min(index, length));

function checkComparator(compare) {
  if (compare !== undefined && typeof compare !== 'function') {
    throw new TypeError('The comparison function must be either a function or undefined');
  }
}

function replaced(copy, index, value) {
  const at = toInteger(index);
  const actual = at < 0 ? copy.length + at : at;
  if (actual < 0 || actual >= copy.length) throw new RangeError('Invalid index');
  copy[actual] = value;
  return copy;
}

add(Array.prototype, {
  toReversed() {
    return Array.from({ length: this.length }, (_, i) => this[this.length - 1 - i]);
  },
  toSorted(compare) {
    checkComparator(compare);
    return Array.from({ length: this.length }, (_, i) => this[i]).sort(compare);
  },
  toSpliced(start, skip, ...items) {
    const copy = Array.from({ length: this.length }, (_, i) => this[i]);
    const from = fromEnd(toInteger(start), copy.length);
    const count = arguments.length === 0 ? 0 : arguments.length === 1 ? copy.length - from : toInteger(skip);
    copy.splice(from, count, ...items);
    return copy;
  },
  with(index, value) {
    return replaced(
      Array.from({ length: this.length }, (_, i) => this[i]),
      index,
      value,
    );
  },
});

add(Object.getPrototypeOf(Uint8Array.prototype), {
  toReversed() {
    return new this.constructor(this).reverse();
  },
  toSorted(compare) {
    checkComparator(compare);
    return new this.constructor(this).sort(compare);
  },
  with(index, value) {
    return replaced(new this.constructor(this), index, value);
  },
});

function grouped(items, keyOf) {
  if (typeof keyOf !== 'function') throw new TypeError(`${String(keyOf)} is not a function`);
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
    const toKey = (item, i) => {
      const key = callback(item, i);
      return typeof key === 'symbol' ? key : `${key}`;
    };
    if (typeof callback !== 'function') throw new TypeError(`${String(callback)} is not a function`);
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

add(Promise, {
  withResolvers() {
    let resolve, reject;
    const promise = new this((...functions) => ([resolve, reject] = functions));
    return { promise, resolve, reject };
  },
});

add(Array, {
  async fromAsync(items, map, thisArg) {
    const result = [];
    const iterable = items[Symbol.asyncIterator] || items[Symbol.iterator] ? items : Array.from(items);
    for await (const item of iterable) {
      result.push(map ? await map.call(thisArg, item, result.length) : item);
    }
    return result;
  },
});

add(String.prototype, {
  isWellFormed() {
    return !/\p{Surrogate}/u.test(String(this));
  },
  toWellFormed() {
    return String(this).replace(/\p{Surrogate}/gu, '\ufffd');
  },
});

/** What a Set method takes: size, has and keys. */
function setLike(other) {
  const { size, has, keys } = Object(other);
  if (Number.isNaN(Number(size))) throw new TypeError('The "size" property must be a number');
  if (typeof has !== 'function' || typeof keys !== 'function')
    throw new TypeError('"has" and "keys" must be functions');
  return {
    has: (value) => Boolean(has.call(other, value)),
    *[Symbol.iterator]() {
      const iterator = keys.call(other);
      for (let step = iterator.next(); !step.done; step = iterator.next()) yield step.value;
    },
  };
}

add(Set.prototype, {
  union(other) {
    return new Set([...this, ...setLike(other)]);
  },
  intersection(other) {
    const second = setLike(other);
    return new Set([...this].filter((value) => second.has(value)));
  },
  difference(other) {
    const second = setLike(other);
    return new Set([...this].filter((value) => !second.has(value)));
  },
  symmetricDifference(other) {
    const result = new Set(this);
    for (const value of setLike(other)) {
      if (this.has(value)) result.delete(value);
      else result.add(value);
    }
    return result;
  },
  isSubsetOf(other) {
    const second = setLike(other);
    return [...this].every((value) => second.has(value));
  },
  isSupersetOf(other) {
    return [...setLike(other)].every((value) => this.has(value));
  },
  isDisjointFrom(other) {
    const second = setLike(other);
    return ![...this].some((value) => second.has(value));
  },
});
