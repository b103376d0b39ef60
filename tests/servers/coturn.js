'use strict';
// Debian's coturn for a test: see local.js. Listens on 127.0.0.1 over UDP and TCP, and over TLS where it is given names for its
// certificate; relays from 127.0.0.1 to 127.0.0.1, and takes the passwords that `secret` gives (use-auth-secret).
const fs = require('fs');
const path = require('path');
const { LocalServer } = require('./local');

/** A certificate that signs itself, of these names ("DNS:localhost,IP:127.0.0.1"). */
async function makeCertificate(server, names) {
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  const subject = ['-subj', '/CN=a TURN server', '-addext', `subjectAltName=${names}`];
  await server.run('openssl', [...kind, ...subject, '-keyout', 'key.pem', '-out', 'certificate.pem']);
  server.certificate = fs.readFileSync(path.join(server.folder, 'certificate.pem'), 'utf8');
}

/**
 * @param {{secret?: string, tls?: string}} [options] `tls`: the names of its certificate; then it listens on `tlsPort` as well
 * @returns {Promise<LocalServer & {secret: string, sessions: () => number}>} `sessions` counts the allocations made so far
 */
async function startCoturn({ secret = 'for a test only', tls } = {}) {
  let allocations = 0;
  const server = new LocalServer({
    name: 'turnserver',
    ready: /Total General servers/,
    stopSignal: 'SIGTERM',
    ports: tls ? 2 : 1,
    prepare: async (self) => tls && makeCertificate(self, tls),
    command: ({ port, ports, folder }) => ({
      file: 'turnserver',
      args: [
        ['-n', '--no-cli', '--no-dtls', '--fingerprint', '--verbose', '--simple-log'],
        ['--log-file', 'stdout', '--pidfile', path.join(folder, 'pid'), '--userdb', path.join(folder, 'db')],
        ['--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1', '--listening-port', String(port)],
        tls
          ? ['--tls-listening-port', String(ports[1]), '--cert', 'certificate.pem', '--pkey', 'key.pem']
          : ['--no-tls'],
        ['--allow-loopback-peers', '--realm', 'parley', '--use-auth-secret', '--static-auth-secret', secret],
      ].flat(),
    }),
    onLog: (text) => {
      allocations += (text.match(/ALLOCATE processed, success/g) ?? []).length;
    },
  });
  await server.create();
  return Object.assign(server, { secret, tlsPort: server.ports[1], sessions: () => allocations });
}

module.exports = { startCoturn };
