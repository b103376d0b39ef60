// The message bus of one machine: remote procedure calls by endpoint id, notifications, and topics ("exit.abnormal").
//
// An endpoint is served in this process (`serve`) or lives behind a link to another process (`attach`, see ipc.js). What
// crosses the bus is JSON-like data, so that a broker (RabbitMQ: exchange owtRpc, topic owtMonitoring) can take its place.
import { Failure } from '../errors.js';
import { logger } from '../log.js';

const log = logger('bus');
export const DEFAULT_TIMEOUT_MS = 2000;

/** Rejects with `timeout` when the promise takes longer. */
export function withDeadline(promise, ms, what) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failure('timeout', `${what} took longer than ${ms} ms`)), ms);
  });
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

export class Bus {
  #endpoints = new Map(); // id → { handlers } | { link }
  #subscribers = new Set(); // { prefix, fn }
  #upstream = null;

  /** Serves calls to `id` with an object of (async) functions of one argument. */
  serve(id, handlers) {
    if (this.#endpoints.has(id)) throw new Error(`the endpoint ${id} is served already`);
    this.#endpoints.set(id, { handlers });
    return () => this.#endpoints.delete(id);
  }

  /** Sends calls to `id` over a link: { call(to, method, args, timeoutMs), notify(to, method, args) }. */
  attach(id, link) {
    this.#endpoints.set(id, { link });
    return () => this.#endpoints.delete(id);
  }

  /** Where everything goes whose endpoint is not known here (a worker's link to its parent). */
  setUpstream(link) {
    this.#upstream = link;
  }

  has(id) {
    return this.#endpoints.has(id);
  }

  /** Calls a method of an endpoint; rejects with a Failure. */
  async call(id, method, args = {}, { timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
    const endpoint = this.#endpoints.get(id) ?? (this.#upstream ? { link: this.#upstream } : null);
    if (!endpoint) throw new Failure('no-endpoint', `there is no endpoint ${id}`);
    if (endpoint.link) return endpoint.link.call(id, method, args, timeoutMs);
    return withDeadline(this.dispatch(id, method, args), timeoutMs, `${method} of ${id}`);
  }

  /** Runs a handler of this process; used by links for calls that come in. */
  async dispatch(id, method, args) {
    const handlers = this.#endpoints.get(id)?.handlers;
    if (!handlers) throw new Failure('no-endpoint', `there is no endpoint ${id}`);
    if (!Object.hasOwn(handlers, method))
      throw new Failure('unknown-method', `${id} has no method ${method}`);
    return handlers[method](args);
  }

  /** A call that came over a link: to a handler of this process, or on to the link of another (a worker calls a worker). */
  async route(id, method, args) {
    const link = this.#endpoints.get(id)?.link;
    return link ? link.call(id, method, args, DEFAULT_TIMEOUT_MS) : this.dispatch(id, method, args);
  }

  /** A call whose result nobody waits for. A missing endpoint or a throwing handler is only logged. */
  notify(id, method, args = {}) {
    const endpoint = this.#endpoints.get(id) ?? (this.#upstream ? { link: this.#upstream } : null);
    if (endpoint?.link) return endpoint.link.notify(id, method, args);
    this.dispatch(id, method, args).catch((error) => {
      if (error.code !== 'no-endpoint') log.warn(`notification ${method} of ${id} failed:`, error);
    });
  }

  /** Calls `fn(topic, data)` for topics that start with `prefix`; returns how to stop. */
  subscribe(prefix, fn) {
    const entry = { prefix, fn };
    this.#subscribers.add(entry);
    return () => this.#subscribers.delete(entry);
  }

  publish(topic, data) {
    for (const { prefix, fn } of [...this.#subscribers]) {
      if (!topic.startsWith(prefix)) continue;
      try {
        fn(topic, data);
      } catch (error) {
        log.error(`a subscriber of ${topic} failed:`, error);
      }
    }
  }
}
