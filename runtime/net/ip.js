'use strict';
// net.isIP and its relatives. IPv4 by a regular expression, IPv6 by the platform.

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

const isIPv4 = (text) => IPV4.test(`${text}`);
// RFC 4007, 11.2: an address may name its zone.
const ZONE = /%[0-9A-Za-z._~-]+$/;
function isIPv6(text) {
  text = `${text}`;
  if (!text.includes(':')) return false;
  const address = text.replace(ZONE, '');
  return !address.includes('%') && internalBinding('cares_wrap').isIP(address) === 6;
}
const isIP = (text) => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0);

module.exports = { isIP, isIPv4, isIPv6 };
