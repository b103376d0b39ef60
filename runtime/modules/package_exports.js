'use strict';
// Package entry points: "exports", "imports" and self-reference, for both loaders.
// Document: Node.js "Modules: ECMAScript modules", Resolution Algorithm Specification (PACKAGE_EXPORTS_RESOLVE and below).
// Works on absolute paths; the ES module loader turns results into URLs.
const path = require('path');
const errors = require('internal/modules/errors');

// Segments that a target may not have, also when percent-encoded or in capitals.
const kRefusedSegments = new Set(['.', '..', 'node_modules']);
const decodeEscape = (escape) => String.fromCharCode(parseInt(escape.slice(1), 16));
function hasRefusedSegment(text) {
  const decoded = text.includes('%') ? text.replace(/%[0-7][0-9a-f]/gi, decodeEscape) : text;
  return decoded
    .toLowerCase()
    .split(/[\\/]/)
    .some((segment) => kRefusedSegments.has(segment));
}
const kScheme = /^[a-z][a-z0-9+.-]*:/i;
const isArrayIndex = (key) => String(+key) === key && +key >= 0 && +key < 0xffff_ffff;

/** True when `exports` maps conditions or is a target itself, i.e. describes "." only. */
function isConditionalSugar(exports, pkg, base) {
  if (typeof exports === 'string' || Array.isArray(exports)) return true;
  if (typeof exports !== 'object' || exports === null) return false;
  let sugar;
  for (const key of Object.keys(exports)) {
    const isCondition = key === '' || key[0] !== '.';
    sugar ??= isCondition;
    if (sugar !== isCondition) {
      throw errors.invalidPackageConfig(
        pkg.file,
        base,
        `"exports" cannot contain some keys starting with '.' and some not. The exports object must either be an object of ` +
          `package subpath keys or an object of main entry condition name keys only.`,
      );
    }
  }
  return sugar ?? false;
}

/** Orders two pattern keys: the longer fixed part before the star first. */
function comparePatterns(a, b) {
  const baseA = a.indexOf('*') + 1 || a.length;
  const baseB = b.indexOf('*') + 1 || b.length;
  if (baseA !== baseB) return baseB - baseA;
  if (!a.includes('*')) return 1;
  if (!b.includes('*')) return -1;
  return b.length - a.length;
}

function bestPattern(map, key) {
  let best;
  let match = '';
  for (const pattern of Object.keys(map)) {
    const star = pattern.indexOf('*');
    if (star < 0 || pattern.lastIndexOf('*') !== star || !key.startsWith(pattern.slice(0, star))) continue;
    const tail = pattern.slice(star + 1);
    if (key.length < pattern.length || !key.endsWith(tail)) continue;
    if (best === undefined || comparePatterns(best, pattern) > 0) {
      best = pattern;
      match = key.slice(star, key.length - tail.length);
    }
  }
  return best === undefined ? undefined : { pattern: best, match };
}

class Resolver {
  /**
   * @param {object} options
   * @param {import('./package_json').PackageJson} options.pkg
   * @param {Set<string>} options.conditions
   * @param {string} [options.base] who asks, for the error
   * @param {boolean} options.isImport "imports" rather than "exports"
   * @param {(specifier: string, pkg: object) => string} [options.resolvePackage] for bare targets of "imports"
   */
  constructor(options) {
    Object.assign(this, options);
  }

  invalid(key, target) {
    return errors.invalidPackageTarget(this.pkg.folder, key, target, this.isImport, this.base);
  }

  targetString(target, match, key) {
    const fill = (text) => (match === undefined ? text : text.replace(/\*/g, () => match));
    if (match === undefined && target.endsWith('/')) throw this.invalid(key, target);
    if (!target.startsWith('./')) {
      const isBare =
        this.isImport && !target.startsWith('../') && !target.startsWith('/') && !kScheme.test(target);
      if (isBare || (this.isImport && target.startsWith('node:')))
        return this.resolvePackage(fill(target), this.pkg);
      throw this.invalid(key, target);
    }
    if (hasRefusedSegment(target.slice(2))) throw this.invalid(key, target);
    if (match !== undefined && hasRefusedSegment(match)) {
      const request = key.includes('*') ? key.replace('*', () => match) : `${key}${match}`;
      throw errors.invalidSpecifier(
        request,
        `request is not a valid match in pattern "${key}" for the "${this.isImport ? 'imports' : 'exports'}" resolution of ${this.pkg.file}`,
        this.base,
      );
    }
    const relative = fill(target);
    return path.join(
      this.pkg.folder || '/',
      relative.includes('%') ? decodeURIComponent(relative) : relative,
    );
  }

