// Networks of a test's own: the browsers in one network namespace, the server in another, and a cable between them with whatever loss,
// delay and bandwidth the test wants (cable.cc: not every kernel has netem). The namespaces have no names: the kernel takes them away
// with the last process in them, however that ends.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './server.mjs';

const BROWSER_ADDRESS = '10.99.0.1';
const SERVER_ADDRESS = '10.99.0.2';
const INSIDE = 'PARLEY_TEST_INSIDE_NAMESPACE';
const PORT = 8080; // nobody else is there

const enter = process.getuid() === 0 ? ['--net'] : ['--net', '--map-root-user'];
const PROBE = 'ip link set lo up && ip tuntap add dev probe0 mode tun';

/**
 * Runs `tests` in a network namespace of its own: this file is started again inside. Where the machine does not permit that, one test
 * says so in its name.
 */
export function inOwnNetwork({ test }, file, tests) {
  if (process.env[INSIDE]) return tests();
  const probe = spawnSync('unshare', [...enter, 'sh', '-c', PROBE]);
  if (probe.status !== 0) {
    const why = (probe.error?.message ?? String(probe.stderr)).trim();
    return test(`SKIPPED: this machine does not permit network namespaces and TUN devices (${why})`, () => {});
  }
  const env = { ...process.env, [INSIDE]: '1' };
  const child = spawn('unshare', [...enter, process.execPath, file], { env, stdio: 'inherit' });
  process.removeAllListeners('exit'); // the tests report themselves
  child.on('exit', (code) => process.exit(code ?? 1));
}

const run = (file, ...args) => execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });

const spell = (weather) =>
  Object.entries(weather)
    .map(([name, value]) => `${name} ${Number(value)}`)
    .join(' ');

/** The network between this process and the server. */
export class Network {
  #holder;
  #cable;

  static async create(seed = randomInt(1, 2 ** 31)) {
    console.log(`# the network's seed: ${seed}`);
    const network = new Network();
    // Its namespace lives as long as our end of this pipe.
    const holder = spawn('unshare', [...enter, 'sh', '-c', 'ip link set lo up && echo up && exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    network.#holder = holder;
    await once(holder.stdout, 'data');
    const cable = spawn(join(root, 'build/bin/cable'), [String(holder.pid), String(seed)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    network.#cable = cable;
    cable.stdout.setEncoding('utf8');
    await once(cable.stdout, 'data');
    run('ip', 'link', 'set', 'lo', 'up');
    run('ip', 'address', 'add', `${BROWSER_ADDRESS}/24`, 'dev', 'up0');
    run('ip', 'link', 'set', 'up0', 'up');
    network.#atServer('ip', 'address', 'add', `${SERVER_ADDRESS}/24`, 'dev', 'down0');
    network.#atServer('ip', 'link', 'set', 'down0', 'up');
    // Browsers ask for the way to the world before they use an interface.
    run('ip', 'route', 'add', 'default', 'via', SERVER_ADDRESS);
    return network;
  }

  /** The command that runs a program where the server is. */
  get within() {
    return ['nsenter', `--net=/proc/${this.#holder.pid}/ns/net`];
  }
  get addresses() {
    return { here: BROWSER_ADDRESS, there: SERVER_ADDRESS };
  }

  #atServer(...command) {
    const [file, ...args] = [...this.within, ...command];
    return run(file, ...args);
  }

  /** Where the server will be, what startServer() needs for that, and launchBrowser() to give its page a camera. */
  get url() {
    return `http://${SERVER_ADDRESS}:${PORT}`;
  }
  get serverOptions() {
    return { within: this.within, args: ['--port', String(PORT)] };
  }
  get browserOptions() {
    return { args: [`--unsafely-treat-insecure-origin-as-secure=${this.url}`] };
  }

  /**
   * Sets the weather of both directions, from the browsers up to the server and back down. Each may have `loss` (a share), `delay`,
   * `jitter` and `queue` (milliseconds; what a narrow line lets wait), `rate` (kbit/s), 'only-tcp'; without any it is perfect.
   */
  async weather(up, down = up) {
    for (const line of [`up ${spell(up)}`, `down ${spell(down)}`]) {
      const answer = once(this.#cable.stdout, 'data');
      this.#cable.stdin.write(`${line}\n`);
      await answer;
    }
  }

  async close() {
    const ended = [this.#cable, this.#holder].map((child) => once(child, 'exit'));
    this.#cable.stdin.end();
    this.#holder.stdin.end();
    await Promise.all(ended);
  }
}
