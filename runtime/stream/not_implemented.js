'use strict';
// A module whose every export throws: says clearly what is missing instead of failing somewhere else.

module.exports = function notImplemented(moduleName, names) {
  const exports = {};
  for (const name of names) {
    const fail = function () {
      const error = new Error(`${moduleName}: ${name} is not implemented`);
      error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
      throw error;
    };
    Object.defineProperty(fail, 'name', { value: name });
    exports[name] = fail;
  }
  return exports;
};
