// Node doc: vm.
'use strict';

const binding = internalBinding('vm');
const { codes } = require('internal/errors');
const { idFor, setReferrer, kMainContextLoader } = require('internal/vm/imports');
const {
  validateArray,
  validateBoolean,
  validateBuffer,
  validateInt32,
  validateObject,
  validateOneOf,
  validateString,
  validateStringArray,
  validateUint32,
} = require('internal/errors/validators');

function scriptOptions(options) {
  if (typeof options === 'string') options = { filename: options };
  else validateObject(options, 'options');
  const {
    filename = 'evalmachine.<anonymous>',
    lineOffset = 0,
    columnOffset = 0,
    cachedData,
    produceCachedData = false,
    importModuleDynamically,
  } = options;
  validateString(filename, 'options.filename');
  validateInt32(lineOffset, 'options.lineOffset');
  validateInt32(columnOffset, 'options.columnOffset');
  if (cachedData !== undefined && !ArrayBuffer.isView(cachedData)) {
    throw new codes.ERR_INVALID_ARG_TYPE(
      'options.cachedData',
      ['Buffer', 'TypedArray', 'DataView'],
      cachedData,
    );
  }
  validateBoolean(produceCachedData, 'options.produceCachedData');
  const importId = idFor(importModuleDynamically);
  return { filename, lineOffset, columnOffset, cachedData, produceCachedData, importId };
}

function runOptions(options = {}) {
  validateObject(options, 'options');
  const { timeout, breakOnSigint = false, displayErrors = true } = options;
  if (timeout !== undefined) validateUint32(timeout, 'options.timeout', true);
  validateBoolean(breakOnSigint, 'options.breakOnSigint');
  validateBoolean(displayErrors, 'options.displayErrors');
  return [timeout ?? 0, displayErrors, breakOnSigint];
}

function validateContext(object) {
  if (!isContext(object)) throw new codes.ERR_INVALID_ARG_TYPE('contextifiedObject', 'vm.Context', object);
}

class Script extends binding.Script {
  constructor(code, options = {}) {
    code = `${code}`;
    const { filename, lineOffset, columnOffset, cachedData, produceCachedData, importId } =
      scriptOptions(options);
    super(code, filename, lineOffset, columnOffset, cachedData, produceCachedData, importId);
    setReferrer(importId, this);
    if (produceCachedData) {
      this.cachedData = Buffer.from(this._cachedBytes);
      this.cachedDataProduced = true;
    }
    delete this._cachedBytes;
  }

  runInThisContext(options) {
    return this._run(null, ...runOptions(options));
  }

  runInContext(contextifiedObject, options) {
    validateContext(contextifiedObject);
    return this._run(contextifiedObject, ...runOptions(options));
  }

  runInNewContext(contextObject, options) {
    const context = createContext(contextObject, contextOptions(options));
    return this.runInContext(context, options);
  }

  createCachedData() {
    return Buffer.from(this._createCachedData());
  }
}

// The options of runInNewContext that are createContext's.
function contextOptions(options) {
  if (options === undefined || typeof options === 'string') return undefined;
  validateObject(options, 'options');
  const { contextName, contextOrigin, contextCodeGeneration, microtaskMode } = options;
  if (contextName !== undefined) validateString(contextName, 'options.contextName');
  if (contextOrigin !== undefined) validateString(contextOrigin, 'options.contextOrigin');
  if (contextCodeGeneration !== undefined)
    validateObject(contextCodeGeneration, 'options.contextCodeGeneration');
  return { name: contextName, origin: contextOrigin, codeGeneration: contextCodeGeneration, microtaskMode };
}

function isContext(object) {
  validateObject(object, 'object', { allowArray: true, allowFunction: true });
  return binding.isContext(object);
}

