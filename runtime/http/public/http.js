'use strict';
// The public module `http`. https://nodejs.org/docs/latest-v20.x/api/http.html

const common = require('internal/http/common');
const { validateInteger } = require('internal/errors/validators');
const { IncomingMessage } = require('internal/http/incoming');
const { OutgoingMessage } = require('internal/http/outgoing');
const { ServerResponse } = require('internal/http/response');
const { Server, connectionListener } = require('internal/http/server');

let chosenAgent;
const client = () => require('internal/http/client').ClientRequest;

function request(url, options, callback) {
  return new (client())(url, options, callback);
}

module.exports = {
  _connectionListener: connectionListener,
  METHODS: Object.values(common.methods).sort(),
  STATUS_CODES: require('internal/http/status'),
  get Agent() {
    return require('internal/http/agent').Agent;
  },
  get ClientRequest() {
    return client();
  },
  IncomingMessage,
  OutgoingMessage,
  Server,
  ServerResponse,
  createServer: (options, listener) => new Server(options, listener),
  validateHeaderName: common.validateHeaderName,
  validateHeaderValue: common.validateHeaderValue,
  get(url, options, callback) {
    const req = request(url, options, callback);
    req.end();
    return req;
  },
  request,
  setMaxIdleHTTPParsers(max) {
    validateInteger(max, 'max', 1);
  },
  get maxHeaderSize() {
    return common.defaultMaxHeaderSize();
  },
  get globalAgent() {
    return chosenAgent ?? require('internal/http/agent').globalAgent;
  },
  set globalAgent(agent) {
    chosenAgent = agent;
    require('internal/http/agent').globalAgent = agent;
  },
};
