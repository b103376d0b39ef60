// How newer_library.js and its parts add to the standard library so that it looks as the engine's own: not enumerable, no
// constructors, the specified length.
'use strict';

/** Adds those of `methods` that `target` has not. `lengths` tells those whose number of parameters is not their length. */
function add(target, methods, lengths = {}) {
  for (const name of Reflect.ownKeys(methods)) {
    if (Object.prototype.hasOwnProperty.call(target, name)) continue;
    const value = methods[name];
    if (lengths[name] !== undefined) {
      Object.defineProperty(value, 'length', { value: lengths[name], configurable: true });
    }
    Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

function addGetter(target, name, holder) {
  if (Object.prototype.hasOwnProperty.call(target, name)) return;
  const { get, set } = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(target, name, { get, set, enumerable: false, configurable: true });
}

function checkFunction(value) {
  if (typeof value !== 'function') throw new TypeError(`${String(value)} is not a function`);
}

/** ToIntegerOrInfinity */
const toInteger = (value) => Math.trunc(Number(value)) || 0;
/** LengthOfArrayLike */
const lengthOf = (object) => Math.min(Math.max(toInteger(object.length), 0), Number.MAX_SAFE_INTEGER);

module.exports = { add, addGetter, checkFunction, lengthOf, toInteger };