function createContext(contextObject = {}, options = {}) {
  if (isContext(contextObject)) return contextObject;
  validateObject(options, 'options');
  const { name, origin, codeGeneration, microtaskMode, importModuleDynamically } = options;
  if (name !== undefined) validateString(name, 'options.name');
  if (origin !== undefined) validateString(origin, 'options.origin');
  if (codeGeneration !== undefined) validateObject(codeGeneration, 'options.codeGeneration');
  const { strings = true, wasm = true } = codeGeneration ?? {};
  validateBoolean(strings, 'options.codeGeneration.strings');
  validateBoolean(wasm, 'options.codeGeneration.wasm');
  validateOneOf(microtaskMode, 'options.microtaskMode', ['afterEvaluate', undefined]);
  const importId = idFor(importModuleDynamically);
  const ownMicrotasks = microtaskMode === 'afterEvaluate';
  binding.makeContext(contextObject, strings, wasm, ownMicrotasks, name ?? nextName(), importId, origin);
  setReferrer(importId, contextObject);
  return contextObject;
}

let contexts = 0;
const nextName = () => `VM Context ${++contexts}`;

function createScript(code, options) {
  return new Script(code, options);
}

const asObject = (options) => (typeof options === 'string' ? { filename: options } : options);

function runInContext(code, contextifiedObject, options) {
  validateContext(contextifiedObject);
  options = asObject(options);
  return new Script(code, options).runInContext(contextifiedObject, options);
}

function runInNewContext(code, contextObject, options) {
  options = asObject(options);
  return new Script(code, options).runInNewContext(contextObject, options);
}

function runInThisContext(code, options) {
  options = asObject(options);
  return new Script(code, options).runInThisContext(options);
}

function compileFunction(code, params, options = {}) {
  validateString(code, 'code');
  if (params !== undefined) validateStringArray(params, 'params');
  const {
    filename = '',
    columnOffset = 0,
    lineOffset = 0,
    cachedData,
    produceCachedData = false,
    parsingContext,
    contextExtensions = [],
    importModuleDynamically,
  } = options;
  const importId = idFor(importModuleDynamically);
  validateString(filename, 'options.filename');
  validateInt32(columnOffset, 'options.columnOffset');
  validateInt32(lineOffset, 'options.lineOffset');
  if (cachedData !== undefined) validateBuffer(cachedData, 'options.cachedData');
  validateBoolean(produceCachedData, 'options.produceCachedData');
  if (
    parsingContext !== undefined &&
    (parsingContext === null || typeof parsingContext !== 'object' || !isContext(parsingContext))
  ) {
    throw new codes.ERR_INVALID_ARG_TYPE('options.parsingContext', 'Context', parsingContext);
  }
  validateArray(contextExtensions, 'options.contextExtensions');
  contextExtensions.forEach((extension, i) => {
    validateObject(extension, `options.contextExtensions[${i}]`);
  });
  const result = binding.compileFunction(
    code,
    filename,
    lineOffset,
    columnOffset,
    cachedData,
    produceCachedData,
    parsingContext,
    contextExtensions,
    params,
    importId,
  );
  setReferrer(importId, result.function);
  const compiled = result.function;
  if (produceCachedData) {
    compiled.cachedDataProduced = true;
    compiled.cachedData = Buffer.from(result.cachedBytes);
  }
  if (cachedData !== undefined) compiled.cachedDataRejected = result.cachedDataRejected;
  return compiled;
}

function measureMemory(options = {}) {
  require('internal/util/experimental').warnOnce('vm.measureMemory');
  validateObject(options, 'options');
  const { mode = 'summary', execution = 'default' } = options;
  validateOneOf(mode, 'options.mode', ['summary', 'detailed']);
  validateOneOf(execution, 'options.execution', ['default', 'eager']);
  return binding.measureMemory(mode === 'detailed', execution === 'eager');
}

module.exports = {
  Script,
  createContext,
  createScript,
  runInContext,
  runInNewContext,
  runInThisContext,
  isContext,
  compileFunction,
  measureMemory,
  constants: Object.freeze({
    __proto__: null,
    USE_MAIN_CONTEXT_DEFAULT_LOADER: kMainContextLoader,
  }),
};

if (require('internal/main/options').get('--experimental-vm-modules')) {
  const { Module, SourceTextModule, SyntheticModule } = require('internal/vm/modules');
  Object.assign(module.exports, { Module, SourceTextModule, SyntheticModule });
}
