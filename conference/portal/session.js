// A participant's session with the portal: it outlives its sockets. Events get a sequence number and are kept, the last so many, for a
// client that comes back.
import { issueTicket } from './ticket.js';

const KEPT_EVENTS = 256;
const MAX_KEPT_BYTES = 1024 * 1024;

export class Session {
  participantId;
  room; // the controller's endpoint
  seq = 0;
  connection = null;
  goneTimer = null;
  ended = false;
  #kept = []; // { seq, text }
  #keptBytes = 0;
  #ticketId = null;

  constructor(participantId, room) {
    this.participantId = participantId;
    this.room = room;
  }

  event(event, data) {
    const seq = ++this.seq;
    const text = JSON.stringify({ event, seq, data });
    this.#kept.push({ seq, text });
    this.#keptBytes += text.length;
    while (this.#kept.length > KEPT_EVENTS || this.#keptBytes > MAX_KEPT_BYTES) {
      this.#keptBytes -= this.#kept.shift().text.length;
    }
    this.connection?.sendText(text);
  }

  /** The texts of the events after `lastSeq`, or null when they are not all kept. */
  after(lastSeq) {
    if (lastSeq > this.seq) return null;
    if (lastSeq === this.seq) return [];
    if (this.#kept.length === 0 || this.#kept[0].seq > lastSeq + 1) return null;
    return this.#kept.filter((e) => e.seq > lastSeq).map((e) => e.text);
  }

  newTicket(key) {
    const { ticketId, text } = issueTicket(key, this.participantId);
    this.#ticketId = ticketId;
    return text;
  }

  /** Takes the ticket; true once for the newest one. */
  useTicket(ticketId) {
    if (this.#ticketId === null || this.#ticketId !== ticketId) return false;
    this.#ticketId = null;
    return true;
  }
}
