'use strict';
// The module `cluster`, not implemented yet: this process is always a primary.

const EventEmitter = require('events');
const { missingFunction } = require('internal/missing/module');

const cluster = new EventEmitter();
module.exports = Object.assign(cluster, {
  isPrimary: true,
  isMaster: true,
  isWorker: false,
  workers: {},
  settings: {},
  schedulingPolicy: 2,
  SCHED_NONE: 1,
  SCHED_RR: 2,
  Worker: missingFunction('cluster.Worker'),
  fork: missingFunction('cluster.fork'),
  setupPrimary: missingFunction('cluster.setupPrimary'),
  setupMaster: missingFunction('cluster.setupMaster'),
  disconnect: missingFunction('cluster.disconnect'),
});
