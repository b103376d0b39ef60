// The agent: a pool of workers of one purpose on one machine, as a member of the cluster. RPC getNode, recycleNode, queryNode.
// A lost worker's tasks are laid down at the scheduler and told to everybody by the topic exit.abnormal.
import { ClusterMember } from '../cluster/member.js';
import { logger } from '../log.js';
import { Pool } from './pool.js';

const log = logger('agent');

export class Agent {
  #bus;
  #id;
  #purpose;
  #pool;
  #member;
  #unserve = null;

  /**
   * @param options.pool     see PoolOptions
   * @param options.worker   { script, logDir, options }: how a worker is started
   * @param options.measure  () → load
   * @param options.info     what the scheduler may prefer by: isps, region, codecs, maxLoad
   */
  constructor(bus, { id, purpose, pool, worker, measure, info }) {
    this.#bus = bus;
    this.#id = id;
    this.#purpose = purpose;
    this.#member = new ClusterMember(bus, { id, purpose, info, measure });
    this.#pool = Pool.forking({ ...pool, agent: id, purpose }, { ...worker, bus }, (w, reason) =>
      this.#lost(w, reason),
    );
  }

  get pool() {
    return this.#pool;
  }

  async start() {
    this.#unserve = this.#bus.serve(this.#id, {
      getNode: (args) => this.#getNode(args),
      recycleNode: ({ id, task }) => this.#recycle(id, task),
      queryNode: ({ room }) => this.#pool.queryNode(room),
    });
    this.#pool.start();
    await this.#member.start();
  }

  async #getNode({ room, task }) {
    const worker = await this.#pool.getNode({ room, task });
    await this.#member.addTask(task);
    this.#member.setState(this.#pool.open ? 0 : 1);
    return { id: worker.id, address: worker.address };
  }

  #recycle(id, task) {
    this.#pool.recycleNode(id, task);
    this.#member.removeTask(task);
    this.#member.setState(this.#pool.open ? 0 : 1);
  }

  #lost(worker, reason) {
    const tasks = [...worker.tasks.keys()];
    tasks.forEach((task) => this.#member.removeTask(task));
    if (tasks.length > 0) log.warn(`worker ${worker.id} was lost with ${tasks.length} tasks`);
    this.#bus.publish('exit.abnormal', {
      purpose: this.#purpose,
      id: worker.id,
      type: 'node',
      tasks,
      reason,
    });
  }

  async stop() {
    await this.#member.stop();
    this.#unserve?.();
    await this.#pool.close();
  }
}
