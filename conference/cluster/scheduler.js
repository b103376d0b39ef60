// The scheduler of one purpose: its workers (agents), the tasks that run on them and the tasks promised to them.
import { Failure } from '../errors.js';

export const AVAILABLE_BELOW = 0.85;

/** isp is hard (a worker's empty list takes any), region and codecs are soft. */
function prefer(candidates, preference = {}) {
  let left = candidates;
  if (preference.isp) left = left.filter((w) => !w.info.isps?.length || w.info.isps.includes(preference.isp));
  const soften = (test) => {
    const some = left.filter(test);
    if (some.length > 0) left = some;
  };
  if (preference.region) soften((w) => w.info.region === preference.region);
  if (preference.codecs) soften((w) => preference.codecs.every((c) => w.info.codecs?.includes(c)));
  return left;
}

export class Scheduler {
  #workers = new Map(); // id → { id, info, load: null | number, tasks: Set, missed, state, lastUsed }
  #reserved = new Map(); // task → { worker, until }
  #policy;
  #now;
  #uses = 0;

  constructor({ policy, now = Date.now }) {
    this.#policy = policy;
    this.#now = now;
  }

  add(id, info) {
    this.#workers.set(id, { id, info, load: null, tasks: new Set(), missed: 0, state: 0, lastUsed: 0 });
  }

  remove(id) {
    this.#workers.delete(id);
    for (const [task, { worker }] of this.#reserved) if (worker === id) this.#reserved.delete(task);
  }

  has(id) {
    return this.#workers.has(id);
  }

  keepAlive(id) {
    this.#must(id).missed = 0;
  }

  setLoad(id, load) {
    this.#must(id).load = Math.min(1, Math.max(0, Number(load) || 0));
  }

  /** 0: takes tasks; anything else: does not (full, or draining). */
  setState(id, state) {
    this.#must(id).state = state;
  }

  pickUp(id, tasks) {
    const worker = this.#must(id);
    for (const task of tasks) {
      worker.tasks.add(task);
      if (this.#reserved.get(task)?.worker === id) this.#reserved.delete(task);
    }
  }

  layDown(id, task) {
    this.#must(id).tasks.delete(task);
  }

  /** One round of the check of life; returns the ids that missed more than `limit` rounds, already removed. */
  check(limit = 3) {
    const dead = [...this.#workers.values()].filter((w) => ++w.missed > limit).map((w) => w.id);
    dead.forEach((id) => this.remove(id));
    const now = this.#now();
    for (const [task, { until }] of this.#reserved) if (until <= now) this.#reserved.delete(task);
    return dead;
  }

  /** The worker of a task: where it runs already, where it was promised to, or where the policy puts it. */
  schedule(task, preference, reserveMs) {
    const running = [...this.#workers.values()].find((w) => w.tasks.has(task));
    if (running) return { id: running.id, info: running.info };
    const held = this.#reserved.get(task);
    if (held && held.until > this.#now() && this.#workers.get(held.worker)?.state === 0) {
      held.until = this.#now() + reserveMs;
      return { id: held.worker, info: this.#workers.get(held.worker).info };
    }
    const worker = this.#choose(task, preference);
    worker.lastUsed = ++this.#uses;
    this.#reserved.set(task, { worker: worker.id, until: this.#now() + reserveMs });
    return { id: worker.id, info: worker.info };
  }

  #choose(task, preference) {
    const limit = (w) => w.info.maxLoad ?? AVAILABLE_BELOW;
    const free = [...this.#workers.values()].filter(
      (w) => w.state === 0 && w.load !== null && w.load < limit(w),
    );
    const candidates = prefer(free, preference).map((w) => ({
      id: w.id,
      info: w.info,
      load: w.load,
      lastUsed: w.lastUsed,
      tasks: w.tasks.size,
    }));
    if (candidates.length === 0) throw new Failure('no-worker', 'no worker is available');
    let chosen;
    try {
      chosen = this.#policy(candidates, task, preference);
    } catch (error) {
      throw new Failure('no-worker', `the scheduling policy failed: ${error.message}`);
    }
    const worker = candidates.includes(chosen) ? this.#workers.get(chosen.id) : null;
    if (!worker) throw new Failure('no-worker', 'the scheduling policy chose none of the candidates');
    return worker;
  }

  unschedule(task) {
    this.#reserved.delete(task);
  }

  scheduled(task) {
    const running = [...this.#workers.values()].find((w) => w.tasks.has(task));
    return running?.id ?? this.#reserved.get(task)?.worker ?? null;
  }

  attributes(id) {
    const { info, load, state, tasks } = this.#must(id);
    return { id, info, load, state, tasks: tasks.size };
  }

  ids() {
    return [...this.#workers.keys()];
  }

  tasks(id) {
    return [...this.#must(id).tasks];
  }

  #must(id) {
    const worker = this.#workers.get(id);
    if (!worker) throw new Failure('whoareyou', `the worker ${id} is not registered`);
    return worker;
  }
}
