// The STUN and TURN servers that a participant is told of at login. With a secret shared with the TURN server, everyone gets a user name
// and a password of their own that end after a time (draft-uberti-behave-turn-rest, coturn's use-auth-secret): the name is
// "<time it ends, in seconds since 1970>:<participant>", the password is the name's HMAC-SHA1 under the secret, in Base64.
import { createHmac } from 'node:crypto';

/**
 * @param settings `[turn]` of the configuration
 * @returns {{urls: string[], username?: string, credential?: string}[]} as RTCConfiguration.iceServers wants them
 */
export function iceServersFor(participantId, settings, now = Date.now()) {
  const isTurn = (url) => /^turns?:/.test(url);
  const stun = settings.urls.filter((url) => !isTurn(url));
  const turn = settings.urls.filter(isTurn);
  const servers = stun.length > 0 ? [{ urls: stun }] : [];
  if (turn.length === 0) return servers;
  if (settings.secret === '')
    return [...servers, { urls: turn, username: settings.username, credential: settings.password }];
  const username = `${Math.floor(now / 1000) + settings.seconds}:${participantId}`;
  const credential = createHmac('sha1', settings.secret).update(username).digest('base64');
  return [...servers, { urls: turn, username, credential }];
}
