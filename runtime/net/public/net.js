'use strict';
// The public module `net`. https://nodejs.org/docs/latest-v20.x/api/net.html

const { validateBoolean, validateInt32 } = require('internal/errors/validators');
const diagnostics = require('internal/util/diagnostics');
const { isIP, isIPv4, isIPv6 } = require('internal/net/ip');
const { Socket } = require('internal/net/socket');
const { normalizeArgs } = require('internal/net/connect');
const { Server } = require('internal/net/server');

const { deprecate } = require('internal/util');

let autoSelectFamily = true;
let attemptTimeout = 250;

function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);
  if (diagnostics.find !== null) diagnostics.publish('net.client.socket', () => ({ socket }));
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}

module.exports = {
  _normalizeArgs: normalizeArgs,
  get _createServerHandle() {
    return require('internal/net/listen').createServerHandle;
  },
  get BlockList() {
    return require('internal/net/block_list').BlockList;
  },
  get SocketAddress() {
    return require('internal/net/block_list').SocketAddress;
  },
  // Of Windows only; kept for programs that still call it (DEP0121).
  _setSimultaneousAccepts: deprecate(
    () => {},
    'net._setSimultaneousAccepts() is deprecated and will be removed.',
    'DEP0121',
  ),
  connect,
  createConnection: connect,
  createServer: (options, listener) => new Server(options, listener),
  isIP,
  isIPv4,
  isIPv6,
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily: () => autoSelectFamily,
  setDefaultAutoSelectFamily(value) {
    validateBoolean(value, 'value');
    autoSelectFamily = value;
  },
  getDefaultAutoSelectFamilyAttemptTimeout: () => attemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout(value) {
    validateInt32(value, 'value', 1);
    attemptTimeout = Math.max(10, value);
  },
};
