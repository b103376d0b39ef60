'use strict';
// AsyncLocalStorage and AsyncResource: the store follows every way code can be continued later.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { AsyncLocalStorage, AsyncResource } = require('async_hooks');
const fs = require('fs');

const storage = new AsyncLocalStorage();

function everyWay() {
  const seen = {};
  const see = (name, resolve) => () => {
    seen[name] = storage.getStore();
    resolve();
  };
  const ways = {
    timeout: (f) => setTimeout(f, 1),
    immediate: (f) => setImmediate(f),
    tick: (f) => process.nextTick(f),
    microtask: (f) => queueMicrotask(f),
    then: (f) => Promise.resolve().then(f),
    file: (f) => fs.stat(__filename, f),
  };
  const all = Object.entries(ways).map(
    ([name, start]) => new Promise((resolve) => start(see(name, resolve))),
  );
  return Promise.all(all).then(() => seen);
}

test('run() is seen by timers, ticks, microtasks, promises and callbacks of files', async () => {
  const inside = await storage.run('store', everyWay);
  for (const [name, store] of Object.entries(inside)) assert.strictEqual(store, 'store', name);
  assert.strictEqual(storage.getStore(), undefined);
  const outside = await everyWay();
  for (const [name, store] of Object.entries(outside)) assert.strictEqual(store, undefined, name);
});

test('await keeps the store; two calls do not mix', async () => {
  const work = (id) =>
    storage.run(id, async () => {
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, (id * 7 + i) % 3));
        assert.strictEqual(storage.getStore(), id);
      }
    });
  await Promise.all([1, 2, 3, 4].map(work));
});

test('exit, enterWith, disable, nested run', () => {
  storage.run(1, () => {
    storage.run(2, () => assert.strictEqual(storage.getStore(), 2));
    assert.strictEqual(storage.getStore(), 1);
    storage.exit(() => assert.strictEqual(storage.getStore(), undefined));
    storage.enterWith(3);
    assert.strictEqual(storage.getStore(), 3);
    storage.disable();
    assert.strictEqual(storage.getStore(), undefined);
  });
});

test('bind, snapshot and AsyncResource bring a store along', () => {
  const bound = storage.run('a', () => AsyncLocalStorage.bind(() => storage.getStore()));
  const snapshot = storage.run('b', () => AsyncLocalStorage.snapshot());
  const resource = storage.run('c', () => new AsyncResource('Test'));
  storage.run('other', () => {
    assert.strictEqual(bound(), 'a');
    assert.strictEqual(
      snapshot(() => storage.getStore()),
      'b',
    );
    assert.strictEqual(
      resource.runInAsyncScope(() => storage.getStore()),
      'c',
    );
  });
  assert.strictEqual(typeof resource.asyncId(), 'number');
});

test('disable() takes the stores out of what was begun before, until the next run()', async () => {
  const own = new AsyncLocalStorage();
  await own.run('store', () => {
    const later = new Promise((resolve) => setImmediate(() => resolve(own.getStore())));
    own.disable();
    return later.then((store) => assert.strictEqual(store, undefined));
  });
  own.run('again', () => assert.strictEqual(own.getStore(), 'again'));
});
