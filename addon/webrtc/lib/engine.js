// The engine of a connection: a UDP port and a media thread of its own, there as long as the connection is open. Two connections
// on one port could not be told apart when they meet each other.
'use strict';

const os = require('os');
const { Engine } = require('./native');

/**
 * What is bound, of both families where there are addresses, and the addresses that peers are told: of all interfaces, the
 * loopback's only when there is no other; never link-local ones, which mean nothing without their interface.
 */
function bindings() {
  const all = Object.values(os.networkInterfaces())
    .flat()
    .filter((each) => !/^(fe80:|169\.254\.)/i.test(each.address));
  const outside = all.filter((each) => !each.internal);
  const told = outside.length > 0 ? outside : all;
  return [
    ['0.0.0.0', 'IPv4'],
    ['::', 'IPv6'],
  ]
    .map(([ip, family]) => ({
      ip,
      announcedIps: told.filter((each) => each.family === family).map((each) => each.address),
    }))
    .filter(({ announcedIps }) => announcedIps.length > 0);
}

/** A native connection whose events go to `onEvent(type, payload, reason)`; the process lives on until release(). */
function acquire(options, onEvent) {
  let released = false;
  const engine = new Engine({ bindings: bindings() }, (type, id, payload, reason) => {
    if (!released) onEvent(type, payload, reason);
  });
  const native = engine.createConnection('connection', options);
  return {
    native,
    release() {
      if (released) return;
      released = true;
      native.close();
      engine.close();
    },
  };
}

module.exports = { acquire };
