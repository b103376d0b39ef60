'use strict';
// Deep equality (https://nodejs.org/docs/latest-v20.x/api/assert.html#comparison-details), loose as assert.deepEqual and strict as
// assert.deepStrictEqual and util.isDeepStrictEqual.

const types = require('internal/util/types');
const { getOwnNonIndexProperties, getShape } = internalBinding('util');

// Of runtime/engine/object_shape.h: own properties that are only enumerable data with names; arrays with nothing but elements.
const kFields = 1;
const kPackedArray = 2;

const isObject = (value) => value !== null && typeof value === 'object';
const tagOf = (value) => Object.prototype.toString.call(value);
const elementType = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
).get;
const isEnumerable = (object, key) => Object.prototype.propertyIsEnumerable.call(object, key);

function equalBytes(a, b) {
  const { compare } = internalBinding('buffer');
  return a.byteLength === b.byteLength && (a.byteLength === 0 || compare(a, b) === 0);
}

function equalFloats(a, b) {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  }
  return true;
}

function equalBoxed(a, b) {
  if (types.isNumberObject(a)) {
    return (
      types.isNumberObject(b) && Object.is(Number.prototype.valueOf.call(a), Number.prototype.valueOf.call(b))
    );
  }
  for (const [is, type] of [
    [types.isStringObject, String],
    [types.isBooleanObject, Boolean],
    [types.isBigIntObject, BigInt],
    [types.isSymbolObject, Symbol],
  ]) {
    if (is(a)) return is(b) && type.prototype.valueOf.call(a) === type.prototype.valueOf.call(b);
  }
  return false;
}

function enumerableSymbols(value) {
  const symbols = Object.getOwnPropertySymbols(value);
  return symbols.length === 0 ? symbols : symbols.filter((key) => isEnumerable(value, key));
}

const kMaxListed = 32;

/** The objects that are being compared now, outermost first. A cycle is equal to a cycle. */
class Path {
  constructor() {
    this.list = [];
    this.set = undefined; // of the same, when they are many
  }
  has(object) {
    return this.set === undefined ? this.list.includes(object) : this.set.has(object);
  }
  push(object) {
    this.list.push(object);
    if (this.set !== undefined) this.set.add(object);
    else if (this.list.length > kMaxListed) this.set = new Set(this.list);
  }
  pop() {
    const object = this.list.pop();
    if (this.set !== undefined) this.set.delete(object);
  }
}

// Both are enumerable ones; most often in the same order.
function sameKeys(keysA, keysB, b) {
  for (let i = 0; i < keysA.length; i++) {
    if (keysA[i] !== keysB[i] && !isEnumerable(b, keysA[i])) return false;
  }
  return true;
}

const NO_KEYS = [];

class Comparison {
  constructor(strict) {
    this.strict = strict;
    this.path = new Path();
  }

