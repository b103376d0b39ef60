// The loader of builtin modules: the first JavaScript that runs. The engine calls this wrapper with the `engine` binding
// in place of `internalBinding`; it makes `process`, `require` for builtin ids and the real `internalBinding`.
'use strict';

const engine = internalBinding;

// The three lists of C++ modules (runtime/engine/binding.h, BindingKind).
const kLinked = 2;
const bindings = new Map();

function loadBinding(name) {
  let entry = bindings.get(name);
  if (entry === undefined) {
    entry = engine.binding(name);
    if (entry !== undefined) bindings.set(name, entry);
  }
  return entry;
}

function getInternalBinding(name) {
  const entry = loadBinding(name);
  if (entry === undefined) throw new Error(`No such binding: ${name}`);
  return entry.object;
}

function noSuchBinding(name) {
  const error = new Error(`No such binding was linked: ${name}`);
  error.code = 'ERR_INVALID_MODULE';
  return error;
}

// process.binding(name): what programs of Node's early days may still ask for.
function binding(name) {
  getInternalBinding('permission').need('addon');
  const { processBinding } = requireBuiltin('internal/modules/process_binding');
  return processBinding(String(name));
}

const linkedModules = new Map();

// process._linkedBinding(name): bindings that whoever embeds the runtime linked into the program.
function linkedBinding(name) {
  name = String(name);
  // They are native code that no permission reaches into; SQLite opens files of its own.
  getInternalBinding('permission').need(name === 'sqlite' ? 'fs' : 'addon');
  if (linkedModules.has(name)) return linkedModules.get(name);
  const entry = loadBinding(name);
  let result;
  if (entry !== undefined && entry.kind === kLinked) result = entry.object;
  else result = getInternalBinding('linked').load(name);
  if (result === undefined) throw noSuchBinding(name);
  linkedModules.set(name, result);
  return result;
}

// `process` inherits from its own prototype, and that from EventEmitter.prototype once `internal/process` has run.
// The name is what V8 calls the object in messages.
const processConstructor = function process() {};
const processPrototype = Object.create(Object.prototype, {
  constructor: { value: processConstructor, enumerable: false, writable: true, configurable: true },
});
processConstructor.prototype = processPrototype;
// eslint-disable-next-line no-global-assign -- here is where `process`, a parameter of every builtin module, is made
process = new processConstructor();

const { compile, has, ids } = getInternalBinding('builtins');
const modules = new Map();

function requireBuiltin(id) {
  let module = modules.get(id);
  if (module !== undefined) return module.exports;
  const wrapper = compile(id);
  if (wrapper === undefined) throw new Error(`No such built-in module: ${id}`);
  module = { id, exports: {}, loaded: false };
  modules.set(id, module);
  let done = false;
  try {
    wrapper(module.exports, requireBuiltin, module, process, getInternalBinding);
    done = true;
  } finally {
    if (!done) modules.delete(id);
  }
  module.loaded = true;
  return module.exports;
}

let publicIds;

// Modules only reachable with the `node:` prefix.
const schemeOnly = new Set(['sqlite', 'test', 'test/reporters', 'sea']);

function listPublicIds() {
  publicIds ??= ids().filter((id) => !id.startsWith('internal/'));
  return publicIds;
}

let publicTable;

// Whether a program may require(id), `id` without the `node:` prefix.
function canBeRequiredByUsers(id) {
  publicTable ??= listPublicIds().reduce((table, name) => ((table[name] = true), table), Object.create(null));
  return publicTable[id] === true;
}

function canBeRequiredWithoutScheme(id) {
  return !schemeOnly.has(id) && canBeRequiredByUsers(id);
}

// The builtin's id for what a program wrote ('fs', 'node:fs'), or undefined.
function normalizeRequirable(specifier) {
  if (specifier.startsWith('node:')) {
    const id = specifier.slice(5);
    return canBeRequiredByUsers(id) ? id : undefined;
  }
  return canBeRequiredWithoutScheme(specifier) ? specifier : undefined;
}

exports.require = requireBuiltin;
exports.internalBinding = getInternalBinding;
exports.process = process;
exports.has = has;
exports.schemeOnly = schemeOnly;
exports.canBeRequiredByUsers = canBeRequiredByUsers;
exports.canBeRequiredWithoutScheme = canBeRequiredWithoutScheme;
exports.normalizeRequirable = normalizeRequirable;
exports.listPublicIds = listPublicIds;
exports.loadedIds = () => [...modules.keys()];
Object.defineProperty(exports, 'builtinModules', {
  enumerable: true,
  get: () => listPublicIds().filter((id) => !schemeOnly.has(id)),
});

modules.set('internal/engine/loader', { id: 'internal/engine/loader', exports, loaded: true });

process.binding = binding;
process._linkedBinding = linkedBinding;
requireBuiltin('internal/engine/bootstrap');
