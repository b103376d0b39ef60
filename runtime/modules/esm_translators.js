'use strict';
// Makes a module record of what a URL holds: an ES module, a CommonJS module, JSON or a builtin.
// Documents: Node.js "Modules: ECMAScript modules" (CommonJS namespaces, builtin modules, JSON modules).
const path = require('path');
const { readFileUtf8 } = internalBinding('modules');
const { compileModule, createSynthetic, setExport } = internalBinding('es_modules');
const { builtinId } = require('internal/modules/builtins');
const { packageScope } = require('internal/modules/package_json');
const { toPath } = require('internal/modules/file_url');
const errors = require('internal/modules/errors');

const builtinRecords = new Map(); // id → { record, names }

function fileFormat(file) {
  const extension = path.extname(file);
  switch (extension) {
    case '.mjs':
      return 'module';
    case '.cjs':
      return 'commonjs';
    case '.json':
      return 'json';
    case '.js':
    case '':
      return packageScope(file)?.type === 'module' ? 'module' : 'commonjs';
    default:
      throw errors.unknownExtension(extension, file);
  }
}

function fromValue(url, value) {
  return createSynthetic(url, ['default'], (record) => setExport(record, 'default', value));
}

function parseJson(text, url) {
  try {
    return JSON.parse(text);
  } catch (error) {
    error.message = `${url.startsWith('file:') ? toPath(url) : url}: ${error.message}`;
    throw error;
  }
}

function exportBuiltin(record, id, names) {
  const exports = require(id);
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

function loadBuiltin(url) {
  const id = builtinId(url);
  const exports = require(id);
  const isObject = (typeof exports === 'object' || typeof exports === 'function') && exports !== null;
  const names = [...new Set([...(isObject ? Object.keys(exports) : []), 'default'])];
  const record = createSynthetic(url, names, (self) => exportBuiltin(self, id, names));
  builtinRecords.set(id, { record, names });
  return record;
}

/** Gives imports of builtin modules the values their exports have now. */
function syncBuiltinExports() {
  for (const [id, { record, names }] of builtinRecords) exportBuiltin(record, id, names);
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

function loadCommonJs(url) {
  const { Module } = require('internal/modules/cjs');
  const file = toPath(url);
  const names = exportNames(file, readFileUtf8(file), Module);
  names.add('default');
  return createSynthetic(url, [...names], (record) => {
    const exports = Module._load(file, undefined, false);
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

function loadData(url, wanted) {
  const match = /^data:([^,;]*)((?:;[^,;]*)*),([\s\S]*?)(?:#.*)?$/.exec(url);
  const formats = { 'text/javascript': 'module', 'application/json': 'json' };
  const format = match ? formats[match[1]] : undefined;
  if (!format) throw errors.unknownFormat(match?.[1] ?? null, url);
  checkType(url, format, wanted);
  const body = decodeURIComponent(match[3]);
  const text = /;base64$/i.test(match[2]) ? require('buffer').Buffer.from(body, 'base64').toString() : body;
  return {
    format,
    record: format === 'json' ? fromValue(url, parseJson(text, url)) : compileModule(url, text),
  };
}

/** The import attribute `type` must fit what the module is. */
function checkType(url, format, wanted) {
  if (wanted !== undefined && wanted !== 'json') throw errors.assertionUnsupported(wanted);
  if (format === 'json' && wanted === undefined) throw errors.assertionMissing(url, 'json');
  if (format !== 'json' && wanted === 'json') throw errors.assertionFailed(url, 'json');
}

/**
 * @param {string} url
 * @param {string | undefined} wanted the import attribute `type`
 * @returns {{record: number, format: string}}
 */
function translate(url, wanted) {
  if (url.startsWith('node:')) {
    checkType(url, 'builtin', wanted);
    return { format: 'builtin', record: loadBuiltin(url) };
  }
  if (url.startsWith('data:')) return loadData(url, wanted);
  const file = toPath(url);
  const format = fileFormat(file);
  checkType(url, format, wanted);
  if (format === 'module') return { format, record: compileModule(url, readFileUtf8(file)) };
  if (format === 'json') return { format, record: fromValue(url, parseJson(readFileUtf8(file), url)) };
  return { format, record: loadCommonJs(url) };
}

module.exports = { translate, syncBuiltinExports };
