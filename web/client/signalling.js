// The signalling channel: requests, responses and events as JSON over one WebSocket (docs/protocol.md).

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 8_000;

/** A request the server refused, or one that got no answer. `code` is the protocol's error code. */
export class SignallingError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'SignallingError';
    this.code = code;
  }
}

/**
 * One WebSocket's life. Calls `onEvent(name, data, seq)` for each event in order and `onClose(reason)` once when the socket
 * goes away without `close()` having been called.
 */
export class Signalling {
  #socket;
  #nextId = 1;
  #pending = new Map();
  #closed = false;

  constructor({ onEvent, onClose }) {
    this.onEvent = onEvent;
    this.onClose = onClose;
  }

  /** Opens the socket. Rejects when it is not open within eight seconds. */
  open(url) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      this.#socket = socket;
      const timer = setTimeout(() => socket.close(), CONNECT_TIMEOUT_MS);
      socket.onopen = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.onmessage = (message) => this.#receive(message.data);
      socket.onclose = (event) => {
        clearTimeout(timer);
        reject(new SignallingError('unreachable', 'The server cannot be reached.'));
        this.#ended(event.reason);
      };
    });
  }

  /** Sends a request and resolves with its `data`. */
  request(method, data = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed || this.#socket?.readyState !== WebSocket.OPEN) {
        reject(new SignallingError('disconnected', 'The connection to the server is gone.'));
        return;
      }
      const id = this.#nextId++;
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new SignallingError('timeout', `The server did not answer "${method}" in time.`));
      }, REQUEST_TIMEOUT_MS);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ id, method, data }));
    });
  }

  close() {
    this.#closed = true;
    this.#socket?.close();
  }

  #receive(text) {
    const message = JSON.parse(text);
    if (message.event !== undefined) {
      this.onEvent(message.event, message.data ?? {}, message.seq);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return; // answered after its deadline
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.ok) pending.resolve(message.data ?? {});
    else
      pending.reject(
        new SignallingError(message.error?.code ?? 'error', message.error?.message ?? 'The server refused.'),
      );
  }

  #ended(reason) {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new SignallingError('disconnected', 'The connection to the server was lost.'));
    }
    this.#pending.clear();
    if (this.#closed) return;
    this.#closed = true;
    this.onClose(reason);
  }
}
