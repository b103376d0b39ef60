// Debian's Firefox, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), with as much of Playwright's interface as
// the end-to-end tests use, so that a test runs in either browser: Playwright itself drives only a Firefox of its own making.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from './patience.mjs';

const START_TIMEOUT_MS = PATIENCE_MS;
const COMMAND_TIMEOUT_MS = 2 * PATIENCE_MS; // a command may be a wait in the page
const STOP_TIMEOUT_MS = 30_000;

/** One WebSocket to the browser: commands, their answers, and events by the id of the page that they are about. */
class Connection {
  #socket;
  #nextId = 1;
  #pending = new Map();
  #pages = new Map();

  static open(url) {
    const connection = new Connection();
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 1 << 28 });
      connection.#socket = socket;
      socket.once('open', () => resolve(connection));
      socket.once('error', reject);
      socket.on('message', (text) => connection.#receive(JSON.parse(text)));
      socket.on('close', () => connection.#ended());
    });
  }

  send(method, params = {}) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`${method} was not answered in ${COMMAND_TIMEOUT_MS} ms`));
      }, COMMAND_TIMEOUT_MS);
      this.#pending.set(id, { resolve, reject, timer, method });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  watch(pageId, listener) {
    this.#pages.set(pageId, listener);
  }

  #receive({ id, result, error, message, method, params }) {
    if (method !== undefined) return this.#pages.get(params.source?.context)?.(method, params);
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (error) pending.reject(new Error(`${pending.method}: ${error}: ${message}`));
    else pending.resolve(result);
  }

  #ended() {
    for (const { reject, timer, method } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Error(`${method}: the browser is gone`));
    }
    this.#pending.clear();
  }
}

// What passes between the test and the page is JSON, and the numbers that JSON leaves out.
const encode = `(key, value) => typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value`;
const decode = (key, value) => (value?.$number === undefined ? value : Number(value.$number));

class Page extends EventEmitter {
  #connection;
  #id;

  constructor(connection, id) {
    super();
    this.#connection = connection;
    this.#id = id;
    connection.watch(id, (method, entry) => {
      if (method !== 'log.entryAdded') return;
      if (entry.type === 'javascript') this.emit('pageerror', new Error(entry.text));
      else this.emit('console', { type: () => entry.method ?? entry.level, text: () => entry.text });
    });
  }

  goto(url) {
    return this.#connection.send('browsingContext.navigate', { context: this.#id, url, wait: 'complete' });
  }

  reload() {
    return this.#connection.send('browsingContext.reload', { context: this.#id, wait: 'complete' });
  }

  /** Runs a function in the page and resolves with its awaited result. */
  async evaluate(fn, argument) {
    const { type, result, exceptionDetails } = await this.#connection.send('script.callFunction', {
      functionDeclaration: `async (json) => JSON.stringify(await (${fn})(json === '' ? undefined : JSON.parse(json)), ${encode})`,
      arguments: [{ type: 'string', value: argument === undefined ? '' : JSON.stringify(argument) }],
      target: { context: this.#id },
      awaitPromise: true,
      userActivation: true,
    });
    if (type === 'exception') throw new Error(exceptionDetails.text);
    return result.type === 'string' ? JSON.parse(result.value, decode) : undefined;
  }

  /** Waits until a function of the page gives something true. */
  async waitForFunction(fn, argument, { timeout = 30_000, polling = 50 } = {}) {
    const source = `async ({ argument, timeout, polling }) => {
      const end = performance.now() + timeout;
      while (performance.now() < end) {
        if (await (${fn})(argument)) return true;
        await new Promise((resolve) => setTimeout(resolve, polling));
      }
      return false;
    }`;
    if (!(await this.evaluate(source, { argument, timeout, polling })))
      throw new Error(`not so after ${timeout} ms: ${fn}`);
  }

  fill(selector, text) {
    return this.evaluate(
      ([wanted, value]) => {
        const field = document.querySelector(wanted);
        field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true }));
      },
      [selector, text],
    );
  }

  click(selector) {
    return this.evaluate((wanted) => document.querySelector(wanted).click(), selector);
  }

  async screenshot({ path }) {
    const { data } = await this.#connection.send('browsingContext.captureScreenshot', { context: this.#id });
    writeFileSync(path, Buffer.from(data, 'base64'));
  }

  close() {
    return this.#connection.send('browsingContext.close', { context: this.#id });
  }
}

class Context {
  #connection;
  #id;

  constructor(connection, id) {
    this.#connection = connection;
    this.#id = id;
  }

  // A window each: pages in tabs behind another are slowed down.
  async newPage() {
    const { context } = await this.#connection.send('browsingContext.create', {
      type: 'window',
      userContext: this.#id,
    });
    return new Page(this.#connection, context);
  }

  close() {
    return this.#connection.send('browser.removeUserContext', { userContext: this.#id });
  }
}

class Firefox {
  #connection;
  #end;

  constructor(connection, end) {
    this.#connection = connection;
    this.#end = end;
  }

  async newContext() {
    const { userContext } = await this.#connection.send('browser.createUserContext');
    return new Context(this.#connection, userContext);
  }

  async close() {
    this.#connection.send('browser.close').catch(() => {}); // answered or not, it goes
    await this.#end();
  }
}

function writeProfile(preferences) {
  const profile = mkdtempSync(join(tmpdir(), 'parley-firefox-'));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  return profile;
}

/** Starts a headless Firefox with a profile of its own. `close()` ends it and takes the profile away. */
export async function launchFirefox(executable, preferences) {
  const profile = writeProfile(preferences);
  const child = spawn(
    executable,
    ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
    },
  );
  const exited = new Promise((done) => child.once('exit', done));
  const end = async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const connection = await Connection.open(`${await addressOf(child, exited)}/session`);
    await connection.send('session.new', { capabilities: {} });
    await connection.send('session.subscribe', { events: ['log.entryAdded'] });
    return new Firefox(connection, end);
  } catch (error) {
    child.kill('SIGKILL');
    await end();
    throw error;
  }
}

/** Resolves with the ws: address that a starting Firefox tells. */
function addressOf(child, exited) {
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = (why) => reject(new Error(`Firefox ${why}:\n${log}`));
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
    child.once('error', (error) => fail(error.message));
    exited.then((code) => fail(`ended with ${code}`));
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(log)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
