'use strict';
// Streams that come to life when somebody uses them as ones: most hashes and ciphers never are (Node doc: crypto).

const { Transform } = require('stream');

const kOptions = Symbol('options');
const kOwn = { enumerable: true, writable: true, configurable: true };
const kNames = ['_readableState', '_writableState', '_events', '_eventsCount'];

/** Makes the constructor `Class` a Transform; each instance then says with setOptions() what stream it may become. */
function lazyStream(Class) {
  Object.setPrototypeOf(Class.prototype, Transform.prototype);
  Object.setPrototypeOf(Class, Transform);
  for (const name of kNames) {
    Object.defineProperty(Class.prototype, name, {
      configurable: true,
      enumerable: true,
      get() {
        if (!Object.hasOwn(this, kOptions)) return undefined; // a prototype: EventEmitter looks there, too
        // As own properties first: the constructors look at them.
        for (const own of kNames) Object.defineProperty(this, own, { ...kOwn, value: undefined });
        Transform.call(this, this[kOptions]);
        return this[name];
      },
      set(value) {
        Object.defineProperty(this, name, { ...kOwn, value });
      },
    });
  }
}

function setOptions(stream, options) {
  stream[kOptions] = options;
}

module.exports = { lazyStream, setOptions };
