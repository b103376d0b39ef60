'use strict';
// process.dlopen (Node.js "process.dlopen(module, filename[, flags])").
const { codes } = require('internal/errors');

const kLazy = 1; // RTLD_LAZY

/** Loads an addon into module.exports. */
function dlopen(module, filename, flags = kLazy) {
  if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('process.dlopen needs at least 2 arguments.');
  if (module === null || (typeof module !== 'object' && typeof module !== 'function')) {
    throw new codes.ERR_INVALID_ARG_TYPE('module', 'Object', module);
  }
  if (typeof flags !== 'number') throw new codes.ERR_INVALID_ARG_TYPE('flag', 'integer', flags);
  internalBinding('dlopen').dlopen(module, `${filename}`, flags | 0);
}

module.exports = { dlopen };
