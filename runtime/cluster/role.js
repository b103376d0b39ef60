'use strict';
// Whether this process is a worker of a cluster: what everything that listens asks. runtime/main/start.js says so at start-up.

module.exports = { isWorker: false };
