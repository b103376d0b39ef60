'use strict';
// The module `domain`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('domain', ['create', 'createDomain', 'Domain'], { active: null });
