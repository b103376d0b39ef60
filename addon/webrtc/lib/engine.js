// The engine of a connection: a UDP port and a media thread of its own, there as long as the connection is open, or an engine that the
// program shares among connections. Two connections on one port could not be told apart when they meet each other.
'use strict';

const os = require('os');
const { Engine } = require('./native');

let connections = 0; // so far: each has a name of its own

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

/**
 * A native connection whose events go to `onEvent(type, payload, reason)`; the process lives on until release().
 * @param {{bundlePolicy: string, affinity?: string}} options
 * @param {Engine | null} shared the program's own, which then outlives the connection
 */
function acquire(options, onEvent, shared) {
  let released = false;
  const engine = shared ?? new Engine({ bindings: bindings() }, () => {});
  const native = engine.createConnection(`RTCPeerConnection ${++connections}`, options, (...event) => {
    if (!released) onEvent(...event);
  });
  return {
    native,
    release() {
      if (released) return;
      released = true;
      native.close();
      if (!shared) engine.close();
    },
  };
}

module.exports = { acquire };