  /** @returns {string | null | undefined} null: explicitly hidden; undefined: no condition matched */
  target(target, match, key) {
    if (typeof target === 'string') return this.targetString(target, match, key);
    if (Array.isArray(target)) {
      let result = target.length === 0 ? null : undefined;
      let lastError;
      for (const item of target) {
        lastError = undefined;
        try {
          result = this.target(item, match, key);
        } catch (e) {
          if (e.code !== 'ERR_INVALID_PACKAGE_TARGET') throw e;
          lastError = e;
          continue;
        }
        if (result !== undefined && result !== null) return result;
      }
      if (lastError) throw lastError;
      return result;
    }
    if (target === null) return null;
    if (typeof target !== 'object') throw this.invalid(key, target);
    const keys = Object.keys(target);
    if (keys.some(isArrayIndex)) {
      throw errors.invalidPackageConfig(
        this.pkg.file,
        this.base,
        '"exports" cannot contain numeric property keys.',
      );
    }
    for (const condition of keys) {
      if (condition !== 'default' && !this.conditions.has(condition)) continue;
      const result = this.target(target[condition], match, key);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** @returns {string | null | undefined} */
  lookup(map, key) {
    if (Object.hasOwn(map, key) && !key.includes('*') && !key.endsWith('/'))
      return this.target(map[key], undefined, key);
    const best = bestPattern(map, key);
    return best === undefined ? undefined : this.target(map[best.pattern], best.match, best.pattern);
  }
}

/**
 * @param {import('./package_json').PackageJson} pkg
 * @param {string} subpath "." or "./something"
 * @param {string} [base] who asks, for the error
 * @param {Set<string>} conditions
 * @returns {string} absolute path
 */
function resolveExports(pkg, subpath, base, conditions) {
  const { exports } = pkg;
  const map = isConditionalSugar(exports, pkg, base) ? { '.': exports } : exports;
  const found = new Resolver({ pkg, conditions, base, isImport: false }).lookup(map, subpath);
  if (found === undefined || found === null) throw errors.pathNotExported(pkg.folder, subpath, base);
  return found;
}

/**
 * Resolves a "#name".
 * @param {string} name
 * @param {import('./package_json').PackageJson | null} pkg of the module that asks
 * @param {string} [base]
 * @param {Set<string>} conditions
 * @param {(specifier: string, pkg: object) => string} resolvePackage for targets that name another package
 * @returns {string} absolute path, or what resolvePackage returned
 */
function resolveImports(name, pkg, base, conditions, resolvePackage) {
  if (name === '#' || name.startsWith('#/') || name.endsWith('/')) {
    throw errors.invalidSpecifier(name, 'is not a valid internal imports specifier name', base);
  }
  if (pkg?.imports !== undefined) {
    const found = new Resolver({ pkg, conditions, base, isImport: true, resolvePackage }).lookup(
      pkg.imports,
      name,
    );
    if (found !== undefined && found !== null) return found;
  }
  throw errors.importNotDefined(name, pkg?.folder, base);
}

/**
 * Splits "@scope/name/sub/path" into its package and "./sub/path" (or ".").
 * @returns {{name: string, subpath: string} | undefined} undefined when it names no package
 */
function splitPackageName(specifier) {
  const match = /^((?:@[^/\\%]+\/)?[^./\\%@][^/\\%]*)(\/.*)?$/.exec(specifier);
  return match ? { name: match[1], subpath: `.${match[2] ?? ''}` } : undefined;
}

let conditions;
/** The conditions of require() and of import, with those of --conditions (-C). */
function getConditions() {
  if (!conditions) {
    const options = require('internal/main/options');
    const extra = options.get('--conditions');
    const shared = ['module-sync', ...extra];
    if (options.get('--addons') !== false) shared.unshift('node-addons');
    const importList = Object.freeze(['node', 'import', ...shared]);
    conditions = {
      require: new Set(['require', 'node', ...shared]),
      import: new Set(importList),
      importList,
    };
  }
  return conditions;
}

module.exports = { resolveExports, resolveImports, splitPackageName, getConditions };
