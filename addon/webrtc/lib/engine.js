// The engine of a connection: a UDP port and a media thread of its own, there as long as the connection is open, or an engine that the
// program shares among connections. Two connections on one port could not be told apart when they meet each other.
'use strict';

const os = require('os');
const { RTCCertificate } = require('./certificate');
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
 * @param {object} configuration an RTCConfiguration
 * @param {{engine?: Engine, affinity?: string}} shared the program's engine, which then outlives the connection
 */
function acquire({ bundlePolicy, certificates }, { engine: shared = null, affinity }, onEvent) {
  if (shared !== null && !(shared instanceof Engine)) throw new TypeError('engine must be an Engine');
  if (affinity !== undefined && typeof affinity !== 'string')
    throw new TypeError('affinity must be a string');
  if (shared !== null && certificates.length > 0) throw new TypeError('an engine has its own certificate');
  let released = false;
  const certificate = certificates[0] && RTCCertificate.nativeOf(certificates[0]);
  const engine = shared ?? new Engine({ bindings: bindings(), certificate }, () => {});
  const options = { bundlePolicy, affinity };
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
