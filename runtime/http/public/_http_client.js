'use strict';
// The legacy public id `_http_client`.

module.exports = require('internal/http/client');
