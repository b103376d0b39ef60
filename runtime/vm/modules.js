'use strict';
// Node doc: vm, "Class: vm.Module", SourceTextModule and SyntheticModule (--experimental-vm-modules).

require('internal/modules/esm'); // import.meta of all modules goes through it
const { ModuleWrap, setImportMeta } = internalBinding('vm_module');
const { codes } = require('internal/errors');
const {
  validateBoolean,
  validateFunction,
  validateInt32,
  validateObject,
  validateString,
  validateUint32,
} = require('internal/errors/validators');
const { idFor, setReferrer } = require('internal/vm/imports');
const { warnOnce } = require('internal/util/experimental');
const { isContext } = internalBinding('vm');

// v8::Module::Status
const kInstantiating = 1;
const kInstantiated = 2;
const kEvaluated = 4;
const kErrored = 5;
const kStatusNames = ['unlinked', 'linking', 'linked', 'evaluating', 'evaluated', 'errored'];

const kWrap = Symbol('kWrap');
const kContext = Symbol('kContext');
const kLink = Symbol('kLink');

const counters = new WeakMap(); // context → how many modules have no name of their own
const kMain = {};
const importMeta = new WeakMap(); // wrap → {module, initialize}

setImportMeta((wrap, meta) => {
  const { module, initialize } = importMeta.get(wrap) ?? {};
  initialize?.(meta, module);
});

const isModule = (value) => typeof value === 'object' && value !== null && value[kWrap] !== undefined;

function check(module) {
  if (!isModule(module)) throw new codes.ERR_VM_MODULE_NOT_MODULE();
  return module[kWrap];
}

function nextIdentifier(context) {
  const key = context ?? kMain;
  const number = counters.get(key) ?? 0;
  counters.set(key, number + 1);
  return `vm:module(${number})`;
}

class Module {
  #identifier;

