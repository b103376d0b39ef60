'use strict';
// The module `worker_threads`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule(
  'worker_threads',
  [
    'Worker',
    'MessagePort',
    'receiveMessageOnPort',
    'moveMessagePortToContext',
    'BroadcastChannel',
    'markAsUntransferable',
    'setEnvironmentData',
    'getEnvironmentData',
  ],
  {
    isMainThread: true,
    parentPort: null,
    resourceLimits: {},
    threadId: 0,
    workerData: null,
    SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
    get MessageChannel() {
      return globalThis.MessageChannel;
    },
  },
);
