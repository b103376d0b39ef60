'use strict';
// The public module `cluster`: processes that share their servers. https://nodejs.org/docs/latest-v20.x/api/cluster.html

module.exports = require('internal/cluster/role').isWorker
  ? require('internal/cluster/child')
  : require('internal/cluster/primary');
