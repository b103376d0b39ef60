'use strict';
// The legacy public id `_http_server`.

const { ServerResponse } = require('internal/http/response');
const { Server, connectionListener, kConnectionsCheckingInterval } = require('internal/http/server');

module.exports = {
  STATUS_CODES: require('internal/http/status'),
  Server,
  ServerResponse,
  _connectionListener: connectionListener,
  kConnectionsCheckingInterval,
};
