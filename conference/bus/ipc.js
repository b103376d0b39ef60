// A link of the bus over the IPC channel of child_process.fork: correlation ids, deadlines, a bound on calls in flight.
//
//   { rpc: 'call', to, method, args, corrID }    corrID absent: a notification
//   { rpc: 'reply', corrID, data } | { rpc: 'reply', corrID, err: { code, message } }
import { Failure, fromWire, toWire } from '../errors.js';
import { logger } from '../log.js';

const log = logger('ipc');
const MAX_IN_FLIGHT = 2000;

export class IpcLink {
  #channel;
  #bus;
  #pending = new Map(); // corrID → { resolve, reject, timer }
  #nextId = 1;
  #closed = null;
  #onOther;

  /**
   * @param channel a ChildProcess, or `process` in the child: has send() and emits 'message'
   * @param bus     serves the calls that come in
   * @param onOther what takes messages that are not the bus's (READY, heartbeats)
   */
  constructor(channel, bus, onOther = () => {}) {
    this.#channel = channel;
    this.#bus = bus;
    this.#onOther = onOther;
    channel.on('message', (message) => this.#receive(message));
  }

  call(to, method, args, timeoutMs) {
    if (this.#closed) return Promise.reject(new Failure('worker-lost', this.#closed));
    if (this.#pending.size >= MAX_IN_FLIGHT)
      return Promise.reject(new Failure('overloaded', `${to} is overloaded`));
    const corrID = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(corrID);
        reject(new Failure('timeout', `${method} of ${to} took longer than ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(corrID, { resolve, reject, timer });
      this.#send({ rpc: 'call', to, method, args, corrID });
    });
  }

  notify(to, method, args) {
    if (!this.#closed) this.#send({ rpc: 'call', to, method, args });
  }

  /** Rejects everything that waits; nothing is sent any more. */
  close(reason = 'the link is closed') {
    if (this.#closed) return;
    this.#closed = reason;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Failure('worker-lost', reason));
    }
    this.#pending.clear();
  }

  #send(message) {
    try {
      // Without a callback an error of a channel that just closed would be thrown as an 'error' event.
      this.#channel.send(message, (error) => {
        if (error) this.close(`the link failed: ${error.message}`);
      });
    } catch (error) {
      this.close(`the link failed: ${error.message}`);
    }
  }

  #receive(message) {
    if (message === null || typeof message !== 'object' || message.rpc === undefined) this.#onOther(message);
    else if (message.rpc === 'reply') this.#settle(message);
    else if (message.rpc === 'call') this.#serve(message);
    else this.#onOther(message);
  }

  #settle({ corrID, data, err }) {
    const waiting = this.#pending.get(corrID);
    if (!waiting) return; // came after its deadline
    this.#pending.delete(corrID);
    clearTimeout(waiting.timer);
    if (err) waiting.reject(fromWire(err));
    else waiting.resolve(data);
  }

  async #serve({ to, method, args, corrID }) {
    const reply = { rpc: 'reply', corrID };
    try {
      reply.data = await this.#bus.route(String(to), String(method), args ?? {});
    } catch (error) {
      if (!(error instanceof Failure)) log.error(`${method} of ${to} failed:`, error);
      reply.err = toWire(error);
    }
    if (corrID !== undefined && !this.#closed) this.#send(reply);
  }
}
