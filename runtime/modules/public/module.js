'use strict';
// Node's `module` module.
module.exports = require('internal/modules/cjs').Module;
