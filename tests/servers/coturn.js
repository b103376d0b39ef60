'use strict';
// Debian's coturn for a test: see local.js. Listens on 127.0.0.1 over UDP and TCP, relays from 127.0.0.1 to 127.0.0.1, and takes the
// passwords that `secret` gives (use-auth-secret).
const path = require('path');
const { LocalServer } = require('./local');

/** @returns {Promise<LocalServer & {secret: string, sessions: () => number}>} `sessions` counts the allocations made so far */
async function startCoturn({ secret = 'for a test only' } = {}) {
  let allocations = 0;
  const server = new LocalServer({
    name: 'turnserver',
    ready: /Total General servers/,
    stopSignal: 'SIGTERM',
    ports: 1,
    prepare: async () => {},
    command: ({ port, folder }) => ({
      file: 'turnserver',
      args: [
        ['-n', '--no-cli', '--no-tls', '--no-dtls', '--fingerprint', '--verbose', '--simple-log'],
        ['--log-file', 'stdout', '--pidfile', path.join(folder, 'pid'), '--userdb', path.join(folder, 'db')],
        ['--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1', '--listening-port', String(port)],
        ['--allow-loopback-peers', '--realm', 'parley', '--use-auth-secret', '--static-auth-secret', secret],
      ].flat(),
    }),
    onLog: (text) => {
      allocations += (text.match(/ALLOCATE processed, success/g) ?? []).length;
    },
  });
  await server.create();
  return Object.assign(server, { secret, sessions: () => allocations });
}

module.exports = { startCoturn };
