'use strict';
// From the text in require() to a file name: the algorithm under "All together" in Node.js "Modules: CommonJS modules".
const path = require('path');
const { internalModuleStat, findFile, realpath } = internalBinding('module_lookup');
const { builtinId } = require('internal/modules/builtins');
const { readPackage, packageScope } = require('internal/modules/package_json');
const {
  resolveExports,
  resolveImports,
  splitPackageName,
  getConditions,
} = require('internal/modules/package_exports');
const errors = require('internal/modules/errors');
const options = require('internal/main/options');

/** True for ".", "..", "./x" and "../x". */
function isRelative(request) {
  if (request.charCodeAt(0) !== 46) return false;
  const dots = request.charCodeAt(1) === 46 ? 2 : 1;
  return request.length === dots || request.charCodeAt(dots) === 47;
}
// Flags of findFile (runtime/modules/lookup.cc).
const kTryExtensions = 1;
const kKeepLinks = 2;
const kFoldersOnly = 4;

let preserve; // --preserve-symlinks, --preserve-symlinks-main
const keepsLinks = (isMain) => {
  preserve ??= {
    all: options.get('--preserve-symlinks') || process.env.NODE_PRESERVE_SYMLINKS === '1',
    main: options.get('--preserve-symlinks-main') || process.env.NODE_PRESERVE_SYMLINKS_MAIN === '1',
  };
  return isMain ? preserve.main : preserve.all;
};

/** @returns {string} the file's own name, symbolic links followed unless the command line says otherwise */
function canonical(file, isMain) {
  return keepsLinks(isMain) ? path.resolve(file) : realpath(path.resolve(file));
}

// Folders that were there, for as long as one outermost require() lasts.
let folders = Object.create(null);
let foldersKnown = false;
function isFolder(path) {
  if (folders[path]) return true;
  if (internalModuleStat(path) !== 1) return false;
  folders[path] = true;
  foldersKnown = true;
  return true;
}

function forgetFolders() {
  if (!foldersKnown) return;
  folders = Object.create(null);
  foldersKnown = false;
}

/** The extensions a request may leave out; undefined for those every program starts with, which findFile knows. */
function customExtensions(Module) {
  const keys = Object.keys(Module._extensions);
  const isDefault = keys.length === 3 && keys[0] === '.js' && keys[1] === '.json' && keys[2] === '.node';
  return isDefault ? undefined : keys;
}

function tryFile(file, isMain) {
  return internalModuleStat(file) === 0 ? canonical(file, isMain) : undefined;
}

function tryExtensions(base, extensions, isMain) {
  extensions ??= ['.js', '.json', '.node'];
  for (let i = 0; i < extensions.length; i++) {
    const found = tryFile(base + extensions[i], isMain);
    if (found) return found;
  }
  return undefined;
}

/** @returns {string | number} the file's own name, 1 for a folder, a negative number for nothing */
function probe(folder, request, extensions, isMain, foldersOnly) {
  const flags = (keepsLinks(isMain) ? kKeepLinks : 0) | (foldersOnly ? kFoldersOnly : 0);
  if (!path.isAbsolute(folder) && !path.isAbsolute(request)) folder = path.resolve(folder);
  if (extensions === undefined) return findFile(folder, request, flags | kTryExtensions);
  const found = findFile(folder, request, flags);
  if (typeof found === 'string' || foldersOnly) return found;
  return tryExtensions(path.resolve(folder, request), extensions, isMain) ?? found;
}

/** True for requests like "./x/", "." and "..", which name folders only. */
function wantsFolder(request) {
  const end = request.length - 1;
  const last = request.charCodeAt(end);
  if (last === 47) return true; // '/'
  return last === 46 && (end === 0 || /(^|\/)\.\.?$/.test(request));
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

function makeResolution(Module, parents) {
  function _findPath(request, paths, isMain) {
    const absolute = path.isAbsolute(request);
    if (absolute) paths = [''];
    else if (!paths || paths.length === 0) return false;
    const cacheKey = `${request}\x00${paths.length === 1 ? paths[0] : paths.join('\x00')}`;
    const known = Module._pathCache[cacheKey];
    if (known) return known;

    const extensions = customExtensions(Module);
    const foldersOnly = wantsFolder(request);
    for (let i = 0; i < paths.length; i++) {
      const folder = paths[i];
      // "../x" may be asked for from a folder that is gone.
      if (folder && !request.startsWith('..') && !isFolder(folder)) continue;
      let found = absolute || request[0] === '.' ? undefined : tryExports(folder, request, isMain);
      if (!found) {
        found = probe(folder, request, extensions, isMain, foldersOnly);
        if (found === 1) found = tryFolder(path.resolve(folder, request), extensions, isMain, request);
      }
      if (typeof found === 'string') {
        Module._pathCache[cacheKey] = found;
        return found;
      }
    }
    return false;
  }

  // Every file of a folder asks for the same list; each gets a copy, which programs may change.
  const modulePaths = Object.create(null);
  function _nodeModulePaths(from) {
    from = path.resolve(from);
    return (modulePaths[from] ??= listModulePaths(from)).slice();
  }

  function listModulePaths(from) {
    const paths = [];
    let folder = from;
    for (;;) {
      if (path.basename(folder) !== 'node_modules')
        paths.push(folder === '/' ? '/node_modules' : `${folder}/node_modules`);
      if (folder === '/') return paths;
      folder = path.dirname(folder);
    }
  }

  function _resolveLookupPaths(request, parent) {
    if (!isRelative(request)) {
      if (builtinId(request) !== undefined) return null;
      const paths = [...(parent?.paths ?? []), ...Module.globalPaths];
      return paths.length > 0 ? paths : null;
    }
    // Code without a file (-e, the REPL) looks from the current folder.
    if (!parent?.id || !parent.filename) return ['.'];
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

  function resolveHash(request, parentFile) {
    const pkg = packageScope(parentFile);
    if (pkg?.imports === undefined) return undefined;
    const resolvePackage = (specifier, owner) => {
      if (builtinId(specifier) !== undefined) return specifier;
      const fake = new Module(path.join(owner.folder || '/', 'noop.js'), null);
      fake.filename = fake.id;
      fake.paths = Module._nodeModulePaths(owner.folder || '/');
      return Module._resolveFilename(specifier, fake, false);
    };
    const found = resolveImports(request, pkg, parentFile, getConditions().require, resolvePackage);
    return builtinId(found) === undefined ? existing(found, false) : found;
  }

  const selfFile = (parent) =>
    parent?.filename ?? (parent?.paths ? path.join(process.cwd(), 'noop.js') : undefined);

  function _resolveFilename(request, parent, isMain, resolveOptions) {
    const relative = isRelative(request);
    if (!relative && builtinId(request) !== undefined) return request;
    const paths =
      resolveOptions?.paths === undefined
        ? Module._resolveLookupPaths(request, parent)
        : pathsOption(request, resolveOptions.paths);
    if (request[0] === '#' && selfFile(parent)) {
      const found = resolveHash(request, selfFile(parent));
      if (found) return found;
    }
    const self = relative ? undefined : trySelf(selfFile(parent), request);
    const filename = self ?? Module._findPath(request, paths, isMain);
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

  return { forgetFolders, _findPath, _nodeModulePaths, _resolveLookupPaths, _resolveFilename, _initPaths };
}

module.exports = { makeResolution, keepsLinks };
