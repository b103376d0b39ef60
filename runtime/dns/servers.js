'use strict';
// The name servers of a resolver, as text: "192.0.2.1", "192.0.2.1:1053", "2001:db8::1", "[2001:db8::1]:1053".

const { codes } = require('internal/errors');
const { validateArray, validateString } = require('internal/errors/validators');
const { isIP } = require('internal/net/ip');

const DNS_PORT = 53;
const BRACKETED = /^\[([^[\]]*)\](?::(\d+))?$/;
const WITH_PORT = /^([^:]+):(\d+)$/;

/** [[family, address, port], …] of `servers`, for the native resolver. */
function parseServers(servers) {
  validateArray(servers, 'servers');
  const list = [];
  // forEach(): a hole is no server, and what a getter changes on the way counts.
  servers.forEach((server, i) => {
    validateString(server, `servers[${i}]`);
    const whole = isIP(server);
    const [, address = '', port] = BRACKETED.exec(server) ?? WITH_PORT.exec(server) ?? [];
    const family = whole || isIP(address);
    if (!family) throw new codes.ERR_INVALID_IP_ADDRESS(server);
    list.push([family, whole ? server : address, whole || port === undefined ? DNS_PORT : Number(port)]);
  });
  return list;
}

/** The reverse of that, of what the native resolver has: [[address, port], …]. A port that is 0 is the usual one. */
function formatServers(list) {
  return list.map(([address, port]) => {
    if (port === 0 || port === DNS_PORT) return address;
    return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  });
}

module.exports = { parseServers, formatServers };
