'use strict';
// cluster.Worker: in the primary one of its processes, in a worker this process. What it does on kill() and disconnect()
// depends on the side and is added there.

const EventEmitter = require('events');

// May be called without `new`.
function Worker(options) {
  const worker = this instanceof Worker ? this : Object.create(Worker.prototype);
  const { id, process: child, state } = (typeof options === 'object' && options) || {};
  EventEmitter.call(worker);
  Object.assign(worker, { exitedAfterDisconnect: undefined, state: state || 'none', id: id | 0 });
  if (child) adopt(worker, child);
  return worker;
}
Object.setPrototypeOf(Worker, EventEmitter);

// What the process tells, the worker tells.
function adopt(worker, child) {
  worker.process = child;
  for (const event of ['error', 'message']) {
    child.on(event, (what, detail) => worker.emit(event, what, detail));
  }
}

Object.setPrototypeOf(
  Object.assign(Worker.prototype, {
    isConnected() {
      return this.process.connected;
    },
    isDead() {
      const { exitCode, signalCode } = this.process;
      return (exitCode ?? signalCode ?? null) !== null;
    },
    kill(...args) {
      return this.destroy(...args);
    },
    send(...args) {
      return this.process.send(...args);
    },
  }),
  EventEmitter.prototype,
);

module.exports = { Worker };
