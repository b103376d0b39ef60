'use strict';
// The module `repl`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('repl', ['start', 'REPLServer', 'Recoverable']);
