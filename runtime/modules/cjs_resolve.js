'use strict';
// From the text in require() to a file name: the algorithm under "All together" in Node.js "Modules: CommonJS modules".
const path = require('path');
const { internalModuleStat: stat, realpath } = internalBinding('modules');
const { builtinId } = require('internal/modules/builtins');
const { readPackage, packageScope } = require('internal/modules/package_json');
const {
  resolveExports,
  resolveImports,
  splitPackageName,
  getConditions,
} = require('internal/modules/package_exports');
const errors = require('internal/modules/errors');

const isRelative = (request) => /^\.\.?(\/|$)/.test(request);
const hasOption = (name) => process.execArgv.includes(name);
let preserve; // --preserve-symlinks, --preserve-symlinks-main

/** @returns {string} the file's own name, symbolic links followed unless the command line says otherwise */
function canonical(file, isMain) {
  preserve ??= { all: hasOption('--preserve-symlinks'), main: hasOption('--preserve-symlinks-main') };
  return (isMain ? preserve.main : preserve.all) ? path.resolve(file) : realpath(path.resolve(file));
}

function tryFile(file, isMain) {
  return stat(file) === 0 ? canonical(file, isMain) : undefined;
}

function tryExtensions(base, extensions, isMain) {
  for (const extension of extensions) {
    const found = tryFile(base + extension, isMain);
    if (found) return found;
  }
  return undefined;
}

function tryFolder(folder, extensions, isMain, request) {
  const pkg = readPackage(folder === '/' ? '' : folder.replace(/\/+$/, ''));
  const index = path.resolve(folder, 'index');
  if (!pkg?.main) return tryExtensions(index, extensions, isMain);
  const main = path.resolve(folder, pkg.main);
  const found =
    tryFile(main, isMain) ??
    tryExtensions(main, extensions, isMain) ??
    tryExtensions(path.resolve(main, 'index'), extensions, isMain);
  if (found) return found;
  const fallback = tryExtensions(index, extensions, isMain);
  if (fallback) {
    const warning = `Invalid 'main' field in '${pkg.file}' of '${pkg.main}'. Please either fix that or report it to the module author`;
    process.emitWarning(warning, 'DeprecationWarning', 'DEP0128');
    return fallback;
  }
  const error = new Error(
    `Cannot find module '${main}'. Please verify that the package.json has a valid "main" entry`,
  );
  error.code = 'MODULE_NOT_FOUND';
  error.path = pkg.file;
  error.requestPath = request;
  throw error;
}

// A target of "exports" must be a file as it stands.
function existing(file, isMain) {
  const found = tryFile(file, isMain);
  if (found) return found;
  const error = new Error(`Cannot find module '${file}'`);
  error.code = 'MODULE_NOT_FOUND';
  throw error;
}

/** @returns {string | undefined} what "exports" of a package under `folder` (a node_modules) says */
function tryExports(folder, request, isMain) {
  const split = splitPackageName(request);
  if (!split) return undefined;
  const pkg = readPackage(path.resolve(folder, split.name));
  if (pkg?.exports === undefined || pkg.exports === null) return undefined;
  return existing(resolveExports(pkg, split.subpath, undefined, getConditions().require), isMain);
}

/** @returns {string | undefined} a package asking for itself by name */
function trySelf(parentFile, request) {
  if (!parentFile) return undefined;
  const split = splitPackageName(request);
  if (!split) return undefined;
  const pkg = packageScope(parentFile);
  if (pkg?.exports === undefined || pkg.exports === null || pkg.name !== split.name) return undefined;
  return existing(resolveExports(pkg, split.subpath, parentFile, getConditions().require), false);
}

