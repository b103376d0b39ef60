'use strict';
// A real server (RabbitMQ, PostgreSQL, Redis, coturn) for a test: its own data folder, its own port on 127.0.0.1, stopped and removed with the
// test, however that ends. Ready means: the server said so in its log. No test waits for a time.
//
//   const server = await startPostgresql();        // or startRabbitmq, startRedis, startCoturn
//   server.url; server.port;
//   await server.kill();                           // SIGKILL, as a crash
//   await server.stop();                           // as an operator stops it
//   await server.start();                          // the same data on the same port
//   await server.close();                          // stopped, data removed
const { spawn, execFile } = require('child_process');
const { once } = require('events');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');

const START_DEADLINE_MS = 60000;
const STOP_DEADLINE_MS = 30000;
const KEPT_LOG = 20000; // characters, for the error when a start fails
const START_TRIES = 3; // between asking for a free port and the server's taking it another program may come

/** Ports of 127.0.0.1 that nobody listens on now. */
async function freePorts(count) {
  const holders = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => holder.address().port);
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}

/** As whom the server runs: a service's own account when we are root (PostgreSQL refuses root), else ourselves. */
function account(name) {
  if (process.getuid() !== 0) return {};
  const line = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((l) => l.startsWith(`${name}:`));
  if (!line) throw new Error(`there is no account "${name}": is its Debian package installed (make deps)?`);
  const [, , uid, gid] = line.split(':').map(Number);
  return { uid, gid };
}

/** A deadline for what a server should do by itself. */
function within(promise, ms, what) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class LocalServer {
  /**
   * @param {object} kind
   * @param {string} kind.name for error messages, and the account it runs as
   * @param {RegExp} kind.ready what the log says once clients are served
   * @param {NodeJS.Signals} kind.stopSignal asks for a clean end
   * @param {number} kind.ports how many ports it needs; the first is the one of its clients
   * @param {(server: LocalServer) => Promise<void>} kind.prepare fills the data folder
   * @param {(text: string) => void} [kind.onLog] hears what the server logs
   * @param {(server: LocalServer) => {file: string, args: string[], env?: object}} kind.command
   */
  constructor(kind) {
    this.kind = kind;
    this.account = account(kind.name);
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `${kind.name}-`)));
    if (this.account.uid !== undefined) fs.chownSync(this.folder, this.account.uid, this.account.gid);
    this.ports = [];
    this.log = '';
    this.children = new Set();
    this.main = undefined;
    this.onExit = () => this.#abandon();
    process.on('exit', this.onExit);
  }

  get port() {
    return this.ports[0];
  }

  /** Prepares the data folder and starts, elsewhere if another program took the port meanwhile. */
  async create() {
    try {
      await this.kind.prepare(this);
      for (let attempt = 1; ; attempt++) {
        this.ports = await freePorts(this.kind.ports);
        try {
          await this.start();
          return this;
        } catch (error) {
          if (attempt === START_TRIES || !/in use|eaddrinuse/i.test(error.message)) throw error;
        }
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** A program beside the server or the server itself, as its account, in its folder. */
  launch(file, args, env = {}) {
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { PATH: `${process.env.PATH}:/usr/sbin`, HOME: this.folder, LC_ALL: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...this.account,
    });
    this.children.add(child);
    child.ended = new Promise((resolve) => {
      child.on('error', (error) => this.#note(`${error}\n`));
      // 'close' comes when the last process that writes to the log is gone: PostgreSQL's children as well.
      child.on('close', () => {
        this.children.delete(child);
        resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => this.#note(text));
    return child;
  }

  /** Runs a tool of the server to its end. */
  run(file, args) {
    const options = { cwd: this.folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, ...this.account };
    return new Promise((resolve, reject) => {
      execFile(file, args, { ...options, timeout: START_DEADLINE_MS }, (error, stdout, stderr) =>
        error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
      );
    });
  }

  #note(text) {
    this.log = (this.log + text).slice(-KEPT_LOG);
    this.kind.onLog?.(text);
    this.watch?.();
  }

  async start() {
    const { file, args, env } = this.kind.command(this);
    this.log = '';
    this.main = this.launch(file, args, env);
    const ready = new Promise((resolve, reject) => {
      this.watch = () => this.kind.ready.test(this.log) && resolve();
      this.main.ended.then(() => reject(new Error(`${this.kind.name} did not start:\n${this.log}`)));
    });
    await within(ready, START_DEADLINE_MS, `the start of ${this.kind.name}`).finally(() => {
      this.watch = undefined;
    });
  }

  async #end(signal) {
    const { main } = this;
    if (main === undefined || !this.children.has(main)) return;
    main.kill(signal);
    await within(main.ended, STOP_DEADLINE_MS, `the end of ${this.kind.name}`);
  }

  stop() {
    return this.#end(this.kind.stopSignal);
  }

  kill() {
    return this.#end('SIGKILL');
  }

  /** Nothing of the server is left after this. */
  async close() {
    try {
      await this.stop();
    } finally {
      for (const child of this.children) child.kill('SIGKILL');
      await Promise.all([...this.children].map((child) => child.ended));
      this.#abandon();
    }
  }

  #abandon() {
    process.off('exit', this.onExit);
    for (const child of this.children) child.kill('SIGKILL');
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

module.exports = { LocalServer };
