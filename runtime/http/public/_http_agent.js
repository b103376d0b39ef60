'use strict';
// The legacy public id `_http_agent`.

module.exports = require('internal/http/agent');
