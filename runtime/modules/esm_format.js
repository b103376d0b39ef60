'use strict';
// What a URL holds by its name: an ES module, CommonJS, JSON, WebAssembly, an addon or a builtin.
// Document: Node.js "Modules: Packages", "Determining module system".
const path = require('path');
const options = require('internal/main/options');
const { packageScope } = require('internal/modules/package_json');
const errors = require('internal/modules/errors');

const kDataFormats = {
  __proto__: null,
  'text/javascript': 'module',
  'application/json': 'json',
  'application/wasm': 'wasm',
};
const wasmAllowed = () => options.get('--experimental-wasm-modules');

function dataFormat(url) {
  const mime = /^data:([^/]+\/[^,;]+)/.exec(url)?.[1];
  const format = mime === undefined ? undefined : kDataFormats[mime];
  return format === 'wasm' && !wasmAllowed() ? undefined : format;
}

/** What a .js file is, or one without an extension, when no package.json in its scope says. */
function untypedFormat(file) {
  const isDefaultModule = options.get('--experimental-default-type') === 'module';
  if (isDefaultModule && !file.includes('/node_modules/')) return 'module';
  return options.get('--experimental-detect-module') && hasModuleSyntax(file) ? 'module' : 'commonjs';
}

const kMayBeModule = /\b(?:import|export|await)\b/;
/** Whether a file fails to compile as CommonJS only because of an ES module's syntax. */
function hasModuleSyntax(file) {
  const text = internalBinding('modules').readFileUtf8(file, true);
  return text !== undefined && isModuleText(text, file);
}

function isModuleText(text, file) {
  if (!kMayBeModule.test(text)) return false;
  const { compileFunction } = internalBinding('modules');
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  try {
    return compileFunction(text, file, parameters, true) === null;
  } catch {
    return false; // whoever loads it says what is wrong
  }
}

function typedFormat(file) {
  const type = packageScope(file)?.type;
  return type === undefined || type === 'none' ? untypedFormat(file) : type;
}

// The first bytes of every WebAssembly module.
function isWasm(file) {
  const fs = require('fs');
  const fd = fs.openSync(file);
  try {
    const bytes = Buffer.alloc(4);
    return fs.readSync(fd, bytes) === 4 && bytes.readUInt32BE(0) === 0x0061736d;
  } finally {
    fs.closeSync(fd);
  }
}

/** @param {string} file absolute path @returns {string | undefined} undefined for extensions nobody knows */
function fileFormat(file) {
  switch (path.extname(file)) {
    case '.mjs':
      return 'module';
    case '.cjs':
      return 'commonjs';
    case '.json':
      return 'json';
    case '.js':
      return typedFormat(file);
    case '': {
      const format = typedFormat(file);
      return format === 'module' && wasmAllowed() && isWasm(file) ? 'wasm' : format;
    }
    case '.wasm':
      return wasmAllowed() ? 'wasm' : undefined;
    default:
      return undefined;
  }
}

/**
 * @param {string} url
 * @returns {string | undefined}
 */
function formatOf(url) {
  if (url.startsWith('node:')) return 'builtin';
  if (url.startsWith('data:')) return dataFormat(url);
  if (url.startsWith('file:')) return fileFormat(require('internal/modules/file_url').toPath(url));
  return undefined;
}

/** The format of a URL that must have one. */
function requireFormat(url) {
  const format = formatOf(url);
  if (format !== undefined) return format;
  if (url.startsWith('data:')) throw errors.unknownFormat(/^data:([^,;]*)/.exec(url)[1] || null, url);
  if (!url.startsWith('file:')) throw errors.unsupportedScheme(url.slice(0, url.indexOf(':') + 1));
  const file = require('internal/modules/file_url').toPath(url);
  throw errors.unknownExtension(path.extname(file), file);
}

module.exports = { formatOf, hasModuleSyntax, isModuleText, requireFormat };
