'use strict';
// The default `resolve` and `load` of the ES module loader, as the last of the hooks a program may put before them
// (Node.js "Modules: node:module API", "Hooks").
const { readFileUtf8, readFileBytes } = internalBinding('modules');
const { resolve, importConditions } = require('internal/modules/esm_resolve');
const { formatOf, requireFormat } = require('internal/modules/esm_format');
const { toPath } = require('internal/modules/file_url');
const errors = require('internal/modules/errors');

const kTextFormats = { __proto__: null, module: true, json: true };

/** Import attributes must be known, and fit what the module is. */
function checkAttributes(url, format, attributes) {
  const keys = Object.keys(attributes);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== 'type') throw errors.attributeUnsupported(keys[i], attributes[keys[i]]);
  }
  const { type } = attributes;
  if (format !== 'json') {
    if (type === undefined) return;
    if (type === 'json') throw errors.assertionFailed(url, 'json');
    throw errors.assertionUnsupported(type);
  }
  if (type === undefined) throw errors.assertionMissing(url, 'json');
  if (type !== 'json') throw errors.assertionUnsupported(type);
}

/** What a data: URL carries. */
function dataBytes(url) {
  const match = /^data:[^,]*?(;base64)?,([\s\S]*?)(?:#.*)?$/.exec(url);
  if (!match) throw new (require('internal/errors').codes.ERR_INVALID_URL)(url);
  return Buffer.from(decodeURIComponent(match[2]), match[1] ? 'base64' : 'utf8');
}

/** @returns {{url: string, format: string | undefined}} */
function defaultResolve(specifier, { parentURL, conditions }) {
  const url = resolve(specifier, parentURL, conditions);
  return { url, format: formatOf(url) };
}

/** @returns {{format: string, source: string | Uint8Array | null | undefined}} */
function defaultLoad(url, context) {
  const format = context.format ?? requireFormat(url);
  checkAttributes(url, format, context.importAttributes ?? {});
  if (format === 'builtin') return { format, source: undefined };
  // The CommonJS loader reads for itself: require() of the file must give the same module.
  if (format === 'commonjs') return { format, source: null };
  if (url.startsWith('data:')) return { format, source: dataBytes(url) };
  const file = toPath(url);
  return { format, source: kTextFormats[format] ? readFileUtf8(file) : readFileBytes(file) };
}

module.exports = { defaultResolve, defaultLoad, importConditions };
