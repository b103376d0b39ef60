// The engine that a program's connections share: one UDP port and one media thread, there as long as a connection is open.
'use strict';

const os = require('os');
const { Engine } = require('./native');

let engine = null;
let made = 0;
const connections = new Map(); // id → RTCPeerConnection's handler of events

/** The addresses that peers are told: of all interfaces, the loopback's only when there is no other. */
function addresses() {
  const all = Object.values(os.networkInterfaces())
    .flat()
    .filter((each) => each.family === 'IPv4');
  const outside = all.filter((each) => !each.internal);
  return (outside.length > 0 ? outside : all).map((each) => each.address);
}

function open() {
  if (engine) return engine;
  const bindings = [{ ip: '0.0.0.0', announcedIps: addresses() }];
  engine = new Engine({ bindings }, (type, id, payload, reason) =>
    connections.get(id)?.(type, payload, reason),
  );
  return engine;
}

/** A native connection whose events go to `onEvent(type, payload, reason)`; the process lives on until release(). */
function acquire(options, onEvent) {
  const id = `pc${++made}`;
  const native = open().createConnection(id, options);
  connections.set(id, onEvent);
  return {
    native,
    release() {
      if (!connections.delete(id)) return;
      native.close();
      if (connections.size > 0) return;
      engine.close();
      engine = null;
    },
  };
}

module.exports = { acquire };
