'use strict';
// The module `readline/promises`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('readline/promises', ['createInterface', 'Interface', 'Readline']);
