'use strict';
// What request and response of the compatibility API are put together from: properties and listeners, each from a table.

function named(fn, name) {
  return Object.defineProperty(fn, 'name', { value: name, configurable: true });
}

/** Each function of `readers` becomes the getter of that name, with the function of the same name in `writers` to set it. */
function addAccessors(prototype, readers, writers) {
  for (const [name, read] of Object.entries(readers)) {
    const write = writers[name];
    Object.defineProperty(prototype, name, {
      get: named(read, `get ${name}`),
      set: write && named(write, `set ${name}`),
      enumerable: false,
      configurable: true,
    });
  }
}

/** `listeners`: [event, listener] pairs, in the order in which they are added. */
function listen(emitter, listeners) {
  for (let i = 0; i < listeners.length; i++) emitter.on(listeners[i][0], listeners[i][1]);
}

module.exports = { addAccessors, listen };
