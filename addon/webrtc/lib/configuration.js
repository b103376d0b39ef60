// RTCConfiguration (https://www.w3.org/TR/webrtc/#rtcconfiguration-dictionary), and the addresses of its servers (RFC 7064, RFC 7065).
'use strict';

const dns = require('dns');
const { invalidAccess } = require('./errors');

/** The dictionary with its defaults, checked. */
function readConfiguration(configuration = {}) {
  const {
    iceServers = [],
    iceTransportPolicy = 'all',
    bundlePolicy = 'balanced',
    rtcpMuxPolicy = 'require',
    certificates = [],
    iceCandidatePoolSize = 0,
  } = configuration ?? {};
  const oneOf = (value, values) => {
    if (!values.includes(value)) throw new TypeError(`${value} is not one of ${values.join(', ')}`);
  };
  oneOf(iceTransportPolicy, ['all', 'relay']);
  oneOf(bundlePolicy, ['balanced', 'max-compat', 'max-bundle']);
  oneOf(rtcpMuxPolicy, ['require']);
  for (const { urls, username, credential } of iceServers) {
    for (const url of [urls].flat()) {
      if (!/^(stuns?|turns?):[^\s/]+$/i.test(String(url)))
        throw new DOMException(`not a STUN or TURN URL: ${url}`, 'SyntaxError');
      if (/^(stuns|turns):/i.test(url))
        throw new DOMException(`STUN and TURN over TLS are not implemented: ${url}`, 'NotSupportedError');
      if (/^turn/i.test(url) && (username === undefined || credential === undefined))
        throw invalidAccess('a TURN server needs a username and a credential');
    }
  }
  return {
    iceServers: structuredClone([...iceServers]),
    iceTransportPolicy,
    bundlePolicy,
    rtcpMuxPolicy,
    certificates: [...certificates],
    iceCandidatePoolSize,
  };
}

/** STUN and TURN servers by address, one each; those whose names nobody knows are left out. */
async function lookUp(iceServers) {
  const wanted = iceServers.flatMap(({ urls, username = '', credential = '' }) =>
    [urls].flat().map((url) => {
      const [, scheme, host, port, transport = 'udp'] =
        /^(stun|turn):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url) ?? [];
      return {
        type: scheme?.toLowerCase(),
        host: host?.replace(/[[\]]/g, ''),
        port: Number(port ?? 3478),
        transport,
        username,
        credential,
      };
    }),
  );
  const found = await Promise.all(
    wanted.map(async ({ host, ...server }) => {
      try {
        return { ...server, ip: (await dns.promises.lookup(host)).address };
      } catch {
        return null;
      }
    }),
  );
  return found.filter((server) => server !== null && server.type !== undefined);
}

module.exports = { lookUp, readConfiguration };
