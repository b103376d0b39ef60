'use strict';
// The module `dgram`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('dgram', ['createSocket', 'Socket']);
