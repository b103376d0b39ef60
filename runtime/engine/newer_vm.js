// The first and only module of the bare context that vm's contexts are made from: what newer_library.js adds, for them as well (jest
// runs every test in one). Like the loader it gets the `engine` binding in place of `internalBinding`.
'use strict';

const bindingOf = (name) => internalBinding.binding(name).object;
const { compile } = bindingOf('builtins');
const modules = new Map();

function load(id) {
  let module = modules.get(id);
  if (module === undefined) {
    module = { exports: {} };
    modules.set(id, module);
    compile(id)(module.exports, load, module, undefined, bindingOf);
  }
  return module.exports;
}

load('internal/engine/newer_library');
