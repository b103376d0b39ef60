// A worker's side of the cluster: unregistered → registered → recovering, keep-alive, load reports, its tasks.
import { logger } from '../log.js';

const log = logger('member');
const JOIN_ATTEMPTS = 60;
const PERIOD_MS = 800; // between attempts to join, and between keep-alives
const LOAD_MS = 1000;
const MISSES = 3;

export class ClusterMember {
  #bus;
  #cluster;
  #id;
  #purpose;
  #info;
  #measure;
  #tasks = new Map(); // task → how many times it was picked up
  #timers = [];
  #state = 'unregistered';
  #missed = 0;
  #lastLoad = null;
  #lastState = 0;
  #stopped = false;

  /** @param measure () → load 0…1 */
  constructor(bus, { id, purpose, info = {}, measure, cluster = 'cluster' }) {
    this.#bus = bus;
    this.#id = id;
    this.#purpose = purpose;
    this.#info = info;
    this.#measure = measure;
    this.#cluster = cluster;
  }

  get state() {
    return this.#state;
  }

  /** Joins, trying again for 48 s; rejects when the cluster stays away. */
  async start() {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#join();
        break;
      } catch (error) {
        if (attempt >= JOIN_ATTEMPTS || this.#stopped) throw error;
        await new Promise((done) => setTimeout(done, PERIOD_MS));
      }
    }
    this.#timers.push(setInterval(() => this.#keepAlive(), PERIOD_MS));
    this.#timers.push(setInterval(() => this.#reportLoad(), LOAD_MS));
  }

  async #join() {
    await this.#call('join', { purpose: this.#purpose, info: this.#info }, 6000);
    await this.#call('pickUpTasks', { tasks: [...this.#tasks.keys()] });
    this.#lastLoad = null;
    await this.#reportLoad();
    if (this.#lastState !== 0) await this.#call('reportState', { state: this.#lastState });
    this.#state = 'registered';
    this.#missed = 0;
  }

  async #keepAlive() {
    if (this.#state === 'recovering') return;
    try {
      await this.#call('keepAlive', {});
      this.#missed = 0;
    } catch (error) {
      if (error.code === 'whoareyou' || ++this.#missed >= MISSES) await this.#recover();
    }
  }

  async #recover() {
    this.#state = 'recovering';
    while (this.#state === 'recovering' && !this.#stopped) {
      try {
        await this.#join();
        log.info(`${this.#id} joined the cluster again with ${this.#tasks.size} tasks`);
      } catch {
        await new Promise((done) => setTimeout(done, PERIOD_MS));
      }
    }
  }

  async #reportLoad() {
    const load = this.#measure();
    if (load === this.#lastLoad || this.#state === 'recovering') return;
    this.#lastLoad = load;
    await this.#call('reportLoad', { load }).catch(() => (this.#lastLoad = null));
  }

  /** 0: takes tasks; 1: full or draining. */
  setState(state) {
    if (state === this.#lastState) return;
    this.#lastState = state;
    if (this.#state === 'registered') this.#call('reportState', { state }).catch(() => {});
  }

  addTask(task) {
    this.#tasks.set(task, (this.#tasks.get(task) ?? 0) + 1);
    return this.#call('pickUpTasks', { tasks: [task] }).catch(() => {});
  }

  removeTask(task) {
    const left = (this.#tasks.get(task) ?? 0) - 1;
    if (left > 0) return this.#tasks.set(task, left);
    if (this.#tasks.delete(task)) this.#call('layDownTask', { task }).catch(() => {});
  }

  async stop() {
    this.#stopped = true;
    this.#timers.forEach(clearInterval);
    if (this.#state === 'registered') await this.#call('quit', {}).catch(() => {});
    this.#state = 'unregistered';
  }

  #call(method, args, timeoutMs = 2000) {
    return this.#bus.call(this.#cluster, method, { worker: this.#id, ...args }, { timeoutMs });
  }
}
