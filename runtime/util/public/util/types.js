'use strict';
// https://nodejs.org/docs/latest-v20.x/api/util.html#utiltypes

module.exports = require('internal/util/types');
