'use strict';
// Debian's PostgreSQL for a test: see local.js. The account is `postgres`, asked for by SCRAM; TLS with a certificate of its own when wanted.
const fs = require('fs');
const path = require('path');
const { LocalServer } = require('./local');

const PASSWORD = 'secret of the test';
const VERSIONS = '/usr/lib/postgresql';

/** The folder of the newest version's programs: Debian keeps them off the PATH. */
function programs() {
  const versions = fs.existsSync(VERSIONS) ? fs.readdirSync(VERSIONS).map(Number) : [];
  const newest = Math.max(...versions.filter((v) => fs.existsSync(`${VERSIONS}/${v}/bin/initdb`)));
  if (!Number.isFinite(newest)) throw new Error('there is no PostgreSQL: make deps installs it');
  return `${VERSIONS}/${newest}/bin`;
}

async function prepare(server) {
  const secret = path.join(server.folder, 'password');
  fs.writeFileSync(secret, PASSWORD, { mode: 0o644 });
  const data = path.join(server.folder, 'data');
  const how = ['--auth=scram-sha-256', `--pwfile=${secret}`, '--username=postgres', '--no-sync'];
  await server.run(path.join(programs(), 'initdb'), ['-D', data, '-E', 'UTF8', '--locale=C.UTF-8', ...how]);
  if (!server.tls) return;
  const [key, cert] = ['server.key', 'server.crt'].map((name) => path.join(data, name));
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  await server.run('openssl', [...kind, ...names, '-keyout', key, '-out', cert]);
  server.certificate = fs.readFileSync(cert, 'utf8');
}

function command(server) {
  const settings = {
    port: server.port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: server.folder,
    fsync: 'off', // a killed server loses nothing by that, only a machine that loses power
    max_connections: 60,
    lc_messages: 'C',
    ssl: server.tls ? 'on' : 'off',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return { file: path.join(programs(), 'postgres'), args: ['-D', path.join(server.folder, 'data'), ...args] };
}

/** @returns {Promise<LocalServer & {url: string, options: object, certificate?: string}>} */
async function startPostgresql({ tls = false } = {}) {
  const server = new LocalServer({
    name: 'postgres',
    ready: /database system is ready to accept connections/,
    stopSignal: 'SIGINT', // clients are told and disconnected
    ports: 1,
    prepare,
    command,
  });
  server.tls = tls;
  await server.create();
  server.options = {
    host: '127.0.0.1',
    port: server.port,
    user: 'postgres',
    password: PASSWORD,
    database: 'postgres',
  };
  server.url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/postgres`;
  return server;
}

module.exports = { startPostgresql };
