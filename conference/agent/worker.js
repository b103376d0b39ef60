// One worker process as its agent sees it: spawned, READY, heartbeats each second, lost when silent for 3, killed.
import { fork } from 'node:child_process';
import { closeSync, openSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { IpcLink } from '../bus/ipc.js';
import { logger } from '../log.js';

const log = logger('agent');
const HEARTBEAT = 'IMOK';
const CHECK_MS = 1000;
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const EXIT_MS = 200; // from a closed link to 'exit'
const QUIT_MS = 1000; // from 'QUIT' to SIGKILL

function openLog(dir, id) {
  const path = join(dir, `${id}.log`);
  try {
    if (statSync(path).size > MAX_LOG_BYTES) truncateSync(path);
  } catch {
    // there is none yet
  }
  return openSync(path, 'a', 0o640);
}

export class Worker {
  id;
  address = null;
  /** what runs here: task → room */
  tasks = new Map();
  state = 'starting'; // → ready → ended
  #child;
  #link;
  #silentChecks = 0;
  #checks = null;
  #readyTimer = null;
  #onEnd;
  #resolveReady;
  #rejectReady;
  #quitTimer = null;

  /**
   * @param options.script   the program; gets id, parent's id and JSON options as its arguments
   * @param options.onEnd    (worker, reason) once, when the process is gone or given up
   */
  constructor({ id, agent, purpose, script, execArgv = [], logDir, bus, options, readyMs, aliveMs, onEnd }) {
    this.id = id;
    this.#onEnd = onEnd;
    this.ready = new Promise(
      (resolve, reject) => ([this.#resolveReady, this.#rejectReady] = [resolve, reject]),
    );
    this.ready.catch(() => {}); // onEnd tells as well
    const fd = openLog(logDir, id);
    try {
      this.#child = fork(script, [id, agent, JSON.stringify({ agent, purpose, ...options })], {
        execArgv,
        detached: true, // a terminal's Ctrl-C goes to the agent, which ends its workers in order
        stdio: ['ignore', fd, fd, 'ipc'],
      });
    } finally {
      closeSync(fd);
    }
    this.#link = new IpcLink(this.#child, bus, (message) => this.#control(message));
    this.#child.on('exit', (code, signal) =>
      this.#end(signal ? `ended by ${signal}` : `exited with ${code}`),
    );
    this.#child.on('error', (error) => this.#failed(error));
    this.#child.on('disconnect', () => {
      // The first sign of an end in most cases: 'exit' follows and knows why.
      this.#link.close(`the worker ${id} closed its link`);
      setTimeout(() => this.kill('closed its link'), EXIT_MS);
    });
    this.#readyTimer = setTimeout(() => this.kill(`was not ready within ${readyMs} ms`), readyMs);
    this.maxSilentChecks = Math.max(1, Math.round(aliveMs / CHECK_MS));
    this.detach = bus.attach(id, this.#link);
  }

  get pid() {
    return this.#child.pid;
  }

  #failed(error) {
    if (this.pid === undefined) return this.#end(`could not be run: ${error.message}`);
    // A fault of the link to a process that runs, or has just ended: then 'exit' follows and knows why.
    this.#link.close(`the link to the worker ${this.id} failed: ${error.message}`);
    setTimeout(() => this.kill(`lost its link: ${error.message}`), EXIT_MS);
  }

  #control(message) {
    if (this.state === 'starting' && typeof message === 'string' && /^READY(:.{1,200})?$/.test(message)) {
      clearTimeout(this.#readyTimer);
      this.state = 'ready';
      this.address = message.slice('READY:'.length) || null;
      // Checks are counted instead of clock time: when this process itself was held up, one check is missed, not the worker.
      this.#checks = setInterval(() => this.#check(), CHECK_MS);
      this.#resolveReady(this);
    } else if (message === HEARTBEAT) {
      this.#silentChecks = 0;
    } else {
      this.kill(`said what no worker says: ${String(JSON.stringify(message)).slice(0, 100)}`);
    }
  }

  #check() {
    if (++this.#silentChecks > this.maxSilentChecks) this.kill(`was silent for ${this.maxSilentChecks} s`);
  }

  /** Ends it at once. */
  kill(reason) {
    if (this.state === 'ended') return;
    this.#child.kill('SIGKILL');
    this.#end(reason);
  }

  /** Asks it to end, and ends it when it does not; resolves when it is gone. */
  quit() {
    if (this.state === 'ended') return Promise.resolve();
    this.quitting = true;
    return new Promise((resolve) => {
      this.#child.once('exit', resolve);
      try {
        this.#child.send('QUIT', () => {});
      } catch {
        // the link is gone: the timer ends it
      }
      this.#quitTimer = setTimeout(() => this.#child.kill('SIGKILL'), QUIT_MS);
    });
  }

  #end(reason) {
    if (this.state === 'ended') return;
    const wasReady = this.state === 'ready';
    this.state = 'ended';
    clearTimeout(this.#readyTimer);
    clearTimeout(this.#quitTimer);
    clearInterval(this.#checks);
    this.detach();
    this.#link.close(`the worker ${this.id} ${reason}`);
    if (!this.quitting) log.warn(`worker ${this.id} (${this.pid ?? 'no process'}) ${reason}`);
    this.#rejectReady(new Error(`the worker ${this.id} ${reason}`));
    this.#onEnd(this, reason, wasReady);
  }
}
