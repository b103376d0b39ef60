// The engine of a connection: a UDP port and a media thread of its own, there as long as the connection is open. Two connections
// on one port could not be told apart when they meet each other.
'use strict';

const os = require('os');
const { Engine } = require('./native');

/** The addresses that peers are told: of all interfaces, the loopback's only when there is no other. */
function addresses() {
  const all = Object.values(os.networkInterfaces())
    .flat()
    .filter((each) => each.family === 'IPv4');
  const outside = all.filter((each) => !each.internal);
  return (outside.length > 0 ? outside : all).map((each) => each.address);
}

/** A native connection whose events go to `onEvent(type, payload, reason)`; the process lives on until release(). */
function acquire(options, onEvent) {
  let released = false;
  const bindings = [{ ip: '0.0.0.0', announcedIps: addresses() }];
  const engine = new Engine({ bindings }, (type, id, payload, reason) => {
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
