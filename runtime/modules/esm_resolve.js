'use strict';
// From an import specifier to a URL (Node.js "Modules: ECMAScript modules", Resolution Algorithm Specification).
const path = require('path');
const { internalModuleStat: stat, realpath } = internalBinding('module_lookup');
const { builtinId } = require('internal/modules/builtins');
const { readPackage, packageScope } = require('internal/modules/package_json');
const {
  resolveExports,
  resolveImports,
  splitPackageName,
  getConditions,
} = require('internal/modules/package_exports');
const { toUrl, toPath } = require('internal/modules/file_url');
const errors = require('internal/modules/errors');
const { keepsLinks } = require('internal/modules/cjs_resolve');

const kRelative = /^(\.\.?\/|\/|\.\.?$)/;
const kPlainRelative = /^(\.\.?\/|\/)[\w\-./@+~]*$/;
const kMainNames = ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'];

const basePath = (base) => (base?.startsWith('file:') ? toPath(base) : base);

/** The set of conditions hooks ask for; the default one without them. */
const conditionSet = (conditions) =>
  conditions === undefined || conditions === getConditions().importList
    ? getConditions().import
    : new Set(conditions);

// A package of ES modules whose main file is found only by trying extensions and index files, as require() does.
function warnLegacyMain(pkg, found, base) {
  if (!found.endsWith('.js') || packageScope(found)?.type !== 'module') return;
  const where = `${pkg?.folder ?? path.dirname(found)}/`;
  const what = pkg?.main
    ? `Package ${where} has a "main" field set to "${pkg.main}", excluding the full filename and extension to the resolved ` +
      `file at "${found.slice(where.length)}", imported from ${base}.\n Automatic extension resolution of the "main" field is `
    : `No "main" or "exports" field defined in the package.json for ${where} resolving the main entry point ` +
      `"${found.slice(where.length)}", imported from ${base}.\nDefault "index" lookups for the main are `;
  process.emitWarning(`${what}deprecated for ES modules.`, 'DeprecationWarning', 'DEP0151');
}

// "main" of a package without "exports".
function legacyMain(pkg, folder, name, base) {
  const candidates = pkg?.main ? kMainNames.map((end) => path.resolve(folder, pkg.main) + end) : [];
  candidates.push(`${folder}/index.js`, `${folder}/index.json`, `${folder}/index.node`);
  const found = candidates.find((file) => stat(file) === 0);
  if (found) {
    if (pkg?.main === undefined || path.resolve(folder, pkg.main) !== found) warnLegacyMain(pkg, found, base);
    return found;
  }
  throw errors.esmNotFound(folder, base);
}

function finishFound(found, base) {
  if (found.startsWith('node:')) return found;
  return found.startsWith('file:') ? resolveUrl(new URL(found), base) : finish(found, '', base);
}

