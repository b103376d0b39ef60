// On which worker each participant of a room has its transports. A room begins with one worker; when that has its fill of
// participants the next ones get another, and tracks go between them through pipes (bridges.js).
import { logger } from '../log.js';
import { NodeLease } from './lease.js';

const log = logger('room');

export class Seats {
  #bus;
  #room;
  #perWorker;
  #leases; // the first is there as long as the room
  #taken = new Map(); // participantId → NodeLease
  #named = 1;

  /** @param perWorker how many participants a worker takes of one room; 0: all */
  constructor(bus, { room, perWorker }) {
    this.#bus = bus;
    this.#room = room;
    this.#perWorker = perWorker;
    this.#leases = [new NodeLease(bus, { room })];
  }

  get #first() {
    return this.#leases[0];
  }

  /** The worker that the room has in any case. */
  primary() {
    return this.#first.get();
  }

  /** Is this the worker that the room has in any case? */
  isPrimary(node) {
    return this.#first.node === node;
  }

  #filled(lease) {
    return [...this.#taken.values()].filter((each) => each === lease).length;
  }

  #choose() {
    const open = this.#leases.find((lease) => this.#perWorker === 0 || this.#filled(lease) < this.#perWorker);
    if (open) return open;
    // Another room to the agents, which keep what is one room's on one worker.
    const lease = new NodeLease(this.#bus, { room: `${this.#room}#${++this.#named}` });
    this.#leases.push(lease);
    return lease;
  }

  /** The lease of a participant's worker, the same for all its transports until that worker is lost. */
  async get(participantId) {
    let lease = this.#taken.get(participantId);
    if (!lease) this.#taken.set(participantId, (lease = this.#choose()));
    try {
      return await lease.get();
    } catch (error) {
      if (lease === this.#first) throw error;
      log.warn(`${this.#room}: no further worker (${error.message}); ${participantId} goes to the first`);
      if (this.#taken.get(participantId) === lease) this.#taken.set(participantId, this.#first);
      this.#giveUp(lease);
      return this.#first.get();
    }
  }

  leave(participantId) {
    const lease = this.#taken.get(participantId);
    this.#taken.delete(participantId);
    if (lease) this.#giveUp(lease);
  }

  #giveUp(lease) {
    if (lease === this.#first || this.#filled(lease) > 0) return;
    this.#leases = this.#leases.filter((each) => each !== lease);
    lease.release();
  }

  /** Is this lease one of those in force? */
  holds(held) {
    return this.#leases.some((lease) => lease.holds(held));
  }

  /** A worker is gone: the ids of the participants who were on it, or null when it was none of ours. */
  lost(node) {
    const lost = this.#leases.filter((lease) => lease.lost(node));
    if (lost.length === 0) return null;
    return [...this.#taken]
      .filter(([, lease]) => lost.includes(lease))
      .map(([participantId]) => participantId);
  }

  /** The workers that the room has now. */
  get nodes() {
    return this.#leases.map((lease) => lease.node).filter((node) => node !== null);
  }

  release() {
    this.#leases.forEach((lease) => lease.release());
    this.#taken.clear();
  }
}
