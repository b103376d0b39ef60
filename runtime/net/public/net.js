'use strict';
// The public module `net`. https://nodejs.org/docs/latest-v20.x/api/net.html

const { validateBoolean, validateInt32 } = require('internal/errors/validators');
const options = require('internal/main/options');
const diagnostics = require('internal/util/diagnostics');
const { isIP, isIPv4, isIPv6 } = require('internal/net/ip');
const { Socket } = require('internal/net/socket');
const { normalizeArgs } = require('internal/net/connect');
const { Server } = require('internal/net/server');

const { deprecate } = require('internal/util');

let autoSelectFamily; // undefined: what the command line says
let attemptTimeout;

function connect(...args) {
  const normalized = normalizeArgs(args);
  const [settings] = normalized;
  const socket = new Socket(settings);
  if (diagnostics.find !== null) diagnostics.publish('net.client.socket', () => ({ socket }));
  if (settings.timeout) socket.setTimeout(settings.timeout);
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
  createServer: (settings, listener) => new Server(settings, listener),
  isIP,
  isIPv4,
  isIPv6,
  Server,
  Socket,
  Stream: Socket,
  getDefaultAutoSelectFamily: () =>
    (autoSelectFamily ??= options.get('--network-family-autoselection') !== false),
  setDefaultAutoSelectFamily(value) {
    validateBoolean(value, 'value');
    autoSelectFamily = value;
  },
  getDefaultAutoSelectFamilyAttemptTimeout: () =>
    (attemptTimeout ??= Math.max(10, options.get('--network-family-autoselection-attempt-timeout') ?? 250)),
  setDefaultAutoSelectFamilyAttemptTimeout(value) {
    validateInt32(value, 'value', 1);
    attemptTimeout = Math.max(10, value);
  },
};
