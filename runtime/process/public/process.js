'use strict';
// Node's `process` module: the global object itself.
module.exports = process;