/** @returns {string} an absolute path, or a node: or file: URL */
function resolveBare(specifier, base, conditions) {
  const id = builtinId(specifier);
  if (id !== undefined) return `node:${id}`;
  const parent = basePath(base);
  const split = splitPackageName(specifier);
  if (!split) throw errors.invalidSpecifier(specifier, 'is not a valid package name', parent);
  const fromFile =
    parent !== undefined && path.isAbsolute(parent) ? parent : path.join(process.cwd(), 'noop.js');
  const own = packageScope(fromFile);
  if (own?.name === split.name && own.exports !== undefined && own.exports !== null) {
    return resolveExports(own, split.subpath, parent, conditions);
  }
  // The base may be a folder: that of --import and the like is.
  for (let folder = path.dirname(`${fromFile}.`); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', split.name);
    if (!folder.endsWith('/node_modules') && stat(candidate) === 1) {
      const pkg = readPackage(candidate, `"${specifier}" from ${parent}`);
      if (pkg?.exports !== undefined && pkg?.exports !== null)
        return resolveExports(pkg, split.subpath, parent, conditions);
      if (split.subpath === '.') return legacyMain(pkg, candidate, specifier, parent);
      // A subpath is part of a URL.
      if (/[%?#\\]/.test(split.subpath)) return new URL(split.subpath, `${toUrl(candidate)}/`).href;
      return path.join(candidate, split.subpath);
    }
    if (folder === '/') break;
  }
  throw errors.esmNotFound(split.name, parent);
}

// A file URL must name a file as it stands: no extensions, no folders.
function finish(file, suffix, base) {
  const kind = file.endsWith('/') ? 1 : stat(file);
  if (kind === 1) throw errors.directoryImport(file, basePath(base), toUrl(file));
  if (kind < 0) throw errors.esmNotFound(file, basePath(base), toUrl(file));
  return toUrl(keepsLinks(base === undefined) ? file : realpath(file)) + suffix;
}

function resolveUrl(url, base) {
  if (url.protocol !== 'file:') return url.href;
  if (/%2f|%5c/i.test(url.pathname)) {
    throw errors.invalidSpecifier(
      url.pathname,
      'must not include encoded "/" or "\\" characters',
      basePath(base),
    );
  }
  let file;
  try {
    file = require('url').fileURLToPath(url);
  } catch (error) {
    Object.assign(error, { input: url.href, module: base });
    throw error;
  }
  return finish(file, url.search + url.hash, base);
}

/** What relative URLs are relative to: the path itself when it ends in a slash. */
const folderOf = (file) => (file.endsWith('/') ? file : path.dirname(file));

function parseUrl(text, base) {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** What require() would have found for a specifier that import does not: a hint for the stack. */
function addHint(error, specifier, base) {
  const { Module } = require('internal/modules/cjs');
  const parent = basePath(base) ?? path.join(process.cwd(), 'noop.js');
  const asker = new Module(parent, null);
  asker.filename = parent;
  asker.paths = Module._nodeModulePaths(path.dirname(parent));
  let found;
  try {
    found = Module._resolveFilename(specifier, asker, false);
  } catch {
    return;
  }
  const encode = (text) =>
    text.replace(/%/g, '%25').replace(/ /g, '%20').replace(/#/g, '%23').replace(/\?/g, '%3F');
  const folder = path.dirname(parent);
  let hint;
  if (kRelative.test(specifier)) {
    hint = path.relative(folder, found);
    if (!hint.startsWith('../')) hint = `./${hint}`;
  } else {
    const root = `/node_modules/${splitPackageName(specifier)?.name}/`;
    const at = found.lastIndexOf(root);
    hint = at >= 0 ? found.slice(at + '/node_modules/'.length) : found;
  }
  const lines = error.stack.split('\n');
  const end = lines.findIndex((line) => /^ +at /.test(line));
  lines.splice(end < 0 ? lines.length : end, 0, `Did you mean to import ${JSON.stringify(encode(hint))}?`);
  error.stack = lines.join('\n');
}

const kHinted = { __proto__: null, ERR_MODULE_NOT_FOUND: true, ERR_UNSUPPORTED_DIR_IMPORT: true };

/** resolveSpecifier(), with hints in its errors. */
function resolve(specifier, base, conditions) {
  try {
    return resolveSpecifier(specifier, base, conditions);
  } catch (error) {
    if (error !== null && kHinted[error?.code]) addHint(error, specifier, base);
    throw error;
  }
}

/**
 * @param {string} specifier
 * @param {string} [base] URL of the module that asks; none for the program's entry
 * @param {string[]} [conditions]
 * @returns {string} URL
 */
function resolveSpecifier(specifier, base, conditions) {
  if (kRelative.test(specifier)) {
    if (kPlainRelative.test(specifier) && base?.startsWith('file://')) {
      return finish(path.resolve(folderOf(toPath(base)), specifier), '', base);
    }
    const url = parseUrl(specifier, base);
    if (!url) throw errors.unresolvable(specifier, base);
    return resolveUrl(url, base);
  }
  if (specifier[0] === '#') return resolveHash(specifier, base, conditionSet(conditions));
  if (specifier.startsWith('data:')) return specifier;
  if (specifier.startsWith('node:')) {
    if (builtinId(specifier) === undefined) throw errors.unknownBuiltin(specifier);
    return specifier;
  }
  if (specifier.includes(':')) {
    const url = parseUrl(specifier);
    if (url) return resolveUrl(url, base);
  }
  if (base?.startsWith('data:') && builtinId(specifier) === undefined)
    throw errors.unresolvable(specifier, base);
  const found = resolveBare(specifier, base, conditionSet(conditions));
  return finishFound(found, base);
}

function resolveHash(specifier, base, conditions) {
  const parent = basePath(base);
  const resolvePackage = (target, pkg) =>
    resolveBare(target, toUrl(`${pkg.folder}/package.json`), conditions);
  const found = resolveImports(specifier, packageScope(parent), parent, conditions, resolvePackage);
  return finishFound(found, base);
}

module.exports = { resolve, importConditions: () => getConditions().importList };
