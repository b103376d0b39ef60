// The portal: clients' WebSockets on one side, the rooms' controllers on the other. Checks tokens and tickets, keeps sessions.
import { WebSocketServer } from 'ws';
import { withDeadline } from '../bus/bus.js';
import { Failure } from '../errors.js';
import { newId } from '../ids.js';
import { logger } from '../log.js';
import { CLOSE, Connection } from './connection.js';
import { iceServersFor } from './ice_servers.js';
import { Session } from './session.js';
import { TICKET_SECONDS, readTicket } from './ticket.js';
import { cleanName } from './validate.js';

const log = logger('portal');
const PING_MS = 12000;
const REQUEST_MS = 10000;
const ROOM_CALL_MS = 9500;

/** Methods that go straight to the room's controller: the protocol's name → the controller's. */
const ROOM_METHODS = {
  publish: 'publish',
  renegotiate: 'renegotiate',
  unpublish: 'unpublish',
  'stream-control': 'streamControl',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  'subscription-control': 'subscriptionControl',
  'restart-ice': 'restartIce',
  answer: 'answer',
  candidate: 'candidate',
  text: 'text',
};

/** Answers on a bare socket and ends it. Nobody reads it any more, so that it would not end by the peer's doing. */
export function refuseUpgrade(socket, status) {
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

export class Portal {
  #bus;
  #id;
  #tokens;
  #key;
  #settings;
  #wss;
  #connections = new Set();
  #sessions = new Map(); // participantId → Session
  #timer = null;
  #unserve = null;
  #stopping = false;

  constructor(bus, { id = 'portal', tokens, key, settings }) {
    this.#bus = bus;
    this.#id = id;
    this.#tokens = tokens;
    this.#key = key;
    this.#settings = settings;
    this.#wss = new WebSocketServer({
      noServer: true,
      maxPayload: settings.maxMessageBytes,
      perMessageDeflate: false,
    });
  }

  start() {
    this.#unserve = this.#bus.serve(this.#id, {
      onEvent: ({ participantId, event, data }) => this.#sessions.get(participantId)?.event(event, data),
      onDrop: ({ participantId, reason }) => this.#onDrop(participantId, reason),
    });
    this.#timer = setInterval(() => this.#connections.forEach((c) => c.ping()), PING_MS);
  }

  /** Takes an HTTP upgrade of /ws. */
  upgrade(request, socket, head) {
    if (this.#stopping || this.#connections.size >= this.#settings.maxConnections) {
      return refuseUpgrade(socket, '503 Service Unavailable');
    }
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      const serve = (connection, method, data) => this.#request(connection, method, data);
      const onClose = (connection, code) => this.#closed(connection, code);
      this.#connections.add(new Connection(ws, this.#settings, serve, onClose));
    });
  }

  #request(connection, method, data) {
    return withDeadline(this.#serve(connection, method, data), REQUEST_MS, method);
  }

  async #serve(connection, method, data) {
    if (method === 'ping') return { time: Date.now() };
    if (method === 'login' || method === 'relogin') {
      if (connection.session || connection.loggingIn)
        throw new Failure('already-logged-in', 'this socket is logged in already');
      connection.loggingIn = true;
      try {
        return await (method === 'login' ? this.#login(connection, data) : this.#relogin(connection, data));
      } finally {
        connection.loggingIn = false;
      }
    }
    const { session } = connection;
    if (!session || session.ended) throw new Failure('not-logged-in', 'log in first');
    if (method === 'refresh-ticket')
      return { ticket: session.newTicket(this.#key), ticketSeconds: TICKET_SECONDS };
    if (method === 'logout') return this.#logout(connection);
    return this.#toRoom(session, ROOM_METHODS[method], data);
  }

  async #toRoom(session, method, data) {
    const args = { ...data, participantId: session.participantId };
    try {
      return await this.#bus.call(session.room, method, args, { timeoutMs: ROOM_CALL_MS });
    } catch (error) {
      if (error.code === 'no-endpoint') throw new Failure('not-found', 'the room is gone');
      throw error;
    }
  }

  async #login(connection, { token, name }) {
    const wanted = name === undefined ? null : cleanName(name);
    const { room: roomId, user, role } = await this.#tokens.redeem(token);
    const room = await this.#bus.call('conference', 'getController', { room: roomId }).catch((error) => {
      if (error.code === 'not-found') throw new Failure('token-foreign', "the token's room is gone");
      throw error;
    });
    const session = new Session(newId('p'), room);
    this.#sessions.set(session.participantId, session);
    try {
      const snapshot = await this.#toRoom(session, 'join', { name: wanted ?? user, role, portal: this.#id });
      return this.#welcome(connection, session, snapshot, 0);
    } catch (error) {
      this.#sessions.delete(session.participantId);
      throw error;
    }
  }

  /** @param seq the last event that the snapshot knows of; those after it are sent right after the response */
  #welcome(connection, session, snapshot, seq, missed = session.after(seq)) {
    if (!this.#connections.has(connection)) {
      // The socket went while the room was asked; the session waits for a relogin that cannot come: nobody has its ticket.
      this.#end(session, 'lost');
      throw new Failure('not-logged-in', 'the socket is closed');
    }
    connection.loggedIn(session);
    session.connection = connection;
    missed?.forEach((text) => connection.sendText(text));
    return {
      ...snapshot,
      iceServers: iceServersFor(session.participantId, this.#settings.turn),
      ticket: session.newTicket(this.#key),
      ticketSeconds: TICKET_SECONDS,
      reconnectSeconds: this.#settings.reconnectSeconds,
      seq,
    };
  }

  async #relogin(connection, { ticket, lastSeq }) {
    const { participantId, ticketId } = readTicket(this.#key, ticket);
    const session = this.#sessions.get(participantId);
    if (!session || session.ended)
      throw new Failure('session-gone', 'the session is over: log in with a new token');
    if (!session.useTicket(ticketId)) throw new Failure('ticket-used', 'the ticket has been used');
    const old = session.connection;
    session.connection = null;
    if (old) {
      old.session = null;
      old.close(CLOSE.replaced, 'replaced');
    }
    this.#awaitReturn(session);
    const seq = session.seq;
    const snapshot = await this.#toRoom(session, 'snapshot', {});
    if (session.ended) throw new Failure('session-gone', 'the session is over');
    clearTimeout(session.goneTimer);
    const missed = session.after(lastSeq);
    const welcome = this.#welcome(connection, session, snapshot, seq, missed ?? session.after(seq));
    if (!missed) this.#bus.notify(session.room, 'resend', { participantId });
    return { ...welcome, resumed: missed !== null };
  }

  /** Without a socket a session lives for reconnectSeconds. */
  #awaitReturn(session) {
    clearTimeout(session.goneTimer);
    session.goneTimer = setTimeout(() => this.#end(session, 'lost'), this.#settings.reconnectSeconds * 1000);
  }

  async #logout(connection) {
    const { session } = connection;
    this.#end(session, 'left');
    setImmediate(() => connection.close(CLOSE.loggedOut, 'logged out')); // after the response
    return {};
  }

  #closed(connection, code) {
    this.#connections.delete(connection);
    const { session } = connection;
    if (!session || session.ended || session.connection !== connection) return;
    session.connection = null;
    // 1000 and 1001 are what a client or a browser says that leaves on purpose (the page was closed).
    if ((code === 1000 || code === 1001 || code === CLOSE.violation) && !this.#stopping)
      return this.#end(session, 'left');
    log.info(`${session.participantId} lost its socket (${code})`);
    this.#awaitReturn(session);
  }

  #end(session, reason) {
    if (session.ended) return;
    session.ended = true;
    clearTimeout(session.goneTimer);
    this.#sessions.delete(session.participantId);
    this.#bus.notify(session.room, 'leave', { participantId: session.participantId, reason });
  }

  #onDrop(participantId, reason) {
    const session = this.#sessions.get(participantId);
    if (!session || session.ended) return;
    session.event('drop', { reason });
    session.ended = true;
    clearTimeout(session.goneTimer);
    this.#sessions.delete(participantId);
    session.connection?.close(CLOSE.dropped, reason);
  }

  get connectionCount() {
    return this.#connections.size;
  }

  /** No new sockets; those there are closed with "the server is stopping". */
  stop() {
    this.#stopping = true;
    clearInterval(this.#timer);
    for (const session of this.#sessions.values()) clearTimeout(session.goneTimer);
    for (const connection of this.#connections) connection.close(CLOSE.stopping, 'the server is stopping');
    this.#unserve?.();
    this.#wss.close();
  }

  terminate() {
    this.#connections.forEach((c) => c.terminate());
  }
}
