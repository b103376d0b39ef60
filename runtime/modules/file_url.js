'use strict';
// Between absolute paths and file: URLs for the module loaders, without loading `url` for plain names.
const errors = require('internal/modules/errors');

const kPlainPath = /^\/[\w\-./@+~:,=]*$/;

/** @param {string} path absolute */
function toUrl(path) {
  return kPlainPath.test(path) && !path.includes('//')
    ? `file://${path}`
    : require('url').pathToFileURL(path).href;
}

/** @param {string} url a file: URL */
function toPath(url) {
  const plain = /^file:\/\/(\/[\w\-./@+~:,=]*)(?:[?#].*)?$/s.exec(url);
  if (plain) return plain[1];
  if (!url.startsWith('file:')) throw errors.unsupportedScheme(url.slice(0, url.indexOf(':') + 1));
  return require('url').fileURLToPath(url);
}

module.exports = { toUrl, toPath };
