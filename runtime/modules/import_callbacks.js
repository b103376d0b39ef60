'use strict';
// Who answers import(): the ES module loader, or vm for code that was compiled with an import id (importModuleDynamically).

/**
 * @param {string} specifier
 * @param {string} referrer the asking code's name: a URL or a path
 * @param {string[] | undefined} attributes [key, value, …]
 * @param {number | undefined} id the import id of the asking code (runtime/vm/host_options.h)
 */
function importDynamically(specifier, referrer, attributes, id) {
  // Builtin code imports nothing itself: it only has called code that no file has a part in, as what eval makes when
  // nobody calls it (`promise.then(eval)`).
  if (referrer?.startsWith?.('node:')) referrer = undefined;
  if (id !== undefined) return require('internal/vm/imports').importFrom(id, specifier, attributes, referrer);
  if (typeof referrer !== 'string') {
    const { codes } = require('internal/errors');
    return Promise.reject(new codes.ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING());
  }
  return require('internal/modules/esm').importDynamic(specifier, referrer, attributes);
}

module.exports = { importDynamically };
