// RTCConfiguration (https://www.w3.org/TR/webrtc/#rtcconfiguration-dictionary), and the addresses of its servers (RFC 7064, RFC 7065).
'use strict';

const dns = require('dns');
const { isDeepStrictEqual } = require('util');
const { RTCCertificate } = require('./certificate');
const { invalidAccess } = require('./errors');

const kMostUsername = 509; // bytes: RFC 8489 section 14.3

function oneOf(value, values) {
  if (!values.includes(value)) throw new TypeError(`${value} is not one of ${values.join(', ')}`);
}

// RFC 7064 section 3.1 and RFC 7065 section 3.1: of STUN without a query.
const kServerUrl =
  /^(?:(stuns?)|(turns?)):(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;

function readUrl(url) {
  const [, stun, turn, host, port, transport] = kServerUrl.exec(url) ?? [];
  const scheme = (stun ?? turn)?.toLowerCase();
  if (scheme === undefined || Number(port ?? 1) > 65535 || (stun && transport))
    throw new DOMException(`not a STUN or TURN URL: ${url}`, 'SyntaxError');
  return { scheme, host: host.replace(/[[\]]/g, ''), port, transport: transport?.toLowerCase() };
}

/** An RTCIceServer, its URLs in a list. */
function readServer(server) {
  const { urls: given, username, credential } = server ?? {};
  if (given === undefined) throw new TypeError('an ICE server needs urls');
  const urls = [given].flat().map(String);
  if (urls.length === 0) throw new DOMException('an ICE server needs a URL', 'SyntaxError');
  for (const url of urls) {
    const { scheme, transport } = readUrl(url);
    if (scheme.startsWith('turn') && (username === undefined || credential === undefined))
      throw invalidAccess('a TURN server needs a username and a credential');
    if (scheme.startsWith('turn') && Buffer.byteLength(username) > kMostUsername)
      throw invalidAccess(`a username is at most ${kMostUsername} bytes long`);
    if (scheme === 'stuns' || (scheme === 'turns' && transport === 'udp'))
      throw new DOMException(
        `STUN over TLS and TURN over DTLS are not implemented: ${url}`,
        'NotSupportedError',
      );
  }
  const read = { urls };
  if (username !== undefined) read.username = String(username);
  if (credential !== undefined) read.credential = String(credential);
  return read;
}

function readPoolSize(value) {
  const size = Number(value);
  if (!(size >= 0 && size <= 255)) throw new TypeError('iceCandidatePoolSize must be of 0 to 255');
  return Math.trunc(size);
}

/**
 * The dictionary with its defaults, checked; also against the one before, where there is one (W3C section 4.4.1.6). `described`: a
 * local description was set.
 */
function readConfiguration(configuration, before = null, described = false) {
  const {
    iceServers = [],
    iceTransportPolicy = 'all',
    bundlePolicy = 'balanced',
    rtcpMuxPolicy = 'require',
    certificates = [],
    iceCandidatePoolSize = 0,
  } = configuration ?? {};
  oneOf(iceTransportPolicy, ['all', 'relay']);
  oneOf(bundlePolicy, ['balanced', 'max-compat', 'max-bundle']);
  oneOf(rtcpMuxPolicy, ['require', 'negotiate']);
  const read = {
    bundlePolicy,
    certificates: readCertificates(certificates),
    iceCandidatePoolSize: readPoolSize(iceCandidatePoolSize),
    iceServers: [],
    iceTransportPolicy,
    rtcpMuxPolicy,
  };
  if (before && configuration?.certificates) checkCertificates(read.certificates, before.certificates);
  if (before) read.certificates = before.certificates;
  const fixed = ['bundlePolicy', 'rtcpMuxPolicy', ...(described ? ['iceCandidatePoolSize'] : [])];
  for (const name of before ? fixed : [])
    if (read[name] !== before[name])
      throw new DOMException(`${name} cannot change`, 'InvalidModificationError');
  read.iceServers = [...iceServers].map(readServer);
  if (rtcpMuxPolicy === 'negotiate')
    throw new DOMException('RTCP is always multiplexed', 'NotSupportedError');
  return read;
}

/** `certificates`: of several the first is shown and used. */
function readCertificates(certificates) {
  const read = [...certificates];
  if (read.some((each) => !(each instanceof RTCCertificate))) throw new TypeError('not an RTCCertificate');
  if (read.some(({ expires }) => expires <= Date.now())) throw invalidAccess('a certificate has expired');
  return read;
}

/** They cannot change; none given are those that there were. */
function checkCertificates(given, before) {
  if (given.some((each, i) => each !== before[i]) || given.length !== before.length)
    throw new DOMException('certificates cannot change', 'InvalidModificationError');
}

/** STUN and TURN servers by address, one each; those whose names nobody knows are left out. */
async function lookUp(iceServers) {
  const wanted = iceServers.flatMap(({ urls, username = '', credential = '' }) =>
    urls.map((url) => {
      const { scheme, host, port, transport = 'udp' } = readUrl(url);
      const secure = scheme === 'turns';
      return {
        type: secure ? 'turn' : scheme,
        host,
        port: Number(port ?? (secure ? 5349 : 3478)),
        transport: secure ? 'tls' : transport,
        username,
        credential,
      };
    }),
  );
  const found = await Promise.all(
    wanted.map(async (server) => {
      try {
        return { ...server, ip: (await dns.promises.lookup(server.host)).address };
      } catch {
        return null;
      }
    }),
  );
  return found.filter((server) => server !== null);
}

/** Whether another gathering is needed to follow it (RFC 8829 section 4.1.18). */
const gathersAnother = (a, b) =>
  a.iceTransportPolicy !== b.iceTransportPolicy || !isDeepStrictEqual(a.iceServers, b.iceServers);

module.exports = { gathersAnother, lookUp, readConfiguration };
