'use strict';
// Reads package.json files, each once (Node.js "Modules: Packages", the fields Node itself uses).
const { readFileUtf8 } = internalBinding('modules');
const path = require('path');
const errors = require('internal/modules/errors');

const cache = new Map(); // folder → PackageJson | null

/**
 * @typedef {{folder: string, file: string, name?: string, main?: string, type: 'none'|'commonjs'|'module', exports: any,
 *   imports: any}} PackageJson
 */

/**
 * @param {string} folder without a trailing slash, '' for the root
 * @param {string} [base] who asks, for the error
 * @returns {PackageJson | null} null when the folder has no package.json
 */
function readPackage(folder, base) {
  const known = cache.get(folder);
  if (known !== undefined) return known;
  const file = `${folder}/package.json`;
  const text = readFileUtf8(file, true);
  if (text === undefined) {
    cache.set(folder, null);
    return null;
  }
  let json;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw errors.invalidPackageConfig(file, base, e.message);
  }
  if (json === null || typeof json !== 'object') json = {};
  // Only what the file itself says: Object.prototype may have been tampered with.
  const own = (key) => (Object.hasOwn(json, key) ? json[key] : undefined);
  const [name, main, type, imports] = [own('name'), own('main'), own('type'), own('imports')];
  const result = {
    __proto__: null,
    folder,
    file,
    name: typeof name === 'string' ? name : undefined,
    main: typeof main === 'string' ? main : undefined,
    type: type === 'module' || type === 'commonjs' ? type : 'none',
    exports: own('exports'),
    imports: imports !== null && typeof imports === 'object' ? imports : undefined,
  };
  cache.set(folder, result);
  return result;
}

/**
 * The nearest package.json at or above a file; a folder named node_modules ends the search.
 * @param {string} file absolute
 * @returns {PackageJson | null}
 */
function packageScope(file) {
  let folder = path.dirname(file);
  for (;;) {
    if (folder.endsWith('/node_modules')) return null;
    const found = readPackage(folder === '/' ? '' : folder);
    if (found) return found;
    if (folder === '/' || folder === '.' || folder === '') return null;
    folder = path.dirname(folder);
  }
}

module.exports = { readPackage, packageScope };
