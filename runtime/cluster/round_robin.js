'use strict';
// A listening handle of the primary whose connections go to the workers in turn: each is offered to the worker that has been
// idle longest, which may refuse it; then the next one gets it.

const net = require('net');
const { send } = require('internal/cluster/messages');

class RoundRobinHandle {
  #workers = new Map(); // by id
  #free = new Map(); // those among them that wait for a connection, longest first
  #connections = []; // accepted, not given to anybody yet
  #offers = new Map(); // by worker's id: the connection it has not answered for yet
  #handle = null;
  #server;

  constructor(key, address, { port, fd, flags, backlog, readableAll, writableAll }) {
    this.key = key;
    this.#server = net.createServer();
    if (fd >= 0) {
      this.#server.listen({ fd, backlog });
    } else if (port >= 0) {
      const { UV_TCP_IPV6ONLY } = internalBinding('tcp_wrap').constants;
      this.#server.listen({ port, host: address, ipv6Only: Boolean(flags & UV_TCP_IPV6ONLY), backlog });
    } else {
      this.#server.listen({ path: address, backlog, readableAll, writableAll });
    }
    this.#server.once('listening', () => {
      this.#handle = this.#server._handle;
      this.#handle.onconnection = (error, handle) => this.#distribute(error, handle);
      this.#server._handle = null;
      this.#server = null;
    });
  }

  /** `answer(error, reply, handle)`: the worker gets the handle's name, not the handle. */
  add(worker, answer) {
    this.#workers.set(worker.id, worker);
    const done = () => {
      let reply = null;
      if (this.#handle.getsockname) {
        reply = { sockname: {} };
        this.#handle.getsockname(reply.sockname);
      }
      answer(null, reply, null);
      this.#offer(worker);
    };
    if (this.#server === null) return done();
    this.#server.once('listening', done);
    this.#server.once('error', (error) => answer(error.errno, null, null));
  }

  has(worker) {
    return this.#workers.has(worker.id);
  }

  /** True when that was the last worker, and the handle is closed. */
  remove(worker) {
    if (!this.#workers.delete(worker.id)) return false;
    this.#free.delete(worker.id);
    const offered = this.#offers.get(worker.id);
    this.#offers.delete(worker.id);
    if (offered !== undefined) this.#distribute(0, offered); // it went before it could take it: another does
    if (this.#workers.size > 0) return false;
    for (const connection of this.#connections) connection.close();
    this.#connections.length = 0;
    this.#handle?.close();
    this.#handle = null;
    return true;
  }

  #distribute(error, connection) {
    if (error) return; // the kernel had none to give (EMFILE): the peer tries again
    if (this.#handle === null) return connection.close();
    this.#connections.push(connection);
    const [worker] = this.#free.values();
    if (worker === undefined) return;
    this.#free.delete(worker.id);
    this.#offer(worker);
  }

  #offer(worker) {
    if (!this.#workers.has(worker.id)) return; // it has gone
    const connection = this.#connections.shift();
    if (connection === undefined) {
      this.#free.set(worker.id, worker);
      return;
    }
    this.#offers.set(worker.id, connection);
    send(worker.process, { act: 'newconn', key: this.key }, connection, (answer) => {
      if (!this.#offers.delete(worker.id)) return; // it has been taken back
      if (answer.accepted) connection.close();
      else this.#distribute(0, connection);
      this.#offer(worker);
    });
  }
}

module.exports = { RoundRobinHandle };
