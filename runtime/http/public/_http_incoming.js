'use strict';
// The legacy public id `_http_incoming`.

const { IncomingMessage, readStart } = require('internal/http/incoming');

module.exports = { IncomingMessage, readStart };
