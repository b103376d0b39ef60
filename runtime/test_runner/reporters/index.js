'use strict';
// The reporters of the program, by name. Each is {start(), format(event), end()}, all of which return text, or parts of it.

module.exports = {
  __proto__: null,
  dot: (options) => require('internal/test_runner/reporters/dot')(options),
  junit: (options) => require('internal/test_runner/reporters/junit')(options),
  spec: (options) => require('internal/test_runner/reporters/spec')(options),
  tap: (options) => require('internal/test_runner/reporters/tap')(options),
};
