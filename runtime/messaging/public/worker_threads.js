'use strict';
// https://nodejs.org/docs/latest-v20.x/api/worker_threads.html. Channels, ports and structured cloning work; Worker itself is not there
// yet and says so.

const { missingFunction } = require('internal/missing/module');
const messaging = require('internal/messaging');

const environmentData = new Map();

module.exports = {
  BroadcastChannel: require('internal/messaging/broadcast_channel').BroadcastChannel,
  MessageChannel: messaging.MessageChannel,
  MessagePort: messaging.MessagePort,
  Worker: missingFunction('worker_threads.Worker'),
  getEnvironmentData: (key) => environmentData.get(key),
  isMainThread: true,
  markAsUntransferable: messaging.markAsUntransferable,
  moveMessagePortToContext: messaging.moveMessagePortToContext,
  parentPort: null,
  receiveMessageOnPort: messaging.receiveMessageOnPort,
  resourceLimits: {},
  setEnvironmentData(key, value) {
    if (value === undefined) environmentData.delete(key);
    else environmentData.set(key, value);
  },
  SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
  threadId: 0,
  workerData: null,
};
