'use strict';
// The module `repl`. Node doc: repl.

const { Recoverable } = require('internal/repl/evaluate');
const { builtinNames } = require('internal/repl/builtins');
const { REPLServer, kModeSloppy, kModeStrict, writer } = require('internal/repl/server');

function start(...args) {
  return new REPLServer(...args);
}

module.exports = {
  start,
  writer,
  REPLServer,
  REPL_MODE_SLOPPY: kModeSloppy,
  REPL_MODE_STRICT: kModeStrict,
  Recoverable,
};

let builtinModules;
Object.defineProperty(module.exports, 'builtinModules', {
  enumerable: true,
  configurable: true,
  get: () => (builtinModules ??= [...builtinNames()]),
  set(value) {
    builtinModules = value;
  },
});

// Under --pending-deprecation the older names warn.
function deprecated(object, name, accessors, text, code) {
  const pending = require('internal/main/options').get('--pending-deprecation');
  const wrap = (fn) => (pending ? require('util').deprecate(fn, text, code) : fn);
  Object.defineProperty(object, name, {
    configurable: true,
    enumerable: false,
    get: wrap(accessors.get),
    set: wrap(accessors.set),
  });
}

deprecated(
  module.exports,
  '_builtinLibs',
  {
    get: () => module.exports.builtinModules,
    set(value) {
      module.exports.builtinModules = value;
    },
  },
  'repl._builtinLibs is deprecated. Check module.builtinModules instead',
  'DEP0142',
);
for (const [old, name] of [
  ['inputStream', 'input'],
  ['outputStream', 'output'],
]) {
  deprecated(
    REPLServer.prototype,
    old,
    {
      get() {
        return this[name];
      },
      set(value) {
        this[name] = value;
      },
    },
    'repl.inputStream and repl.outputStream are deprecated. Use repl.input and repl.output instead',
    'DEP0141',
  );
}
