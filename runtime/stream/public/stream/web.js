'use strict';
// node:stream/web (Node doc: webstreams). Each class is loaded when it is first asked for.

const parts = require('internal/stream/web/names');

for (const part of Object.keys(parts)) {
  for (const name of parts[part]) {
    Object.defineProperty(exports, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = require(`internal/stream/web/${part}`)[name];
        Object.defineProperty(exports, name, { value, writable: true, enumerable: true, configurable: true });
        return value;
      },
      set(value) {
        Object.defineProperty(exports, name, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
}
