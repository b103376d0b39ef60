// All roles of the server in one process: store, cluster, agent (and its worker processes), controllers, portal, API. Each part knows the bus
// and its own settings; this file is where they meet.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent } from './agent/agent.js';
import { createApp, listen } from './api/server.js';
import { Bus, withDeadline } from './bus/bus.js';
import { loadMeter } from './cluster/load.js';
import { ClusterManager } from './cluster/manager.js';
import { Controllers } from './conference/controllers.js';
import { defaultDataDir, openData } from './data.js';
import { logger } from './log.js';
import { Portal } from './portal/portal.js';
import { Tokens } from './portal/token.js';
import { SqliteStore } from './store/sqlite.js';

const log = logger('parleyd');
const WORKER = fileURLToPath(new URL('./node/main.js', import.meta.url));
const WEB = fileURLToPath(new URL('../web', import.meta.url));
const START_MS = 25000;
const SWEEP_MS = 60000;
const STALE_ROOM_MS = 600000;
const ANY_ADDRESS = new Set(['0.0.0.0', '::', '']);

function agentOptions(config, logDir) {
  const { agent, media, log: logging } = config;
  return {
    id: 'webrtc',
    purpose: 'webrtc',
    pool: {
      prerun: agent.prerun,
      max: agent.max,
      readyMs: agent.readySeconds * 1000,
      aliveMs: agent.aliveSeconds * 1000,
      backoffMs: agent.backoffSeconds * 1000,
      byRoom: agent.roomOnOneWorker,
    },
    worker: { script: WORKER, logDir, options: { media, engine: media.engine, logLevel: logging.level } },
    measure: loadMeter({ networkMbps: agent.networkMbps }),
    info: { maxLoad: agent.maxLoad, region: agent.region, isps: agent.isps },
  };
}

export class Server {
  #config;
  #parts = {};
  #status = 'starting';
  #sweeper = null;

  /** @param config see parley.toml; [log] level is the caller's business @param [given] parts a test brings along: { store } */
  constructor(config, given = {}) {
    this.#config = config;
    this.#parts = { ...given };
  }

  /** Starts everything; resolves with { url, port } when the first workers are ready. Fails in one line: DataError, or the code of listen. */
  async start() {
    const config = this.#config;
    const parts = this.#parts;
    const data = openData(config.data.dir || defaultDataDir(), config.api);
    const store = (parts.store ??= await SqliteStore.open(data.database));
    await store.addService({ id: data.service.id, name: 'super', key: data.service.key, super: true });
    const bus = (parts.bus = new Bus());
    const tokens = new Tokens({ store, key: data.key, place: () => this.#place() });
    parts.cluster = await ClusterManager.create(bus, config.cluster);
    parts.controllers = new Controllers(bus, store, config.room);
    parts.portal = new Portal(bus, {
      tokens,
      key: data.key,
      settings: { ...config.portal, turn: config.turn },
    });
    const webDir = config.http.web ? resolve(config.http.web) : WEB;
    const health = () => this.#health();
    const app = createApp({ bus, store, tokens, config, webDir, serviceId: data.service.id, health });
    // The port first: when it is taken nothing has been started that would have to be ended.
    parts.http = await listen(app, parts.portal, config.http);
    parts.cluster.start();
    parts.controllers.start();
    parts.portal.start();
    parts.agent = new Agent(bus, agentOptions(config, data.logDir));
    await parts.agent.start();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    const ready = parts.agent.pool.whenReady(config.agent.prerun);
    await withDeadline(ready, START_MS, 'starting the media workers').catch((error) => {
      throw new Error(`${error.message}: see the logs in ${data.logDir}`);
    });
    this.#status = 'ready';
    return { url: this.url, port: this.port };
  }

  get port() {
    return this.#parts.http.address().port;
  }

  get url() {
    const { host } = this.#config.http;
    const name = ANY_ADDRESS.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `http://${name}:${this.port}`;
  }

  /** Where clients reach this server: what its tokens say. */
  #place() {
    const url = new URL(this.#config.portal.publicUrl || this.url);
    return { host: url.host, secure: url.protocol === 'https:' };
  }

  #health() {
    const workers = (this.#parts.agent?.pool.workers ?? []).filter((w) => w.state === 'ready').length;
    return { status: this.#status, workers, ...this.#parts.controllers.counts() };
  }

  /** For operators and tests: the worker processes. */
  workers() {
    return this.#parts.agent.pool.workers.map((w) => ({
      id: w.id,
      pid: w.pid,
      rooms: [...new Set(w.tasks.values())],
    }));
  }

  async #sweep() {
    const { store, bus } = this.#parts;
    try {
      const now = Date.now();
      await store.sweep(now);
      for (const room of await store.staleOpenRooms(now - STALE_ROOM_MS)) {
        if (!bus.has(`room.${room.id}`)) await store.deleteRoom(room.id);
      }
    } catch (error) {
      log.error('sweeping the store:', error);
    }
  }

  /** Ends everything, in the order that lets clients know; takes at most two seconds. */
  async stop() {
    if (this.#status === 'stopping') return;
    this.#status = 'stopping';
    const { http, portal, controllers, agent, cluster, store } = this.#parts;
    clearInterval(this.#sweeper);
    const closed = http ? new Promise((done) => http.close(done)) : null;
    controllers?.stop();
    portal?.stop();
    await agent?.stop();
    cluster?.stop();
    portal?.terminate();
    http?.closeAllConnections?.();
    await closed;
    await store?.close();
  }
}
