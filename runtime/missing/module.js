'use strict';
// Modules that are not there yet. Each can be required, so that a package that only mentions it loads; using one throws an
// error that names it.

const { notImplemented } = require('internal/errors');

// A function, usable as a class too, that says what is missing.
function missingFunction(name) {
  const fail = function () {
    throw notImplemented(name);
  };
  Object.defineProperty(fail, 'name', { value: name.slice(name.lastIndexOf('.') + 1) });
  return fail;
}

function missingModule(moduleName, functions, values = {}) {
  const exports = { ...values };
  for (const name of functions) exports[name] = missingFunction(`${moduleName}.${name}`);
  return exports;
}

module.exports = { missingFunction, missingModule };
