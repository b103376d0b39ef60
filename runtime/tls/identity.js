'use strict';
// Whether a certificate is a host's. Node doc: tls.checkServerIdentity(); RFC 6125.

const { codes } = require('internal/errors');
const { isIP } = require('internal/net/ip');

const unfqdn = (host) => (host.endsWith('.') ? host.slice(0, -1) : host);
const splitHost = (host) => unfqdn(host).toLowerCase().split('.');
const label = /^[\u0021-\u007f]*$/;

// One name against one pattern; a `*` may stand for the first label, or a part of it, of a name with three labels or more.
function matches(parts, pattern, wildcards) {
  if (!pattern) return false;
  const wanted = splitHost(pattern);
  if (parts.length !== wanted.length || wanted.includes('')) return false;
  if (!wanted.every((part) => label.test(part))) return false;
  for (let i = parts.length - 1; i > 0; i--) if (parts[i] !== wanted[i]) return false;
  const [first] = parts;
  const pieces = wanted[0].split('*', 3);
  if (pieces.length === 1 || wanted[0].includes('xn--')) return first === wanted[0];
  if (!wildcards || pieces.length > 2 || wanted.length <= 2) return false;
  const [prefix, suffix] = pieces;
  return prefix.length + suffix.length <= first.length && first.startsWith(prefix) && first.endsWith(suffix);
}

// "DNS:a, IP Address:b": names with a comma or a quote in them stand in JSON's quotes.
function splitNames(text) {
  const names = [];
  const pattern = /([^",]*)("(?:[^"\\]|\\.)*")?(?:, |$)/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null || pattern.lastIndex === at) throw new codes.ERR_TLS_CERT_ALTNAME_FORMAT();
    try {
      names.push(found[1] + (found[2] === undefined ? '' : JSON.parse(found[2])));
    } catch {
      throw new codes.ERR_TLS_CERT_ALTNAME_FORMAT();
    }
  }
  return names;
}

// An address in one spelling.
function canonical(address) {
  const family = isIP(address);
  if (family !== 6) return family === 4 ? address : '';
  return new URL(`http://[${address}]`).hostname;
}

function reasonAgainst(hostname, { subject, subjectaltname }) {
  const names = subjectaltname
    ? subjectaltname.includes('"')
      ? splitNames(subjectaltname)
      : subjectaltname.split(', ')
    : [];
  const of = (prefix) =>
    names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const dns = of('DNS:');
  const addresses = of('IP Address:').map(canonical);
  if (isIP(hostname)) {
    if (addresses.includes(canonical(hostname))) return undefined;
    return `IP: ${hostname} is not in the cert's list: ${addresses.join(', ')}`;
  }
  const host = splitHost(hostname);
  if (dns.length > 0 || subject?.CN) {
    if (dns.length > 0) {
      if (dns.some((pattern) => matches(host, pattern, true))) return undefined;
      return `Host: ${hostname}. is not in the cert's altnames: ${subjectaltname}`;
    }
    const common = [subject.CN].flat();
    if (common.some((pattern) => matches(host, pattern, true))) return undefined;
    return `Host: ${hostname}. is not cert's CN: ${subject.CN}`;
  }
  return 'Cert does not contain a DNS name';
}

/** @returns {Error | undefined} */
function checkServerIdentity(hostname, certificate) {
  hostname = unfqdn(`${hostname}`);
  const reason = reasonAgainst(hostname, certificate);
  if (reason === undefined) return undefined;
  return new codes.ERR_TLS_CERT_ALTNAME_INVALID(reason, hostname, certificate);
}

module.exports = { checkServerIdentity };
