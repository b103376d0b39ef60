'use strict';
// Node doc: inspector.

const binding = internalBinding('inspector');
const { codes } = require('internal/errors');
const { validateInt32 } = require('internal/errors/validators');
const inspector = require('internal/inspector');

function open(port, host, wait) {
  if (binding.isEnabled()) throw new codes.ERR_INSPECTOR_ALREADY_ACTIVATED();
  if (port !== undefined) validateInt32(port, 'port', 0, 65535);
  inspector.open(
    typeof host === 'string' && host !== '' ? host : inspector.address().host,
    port ?? process.debugPort,
  );
  if (wait) waitForDebugger();
  return { __proto__: null, [Symbol.dispose]: binding.close };
}

function waitForDebugger() {
  if (!binding.isEnabled()) throw new codes.ERR_INSPECTOR_NOT_ACTIVE();
  binding.waitForDebugger();
}

module.exports = {
  open,
  close: binding.close,
  url: binding.url,
  waitForDebugger,
  console: require('internal/engine/globals').engineConsole,
  Session: require('internal/inspector/session'),
};
