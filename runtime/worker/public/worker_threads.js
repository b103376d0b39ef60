'use strict';
// https://nodejs.org/docs/latest-v20.x/api/worker_threads.html

const messaging = require('internal/messaging');
const own = require('internal/worker/own');

module.exports = {
  BroadcastChannel: require('internal/messaging/broadcast_channel').BroadcastChannel,
  MessageChannel: messaging.MessageChannel,
  MessagePort: messaging.MessagePort,
  Worker: require('internal/worker').Worker,
  getEnvironmentData: (key) => own.environmentData.get(key),
  isMainThread: own.isMainThread,
  markAsUntransferable: messaging.markAsUntransferable,
  moveMessagePortToContext: messaging.moveMessagePortToContext,
  parentPort: own.parentPort,
  receiveMessageOnPort: messaging.receiveMessageOnPort,
  resourceLimits: own.resourceLimits,
  setEnvironmentData(key, value) {
    if (value === undefined) own.environmentData.delete(key);
    else own.environmentData.set(key, value);
  },
  SHARE_ENV: own.SHARE_ENV,
  threadId: own.threadId,
  workerData: own.workerData,
};
