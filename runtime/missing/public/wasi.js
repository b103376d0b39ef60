'use strict';
// The module `wasi`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('wasi', ['WASI']);
