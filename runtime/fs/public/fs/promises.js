'use strict';
// node:fs/promises (Node doc: fs, "Promises API").

module.exports = require('internal/fs/promise_forms');
