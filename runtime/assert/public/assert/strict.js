'use strict';
// node:assert/strict (Node doc: assert, "Strict assertion mode").

module.exports = require('assert').strict;
