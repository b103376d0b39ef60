// runs-on: parley,node
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '../bus/bus.js';
import { codeOf } from '../testing/client.js';
import { defaultInterface, loadMeter, trafficOf } from './load.js';
import { ClusterManager } from './manager.js';
import { ClusterMember } from './member.js';
import { Scheduler } from './scheduler.js';
import { loadPolicy, strategy } from './strategies.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');

const candidates = [
  { id: 'a', load: 0.5, tasks: 2, lastUsed: 3, info: {} },
  { id: 'b', load: 0.2, tasks: 1, lastUsed: 9, info: {} },
  { id: 'c', load: 0.8, tasks: 5, lastUsed: 1, info: {} },
];
const seeded = (seed) => (n) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;

test('each strategy takes the worker it says', () => {
  const pick = (name) => strategy(name, seeded(1))(candidates).id;
  assert.deepStrictEqual(['least-used', 'most-used', 'last-used'].map(pick), ['b', 'c', 'b']);
  const next = strategy('round-robin');
  assert.deepStrictEqual(
    [1, 2, 3, 4].map(() => next(candidates).id),
    ['a', 'b', 'c', 'a'],
  );
  const count = (name) => {
    const choose = strategy(name, seeded(7));
    const counts = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 3000; i++) counts[choose(candidates).id]++;
    return counts;
  };
  const even = count('randomly-pick');
  assert.ok(
    Object.values(even).every((n) => n > 800),
    JSON.stringify(even),
  );
  const weighted = count('weight-robin'); // 0.5 : 0.8 : 0.2
  assert.ok(weighted.b > weighted.a && weighted.a > weighted.c * 2, JSON.stringify(weighted));
  assert.throws(() => strategy('no-such'), /no such strategy/);
});

test("a policy is a user's own file, and nonsense from it is no worker", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'parley-policy-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(join(dir, 'last.js'), 'export default (candidates) => candidates[candidates.length - 1];');
  const policy = await loadPolicy(join(dir, 'last.js'));
  assert.strictEqual(policy(candidates).id, 'c');
  for (const bad of [
    () => ({ id: 'a' }),
    () => undefined,
    () => {
      throw new Error('oops');
    },
  ]) {
    const scheduler = new Scheduler({ policy: bad });
    scheduler.add('a', {});
    scheduler.setLoad('a', 0);
    assert.throws(
      () => scheduler.schedule('t', {}, 1000),
      (e) => e.code === 'no-worker',
    );
  }
});

test('a worker takes tasks once it has reported, below its limit, and by preference', () => {
  const s = new Scheduler({ policy: strategy('least-used') });
  s.add('a', { region: 'eu', isps: ['x'] });
  assert.throws(
    () => s.schedule('t1', {}, 1000),
    (e) => e.code === 'no-worker',
  );
  s.setLoad('a', 0.3);
  s.add('b', { region: 'us' });
  s.setLoad('b', 0.1);
  assert.strictEqual(s.schedule('t1', {}, 1000).id, 'b');
  assert.strictEqual(s.schedule('t2', { region: 'eu' }, 1000).id, 'a');
  assert.strictEqual(s.schedule('t3', { isp: 'y' }, 1000).id, 'b');
  s.setState('b', 1);
  assert.throws(
    () => s.schedule('t4', { isp: 'y' }, 1000),
    (e) => e.code === 'no-worker',
  );
  assert.strictEqual(s.schedule('t5', { region: 'nowhere' }, 1000).id, 'a');
  s.setLoad('a', 0.85);
  assert.throws(
    () => s.schedule('t6', {}, 1000),
    (e) => e.code === 'no-worker',
  );
});

test('a task stays where it runs or was promised; the promise ends; a silent worker is removed', () => {
  const clock = { now: 0 };
  const s = new Scheduler({ policy: strategy('round-robin'), now: () => clock.now });
  for (const id of ['a', 'b']) {
    s.add(id, {});
    s.setLoad(id, 0);
  }
  assert.strictEqual(s.schedule('t', {}, 30000).id, 'a');
  assert.strictEqual(s.schedule('t', {}, 30000).id, 'a');
  clock.now = 30001;
  assert.strictEqual(s.schedule('t', {}, 30000).id, 'b');
  s.pickUp('b', ['t']);
  clock.now = 90000;
  assert.strictEqual(s.schedule('t', {}, 30000).id, 'b');
  for (let i = 0; i < 3; i++) {
    assert.deepStrictEqual(s.check(), []);
    s.keepAlive('a');
  }
  assert.deepStrictEqual(s.check(), ['b']);
  assert.strictEqual(s.scheduled('t'), null);
  assert.strictEqual(s.schedule('t', {}, 30000).id, 'a');
});

test('a member that the cluster forgot joins again with its tasks', async (t) => {
  const bus = new Bus();
  const start = () => {
    const manager = new ClusterManager(bus, { default: strategy('least-used') });
    manager.start();
    return manager;
  };
  const first = start();
  const member = new ClusterMember(bus, { id: 'w', purpose: 'webrtc', measure: () => 0.1 });
  await member.start();
  await member.addTask('room1');
  first.stop();
  const second = start();
  t.after(async () => {
    await member.stop();
    second.stop();
  });
  assert.strictEqual(await codeOf(bus.call('cluster', 'getTasks', { worker: 'w' })), 'whoareyou');
  const deadline = Date.now() + 60_000;
  let tasks;
  do {
    await new Promise((done) => setImmediate(done));
    tasks = await bus.call('cluster', 'getTasks', { worker: 'w' }).catch(() => null);
  } while (tasks === null && Date.now() < deadline);
  for (; tasks?.length === 0 && Date.now() < deadline;)
    tasks = await bus.call('cluster', 'getTasks', { worker: 'w' });
  assert.deepStrictEqual(tasks, ['room1']);
});

test('load is measured on the interface of the default route, not on lo', () => {
  const routes =
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n' +
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\neth1\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n';
  assert.strictEqual(defaultInterface(routes), 'eth1');
  assert.strictEqual(defaultInterface('Iface\tDestination\n'), null);
  const dev =
    'Inter-|\n face |\n    lo: 99 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0\n  eth1: 1000 5 0 0 0 0 0 0 2000 7 0 0 0 0 0 0\n';
  assert.deepStrictEqual(trafficOf(dev, 'eth1'), { rx: 1000, tx: 2000 });
  assert.strictEqual(trafficOf(dev, 'eth9'), null);
  const load = loadMeter({ networkMbps: 1000 })();
  assert.ok(load >= 0 && load <= 1, String(load));
});
