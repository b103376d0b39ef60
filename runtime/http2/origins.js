'use strict';
// The origins a server answers for on one connection (RFC 8336).

const { kSocket, kState } = require('internal/http2/symbols');

function originSetOf(session) {
  const state = session[kState];
  if (state.originSet !== undefined) return state.originSet;
  const socket = session[kSocket];
  state.originSet = new Set();
  let host = socket.servername;
  if (host === null || host === undefined || host === false) {
    const { remoteAddress } = socket;
    host = remoteAddress?.includes(':') ? `[${remoteAddress}]` : remoteAddress;
  }
  let origin = `https://${host}`;
  if (socket.remotePort != null) origin += `:${socket.remotePort}`;
  // Port 443 is not part of an origin of https.
  state.originSet.add(new URL(origin).origin);
  return state.originSet;
}

module.exports = { originSetOf };
