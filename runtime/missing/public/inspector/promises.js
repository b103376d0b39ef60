'use strict';
// The module `inspector/promises`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('inspector/promises', ['open', 'close', 'waitForDebugger', 'Session'], {
  url: () => undefined,
});
