'use strict';
// https.Server: http's way with connections, on a tls.Server. Node doc: https, "Class: https.Server".

const tls = require('tls');
const { Server: TLSServer } = require('internal/tls/server');
const { initialize, methods } = require('internal/http/server');
const addMethods = require('internal/util/add_methods');
const { storeOptions } = require('internal/http/server_options');
const { validateObject } = require('internal/errors/validators');

function Server(options, requestListener) {
  if (!(this instanceof Server)) return new Server(options, requestListener);
  let ALPNProtocols = ['http/1.1'];
  if (typeof options === 'function') {
    requestListener = options;
    options = {};
  } else if (options === null || options === undefined) {
    options = {};
  } else {
    validateObject(options, 'options');
    options = { ...options };
    if (options.ALPNCallback) ALPNProtocols = undefined;
  }
  storeOptions(this, options);
  TLSServer.call(this, { noDelay: true, ALPNProtocols, ...options, allowHalfOpen: true });
  initialize(this, requestListener, 'secureConnection');
  this.on('tlsClientError', (error, socket) => {
    if (!this.emit('clientError', error, socket)) socket.destroy(error);
  });
}
Object.setPrototypeOf(Server.prototype, tls.Server.prototype);
Object.setPrototypeOf(Server, tls.Server);
addMethods(Server.prototype, methods);

module.exports = { Server };
