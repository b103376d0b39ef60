// The agent's pool with real worker processes, killed, silent, rude and slow.
// runs-on: parley,node
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bus } from '../bus/bus.js';
import { setLogLevel } from '../log.js';
import { FAKE_ENGINE, codeOf } from '../testing/client.js';
import { Pool } from './pool.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');
const WORKER = fileURLToPath(new URL('../node/main.js', import.meta.url));
setLogLevel('error');

function makePool(t, settings = {}, worker = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'parley-pool-'));
  const lost = [];
  let wake = () => {};
  const options = { engine: FAKE_ENGINE, media: { ip: ['127.0.0.1'] } };
  const all = {
    agent: 'w',
    purpose: 'webrtc',
    prerun: 2,
    max: 4,
    readyMs: 60_000, // more than a busy machine takes
    aliveMs: 60_000,
    backoffMs: 100,
    byRoom: true,
  };
  const bus = new Bus();
  const onLost = (w, reason) => {
    lost.push({ id: w.id, reason, tasks: [...w.tasks.keys()] });
    wake();
  };
  const pool = Pool.forking(
    { ...all, ...settings },
    { script: WORKER, logDir: dir, bus, options, ...worker },
    onLost,
  );
  t.after(async () => {
    await pool.close();
    rmSync(dir, { recursive: true, force: true });
  });
  pool.start();
  /** Resolves with the nth loss. */
  const loss = async (n = 0) => {
    while (lost.length <= n) await new Promise((done) => (wake = done));
    return lost[n];
  };
  return { pool, bus, dir, loss };
}

/** A worker's program of a test's own. */
function script(t, text) {
  const dir = mkdtempSync(join(tmpdir(), 'parley-worker-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'worker.js'), text);
  return join(dir, 'worker.js');
}

test('two workers are ready before anyone asks, and another follows each that is taken', async (t) => {
  const { pool, bus, dir } = makePool(t);
  await pool.whenReady(2);
  const a = await pool.getNode({ room: 'r1', task: 't1' });
  const same = await pool.getNode({ room: 'r1', task: 't2' });
  const b = await pool.getNode({ room: 'r2', task: 't3' });
  assert.strictEqual(a, same);
  assert.notStrictEqual(a, b);
  await pool.whenReady(4);
  assert.deepStrictEqual(await bus.call(a.id, 'stats'), { peers: 0, tracks: 0 });
  assert.strictEqual(pool.queryNode('r2'), b.id);
  assert.deepStrictEqual(readdirSync(dir).sort(), ['w_1.log', 'w_2.log', 'w_3.log', 'w_4.log']);
  assert.match(readFileSync(join(dir, 'w_1.log'), 'utf8'), /started by w/);
});

test('at the maximum rooms share the least loaded worker, where the purpose allows it', async (t) => {
  const { pool } = makePool(t, { max: 2 });
  const ids = [];
  for (let i = 0; i < 4; i++) ids.push((await pool.getNode({ room: `r${i}`, task: `t${i}` })).id);
  assert.strictEqual(new Set(ids).size, 2);
  assert.strictEqual(pool.workers.length, 2);
});

test('the last task of a worker recycles it', async (t) => {
  const { pool } = makePool(t);
  const worker = await pool.getNode({ room: 'r', task: 't' });
  pool.recycleNode(worker.id, 't');
  while (worker.state !== 'ended') await new Promise((done) => setImmediate(done));
  assert.throws(
    () => pool.recycleNode(worker.id, 't'),
    (e) => e.code === 'not-found',
  );
});

test('a killed worker is noticed at once, with its tasks, and calls to it fail at once', async (t) => {
  const { pool, bus, loss } = makePool(t);
  const worker = await pool.getNode({ room: 'r', task: 't' });
  process.kill(worker.pid, 'SIGKILL');
  const call = codeOf(bus.call(worker.id, 'stats', {}, { timeoutMs: 600_000 })); // which the test does not wait for
  assert.deepStrictEqual(await loss(), { id: worker.id, reason: 'ended by SIGKILL', tasks: ['t'] });
  assert.ok(['worker-lost', 'no-endpoint'].includes(await call));
  const next = await pool.getNode({ room: 'r', task: 't' });
  assert.notStrictEqual(next.id, worker.id);
});

test('a stopped worker is noticed by its silence', async (t) => {
  const { pool, loss } = makePool(t, { aliveMs: 1000 });
  const worker = await pool.getNode({ room: 'r', task: 't' });
  process.kill(worker.pid, 'SIGSTOP');
  // On a busy machine a second of silence may be another's, too.
  for (let n = 0; ; n++) {
    const { id, reason, tasks } = await loss(n);
    assert.match(reason, /silent/);
    if (id !== worker.id) continue;
    assert.deepStrictEqual(tasks, ['t']);
    break;
  }
});

test('a worker that says nonsense, is never ready, or fails at its start is replaced after a pause', async (t) => {
  const rude = makePool(
    t,
    { prerun: 1 },
    { script: script(t, 'process.send({ hello: 1 }); setInterval(() => {}, 1000);') },
  );
  assert.match((await rude.loss()).reason, /what no worker says/);
  await rude.loss(1);
  const slow = makePool(
    t,
    { prerun: 1, readyMs: 300 },
    { script: script(t, 'setInterval(() => {}, 1000);') },
  );
  assert.match((await slow.loss()).reason, /not ready within 300 ms/);
  const failing = makePool(t, { prerun: 1 }, { script: script(t, 'process.exit(3);') });
  assert.match((await failing.loss()).reason, /exited with 3/);
  assert.strictEqual(await codeOf(failing.pool.getNode({ room: 'r', task: 't' })), 'no-worker');
});
