// The cluster manager: one scheduler per purpose, served on the bus with OWT's RPC names. All it knows can be rebuilt: a worker
// that is answered `whoareyou` joins again and reports its tasks.
import { Scheduler } from './scheduler.js';
import { loadPolicy } from './strategies.js';
import { Failure } from '../errors.js';
import { logger } from '../log.js';

const log = logger('cluster');
const CHECK_MS = 1000;
const DEFAULT_RESERVE_MS = 30000;

export class ClusterManager {
  #bus;
  #schedulers = new Map(); // purpose → Scheduler
  #purposeOf = new Map(); // worker → purpose
  #policies;
  #timer = null;
  #stop = null;

  /** @param policies purpose → strategy function; `default` for the others */
  constructor(bus, policies) {
    this.#bus = bus;
    this.#policies = policies;
  }

  /** Makes one with the strategies named in the configuration. */
  static async create(bus, { strategy }) {
    return new ClusterManager(bus, { default: await loadPolicy(strategy) });
  }

  start(id = 'cluster') {
    this.#stop = this.#bus.serve(id, this.#handlers());
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#stop?.();
  }

  #check() {
    for (const [purpose, scheduler] of this.#schedulers) {
      for (const worker of scheduler.check()) {
        log.warn(`${worker} (${purpose}) is silent: removed`);
        this.#purposeOf.delete(worker);
        this.#bus.publish('exit.abnormal', { purpose, id: worker, type: 'worker' });
      }
    }
  }

  #of(worker) {
    const scheduler = this.#schedulers.get(this.#purposeOf.get(worker));
    if (!scheduler) throw new Failure('whoareyou', `the worker ${worker} is not registered`);
    return scheduler;
  }

  #purpose(purpose) {
    const scheduler = this.#schedulers.get(purpose);
    if (!scheduler) throw new Failure('no-worker', `no worker of purpose ${purpose} has joined`);
    return scheduler;
  }

  #join({ purpose, worker, info }) {
    if (!this.#schedulers.has(purpose)) {
      const policy = this.#policies[purpose] ?? this.#policies.default;
      this.#schedulers.set(purpose, new Scheduler({ policy }));
    }
    this.#schedulers.get(purpose).add(worker, info ?? {});
    this.#purposeOf.set(worker, purpose);
    log.info(`${worker} joined for ${purpose}`);
    return 'initializing';
  }

  #quit({ worker }) {
    this.#of(worker).remove(worker);
    this.#purposeOf.delete(worker);
    this.#bus.publish('exit.quit', { id: worker, type: 'worker' });
  }

  #handlers() {
    return {
      join: (args) => this.#join(args),
      quit: (args) => this.#quit(args),
      keepAlive: ({ worker }) => this.#of(worker).keepAlive(worker),
      reportState: ({ worker, state }) => this.#of(worker).setState(worker, state),
      reportLoad: ({ worker, load }) => this.#of(worker).setLoad(worker, load),
      pickUpTasks: ({ worker, tasks }) => this.#of(worker).pickUp(worker, tasks),
      layDownTask: ({ worker, task }) => this.#of(worker).layDown(worker, task),
      schedule: ({ purpose, task, preference, reserveTime = DEFAULT_RESERVE_MS }) =>
        this.#purpose(purpose).schedule(task, preference, reserveTime),
      unschedule: ({ worker, task }) => this.#of(worker).unschedule(task),
      getWorkerAttr: ({ worker }) => this.#of(worker).attributes(worker),
      getWorkers: ({ purpose }) =>
        (purpose && purpose !== 'all' ? [this.#purpose(purpose)] : [...this.#schedulers.values()]).flatMap(
          (s) => s.ids(),
        ),
      getTasks: ({ worker }) => this.#of(worker).tasks(worker),
      getScheduled: ({ purpose, task }) => this.#purpose(purpose).scheduled(task),
    };
  }
}
