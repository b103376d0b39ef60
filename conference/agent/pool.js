// The pool of worker processes of one purpose: some idle ones always ready, rooms kept together, at most so many.
import { Failure } from '../errors.js';
import { logger } from '../log.js';
import { Worker } from './worker.js';

const log = logger('agent');

/** Purposes whose workers may be shared by rooms when the pool is at its maximum. */
const REUSABLE = new Set(['webrtc', 'streaming', 'recording']);

/**
 * @typedef {object} PoolOptions
 * @property {number} prerun      idle workers kept ready
 * @property {number} max         most workers
 * @property {number} readyMs     a worker that is not READY by then is given up
 * @property {number} aliveMs     a worker silent for so long is lost
 * @property {number} backoffMs   wait after a worker that did not become ready
 * @property {boolean} byRoom     tasks of one room go to one worker
 */
export class Pool {
  #settings;
  #spawnWorker;
  #idle = []; // starting or ready, without a task
  #busy = new Set();
  #count = 0;
  #backoff = null;
  #closing = false;
  #onLost;
  #readyWaiters = new Set();

  /**
   * @param {PoolOptions & { agent: string, purpose: string }} settings
   * @param spawnWorker (id, onEnd) → Worker
   * @param onLost      (worker, reason) for a worker that ended by itself, with worker.tasks as they were
   */
  constructor(settings, spawnWorker, onLost) {
    this.#settings = settings;
    this.#spawnWorker = spawnWorker;
    this.#onLost = onLost;
  }

  static forking(settings, workerOptions, onLost) {
    const spawn = (id, onEnd) => new Worker({ ...settings, ...workerOptions, id, onEnd });
    return new Pool(settings, spawn, onLost);
  }

  start() {
    this.#fill();
  }

  get workers() {
    return [...this.#idle, ...this.#busy];
  }

  /** Resolves when n workers are ready; there must be that many in the making. */
  whenReady(n) {
    return new Promise((resolve) => {
      const look = () => {
        if (this.workers.filter((w) => w.state === 'ready').length < n) return;
        this.#readyWaiters.delete(look);
        resolve();
      };
      this.#readyWaiters.add(look);
      look();
    });
  }

  #fill() {
    if (this.#closing || this.#backoff) return;
    const { prerun, max } = this.#settings;
    while (this.#idle.length < prerun && this.workers.length < max) this.#spawn();
  }

  #spawn() {
    const id = `${this.#settings.agent}_${++this.#count}`;
    const worker = this.#spawnWorker(id, (w, reason, wasReady) => this.#ended(w, reason, wasReady));
    this.#idle.push(worker);
    worker.ready.then(
      () => {
        log.info(`worker ${id} (${worker.pid}) is ready${worker.address ? ` on ${worker.address}` : ''}`);
        for (const look of [...this.#readyWaiters]) look();
      },
      () => {},
    );
    return worker;
  }

  #ended(worker, reason, wasReady) {
    this.#idle = this.#idle.filter((w) => w !== worker);
    this.#busy.delete(worker);
    if (!worker.quitting) this.#onLost(worker, reason);
    if (wasReady || worker.quitting) return this.#fill();
    this.#backoff ??= setTimeout(() => {
      this.#backoff = null;
      this.#fill();
    }, this.#settings.backoffMs);
  }

  /** The worker for a task of a room; it has the task from now on. Rejects with `no-worker`. */
  async getNode({ room, task }) {
    if (this.#closing) throw new Failure('no-worker', 'the agent is stopping');
    const worker = this.#pick(room);
    this.#idle = this.#idle.filter((w) => w !== worker);
    this.#busy.add(worker);
    worker.tasks.set(task, room);
    this.#fill();
    try {
      await worker.ready;
    } catch (error) {
      throw new Failure('no-worker', error.message);
    }
    return worker;
  }

  #pick(room) {
    const { byRoom, max, purpose } = this.#settings;
    const busy = [...this.#busy].filter((w) => w.state !== 'ended');
    if (byRoom) {
      const same = busy.find((w) => [...w.tasks.values()].includes(room));
      if (same) return same;
    }
    const idle = this.#idle.find((w) => w.state === 'ready') ?? this.#idle[0];
    if (idle) return idle;
    if (this.workers.length < max) return this.#spawn();
    if (!REUSABLE.has(purpose) || busy.length === 0)
      throw new Failure('no-worker', `all ${max} workers are taken`);
    return busy.reduce((least, w) => (w.tasks.size < least.tasks.size ? w : least));
  }

  /** A task is over; the last one's end recycles the worker: it quits, and a fresh one takes its place. */
  recycleNode(id, task) {
    const worker = this.workers.find((w) => w.id === id);
    if (!worker || !worker.tasks.delete(task))
      throw new Failure('not-found', `no task ${task} on a worker ${id}`);
    if (worker.tasks.size > 0 || !this.#busy.has(worker)) return;
    this.#busy.delete(worker);
    worker.quit();
  }

  queryNode(room) {
    return [...this.#busy].find((w) => [...w.tasks.values()].includes(room))?.id ?? null;
  }

  /** Can take another task? */
  get open() {
    const { max, purpose } = this.#settings;
    return !this.#closing && (this.#idle.length > 0 || this.workers.length < max || REUSABLE.has(purpose));
  }

  async close() {
    this.#closing = true;
    clearTimeout(this.#backoff);
    await Promise.all(this.workers.map((w) => w.quit()));
  }
}
