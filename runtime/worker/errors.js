'use strict';
// Errors on their way from a worker to its parent. A class of errors does not survive structured cloning, nor do properties: here an
// error goes as the name of the builtin class it is one of and as many of its properties as can be cloned.

const { isNativeError } = require('internal/util/types');

const kClasses = [RangeError, ReferenceError, SyntaxError, TypeError, URIError, EvalError, Error];

const clonable = (value) => {
  try {
    require('internal/messaging').structuredClone(value);
    return true;
  } catch {
    return false;
  }
};

function propertiesOf(error, seen) {
  const properties = [];
  for (const key of new Set([...Object.getOwnPropertyNames(error), 'name', 'message', 'stack', 'cause'])) {
    let value;
    try {
      if (!(key in error)) continue;
      value = error[key];
    } catch {
      continue; // a getter that throws
    }
    if (typeof value === 'function') continue;
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, key);
    if (isNativeError(value)) {
      if (!seen.has(value)) properties.push([key, pack(value, seen), enumerable, true]);
    } else if (clonable(value)) {
      properties.push([key, value, enumerable, false]);
    }
  }
  return properties;
}

/** What can be posted for anything that was thrown. */
function pack(error, seen = new Set()) {
  seen.add(error);
  if (isNativeError(error)) {
    const type = kClasses.findIndex((each) => error instanceof each);
    return {
      error: { type: type === -1 ? kClasses.length - 1 : type, properties: propertiesOf(error, seen) },
    };
  }
  if (clonable(error)) return { value: error };
  try {
    const { inspect } = require('internal/util/inspect');
    return { inspected: inspect(error) };
  } catch {
    return { inspected: '<an error that cannot be shown>' };
  }
}

/** The other thread's error, made anew. */
function unpack(packed) {
  if (packed.error === undefined) {
    if (packed.inspected === undefined) return packed.value;
    return { [Symbol.for('nodejs.util.inspect.custom')]: () => packed.inspected };
  }
  const { type, properties } = packed.error;
  const made = new kClasses[type]();
  delete made.stack; // of this place, which is not where it was thrown
  for (const [key, value, enumerable, isError] of properties) {
    Object.defineProperty(made, key, {
      value: isError ? unpack(value) : value,
      enumerable,
      writable: true,
      configurable: true,
    });
  }
  return made;
}

module.exports = { pack, unpack };
