// runs-on: parley,node
import assert from 'node:assert';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Failure } from '../errors.js';
import { setLogLevel } from '../log.js';
import { codeOf } from '../testing/client.js';
import { Bus } from './bus.js';
import { IpcLink } from './ipc.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');
setLogLevel('error');

/** Two ends of an IPC channel in one process; what is sent is JSON, as between processes. */
function channel() {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  const wire = (from, to) => {
    from.send = (message, callback) => {
      const text = JSON.stringify(message);
      setImmediate(() => to.emit('message', JSON.parse(text)));
      callback?.(null);
    };
  };
  wire(a, b);
  wire(b, a);
  return [a, b];
}

function linked() {
  const [parent, child] = [new Bus(), new Bus()];
  const [a, b] = channel();
  const strange = [];
  const down = new IpcLink(a, parent, (message) => strange.push(message));
  const up = new IpcLink(b, child);
  parent.attach('worker', down);
  child.setUpstream(up);
  return { parent, child, down, strange, rawChild: b };
}

test('calls cross a link both ways with their results and failures', async () => {
  const { parent, child } = linked();
  child.serve('worker', {
    add: ({ a, b }) => a + b,
    fail: () => Promise.reject(new Failure('not-found', 'no such thing')),
    crash: () => undefined.x,
  });
  parent.serve('room', { hello: ({ name }) => `hello ${name}` });
  assert.strictEqual(await parent.call('worker', 'add', { a: 1, b: 2 }), 3);
  assert.strictEqual(await child.call('room', 'hello', { name: 'Ada' }), 'hello Ada');
  assert.strictEqual(await codeOf(parent.call('worker', 'fail')), 'not-found');
  setLogLevel('error');
  assert.strictEqual(await codeOf(parent.call('worker', 'no-such')), 'unknown-method');
  assert.strictEqual(await codeOf(parent.call('worker', 'toString')), 'unknown-method');
  assert.strictEqual(await codeOf(child.call('nowhere', 'x')), 'no-endpoint');
  assert.strictEqual(await codeOf(parent.call('nowhere', 'x')), 'no-endpoint');
});

test('a call has a deadline, here and over a link', async () => {
  const { parent, child } = linked();
  const never = { wait: () => new Promise(() => {}) };
  child.serve('worker', never);
  parent.serve('here', never);
  assert.strictEqual(await codeOf(parent.call('worker', 'wait', {}, { timeoutMs: 50 })), 'timeout');
  assert.strictEqual(await codeOf(parent.call('here', 'wait', {}, { timeoutMs: 50 })), 'timeout');
});

test('a closed link fails what waits and what comes', async () => {
  const { parent, child, down } = linked();
  child.serve('worker', { wait: () => new Promise(() => {}) });
  const waiting = codeOf(parent.call('worker', 'wait'));
  down.close('it is gone');
  assert.strictEqual(await waiting, 'worker-lost');
  assert.strictEqual(await codeOf(parent.call('worker', 'wait')), 'worker-lost');
});

test('a link is not overrun, and hands on what is not a call', async () => {
  const { parent, child, strange, rawChild } = linked();
  child.serve('worker', { wait: () => new Promise(() => {}) });
  const calls = Array.from({ length: 2001 }, () =>
    codeOf(parent.call('worker', 'wait', {}, { timeoutMs: 300 })),
  );
  assert.strictEqual(await calls[2000], 'overloaded');
  rawChild.send('READY');
  rawChild.send({ rpc: 'strange' });
  rawChild.send({ rpc: 'reply', corrID: 12345 });
  await Promise.all(calls);
  assert.deepStrictEqual(strange, ['READY', { rpc: 'strange' }]);
});

test('a topic reaches those who asked for its beginning, whatever one of them does', () => {
  const bus = new Bus();
  const seen = [];
  bus.subscribe('exit.', () => {
    throw new Error('expected by this test');
  });
  const stop = bus.subscribe('exit.', (topic, data) => seen.push([topic, data.id]));
  bus.subscribe('other.', () => seen.push('wrong'));
  setLogLevel('error');
  bus.publish('exit.abnormal', { id: 1 });
  stop();
  bus.publish('exit.quit', { id: 2 });
  assert.deepStrictEqual(seen, [['exit.abnormal', 1]]);
});