  equal(a, b) {
    if (a === b) return a !== 0 || !this.strict || Object.is(a, b);
    if (this.strict) {
      if (typeof a !== 'object') return typeof a === 'number' && Number.isNaN(a) && Number.isNaN(b);
      if (!isObject(a) || !isObject(b)) return false;
      if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    } else {
      if (!isObject(a)) {
        if (isObject(b)) return false;
        // eslint-disable-next-line eqeqeq
        return a == b || (Number.isNaN(a) && Number.isNaN(b));
      }
      if (!isObject(b)) return false;
    }
    const tag = tagOf(a);
    if (tag !== tagOf(b)) return false;
    const shape = getShape(a);
    if (shape === kFields && tag === '[object Object]' && getShape(b) === kFields) {
      return this.#equalFields(a, b);
    }
    if (shape >= kPackedArray && getShape(b) >= kPackedArray) {
      return a.length === b.length && (a.length === 0 || this.#equalTracked(a, b, 'array', NO_KEYS));
    }
    return this.#equalObjects(a, b, tag);
  }

  #equalFields(a, b) {
    const keys = Object.keys(a);
    const keysB = Object.keys(b);
    if (keys.length !== keysB.length) return false;
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] !== keysB[i] && !Object.hasOwn(b, keys[i])) return false;
    }
    return keys.length === 0 || this.#equalTracked(a, b, 'object', keys);
  }

  // What is compared besides the elements.
  #ownKeys(value) {
    const keys = getOwnNonIndexProperties(value, true);
    return this.strict ? keys : keys.filter((key) => typeof key !== 'symbol');
  }

  #equalObjects(a, b, tag) {
    if (Array.isArray(a)) {
      if (!Array.isArray(b) || a.length !== b.length) return false;
      const keysA = this.#ownKeys(a);
      const keysB = this.#ownKeys(b);
      return keysA.length === keysB.length && this.#equalKeys(a, b, 'array', keysA, keysB);
    }
    if (tag === '[object Object]') return this.#equalKeys(a, b, 'object');
    if (types.isDate(a)) {
      if (!types.isDate(b)) return false;
      const [x, y] = [Date.prototype.getTime.call(a), Date.prototype.getTime.call(b)];
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false;
    } else if (types.isRegExp(a)) {
      if (!types.isRegExp(b) || a.source !== b.source || a.flags !== b.flags || a.lastIndex !== b.lastIndex) {
        return false;
      }
    } else if (types.isNativeError(a) || a instanceof Error) {
      // Not enumerable, but what an error is.
      if (!(types.isNativeError(b) || b instanceof Error) || a.message !== b.message || a.name !== b.name) {
        return false;
      }
    } else if (ArrayBuffer.isView(a)) {
      if (!ArrayBuffer.isView(b) || elementType.call(a) !== elementType.call(b)) return false;
      const floats = types.isFloat32Array(a) || types.isFloat64Array(a);
      if (!this.strict && floats ? !equalFloats(a, b) : !equalBytes(a, b)) return false;
      const keysA = this.#ownKeys(a);
      const keysB = this.#ownKeys(b);
      return keysA.length === keysB.length && this.#equalKeys(a, b, 'object', keysA, keysB);
    } else if (types.isSet(a)) {
      return types.isSet(b) && a.size === b.size && this.#equalKeys(a, b, 'set');
    } else if (types.isMap(a)) {
      return types.isMap(b) && a.size === b.size && this.#equalKeys(a, b, 'map');
    } else if (types.isAnyArrayBuffer(a)) {
      if (!types.isAnyArrayBuffer(b) || !equalBytes(new Uint8Array(a), new Uint8Array(b))) return false;
    } else if (types.isBoxedPrimitive(a)) {
      if (!equalBoxed(a, b)) return false;
    } else if (
      Array.isArray(b) ||
      ArrayBuffer.isView(b) ||
      types.isSet(b) ||
      types.isMap(b) ||
      types.isDate(b) ||
      types.isRegExp(b) ||
      types.isAnyArrayBuffer(b) ||
      types.isBoxedPrimitive(b) ||
      types.isNativeError(b) ||
      b instanceof Error
    ) {
      return false;
    }
    return this.#equalKeys(a, b, 'object');
  }

  #equalKeys(a, b, kind, keysA, keysB) {
    if (keysA === undefined) {
      keysA = Object.keys(a);
      keysB = Object.keys(b);
    }
    if (keysA.length !== keysB.length) return false;
    if (!sameKeys(keysA, keysB, b)) return false;
    if (this.strict && (kind !== 'array' || keysA.length === 0)) {
      const symbols = enumerableSymbols(a);
      if (symbols.length !== enumerableSymbols(b).length) return false;
      for (const symbol of symbols) if (!isEnumerable(b, symbol)) return false;
      if (kind !== 'array' && symbols.length > 0) keysA = [...new Set([...keysA, ...symbols])];
    }
    const empty =
      kind === 'object' || (kind === 'array' && a.length === 0) || (kind !== 'array' && a.size === 0);
    if (keysA.length === 0 && empty) return true;

    return this.#equalTracked(a, b, kind, keysA);
  }

  #equalTracked(a, b, kind, keys) {
    const { path } = this;
    const isNewA = !path.has(a);
    const isNewB = !path.has(b);
    if (!isNewA && !isNewB) return true;
    if (isNewA) path.push(a);
    if (isNewB) path.push(b);
    const result = this.#equalContents(a, b, kind, keys);
    if (isNewB) path.pop();
    if (isNewA) path.pop();
    return result;
  }

  #equalContents(a, b, kind, keys) {
    if (kind === 'set' && !this.#equalSets(a, b)) return false;
    if (kind === 'map' && !this.#equalMaps(a, b)) return false;
    if (kind === 'array' && !this.#equalElements(a, b)) return false;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (!this.equal(a[key], b[key])) return false;
    }
    return true;
  }

  #equalElements(a, b) {
    for (let i = 0; i < a.length; i++) {
      if (a[i] !== undefined || Object.hasOwn(a, i)) {
        if (!(b[i] !== undefined || Object.hasOwn(b, i)) || !this.equal(a[i], b[i])) return false;
      } else if (Object.hasOwn(b, i)) {
        return false;
      } else {
        // A hole: the rest by keys, there may be very many.
        const keysA = Object.keys(a);
        if (keysA.length !== Object.keys(b).length) return false;
        for (; i < keysA.length; i++) {
          const key = keysA[i];
          if (!Object.hasOwn(b, key) || !this.equal(a[key], b[key])) return false;
        }
        return true;
      }
    }
    return true;
  }

  #takeEqual(candidates, value) {
    for (const candidate of candidates) {
      if (this.equal(value, candidate)) {
        candidates.delete(candidate);
        return true;
      }
    }
    return false;
  }

  #equalSets(a, b) {
    const left = new Set();
    for (const value of a) {
      if (isObject(value)) left.add(value);
      else if (!b.has(value)) {
        if (this.strict) return false;
        left.add(value);
      }
    }
    if (left.size === 0) return true;
    const right = new Set();
    for (const value of b) {
      if (isObject(value) || !a.has(value)) {
        if (!isObject(value) && this.strict) return false;
        right.add(value);
      }
    }
    if (left.size !== right.size) {
      // Objects that are in both count once on each side.
      if (left.size > right.size) return false;
    }
    for (const value of left) {
      if (isObject(value) && right.delete(value)) continue;
      if (!this.#takeEqual(right, value)) return false;
    }
    return right.size === 0;
  }

  #equalMaps(a, b) {
    const left = [];
    for (const [key, value] of a) {
      if (isObject(key)) {
        left.push([key, value]);
      } else if (b.has(key) && this.equal(value, b.get(key))) {
        continue;
      } else {
        if (this.strict) return false;
        left.push([key, value]);
      }
    }
    if (left.length === 0) return true;
    const right = new Set();
    for (const key of b.keys()) {
      // Those found above are taken.
      if (isObject(key) || !a.has(key) || !this.equal(a.get(key), b.get(key))) right.add(key);
    }
    for (const [key, value] of left) {
      let found = false;
      for (const candidate of right) {
        if (!this.equal(key, candidate) || !this.equal(value, b.get(candidate))) continue;
        right.delete(candidate);
        found = true;
        break;
      }
      if (!found) return false;
    }
    return true;
  }
}

module.exports = {
  isDeepEqual: (a, b) => new Comparison(false).equal(a, b),
  isDeepStrictEqual: (a, b) => new Comparison(true).equal(a, b),
};
