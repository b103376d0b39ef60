'use strict';
// The module `https`, not implemented yet. `Agent` and `globalAgent` can be made and passed around; connecting throws.

const http = require('http');
const { notImplemented } = require('internal/errors');
const { missingModule } = require('internal/missing/module');

class Agent extends http.Agent {
  constructor(options) {
    super(options);
    this.defaultPort = 443;
    this.protocol = 'https:';
  }
  createConnection() {
    throw notImplemented('https.Agent.createConnection');
  }
}

module.exports = missingModule('https', ['Server', 'createServer', 'get', 'request'], {
  Agent,
  globalAgent: new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 }),
});
