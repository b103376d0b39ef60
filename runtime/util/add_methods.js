'use strict';
// Methods for classes that are functions (Node's older classes: called without `new`, inherited with util.inherits).

// Each own property of `methods` becomes one of `prototype`; as in Node, `for...in` shows all but the constructor and symbols.
function addMethods(prototype, methods, enumerable = true) {
  for (const key of Reflect.ownKeys(methods)) {
    Object.defineProperty(prototype, key, {
      value: methods[key],
      writable: true,
      configurable: true,
      enumerable: enumerable && typeof key === 'string' && key !== 'constructor',
    });
  }
}

module.exports = addMethods;
