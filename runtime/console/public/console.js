'use strict';
// https://nodejs.org/docs/latest-v20.x/api/console.html

module.exports = require('internal/console/global');
