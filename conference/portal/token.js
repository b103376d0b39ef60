// Tokens (docs/protocol.md, "Tokens"): base64 JSON { tokenId, host, secure, signature }; what they stand for is in the store.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Failure } from '../errors.js';

export const TOKEN_MS = 180000;
const MAX_LENGTH = 2048;

export function sign(key, text) {
  const hex = createHmac('sha256', key).update(text).digest('hex');
  return Buffer.from(hex).toString('base64');
}

/** Equal texts, in a time that does not tell where they differ. */
export function sameText(a, b) {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function parse(text) {
  if (typeof text !== 'string' || text.length > MAX_LENGTH)
    throw new Failure('token-malformed', 'this is not a token');
  let value;
  try {
    value = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    throw new Failure('token-malformed', 'this is not a token');
  }
  const strings = [value?.tokenId, value?.host, value?.signature];
  if (strings.some((s) => typeof s !== 'string' || s.length > 512) || typeof value.secure !== 'boolean') {
    throw new Failure('token-malformed', 'this is not a token');
  }
  return value;
}

export class Tokens {
  #store;
  #key;
  #place;
  #now;

  /** @param place () → { host, secure }: where this server is reached */
  constructor({ store, key, place, now = Date.now }) {
    this.#store = store;
    this.#key = key;
    this.#place = place;
    this.#now = now;
  }

  #signature({ tokenId, host, secure }) {
    return sign(this.#key, `${tokenId},${host},${secure}`);
  }

  async issue({ room, user, role }) {
    const token = { tokenId: randomBytes(16).toString('hex'), ...this.#place() };
    await this.#store.addToken({ id: token.tokenId, room, user, role, expires: this.#now() + TOKEN_MS });
    return Buffer.from(JSON.stringify({ ...token, signature: this.#signature(token) })).toString('base64');
  }

  /** Uses a token up; resolves with { room, user, role } for exactly one caller. @throws {Failure} with the reason */
  async redeem(text) {
    const token = parse(text);
    const { host } = this.#place();
    if (token.host !== host)
      throw new Failure('token-foreign', `this token is for ${token.host.slice(0, 100)}, not for ${host}`);
    if (!sameText(token.signature, this.#signature(token)))
      throw new Failure('token-forged', "the token's signature is wrong");
    const now = this.#now();
    const used = await this.#store.useToken(token.tokenId, now);
    const known = await this.#store.getToken(token.tokenId);
    if (used) return { room: known.room, user: known.user, role: known.role };
    if (known && known.used !== null) throw new Failure('token-used', 'the token has been used');
    throw new Failure('token-expired', 'the token has expired');
  }
}
