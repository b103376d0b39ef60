'use strict';
// The module `inspector`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('inspector', ['open', 'close', 'waitForDebugger', 'Session'], {
  url: () => undefined,
  console,
});
