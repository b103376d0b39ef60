// Runs a script with a `require` that knows builtin modules only; used while the program has no module loader.
'use strict';

const {
  normalizeRequirable,
  require: requireBuiltin,
  internalBinding: bindingOf,
} = require('internal/engine/loader');

function plainRequire(name) {
  if (name.startsWith('internal/')) return requireBuiltin(name);
  const id = normalizeRequirable(name);
  if (id === undefined) throw new Error(`Cannot find module '${name}'`);
  return requireBuiltin(id);
}

exports.run = (options) => {
  const { runScript, readFile } = internalBinding('script');
  plainRequire.internalBinding = bindingOf;
  globalThis.require = plainRequire;
  const source = options.eval ?? readFile(options.script);
  const result = runScript(source, options.eval === undefined ? options.script : '[eval]');
  if (options.print) binding.rawWrite(1, `${String(result)}\n`);
};

const binding = internalBinding('process');
