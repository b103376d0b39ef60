// For tests only: a client of the protocol over a real WebSocket, and a server with the fake engine to talk to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { loadConfig } from '../config.js';
import { setLogLevel } from '../log.js';
import { Server } from '../server.js';
import { MemoryStore } from './memory_store.js';

export const FAKE_ENGINE = fileURLToPath(new URL('./fake_engine.js', import.meta.url));
export const OFFER = 'v=0\r\nm=audio 9 X 111\r\na=sendonly\r\nm=video 9 X 96\r\na=sendonly\r\n';
export const ANSWER = 'v=0\r\nm=audio 9 X 111\r\na=recvonly\r\n';
const WAIT_MS = 5000;

/** Starts a server on a free port with a data folder of its own; ends both with the test. */
export async function startServer(t, change = () => {}) {
  setLogLevel('error');
  const dir = mkdtempSync(join(tmpdir(), 'parley-conf-'));
  const config = loadConfig();
  Object.assign(config.http, { host: '127.0.0.1', port: 0 });
  config.data.dir = dir;
  config.media.engine = FAKE_ENGINE;
  change(config);
  const server = new Server(config, { store: new MemoryStore() });
  t.after(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  await server.start();
  server.dir = dir;
  return server;
}

export async function post(url, body, headers = {}) {
  const response = await request(url, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: response.status, body: JSON.parse(response.text) };
}

/** An HTTP request with node:http (parley has no fetch yet). @returns {Promise<{status, headers, text}>} */
export async function request(url, { method = 'GET', body, headers = {} } = {}) {
  const http = await import('node:http');
  return new Promise((resolve, reject) => {
    const type =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const req = http.request(url, { method, headers: { ...type, ...headers }, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk) => (text += chunk));
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, text }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

export class Client {
  events = [];
  closeCode = null;
  #ws;
  #nextId = 1;
  #waiting = new Map();
  #watchers = new Set();

  static async open(server) {
    const client = new Client();
    client.#ws = new WebSocket(`${server.url.replace('http', 'ws')}/ws`);
    client.#ws.on('message', (data) => client.#receive(JSON.parse(String(data))));
    client.#ws.on('error', () => {});
    client.closed = new Promise((done) =>
      client.#ws.on('close', (code) => {
        client.closeCode = code;
        for (const { reject } of client.#waiting.values()) reject(new Error(`closed with ${code}`));
        done(code);
      }),
    );
    await new Promise((resolve, reject) => {
      client.#ws.once('open', resolve);
      client.#ws.once('error', reject);
    });
    return client;
  }

  /** Opens a socket and logs in to a room by its name. */
  static async join(server, room, name = 'someone') {
    const { body } = await post(`${server.url}/api/join`, { room, name });
    const client = await Client.open(server);
    client.welcome = await client.call('login', { token: body.token });
    client.id = client.welcome.participantId;
    return client;
  }

  #receive(message) {
    if (message.event) {
      this.events.push(message);
      for (const watch of [...this.#watchers]) watch(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message.data);
    else waiting?.reject(Object.assign(new Error(message.error.message), message.error));
  }

  call(method, data) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#ws.send(JSON.stringify({ id, method, data }));
    });
  }

  /** The first event of that name, past or to come, that satisfies `test`; it is taken out of the list. */
  event(name, test = () => true) {
    const fits = (e) => e.event === name && test(e.data);
    const past = this.events.find(fits);
    if (past) {
      this.events.splice(this.events.indexOf(past), 1);
      return Promise.resolve(past.data);
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(watch);
        reject(
          new Error(`no event ${name} within ${WAIT_MS} ms; there were ${this.events.map((e) => e.event)}`),
        );
      }, WAIT_MS);
      const watch = (e) => {
        if (!fits(e)) return;
        clearTimeout(timer);
        this.#watchers.delete(watch);
        this.events.splice(this.events.indexOf(e), 1);
        resolve(e.data);
      };
      this.#watchers.add(watch);
    });
  }

  async answer({ transportId, offerId }) {
    return this.call('answer', { transportId, offerId, sdp: ANSWER });
  }

  raw(data) {
    this.#ws.send(data);
  }

  close(code = 1000) {
    this.#ws.close(code);
    return this.closed;
  }

  terminate() {
    this.#ws.terminate();
  }
}

/** The code of the Failure that a promise rejects with. */
export const codeOf = (promise) =>
  promise.then(
    () => 'no error',
    (error) => error.code,
  );
