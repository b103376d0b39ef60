// Reconnection tickets (docs/protocol.md, "Session"): signed, good for 600 s, used once: a session knows the id of its only valid one.
import { randomBytes } from 'node:crypto';
import { Failure } from '../errors.js';
import { sameText, sign } from './token.js';

export const TICKET_SECONDS = 600;
const MAX_LENGTH = 1024;

export function issueTicket(key, participantId, now = Date.now()) {
  const ticketId = randomBytes(12).toString('hex');
  const expires = now + TICKET_SECONDS * 1000;
  const signature = sign(key, `ticket,${participantId},${ticketId},${expires}`);
  const text = Buffer.from(JSON.stringify({ participantId, ticketId, expires, signature })).toString(
    'base64',
  );
  return { ticketId, text };
}

/** @returns {{ participantId: string, ticketId: string }} @throws {Failure} */
export function readTicket(key, text, now = Date.now()) {
  let value = null;
  try {
    if (text.length <= MAX_LENGTH) value = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    // told below
  }
  const { participantId, ticketId, expires, signature } = value ?? {};
  if (
    [participantId, ticketId, signature].some((s) => typeof s !== 'string') ||
    !Number.isSafeInteger(expires)
  ) {
    throw new Failure('ticket-malformed', 'this is not a ticket');
  }
  if (!sameText(signature, sign(key, `ticket,${participantId},${ticketId},${expires}`))) {
    throw new Failure('ticket-forged', "the ticket's signature is wrong");
  }
  if (expires <= now) throw new Failure('ticket-expired', 'the ticket has expired');
  return { participantId, ticketId };
}
