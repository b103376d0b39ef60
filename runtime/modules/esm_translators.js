'use strict';
// Makes a module record of what a URL holds: an ES module, a CommonJS module, JSON or a builtin.
// Documents: Node.js "Modules: ECMAScript modules" (CommonJS namespaces, builtin modules, JSON modules).
const path = require('path');
const { readFileUtf8 } = internalBinding('modules');
const { compileModule, createSynthetic, setExport } = internalBinding('es_modules');
const { builtinId } = require('internal/modules/builtins');
const { toPath } = require('internal/modules/file_url');
const sourceMaps = require('internal/modules/source_map_state');
const errors = require('internal/modules/errors');

const builtinRecords = []; // of { record, exports, names }
// What builtin modules tell loader hooks otherwise: they have a thread of their own in Node.js, and look for that before they
// register themselves.
const kForHooks = { __proto__: null, worker_threads: { isMainThread: false } };

function fromJson(url, text) {
  return createSynthetic(url, ['default'], (record) => setExport(record, 'default', jsonValue(url, text)));
}

function parseJson(text, url) {
  try {
    return JSON.parse(text);
  } catch (error) {
    error.message = `${url.startsWith('file:') ? toPath(url) : url}: ${error.message}`;
    throw error;
  }
}

/** A JSON file has one value, for import and for require() (of which the first to ask decides). */
function jsonValue(url, text) {
  if (!url.startsWith('file:') || /[?#]/.test(url)) return parseJson(text, url);
  const { Module } = require('internal/modules/cjs');
  const file = toPath(url);
  const cached = Module._cache[file];
  if (cached?.loaded) return cached.exports;
  const value = parseJson(text, url);
  if (cached === undefined) {
    const module = new Module(file);
    Object.assign(module, { filename: file, exports: value, loaded: true });
    Module._cache[file] = module;
  }
  return value;
}

function exportBuiltin(record, exports, names) {
  for (const name of names) {
    let value;
    try {
      value = name === 'default' ? exports : exports[name];
    } catch {
      // A lazy property that cannot be had now is exported as undefined.
    }
    setExport(record, name, value);
  }
}

function loadBuiltin(url, forHooks) {
  const id = builtinId(url);
  const other = forHooks ? kForHooks[id] : undefined;
  const exports = other === undefined ? require(id) : { ...require(id), ...other };
  const isObject = (typeof exports === 'object' || typeof exports === 'function') && exports !== null;
  const names = [...new Set([...(isObject ? Object.keys(exports) : []), 'default'])];
  const record = createSynthetic(url, names, (self) => exportBuiltin(self, exports, names));
  builtinRecords.push({ record, exports, names });
  return record;
}

/** Gives imports of builtin modules the values their exports have now. */
function syncBuiltinExports() {
  for (const { record, exports, names } of builtinRecords) exportBuiltin(record, exports, names);
}

const kMaxReexports = 200;
/** The names a CommonJS file exports as far as its text tells, re-exported modules included. */
function exportNames(file, source, Module, seen = new Set()) {
  const names = new Set();
  if (seen.has(file) || seen.size > kMaxReexports) return names;
  seen.add(file);
  let found;
  try {
    found = require('internal/deps/cjs-module-lexer').parse(source, file);
  } catch {
    return names;
  }
  for (const name of found.exports) names.add(name);
  if (found.reexports.length === 0) return names;
  const asker = new Module(file, null);
  asker.filename = file;
  asker.paths = Module._nodeModulePaths(path.dirname(file));
  for (const request of found.reexports) {
    try {
      const target = Module._resolveFilename(request, asker);
      if (!/\.c?js$/.test(target) || !path.isAbsolute(target)) continue;
      for (const name of exportNames(target, readFileUtf8(target), Module, seen)) names.add(name);
    } catch {
      // A dependency that is not there gives no names; running the module reports it.
    }
  }
  return names;
}

/** A CommonJS module: run when evaluated, through the CommonJS loader unless hooks gave its text. */
function loadCommonJs(url, source) {
  const { Module } = require('internal/modules/cjs');
  const file = url.startsWith('file:') ? toPath(url) : url;
  const text = source ?? readCommonJs(file);
  const names = exportNames(file, text, Module);
  names.add('default');
  const run = source === undefined || source === null ? runFile : runSource;
  return createSynthetic(url, [...names], (record) => {
    const exports = run(Module, file, text);
    for (const name of names) {
      if (name === 'default') continue;
      let value;
      try {
        if (exports !== null && exports !== undefined && Object.hasOwn(Object(exports), name))
          value = exports[name];
      } catch {
        // A getter that throws exports undefined, as in Node.
      }
      setExport(record, name, value);
    }
    setExport(record, 'default', exports);
  });
}

// An addon's names are not known before it is loaded; unreadable files are for the CommonJS loader to complain about.
function readCommonJs(file) {
  return file.endsWith('.node') ? '' : (readFileUtf8(file, true) ?? '');
}

let mainFile;
/** The next CommonJS module of this name that is imported is the program's main one. */
function setMain(file) {
  mainFile = file;
}

function runFile(Module, file) {
  const isMain = file === mainFile;
  if (isMain) mainFile = undefined;
  const known = Module._cache[file];
  if (known?.loaded) {
    const exports = require('internal/modules/cjs').firstExports(known);
    if (exports !== undefined) return exports;
  }
  return Module._load(file, undefined, isMain);
}

function runSource(Module, file, text) {
  const cached = Module._cache[file];
  if (cached?.loaded) return cached.exports;
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(path.dirname(file));
  if (file === mainFile) {
    mainFile = undefined;
    process.mainModule = module;
    module.id = '.';
  }
  Module._cache[file] = module;
  let done = false;
  try {
    module._compile(text, file);
    done = true;
  } finally {
    if (!done) delete Module._cache[file];
  }
  module.loaded = true;
  return module.exports;
}

function textOf(source, url, format) {
  if (typeof source === 'string') return source;
  if (source === undefined || source === null) throw errors.badSource(source, url, format);
  return new (require('internal/encoding').TextDecoder)().decode(source);
}

/**
 * @param {string} url
 * @param {string | undefined} format
 * @param {string | Uint8Array | ArrayBuffer | null | undefined} source
 * @param {boolean} [forHooks] whether it is one of loader hooks' own modules
 * @returns {number} the record
 */
function translate(url, format, source, forHooks = false) {
  switch (format) {
    case 'module': {
      const text = textOf(source, url, format);
      if (sourceMaps.enabled) sourceMaps.note(url, text);
      return compileModule(url, text);
    }
    case 'builtin':
      return loadBuiltin(url, forHooks);
    case 'commonjs':
      return loadCommonJs(url, source === null || source === undefined ? null : textOf(source, url, format));
    case 'json':
      return fromJson(url, textOf(source, url, format));
    default:
      throw errors.unknownFormat(format, url);
  }
}

module.exports = { translate, syncBuiltinExports, setMain };
