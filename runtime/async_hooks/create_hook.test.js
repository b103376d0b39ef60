'use strict';
// Node doc: async_hooks, "createHook": what hooks are told of the runtime's own resources.

const assert = require('assert');
const { test } = require('../../tests/harness');
const async_hooks = require('async_hooks');

// Hooks that write down what they are told of resources of `type` begun while `run` runs.
function record(type) {
  const events = [];
  const ids = new Set();
  const note = (name) => (id) => {
    if (ids.has(id)) events.push(name);
  };
  const hook = async_hooks.createHook({
    init(id, kind, trigger, resource) {
      if (kind !== type) return;
      ids.add(id);
      events.push('init');
      events.trigger = trigger;
      events.resource = resource;
      events.id = id;
    },
    before: note('before'),
    after: note('after'),
    destroy: note('destroy'),
  });
  hook.enable();
  return { events, hook };
}

const untilImmediates = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

for (const [type, begin] of [
  ['Timeout', (done) => setTimeout(done, 1)],
  ['Immediate', (done) => setImmediate(done)],
  ['TickObject', (done) => process.nextTick(done)],
  ['Microtask', (done) => queueMicrotask(done)],
  ['FSREQCALLBACK', (done) => require('fs').stat('/', done)],
  ['RANDOMBYTESREQUEST', (done) => require('crypto').randomBytes(8, done)],
]) {
  test(`${type}: init, before, after and destroy, once each and in this order`, async () => {
    const { events, hook } = record(type);
    const id = await new Promise((resolve) => {
      begin(() => {
        const now = async_hooks.executionAsyncId();
        hook.disable();
        resolve(now);
        hook.enable();
      });
    });
    assert.strictEqual(id, events.id);
    await untilImmediates();
    hook.disable();
    assert.deepStrictEqual(
      events.filter((event, i) => i < 3),
      ['init', 'before', 'after'],
    );
  });
}

test('a handle and the connection it accepts are told of with their kinds', async () => {
  const kinds = [];
  const hook = async_hooks.createHook({ init: (id, kind) => kinds.push(kind) }).enable();
  const net = require('net');
  await new Promise((resolve) => {
    const server = net
      .createServer((socket) => socket.end())
      .listen(0, '127.0.0.1', () => {
        net
          .connect(server.address().port, '127.0.0.1')
          .resume()
          .on('close', () => server.close(resolve));
      });
  });
  hook.disable();
  for (const kind of ['TCPSERVERWRAP', 'TCPWRAP', 'TCPCONNECTWRAP']) assert(kinds.includes(kind), kind);
});

test('a promise is triggered by the one it is chained to', async () => {
  const promises = [];
  const hook = async_hooks
    .createHook({
      init(id, kind, trigger) {
        if (kind === 'PROMISE') promises.push({ id, trigger });
      },
    })
    .enable();
  const first = Promise.resolve(1);
  const second = first.then(() => async_hooks.executionAsyncId());
  hook.disable();
  hook.enable();
  const id = await second;
  hook.disable();
  assert.strictEqual(promises[1].trigger, promises[0].id);
  assert.strictEqual(id, promises[1].id);
});

test('executionAsyncResource() is the running resource, for all hooks to put things on', (t) => {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      assert.strictEqual(async_hooks.executionAsyncResource(), timer);
      assert.strictEqual(
        async_hooks.triggerAsyncId(),
        0 + timer[Object.getOwnPropertySymbols(timer).find((s) => s.description === 'triggerId')],
      );
      resolve();
    }, 1);
  });
});

test('AsyncResource: runInAsyncScope restores what ran before, also when it throws', () => {
  const resource = new async_hooks.AsyncResource('MINE');
  const outer = async_hooks.executionAsyncId();
  assert.throws(
    () =>
      resource.runInAsyncScope(() => {
        assert.strictEqual(async_hooks.executionAsyncId(), resource.asyncId());
        assert.strictEqual(async_hooks.executionAsyncResource(), resource);
        throw new Error('mine');
      }),
    /mine/,
  );
  assert.strictEqual(async_hooks.executionAsyncId(), outer);
});

test('a hook that throws ends the process with its stack', () => {
  const { spawnSync } = require('child_process');
  const code = `require('async_hooks').createHook({init() { throw new Error('from the hook'); }}).enable(); setTimeout(() => {}, 1);`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  assert.strictEqual(status, 1);
  assert.match(stderr, /Error: from the hook/);
});

test('callbacks about promises are plain functions', () => {
  const { promiseHooks } = require('v8');
  const wrong = [async () => {}, async function* () {}, 1, null];
  for (const name of ['onInit', 'onBefore', 'onAfter', 'onSettled']) {
    for (const value of wrong) {
      assert.throws(() => promiseHooks[name](value), { code: 'ERR_INVALID_ARG_TYPE' }, `${name} ${value}`);
    }
  }
});
