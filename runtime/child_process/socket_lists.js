'use strict';
// Sockets that a net.Server gave to other processes. The server still counts them (getConnections()) and closes only when
// they have: it asks each of those processes, over the channel the sockets went, by the server's key.
//
//   question (from the sender)         answer (from the receiver)
//   NODE_SOCKET_GET_COUNT              NODE_SOCKET_COUNT       with `count`
//   NODE_SOCKET_NOTIFY_CLOSE           NODE_SOCKET_ALL_CLOSED  as soon as none is left

const EventEmitter = require('events');
const { codes } = require('internal/errors');

// By key: the lists of a channel's `target` (a ChildProcess, or `process`).
const sentLists = new WeakMap();
const receivedLists = new WeakMap();

class SentSockets extends EventEmitter {
  constructor(child, key) {
    super();
    this.child = child;
    this.key = key;
    child.once('exit', () => this.emit('exit', this));
  }

  #ask(question, expected, callback) {
    const { child, key } = this;
    const finish = (error, message) => {
      child.removeListener('internalMessage', onMessage);
      child.removeListener('exit', onEnd);
      child.removeListener('disconnect', onEnd);
      callback(error, message);
    };
    const onMessage = (message) => {
      if (message.key === key && message.cmd === expected) finish(null, message);
    };
    const onEnd = () => finish(new codes.ERR_CHILD_CLOSED_BEFORE_REPLY());
    if (!child.connected) return onEnd();
    child.on('internalMessage', onMessage);
    child.once('exit', onEnd);
    child.once('disconnect', onEnd);
    child._send({ cmd: question, key }, undefined, { swallowErrors: true });
  }

  getConnections(callback) {
    this.#ask('NODE_SOCKET_GET_COUNT', 'NODE_SOCKET_COUNT', (error, message) =>
      callback(error, error ? undefined : message.count),
    );
  }

  close(callback) {
    this.#ask('NODE_SOCKET_NOTIFY_CLOSE', 'NODE_SOCKET_ALL_CLOSED', callback);
  }
}

function listOf(lists, target, key, make) {
  if (!lists.has(target)) lists.set(target, new Map());
  const byKey = lists.get(target);
  let list = byKey.get(key);
  if (!list) byKey.set(key, (list = make()));
  return list;
}

/** A socket of `server` goes to `target`. */
function noteSent(target, server) {
  const key = server._connectionKey;
  listOf(sentLists, target, key, () => {
    const list = new SentSockets(target, key);
    server._setupWorker(list);
    return list;
  });
  return key;
}

/** A socket of the sender's server `key` came from `target`. */
function noteReceived(target, key, socket) {
  const sockets = listOf(receivedLists, target, key, () => answerQuestions(target, key));
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
    if (sockets.size === 0) sockets.onEmpty?.();
  });
}

function answerQuestions(target, key) {
  const sockets = new Set();
  const answer = (message) => target._send({ ...message, key }, undefined, { swallowErrors: true });
  target.on('internalMessage', (message) => {
    if (message.key !== key) return;
    if (message.cmd === 'NODE_SOCKET_GET_COUNT') answer({ cmd: 'NODE_SOCKET_COUNT', count: sockets.size });
    if (message.cmd !== 'NODE_SOCKET_NOTIFY_CLOSE') return;
    sockets.onEmpty = () => {
      sockets.onEmpty = undefined;
      answer({ cmd: 'NODE_SOCKET_ALL_CLOSED' });
    };
    if (sockets.size === 0) sockets.onEmpty();
  });
  return sockets;
}

module.exports = { noteSent, noteReceived };
