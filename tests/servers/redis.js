'use strict';
// Debian's Redis for a test: see local.js. What was answered is on disk (appendfsync always), so a killed server keeps it.
const { LocalServer } = require('./local');

/** @returns {Promise<LocalServer>} */
function startRedis() {
  const server = new LocalServer({
    name: 'redis',
    ready: /Ready to accept connections/,
    stopSignal: 'SIGTERM',
    ports: 1,
    prepare: async () => {},
    command: ({ port, folder }) => ({
      file: 'redis-server',
      args: [
        '--port',
        port,
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
      ].map(String),
    }),
  });
  return server.create();
}

module.exports = { startRedis };
