'use strict';
// Builtin modules as globals of a prompt: `fs.readFileSync(...)` without a require.

const { Module } = require('internal/modules/cjs');

let names;
const builtinNames = () => (names ??= Module.builtinModules.filter((id) => !id.startsWith('_')));

// Each global is a getter until it is first used or assigned.
function addBuiltinModules(object) {
  for (const id of builtinNames()) {
    if (id.includes('/') || Object.hasOwn(object, id)) continue;
    const define = (value, enumerable) =>
      Object.defineProperty(object, id, { value, enumerable, configurable: true, writable: true });
    Object.defineProperty(object, id, {
      configurable: true,
      enumerable: false,
      get() {
        const value = require(id);
        define(value, false);
        return value;
      },
      set(value) {
        define(value, true);
      },
    });
  }
}

module.exports = { addBuiltinModules, builtinNames };
