// One WebSocket: frames in and out, with the limits of docs/protocol.md. What the requests mean is the portal's business.
import { Failure, toWire } from '../errors.js';
import { logger } from '../log.js';
import { Bucket } from './bucket.js';
import { checkRequest, readFrame } from './validate.js';

const log = logger('portal');
const MAX_IN_FLIGHT = 64;
const FLOOD_REFUSALS = 100; // refused requests before the socket is closed

export const CLOSE = {
  stopping: 1001,
  notJson: 1007,
  replaced: 4000,
  unlogged: 4001,
  violation: 4002,
  dropped: 4003,
  loggedOut: 4005,
  slow: 4007,
};

export class Connection {
  session = null;
  alive = true;
  #ws;
  #settings;
  #serve;
  #bucket;
  #refused = 0;
  #inFlight = 0;
  #loginTimer;
  #held = null; // texts that wait until the answer to login has gone out

  /**
   * @param serve   (connection, method, data) → Promise of the response's data
   * @param onClose (connection, code)
   */
  constructor(ws, settings, serve, onClose) {
    this.#ws = ws;
    this.#settings = settings;
    this.#serve = serve;
    this.#bucket = new Bucket(settings.requestsPerSecond, settings.requestsBurst);
    this.#loginTimer = setTimeout(
      () => this.close(CLOSE.unlogged, 'not logged in'),
      settings.loginSeconds * 1000,
    );
    ws.on('message', (data, binary) => this.#receive(data, binary));
    ws.on('pong', () => (this.alive = true));
    ws.on('error', (error) => log.debug(`a socket failed: ${error.message}`));
    ws.on('close', (code) => {
      clearTimeout(this.#loginTimer);
      onClose(this, code);
    });
  }

  #receive(data, binary) {
    let value;
    try {
      if (binary) throw new Error('a binary frame');
      value = JSON.parse(data.toString('utf8'));
    } catch {
      return this.close(CLOSE.notJson, 'not JSON');
    }
    const request = readFrame(value);
    if (!request) return this.close(CLOSE.violation, 'not a request');
    if (!this.#bucket.take() || this.#inFlight >= MAX_IN_FLIGHT) {
      if (++this.#refused > FLOOD_REFUSALS) return this.close(CLOSE.violation, 'flood');
      return this.#respond(request.id, null, new Failure('rate-limited', 'too many requests'));
    }
    this.#handle(request);
  }

  async #handle({ id, method, data }) {
    this.#inFlight++;
    try {
      const result = await this.#serve(this, method, checkRequest(method, data));
      this.#respond(id, result ?? {});
    } catch (error) {
      if (!(error instanceof Failure)) log.error(`${method} failed:`, error);
      this.#respond(id, null, error);
    } finally {
      this.#inFlight--;
      this.#release();
    }
  }

  #respond(id, data, error) {
    const response = error ? { id, ok: false, error: toWire(error) } : { id, ok: true, data };
    this.#write(JSON.stringify(response));
  }

  /** From now on events wait, until the response that is being made has gone out. */
  loggedIn(session) {
    clearTimeout(this.#loginTimer);
    this.session = session;
    this.#held = [];
  }

  #release() {
    if (!this.#held || !this.session) return;
    const texts = this.#held;
    this.#held = null;
    texts.forEach((text) => this.#write(text));
  }

  /** Sends an event's text. */
  sendText(text) {
    if (this.#held) this.#held.push(text);
    else this.#write(text);
  }

  #write(text) {
    if (this.#ws.readyState !== 1) return;
    if (this.#ws.bufferedAmount > this.#settings.maxBufferedBytes) return this.close(CLOSE.slow, 'too slow');
    this.#ws.send(text, () => {}); // an error closes the socket, which is told by 'close'
  }

  /** The pulse: a client that did not answer the last ping is taken for lost. */
  ping() {
    if (!this.alive) return this.#ws.terminate();
    this.alive = false;
    if (this.#ws.readyState === 1) this.#ws.ping(() => {});
  }

  close(code, reason) {
    if (this.#ws.readyState > 1) return;
    this.#ws.close(code, reason);
    // A peer that does not close its side is not waited for.
    const ws = this.#ws;
    const timer = setTimeout(() => ws.terminate(), 2000);
    ws.once('close', () => clearTimeout(timer));
  }

  terminate() {
    this.#ws.terminate();
  }
}
