// One list of tests for each store.
// runs-on: parley,node
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '../testing/memory_store.js';
import { SqliteStore } from './sqlite.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');

const stores = {
  memory: async () => new MemoryStore(),
  SQLite: () => SqliteStore.open(':memory:'),
};

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: services`, async () => {
    const store = await open();
    const service = { id: 'v1', name: 'shop', key: 'k', super: true };
    await store.addService(service);
    await store.addService({ id: 'v2', name: 'other', key: 'l' });
    assert.deepStrictEqual(await store.getService('v1'), service);
    assert.strictEqual(await store.getService('v9'), null);
    assert.deepStrictEqual(
      (await store.listServices()).map((s) => [s.id, s.super]),
      [
        ['v1', true],
        ['v2', false],
      ],
    );
    assert.strictEqual(await store.deleteService('v2'), true);
    assert.strictEqual(await store.deleteService('v2'), false);
    await store.close();
  });

  test(`${name}: rooms`, async () => {
    const store = await open();
    await store.addRoom({
      id: 'r1',
      service: 'v1',
      name: 'board',
      options: { participantLimit: 5 },
      created: 1,
    });
    await store.addRoom({ id: 'r2', service: 'v2', name: 'board', created: 2 });
    const room = await store.getRoom('r1');
    assert.deepStrictEqual([room.name, room.options, room.open], ['board', { participantLimit: 5 }, false]);
    assert.strictEqual((await store.listRooms('v1')).length, 1);
    assert.strictEqual(await store.updateRoom('r1', { name: "o'hara", options: {} }), true);
    assert.strictEqual((await store.getRoom('r1')).name, "o'hara");
    assert.strictEqual(await store.updateRoom('r9', { name: 'x', options: {} }), false);
    assert.strictEqual(await store.deleteRoom('r1'), true);
    assert.strictEqual(await store.getRoom('r1'), null);
    await store.close();
  });

  test(`${name}: an open room is one for its name, however many ask at once`, async () => {
    const store = await open();
    const ask = (n) => store.openRoom({ id: `r${n}`, service: 'v', name: 'garden', created: n });
    const rooms = await Promise.all([1, 2, 3, 4].map(ask));
    assert.deepStrictEqual(new Set(rooms.map((r) => r.id)), new Set(['r1']));
    assert.strictEqual(rooms[0].open, true);
    assert.strictEqual(await store.countOpenRooms(), 1);
    assert.strictEqual((await store.findOpenRoom('garden')).id, 'r1');
    assert.strictEqual(await store.findOpenRoom('none'), null);
    assert.deepStrictEqual(
      (await store.staleOpenRooms(2)).map((r) => r.id),
      ['r1'],
    );
    assert.deepStrictEqual(await store.staleOpenRooms(1), []);
    await store.close();
  });

  test(`${name}: a token is used once and forgotten long after its end; a nonce is new once`, async () => {
    const store = await open();
    await store.addToken({ id: 't1', room: 'r1', user: 'Ada', role: 'viewer', expires: 1000 });
    const uses = await Promise.all(Array.from({ length: 20 }, () => store.useToken('t1', 500)));
    assert.strictEqual(uses.filter(Boolean).length, 1);
    assert.strictEqual((await store.getToken('t1')).used, 500);
    await store.addToken({ id: 't2', room: 'r1', user: 'Bob', role: 'viewer', expires: 1000 });
    assert.strictEqual(await store.useToken('t2', 1000), false);
    assert.strictEqual(await store.useToken('t3', 1), false);
    await store.sweep(3601001);
    assert.strictEqual(await store.getToken('t2'), null);
    assert.strictEqual(await store.addNonce('v1', 'n', 2000), true);
    assert.strictEqual(await store.addNonce('v1', 'n', 2000), false);
    assert.strictEqual(await store.addNonce('v2', 'n', 2000), true);
    await store.sweep(2001);
    assert.strictEqual(await store.addNonce('v1', 'n', 9000), true);
    await store.close();
  });
}

test('SQLite: what was written is there after a restart', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'parley-store-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const first = await SqliteStore.open(join(dir, 'parley.db'));
  await first.addRoom({ id: 'r1', service: 'v1', name: 'board', created: 1 });
  await first.addToken({ id: 't1', room: 'r1', user: 'Ada', role: 'viewer', expires: 1000 });
  await first.useToken('t1', 1);
  await first.close();
  const second = await SqliteStore.open(join(dir, 'parley.db'));
  assert.strictEqual((await second.getRoom('r1')).name, 'board');
  assert.strictEqual(await second.useToken('t1', 2), false);
  await second.close();
});