module.exports = function makeResolution(Module, parents) {
  function _findPath(request, paths, isMain) {
    const absolute = path.isAbsolute(request);
    if (absolute) paths = [''];
    else if (!paths || paths.length === 0) return false;
    const cacheKey = `${request}\x00${paths.join('\x00')}`;
    const known = Module._pathCache[cacheKey];
    if (known) return known;

    const extensions = Object.keys(Module._extensions);
    const wantsFolder = /(^|\/)\.{0,2}$/.test(request);
    for (const folder of paths) {
      // "../x" may be asked for from a folder that is gone.
      if (folder && !request.startsWith('..') && stat(folder) !== 1) continue;
      let found = absolute ? undefined : tryExports(folder, request, isMain);
      if (!found) {
        const base = path.resolve(folder, request);
        const kind = stat(base);
        if (!wantsFolder) {
          if (kind === 0) found = canonical(base, isMain);
          found ||= tryExtensions(base, extensions, isMain);
        }
        if (!found && kind === 1) found = tryFolder(base, extensions, isMain, request);
      }
      if (found) {
        Module._pathCache[cacheKey] = found;
        return found;
      }
    }
    return false;
  }

  function _nodeModulePaths(from) {
    const paths = [];
    let folder = path.resolve(from);
    for (;;) {
      if (path.basename(folder) !== 'node_modules')
        paths.push(folder === '/' ? '/node_modules' : `${folder}/node_modules`);
      if (folder === '/') return paths;
      folder = path.dirname(folder);
    }
  }

  function _resolveLookupPaths(request, parent) {
    if (builtinId(request) !== undefined) return null;
    if (!isRelative(request)) {
      const paths = [...(parent?.paths ?? []), ...Module.globalPaths];
      return paths.length > 0 ? paths : null;
    }
    // Code without a file (-e, the REPL) looks from the current folder.
    if (!parent?.id || !parent.filename) return ['.', ..._nodeModulePaths('.'), ...Module.globalPaths];
    return [path.dirname(parent.filename)];
  }

  function pathsOption(request, paths) {
    if (!Array.isArray(paths)) throw errors.invalidArgValue('options.paths', paths);
    if (isRelative(request)) return paths;
    const result = [];
    const fakeParent = new Module('', null);
    for (const folder of paths) {
      fakeParent.paths = Module._nodeModulePaths(folder);
      for (const found of Module._resolveLookupPaths(request, fakeParent) ?? []) {
        if (!result.includes(found)) result.push(found);
      }
    }
    return result;
  }

  function resolveHash(request, parent) {
    const pkg = packageScope(parent.filename);
    if (pkg?.imports === undefined) return undefined;
    const resolvePackage = (specifier, owner) => {
      if (builtinId(specifier) !== undefined) return specifier;
      const fake = new Module(path.join(owner.folder || '/', 'noop.js'), null);
      fake.filename = fake.id;
      fake.paths = Module._nodeModulePaths(owner.folder || '/');
      return Module._resolveFilename(specifier, fake, false);
    };
    const found = resolveImports(request, pkg, parent.filename, getConditions().require, resolvePackage);
    return builtinId(found) === undefined ? existing(found, false) : found;
  }

  function _resolveFilename(request, parent, isMain, options) {
    if (builtinId(request) !== undefined) return request;
    const paths =
      options?.paths === undefined
        ? Module._resolveLookupPaths(request, parent)
        : pathsOption(request, options.paths);
    if (request[0] === '#' && parent?.filename) {
      const found = resolveHash(request, parent);
      if (found) return found;
    }
    const selfFile = parent?.filename ?? (parent?.paths ? path.join(process.cwd(), 'noop.js') : undefined);
    const filename =
      (isRelative(request) ? undefined : trySelf(selfFile, request)) ??
      Module._findPath(request, paths, isMain);
    if (filename) return filename;
    const requireStack = [];
    for (let cursor = parent; cursor; cursor = parents.get(cursor))
      requireStack.push(cursor.filename || cursor.id);
    throw errors.moduleNotFound(request, requireStack);
  }

  function _initPaths() {
    const { HOME, NODE_PATH } = process.env;
    const paths = [path.resolve(process.execPath, '..', '..', 'lib', 'node')];
    if (HOME) paths.unshift(path.resolve(HOME, '.node_modules'), path.resolve(HOME, '.node_libraries'));
    if (NODE_PATH) paths.unshift(...NODE_PATH.split(path.delimiter).filter(Boolean));
    Module.globalPaths = paths;
  }

  return { _findPath, _nodeModulePaths, _resolveLookupPaths, _resolveFilename, _initPaths };
};
