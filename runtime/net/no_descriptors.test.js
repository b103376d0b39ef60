'use strict';
// runs-on: parley,node
// timeout: 60
// EMFILE: with no descriptor left everything that needs one says so, the documented way, and nothing else stops.
const { test } = require('../../tests/harness');
const assert = require('assert');
const cp = require('child_process');
const http = require('http');
const net = require('net');
const path = require('path');
const { once } = require('events');

const FILE = path.join(__dirname, 'fixtures/no_descriptors.js');
const start = (t, descriptors, what) => {
  const script = `ulimit -n ${descriptors}; exec "$0" "$@"`;
  const child = cp.spawn('sh', ['-c', script, process.execPath, FILE, what], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  t.after(() => child.kill('SIGKILL'));
  return child;
};

test('everything that needs a descriptor says that there is none', { timeout: 30_000 }, async (t) => {
  const child = start(t, 64, 'try');
  const [line] = await once(child.stdout, 'data');
  assert.deepStrictEqual(JSON.parse(line), {
    openSync: 'EMFILE open',
    readFile: 'EMFILE open',
    readdir: 'EMFILE scandir',
    promises: 'EMFILE open',
    stream: 'EMFILE open',
    connect: 'EMFILE connect',
    get: 'EMFILE connect',
    listen: 'EMFILE listen',
    bind: 'EMFILE bind',
    spawn: 'EMFILE spawn true',
    fork: `EMFILE spawn ${process.execPath}`,
    spawnSync: 'EMFILE spawnSync true',
    watch: 'EMFILE watch',
    worker: 'ERR_WORKER_INIT_FAILED',
    afterwards: 200,
  });
});

test(
  'a server without a descriptor for a connection lets it go and lives on',
  { timeout: 30_000 },
  async (t) => {
    const child = start(t, 48, 'serve');
    const port = Number((await once(child.stdout, 'data'))[0]);
    const sockets = Array.from({ length: 100 }, () => net.connect(port, '127.0.0.1'));
    let gone = 0;
    await new Promise((resolve) => {
      for (const socket of sockets) {
        socket.on('error', () => {}).resume();
        // More than 50 cannot be had with 48 descriptors.
        socket.once('close', () => ++gone === 50 && resolve());
      }
    });
    assert.ok(gone < 100);
    for (const socket of sockets) socket.destroy();
    for (;;) {
      const req = http.get({ port, host: '127.0.0.1', agent: false });
      const status = await new Promise((resolve) => {
        req.on('error', () => resolve(0)).on('response', (res) => resolve(res.resume().statusCode));
      });
      if (status === 200) break; // it hears of the ends of the others in its own time
    }
    assert.strictEqual(child.exitCode, null);
  },
);
