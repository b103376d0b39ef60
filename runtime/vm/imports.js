'use strict';
// import() in scripts, functions and modules made by vm: the option importModuleDynamically (Node doc: vm, "Support of dynamic
// import() in compilation APIs").

const { takeCollectedIds } = internalBinding('vm');
const { codes } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');
const options = require('internal/main/options');

const kMainContextLoader = Symbol('vm_dynamic_import_main_context_default');
// The same for builtin code, which does not warn of its being experimental.
const kBuiltinLoader = Symbol('builtin_dynamic_import_default');
const kNoCallback = 0;
const kDefaultLoader = -1;

const entries = new Map(); // id → {callback, referrer: WeakRef}
let lastId = kNoCallback;

let warned = false;
function warnMainContextLoader() {
  if (warned) return;
  warned = true;
  const text = 'vm.USE_MAIN_CONTEXT_DEFAULT_LOADER is an experimental feature and might change at any time';
  process.emitWarning(text, 'ExperimentalWarning');
}

/** The import id (runtime/vm/host_options.h) for what a program gave as `callback`. */
function idFor(callback, name = 'options.importModuleDynamically') {
  if (callback === undefined) return kNoCallback;
  if (callback === kBuiltinLoader) return kDefaultLoader;
  if (callback === kMainContextLoader) {
    warnMainContextLoader();
    return kDefaultLoader;
  }
  validateFunction(callback, name);
  for (const id of takeCollectedIds()) entries.delete(id);
  entries.set(++lastId, { callback, referrer: undefined });
  return lastId;
}

/** What the callback of `id` is told as the one that imports. */
function setReferrer(id, referrer) {
  const entry = entries.get(id);
  if (entry !== undefined) entry.referrer = new WeakRef(referrer);
}

/**
 * import(specifier) in what was made with the import id `id`.
 * @param {string[] | undefined} attributes [key, value, …]
 * @param {string} file what the code is called
 */
async function importFrom(id, specifier, attributes, file) {
  if (id === kDefaultLoader)
    return require('internal/modules/esm').importDynamic(specifier, file, attributes);
  if (id === kNoCallback) throw new codes.ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING();
  if (!options.get('--experimental-vm-modules')) {
    throw new codes.ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG();
  }
  const { callback, referrer } = entries.get(id);
  const wanted = { __proto__: null };
  for (let i = 0; i < (attributes?.length ?? 0); i += 2) wanted[attributes[i]] = attributes[i + 1];
  const result = await callback(specifier, referrer?.deref(), wanted);
  if (require('util').types.isModuleNamespaceObject(result)) return result;
  const { isModule } = require('internal/vm/modules');
  if (!isModule(result)) throw new codes.ERR_VM_MODULE_NOT_MODULE();
  if (result.status === 'errored') throw result.error;
  return result.namespace;
}

module.exports = { kMainContextLoader, kBuiltinLoader, idFor, setReferrer, importFrom };
