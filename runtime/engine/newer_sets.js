// The methods that combine sets (ES2025, https://tc39.es/proposal-set-methods/).
'use strict';

const { add, checkFunction, toInteger } = require('internal/engine/newer_define');

const sizeOf = Object.getOwnPropertyDescriptor(Set.prototype, 'size').get;
const { has: setHas, values: setValues } = Set.prototype;

/** What the methods take: anything with a size, has() and keys(). */
function setRecord(other) {
  if (Object(other) !== other) throw new TypeError(`${String(other)} is not an object`);
  const number = Number(other.size);
  if (Number.isNaN(number)) throw new TypeError("The 'size' property must be a number");
  const size = toInteger(number);
  if (size < 0) throw new RangeError(`'${size}' is an invalid size`);
  const { has } = other;
  checkFunction(has);
  const { keys } = other;
  checkFunction(keys);
  return {
    size,
    has: (value) => Boolean(has.call(other, value)),
    keys() {
      const iterator = keys.call(other);
      if (Object(iterator) !== iterator) throw new TypeError(`${String(iterator)} is not an object`);
      return {
        [Symbol.iterator]: () => ({ next: () => iterator.next(), return: () => iterator.return?.() ?? {} }),
      };
    },
  };
}

/** [the receiver as a Set, its size, the other one]. */
function operands(self, other) {
  const size = sizeOf.call(self); // throws when it is no Set
  return [self, size, setRecord(other)];
}
const has = (set, value) => setHas.call(set, value);
const values = (set) => setValues.call(set);

add(Set.prototype, {
  union(other) {
    const [self, , second] = operands(this, other);
    const result = new Set(values(self));
    for (const value of second.keys()) result.add(value);
    return result;
  },
  intersection(other) {
    const [self, size, second] = operands(this, other);
    const result = new Set();
    if (size <= second.size) {
      for (const value of values(self)) if (second.has(value)) result.add(value);
    } else {
      for (const value of second.keys()) if (has(self, value)) result.add(value);
    }
    return result;
  },
  difference(other) {
    const [self, size, second] = operands(this, other);
    const result = new Set(values(self));
    if (size <= second.size) {
      for (const value of values(self)) if (second.has(value)) result.delete(value);
    } else {
      for (const value of second.keys()) result.delete(value);
    }
    return result;
  },
  symmetricDifference(other) {
    const [self, , second] = operands(this, other);
    const result = new Set(values(self));
    for (const value of second.keys()) {
      if (has(self, value)) result.delete(value);
      else result.add(value);
    }
    return result;
  },
  isSubsetOf(other) {
    const [self, size, second] = operands(this, other);
    if (size > second.size) return false;
    for (const value of values(self)) if (!second.has(value)) return false;
    return true;
  },
  isSupersetOf(other) {
    const [self, size, second] = operands(this, other);
    if (size < second.size) return false;
    for (const value of second.keys()) if (!has(self, value)) return false;
    return true;
  },
  isDisjointFrom(other) {
    const [self, size, second] = operands(this, other);
    if (size <= second.size) {
      for (const value of values(self)) if (second.has(value)) return false;
    } else {
      for (const value of second.keys()) if (has(self, value)) return false;
    }
    return true;
  },
});