  constructor(options) {
    warnOnce('VM Modules');
    if (new.target === Module) throw new TypeError('Module is not a constructor');
    const { context, identifier, make } = options;
    if (context !== undefined) {
      validateObject(context, 'options.context');
      if (!isContext(context)) throw new codes.ERR_INVALID_ARG_TYPE('options.context', 'vm.Context', context);
    }
    if (identifier !== undefined) validateString(identifier, 'options.identifier');
    this.#identifier = identifier ?? nextIdentifier(context);
    this[kContext] = context;
    Object.defineProperty(this, kWrap, { value: make(this.#identifier) });
  }

  get identifier() {
    check(this);
    return this.#identifier;
  }

  get context() {
    check(this);
    return this[kContext];
  }

  get namespace() {
    const wrap = check(this);
    if (wrap.status() < kInstantiated)
      throw new codes.ERR_VM_MODULE_STATUS('must not be unlinked or linking');
    return wrap.namespace();
  }

  get status() {
    return kStatusNames[check(this).status()];
  }

  get error() {
    const wrap = check(this);
    if (wrap.status() !== kErrored) throw new codes.ERR_VM_MODULE_STATUS('must be errored');
    return wrap.error();
  }

  async link(linker) {
    const wrap = check(this);
    validateFunction(linker, 'linker');
    const { status } = this;
    if (status === 'linked') throw new codes.ERR_VM_MODULE_ALREADY_LINKED();
    if (status !== 'unlinked') throw new codes.ERR_VM_MODULE_STATUS('must be unlinked');
    await this[kLink](linker);
    wrap.instantiate();
  }

  async evaluate(options = {}) {
    const wrap = check(this);
    validateObject(options, 'options');
    const { timeout, breakOnSigint = false } = options;
    if (timeout !== undefined) validateUint32(timeout, 'options.timeout', true);
    validateBoolean(breakOnSigint, 'options.breakOnSigint');
    const status = wrap.status();
    if (status !== kInstantiated && status !== kEvaluated && status !== kErrored) {
      throw new codes.ERR_VM_MODULE_STATUS('must be one of linked, evaluated, or errored');
    }
    await wrap.runModule(timeout ?? 0, breakOnSigint);
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    check(this);
    if (typeof depth === 'number' && depth < 0) return this;
    const { constructor = Module } = this;
    const shown = { __proto__: { constructor } };
    shown.status = this.status;
    shown.identifier = this.identifier;
    shown.context = this.context;
    Object.setPrototypeOf(shown, Object.getPrototypeOf(this));
    Object.defineProperty(shown, Symbol.toStringTag, { value: constructor.name, configurable: true });
    return inspect(shown, { ...options, customInspect: false });
  }
}

const kNoError = Symbol('no error');

class SourceTextModule extends Module {
  #error = kNoError;
  #linking = false;
  #requests;
  #specifiers;

  constructor(sourceText, options = {}) {
    validateString(sourceText, 'sourceText');
    validateObject(options, 'options');
    const {
      lineOffset = 0,
      columnOffset = 0,
      initializeImportMeta,
      importModuleDynamically,
      context,
      identifier,
      cachedData,
    } = options;
    validateInt32(lineOffset, 'options.lineOffset');
    validateInt32(columnOffset, 'options.columnOffset');
    if (initializeImportMeta !== undefined)
      validateFunction(initializeImportMeta, 'options.initializeImportMeta');
    const id = idFor(importModuleDynamically);
    if (cachedData !== undefined && !ArrayBuffer.isView(cachedData)) {
      const expected = ['Buffer', 'TypedArray', 'DataView'];
      throw new codes.ERR_INVALID_ARG_TYPE('options.cachedData', expected, cachedData);
    }
    super({
      context,
      identifier,
      make: (name) => new ModuleWrap(name, context, sourceText, lineOffset, columnOffset, cachedData, id),
    });
    setReferrer(id, this);
    importMeta.set(this[kWrap], { module: this, initialize: initializeImportMeta });
    this.#requests = this[kWrap].requests();
  }

  async [kLink](linker) {
    this.#linking = true;
    try {
      const links = { __proto__: null };
      const pending = [];
      for (let i = 0; i < this.#requests.length; i += 2) {
        pending.push(this.#linkOne(linker, this.#requests[i], this.#requests[i + 1], links));
      }
      // Known before any is linked, so that a cycle finds its way back.
      this[kWrap].links = links;
      await Promise.all(pending);
    } catch (error) {
      this.#error = error;
      throw error;
    } finally {
      this.#linking = false;
    }
  }

  async #linkOne(linker, specifier, attributes, links) {
    const module = await linker(specifier, this, { attributes, assert: attributes });
    if (!isModule(module)) throw new codes.ERR_VM_MODULE_NOT_MODULE();
    if (module.context !== this.context) throw new codes.ERR_VM_MODULE_DIFFERENT_CONTEXT();
    if (module.status === 'errored') {
      throw new codes.ERR_VM_MODULE_LINK_FAILURE(
        `request for '${specifier}' resolved to an errored module`,
        module.error,
      );
    }
    links[specifier] = module[kWrap];
    if (module.status === 'unlinked') await module[kLink](linker);
  }

  get dependencySpecifiers() {
    check(this);
    this.#specifiers ??= Object.freeze(this.#requests.filter((_, i) => i % 2 === 0));
    return this.#specifiers;
  }

  get status() {
    check(this);
    if (this.#error !== kNoError) return 'errored';
    if (this.#linking) return 'linking';
    return super.status;
  }

  get error() {
    check(this);
    if (this.#error !== kNoError) return this.#error;
    return super.error;
  }

  createCachedData() {
    const { status } = this;
    if (status === 'evaluating' || status === 'evaluated' || status === 'errored') {
      throw new codes.ERR_VM_MODULE_CANNOT_CREATE_CACHED_DATA();
    }
    return require('buffer').Buffer.from(this[kWrap].createCachedData());
  }
}

class SyntheticModule extends Module {
  constructor(exportNames, evaluateCallback, options = {}) {
    if (!Array.isArray(exportNames) || exportNames.some((name) => typeof name !== 'string')) {
      throw new codes.ERR_INVALID_ARG_TYPE('exportNames', 'Array of unique strings', exportNames);
    }
    exportNames.forEach((name, i) => {
      if (exportNames.indexOf(name, i + 1) !== -1) {
        throw new codes.ERR_INVALID_ARG_VALUE(`exportNames.${name}`, name, 'is duplicated');
      }
    });
    validateFunction(evaluateCallback, 'evaluateCallback');
    validateObject(options, 'options');
    const { context, identifier } = options;
    super({ context, identifier, make: (name) => new ModuleWrap(name, context, exportNames) });
    this[kWrap].evaluate = () => Reflect.apply(evaluateCallback, this, []);
  }

  [kLink]() {} // imports nothing

  setExport(name, value) {
    const wrap = check(this);
    validateString(name, 'name');
    if (wrap.status() < kInstantiating) throw new codes.ERR_VM_MODULE_STATUS('must be linked');
    wrap.setExport(name, value);
  }
}

module.exports = { Module, SourceTextModule, SyntheticModule, isModule };
