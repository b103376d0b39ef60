'use strict';
// The CommonJS loader (Node.js "Modules: CommonJS modules" and "Modules: node:module API").
// Module._load: cache → builtin → new Module; finding the file is in internal/modules/cjs_resolve, which fills in the
// underscore functions programs are used to replace (Module._resolveFilename and friends), always called through Module.
const path = require('path');
const { readFileUtf8, compileFunction } = internalBinding('modules');
const { internalModuleStat } = internalBinding('module_lookup');
const { defineLazyProperty } = require('internal/util');
const { builtinId, builtinModules, isBuiltin } = require('internal/modules/builtins');
const { packageScope } = require('internal/modules/package_json');
const sourceMaps = require('internal/modules/source_map_state');
const errors = require('internal/modules/errors');

const kWrapperParameters = ['exports', 'require', 'module', '__filename', '__dirname'];
const wrapper = ['(function (exports, require, module, __filename, __dirname) { ', '\n});'];
let wrapperPatched = false;
// "folder\0request" → filename, for relative requests made twice from one folder.
const relativeCache = Object.create(null);
const pausing = require('internal/inspector/pausing');
const options = require('internal/main/options');

// Who asked for a module first, and what it exported when it had run, kept on the module where programs cannot see it
// (module.parent tells on purpose only).
class WithParent extends function (module) {
  return module;
} {
  #parent;
  #exports;
  constructor(module, parent) {
    super(module);
    this.#parent = parent;
  }
  static get(module) {
    return #parent in module ? module.#parent : undefined;
  }
  static set(module, parent) {
    if (#parent in module) module.#parent = parent;
    else new WithParent(module, parent);
  }
  static noteExports(module) {
    if (#parent in module) module.#exports = module.exports;
  }
  static firstExports(module) {
    return #parent in module ? module.#exports : undefined;
  }
}
const parents = WithParent;

function updateChildren(parent, child, scan) {
  const children = parent?.children;
  if (children && !(scan && children.includes(child))) children.push(child);
}

// Sets an own property, even where Object.prototype has been given a setter of that name.
function setOwn(object, name, value) {
  if (!(name in object)) object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

function Module(id = '', parent) {
  this.id = id;
  this.path = path.dirname(id);
  setOwn(this, 'exports', {});
  new WithParent(this, parent);
  updateChildren(parent, this, false);
  this.filename = null;
  this.loaded = false;
  this.children = [];
}

Module.Module = Module;
Module._cache = Object.create(null);
Module._pathCache = Object.create(null);
Module._extensions = Object.create(null);
Module.globalPaths = [];
Module.builtinModules = builtinModules;
Module.isBuiltin = isBuiltin;
Module._debug = () => {};
Module._stat = internalModuleStat;

let parentWarned = false;
function warnParent() {
  if (parentWarned || !options.get('--pending-deprecation')) return;
  parentWarned = true;
  const text =
    'module.parent is deprecated due to accuracy issues. Please use require.main to find program entry point instead.';
  process.emitWarning(text, 'DeprecationWarning', 'DEP0144');
}

Object.defineProperty(Module.prototype, 'parent', {
  get() {
    warnParent();
    return parents.get(this);
  },
  set(value) {
    warnParent();
    parents.set(this, value);
  },
  configurable: true,
});

Module.wrap = (script) => Module.wrapper[0] + script + Module.wrapper[1];
const wrapperProxy = new Proxy(wrapper, {
  set(target, property, value) {
    wrapperPatched = true;
    target[property] = value;
    return true;
  },
});
Object.defineProperty(Module, 'wrapper', {
  get: () => wrapperProxy,
  set(value) {
    wrapperPatched = true;
    [wrapper[0], wrapper[1]] = [value[0], value[1]];
  },
  configurable: true,
});
const originalWrap = Module.wrap;

const { makeResolution } = require('internal/modules/cjs_resolve');
const { forgetFolders, ...resolution } = makeResolution(Module, parents);
Object.assign(Module, resolution);
let requireDepth = 0;

/** What require(request) in `parent` gives: exports of a loaded, a builtin or a new module. */
Module._load = function _load(request, parent, isMain) {
  let cacheKey;
  if (parent) {
    cacheKey = `${parent.path}\x00${request}`;
    const filename = relativeCache[cacheKey];
    if (filename !== undefined) {
      const cached = Module._cache[filename];
      if (cached !== undefined) {
        updateChildren(parent, cached, true);
        return cached.loaded ? cached.exports : unfinishedExports(cached);
      }
      delete relativeCache[cacheKey];
    }
  }
  if (request.startsWith('node:')) {
    const id = builtinId(request);
    if (id === undefined) throw errors.unknownBuiltin(request);
    return require(id);
  }

  const filename = Module._resolveFilename(request, parent, isMain);
  const cached = Module._cache[filename];
  if (cached !== undefined) {
    updateChildren(parent, cached, true);
    return cached.loaded ? cached.exports : unfinishedExports(cached);
  }
  const builtin = builtinId(filename);
  if (builtin !== undefined) return require(builtin);

  const module = new Module(filename, parent);
  if (isMain) {
    process.mainModule = module;
    module.id = '.';
  }
  Module._cache[filename] = module;
  if (cacheKey !== undefined) relativeCache[cacheKey] = filename;
  let threw = true;
  try {
    module.load(filename);
    threw = false;
  } finally {
    if (threw) forget(filename, cacheKey, parent, module);
    else stopWarning(module);
  }
  WithParent.noteExports(module);
  return module.exports;
};

const isObject = (exports) =>
  exports !== null && typeof exports === 'object' && !internalBinding('types').isProxy(exports);

// The prototype of exports that are handed out while their module still runs (a cycle): reading what is not there yet
// says so.
let unfinishedPrototype;
function makeUnfinishedPrototype() {
  const tell = (name) => {
    process.emitWarning(
      `Accessing non-existent property '${String(name)}' of module exports inside circular dependency`,
    );
  };
  const isSilent = (name) => name === '__esModule' || name in Object.prototype;
  return new Proxy(
    {},
    {
      get(target, name) {
        if (!isSilent(name)) tell(name);
        return target[name];
      },
      getOwnPropertyDescriptor(target, name) {
        if (!isSilent(name)) tell(name);
        return Object.getOwnPropertyDescriptor(target, name);
      },
    },
  );
}

function unfinishedExports(module) {
  const { exports } = module;
  // Compilers' output (__esModule) reads names to see whether they are there: no warnings for it.
  if (isObject(exports) && Object.getPrototypeOf(exports) === Object.prototype && !exports.__esModule) {
    unfinishedPrototype ??= makeUnfinishedPrototype();
    Object.setPrototypeOf(exports, unfinishedPrototype);
  }
  return exports;
}

function stopWarning(module) {
  if (unfinishedPrototype === undefined) return;
  const { exports } = module;
  if (!isObject(exports) || Object.getPrototypeOf(exports) !== unfinishedPrototype) return;
  Object.setPrototypeOf(exports, Object.prototype);
}

// A module whose code threw is as if it had never been asked for.
function forget(filename, cacheKey, parent, module) {
  delete Module._cache[filename];
  if (cacheKey !== undefined) delete relativeCache[cacheKey];
  const index = parent?.children?.indexOf(module) ?? -1;
  if (index >= 0) parent.children.splice(index, 1);
}

Module.prototype.load = function load(filename) {
  this.filename = filename;
  this.paths = Module._nodeModulePaths(path.dirname(filename));
  if (filename.endsWith('.mjs') && !Module._extensions['.mjs']) {
    if (!canRequireEsm()) throw errors.requireEsm(filename, undefined, parents.get(this)?.filename);
    loadEsm(this, filename);
    this.loaded = true;
    return;
  }
  Module._extensions[findExtension(filename)](this, filename);
  this.loaded = true;
};

// The longest extension of the file that has a handler: ".b" of "a.b", ".a.b" when someone registered it.
function findExtension(filename) {
  const name = path.basename(filename);
  for (let i = name.indexOf('.', 1); i >= 0; i = name.indexOf('.', i + 1)) {
    if (i > 0 && Module._extensions[name.slice(i)] && i < name.length - 1) return name.slice(i);
  }
  return '.js';
}

Module.prototype.require = function (id) {
  if (typeof id !== 'string') throw errors.invalidArgType('id', 'string', id);
  if (id === '') throw errors.invalidArgValue('id', id, 'must be a non-empty string');
  requireDepth++;
  try {
    return Module._load(id, this, false);
  } finally {
    if (--requireDepth === 0) forgetFolders();
  }
};

/** The `require` function a module's code gets. */
function makeRequire(module) {
  const require = function require(path) {
    return module.require(path);
  };
  require.resolve = function resolve(request, options) {
    if (typeof request !== 'string') throw errors.invalidArgType('request', 'string', request);
    return Module._resolveFilename(request, module, false, options);
  };
  require.resolve.paths = function paths(request) {
    if (typeof request !== 'string') throw errors.invalidArgType('request', 'string', request);
    return Module._resolveLookupPaths(request, module);
  };
  setOwn(require, 'main', process.mainModule);
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

/** Whether an untyped file may turn out to be an ES module by its syntax. */
function mayDetect(filename) {
  const extension = path.extname(filename);
  if ((extension !== '.js' && extension !== '') || !options.get('--experimental-detect-module')) return false;
  const type = packageScope(filename)?.type;
  return type === undefined || type === 'none';
}

function compileWrapper(content, filename) {
  if (sourceMaps.enabled) sourceMaps.note(filename, content);
  if (wrapperPatched || Module.wrap !== originalWrap) {
    // Someone changed the wrapper's text: compile that text.
    const { Script } = require('vm');
    return new Script(Module.wrap(content), { filename }).runInThisContext({ displayErrors: true });
  }
  const compiled = compileFunction(content, filename, kWrapperParameters, true);
  if (compiled !== null || mayDetect(filename)) return compiled;
  require('internal/modules/esm_explain').warnEsmSyntax(filename);
  return compileFunction(content, filename, kWrapperParameters); // throws
}

Module.prototype._compile = function _compile(content, filename) {
  const compiled = compileWrapper(content, filename);
  if (compiled === null) return runDetected(this, content, filename);
  const require = makeRequire(this);
  const thisValue = this.exports;
  const values = [thisValue, require, this, filename, path.dirname(filename)];
  if (pausing.onStart && this.id === '.') return pausing.call(compiled, thisValue, ...values);
  return Reflect.apply(compiled, thisValue, values);
};

Module._extensions['.js'] = function (module, filename) {
  if (filename.endsWith('.js')) {
    const scope = packageScope(filename);
    if (scope?.type === 'module') {
      if (canRequireEsm()) return loadEsm(module, filename);
      const { hasModuleSyntax } = require('internal/modules/esm_format');
      const parent = parents.get(module)?.filename;
      throw errors.requireEsm(filename, scope.file, parent, hasModuleSyntax(filename));
    }
  }
  module._compile(readFileUtf8(filename), filename);
  return undefined;
};

const canRequireEsm = () => options.get('--experimental-require-module') === true;

// An untyped file that is written as an ES module: the program's main one runs as such.
function runDetected(module, content, filename) {
  if (module.id === '.') return require('internal/modules/run_main').startDetected(filename);
  if (canRequireEsm()) return loadEsm(module, filename);
  require('internal/modules/esm_explain').warnEsmSyntax(filename);
  return compileFunction(content, filename, kWrapperParameters); // throws
}

function loadEsm(module, filename) {
  const url = require('internal/modules/file_url').toUrl(filename);
  module.exports = require('internal/modules/esm').requireUrl(url);
}

Module._extensions['.json'] = function (module, filename) {
  const content = readFileUtf8(filename);
  try {
    module.exports = JSON.parse(content);
  } catch (error) {
    error.message = `${filename}: ${error.message}`;
    throw error;
  }
};

Module._extensions['.node'] = function (module, filename) {
  return process.dlopen(module, path.toNamespacedPath(filename));
};

function createRequireFromPath(filename) {
  const isFolder = filename.endsWith('/');
  const proxyPath = isFolder ? path.join(filename, 'noop.js') : filename;
  const module = new Module(proxyPath);
  module.filename = proxyPath;
  module.paths = Module._nodeModulePaths(path.dirname(proxyPath));
  return makeRequire(module);
}

Module.createRequire = function createRequire(filename) {
  let file = filename;
  const isUrl = typeof filename === 'object' && filename !== null && typeof filename.href === 'string';
  if (isUrl || (typeof filename === 'string' && !path.isAbsolute(filename))) {
    try {
      file = require('internal/modules/file_url').toPath(isUrl ? filename.href : filename);
    } catch {
      file = undefined;
    }
  }
  if (typeof file !== 'string') {
    const reason = 'must be a file URL object, file URL string, or absolute path string';
    throw errors.invalidArgValue('filename', filename, reason);
  }
  return createRequireFromPath(file);
};

Module.syncBuiltinESMExports = function syncBuiltinESMExports() {
  require('internal/modules/esm_translators').syncBuiltinExports();
};
Module.register = function register(specifier, parentURL = 'data:', options) {
  if (parentURL !== null && typeof parentURL === 'object' && !(parentURL instanceof URL)) {
    options = parentURL;
    parentURL = options.parentURL ?? 'data:';
  }
  let data = options?.data;
  if (data !== undefined) {
    const { structuredClone } = require('internal/messaging');
    data = structuredClone(data, { transfer: options.transferList });
  }
  require('internal/modules/esm').registerHooks(`${specifier}`, `${parentURL}`, data);
};
Module.findSourceMap = function findSourceMap(path) {
  return require('internal/modules/source_maps').findSourceMap(path);
};
defineLazyProperty(Module, 'SourceMap', () => require('internal/modules/source_map').SourceMap);
Module.runMain = function runMain(main = process.argv[1]) {
  require('internal/modules/run_main').start(main);
};
let isPreloading = false;
Object.defineProperty(Module.prototype, 'isPreloading', { get: () => isPreloading });
Module._preloadModules = function _preloadModules(requests) {
  if (!Array.isArray(requests) || requests.length === 0) return;
  isPreloading = true;
  const parent = new Module('internal/preload', null);
  parent.paths = Module._nodeModulePaths(process.cwd());
  for (const request of requests) parent.require(request);
  isPreloading = false;
};

/** What import() of a loaded module gives: what it exported once it had run, whatever became of that since. */
const firstExports = (module) => parents.firstExports(module);

module.exports = { Module, firstExports, makeRequire, originalRunMain: Module.runMain };
