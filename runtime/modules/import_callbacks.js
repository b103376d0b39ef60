'use strict';
// Who answers import(): the ES module loader, or for code that was compiled with a key of its own (vm's
// importModuleDynamically) the function registered for that key.
const callbacks = new Map();

/**
 * @param {string} specifier
 * @param {string} referrer the asking code's name: a URL or a path
 * @param {string[] | undefined} attributes [key, value, …]
 * @param {symbol | number | undefined} key the first host-defined option the asking code was compiled with
 */
function importDynamically(specifier, referrer, attributes, key) {
  const callback = key === undefined ? undefined : callbacks.get(key);
  if (callback !== undefined) return callback(specifier, attributes);
  return require('internal/modules/esm').importDynamic(specifier, referrer, attributes);
}

module.exports = { callbacks, importDynamically };
