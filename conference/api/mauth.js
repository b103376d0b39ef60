// MAuth (docs/protocol.md, section 3): the signed Authorization header of back ends, as Licode's Nuve has it, with HMAC_SHA256, nonces that
// are good once, and a window of clock skew instead of timestamps that must rise.
import { createHmac } from 'node:crypto';
import { Failure } from '../errors.js';
import { sameText } from '../portal/token.js';

const MAX_HEADER = 4096;
const DIGESTS = { HMAC_SHA256: 'sha256', HMAC_SHA1: 'sha1' };

/** The header's fields without their `mauth_`, or null. Values may hold "=" (base64) and no comma. */
export function parseMAuth(header) {
  if (typeof header !== 'string' || header.length > MAX_HEADER || !/^MAuth\s/.test(header)) return null;
  const fields = {};
  for (const part of header.slice(6).split(',')) {
    const at = part.indexOf('=');
    if (at < 0) return null;
    fields[
      part
        .slice(0, at)
        .trim()
        .replace(/^mauth_/, '')
    ] = part.slice(at + 1).trim();
  }
  return fields;
}

export function signMAuth(method, key, { timestamp, cnonce, username, role }) {
  const text = [timestamp, cnonce, ...(username && role ? [username, role] : [])].join(',');
  const hex = createHmac(DIGESTS[method], key).update(text).digest('hex');
  return Buffer.from(hex).toString('base64');
}

/**
 * Checks a request's header. @returns {{ service, username?: string, role?: string }} @throws {Failure} `unauthorized`
 * @param options { store, clockSkewSeconds, allowSha1, now }
 */
export async function authenticate(header, { store, clockSkewSeconds, allowSha1, now = Date.now }) {
  const refuse = (why) => new Failure('unauthorized', why);
  const f = parseMAuth(header);
  if (!f) throw refuse('a MAuth Authorization header is needed');
  const method = f.signature_method;
  if (method !== 'HMAC_SHA256' && !(allowSha1 && method === 'HMAC_SHA1'))
    throw refuse('the signature method is not accepted');
  if (!f.serviceid || !f.cnonce || f.cnonce.length > 128 || !f.signature)
    throw refuse('a field of the header is missing');
  const timestamp = Number(f.timestamp);
  const skew = clockSkewSeconds * 1000;
  if (!f.timestamp || !(Math.abs(now() - timestamp) <= skew))
    throw refuse('the timestamp is too far from the clock');
  const service = await store.getService(f.serviceid);
  // Signed with something in any case: the time of an answer does not tell which services there are.
  const expected = signMAuth(method, service?.key ?? 'no such service', f);
  if (!sameText(f.signature, expected) || !service) throw refuse('the signature is wrong');
  if (!(await store.addNonce(service.id, f.cnonce, timestamp + 2 * skew)))
    throw refuse('the nonce has been used');
  return { service, username: f.username && decode(f.username), role: f.role && decode(f.role) };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
