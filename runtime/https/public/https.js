'use strict';
// The public module `https`. https://nodejs.org/docs/latest-v20.x/api/https.html

const agents = require('internal/https/agent');

function request(...args) {
  let options = {};
  if (typeof args[0] === 'string' || args[0] instanceof URL) {
    options = require('url').urlToHttpOptions(new URL(args.shift()));
  }
  if (args[0] && typeof args[0] !== 'function') Object.assign(options, args.shift());
  options._defaultAgent = module.exports.globalAgent;
  const { ClientRequest } = require('internal/http/client');
  return Reflect.construct(ClientRequest, [options, ...args]);
}

module.exports = {
  Agent: agents.Agent,
  globalAgent: agents.globalAgent,
  createServer: (options, listener) => new (require('internal/https/server').Server)(options, listener),
  get(input, options, callback) {
    const req = request(input, options, callback);
    req.end();
    return req;
  },
  request,
};
Object.defineProperty(module.exports, 'Server', {
  configurable: true,
  enumerable: true,
  get: () => require('internal/https/server').Server,
});
