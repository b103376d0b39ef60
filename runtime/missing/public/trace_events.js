'use strict';
// The module `trace_events`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule('trace_events', ['createTracing'], { getEnabledCategories: () => undefined });
