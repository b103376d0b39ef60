// A room's worker: scheduled at the cluster, given by an agent, lost by a crash and then taken anew, given back at the end.
import { Failure } from '../errors.js';
import { logger } from '../log.js';

const log = logger('room');
const ATTEMPTS = 16;
const PAUSE_MS = 500;
const RESERVE_MS = 30000;
const GET_NODE_MS = 6000;

export class NodeLease {
  #bus;
  #room;
  #purpose;
  #current = null; // Promise<{ node, agent }>
  #held = null; // what it resolved to
  #released = false;

  constructor(bus, { room, purpose = 'webrtc' }) {
    this.#bus = bus;
    this.#room = room;
    this.#purpose = purpose;
  }

  /** The worker of this room, taking one if there is none. The object's identity stands for the lease: a lost one never comes back. */
  get() {
    if (this.#released) return Promise.reject(new Failure('no-worker', 'the room is closed'));
    if (!this.#current) {
      const taking = this.#take();
      this.#current = taking;
      taking.then(
        (held) => {
          if (this.#current === taking && !this.#released) this.#held = held;
          else this.#giveBack(held);
        },
        () => {
          if (this.#current === taking) this.#current = null;
        },
      );
    }
    return this.#current;
  }

  async #take() {
    let last;
    for (let attempt = 0; attempt < ATTEMPTS && !this.#released; attempt++) {
      if (attempt > 0) await new Promise((done) => setTimeout(done, PAUSE_MS));
      try {
        return await this.#once();
      } catch (error) {
        last = error;
        log.debug(`${this.#room}: no worker yet (${error.message})`);
      }
    }
    throw new Failure('no-worker', `no worker could be had: ${last?.message ?? 'the room is closed'}`);
  }

  async #once() {
    const task = this.#room;
    const schedule = { purpose: this.#purpose, task, preference: {}, reserveTime: RESERVE_MS };
    const { id: agent } = await this.#bus.call('cluster', 'schedule', schedule);
    try {
      const { id } = await this.#bus.call(
        agent,
        'getNode',
        { room: this.#room, task },
        { timeoutMs: GET_NODE_MS },
      );
      log.info(`${this.#room} has the worker ${id}`);
      return { node: id, agent };
    } catch (error) {
      await this.#bus.call('cluster', 'unschedule', { worker: agent, task }).catch(() => {});
      throw error;
    }
  }

  /** The id of the worker that is held, or null. */
  get node() {
    return this.#held?.node ?? null;
  }

  /** Is this lease the one in force? */
  holds(lease) {
    return lease !== null && lease === this.#held;
  }

  /** A worker is gone: true when it was ours. */
  lost(node) {
    if (this.#held?.node !== node) return false;
    this.#held = null;
    this.#current = null;
    return true;
  }

  release() {
    this.#released = true;
    if (this.#held) this.#giveBack(this.#held);
    this.#held = null;
    this.#current = null;
  }

  #giveBack({ node, agent }) {
    this.#bus.call(agent, 'recycleNode', { id: node, task: this.#room }).catch((error) => {
      log.debug(`${this.#room}: giving back ${node}: ${error.message}`);
    });
  }
}
