'use strict';
// Messages between a primary and its workers: {cmd: 'NODE_CLUSTER', act, …} over the channel of the two. One with `seq` may be
// answered by one with the same number as `ack`.

const COMMAND = 'NODE_CLUSTER';
const kWaiting = Symbol('waiting'); // of a process: seq → what is called with the answer
let next = 0;

/** False when there is nobody any more to send to. `callback(answer, handle)`. */
function send(target, message, handle, callback) {
  if (!target.connected) return false;
  const seq = next++;
  if (callback !== undefined) (target[kWaiting] ??= new Map()).set(seq, callback);
  return target.send({ cmd: COMMAND, seq, ...message }, handle);
}

/** A listener for 'internalMessage': answers go to who asked, the rest to `handler(message, handle)`, on `worker`. */
function listener(worker, handler) {
  return (message, handle) => {
    if (message.cmd !== COMMAND) return;
    const waiting = worker.process[kWaiting];
    const callback = message.ack === undefined ? undefined : waiting?.get(message.ack);
    if (callback === undefined) return handler.call(worker, message, handle);
    waiting.delete(message.ack);
    callback.call(worker, message, handle);
  };
}

module.exports = { send, listener };
