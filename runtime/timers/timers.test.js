'use strict';
// Timers, immediates and their promises.
const { test } = require('../../tests/harness');
const assert = require('assert');
const timers = require('timers/promises');

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('timers fire in the order of their expiry, equal ones in the order they were made', async () => {
  const order = [];
  setTimeout(() => order.push('c'), 30);
  setTimeout(() => order.push('a1'), 10);
  setTimeout((x) => order.push(x), 10, 'a2');
  setTimeout(() => order.push('b'), 20);
  await after(40);
  assert.deepStrictEqual(order, ['a1', 'a2', 'b', 'c']);
});

test('a cleared timer does not fire, by object and by number', async () => {
  let fired = 0;
  clearTimeout(setTimeout(() => fired++, 1));
  clearTimeout(+setTimeout(() => fired++, 1));
  clearInterval(`${setInterval(() => fired++, 1)}`);
  clearImmediate(setImmediate(() => fired++));
  await after(10);
  assert.strictEqual(fired, 0);
});

test('a timer that becomes due while timers run leaves immediates their turn', async () => {
  const order = [];
  await new Promise((resolve) => {
    setTimeout(() => {
      setImmediate(() => order.push('immediate'));
      setTimeout(() => resolve(order.push('timer')), 1);
      const end = performance.now() + 5;
      while (performance.now() < end);
    }, 1);
  });
  assert.deepStrictEqual(order, ['immediate', 'timer']);
});

test('an interval repeats until cleared from its own callback', async () => {
  let n = 0;
  await new Promise((resolve) => {
    const interval = setInterval(() => {
      if (++n < 3) return;
      clearInterval(interval);
      resolve();
    }, 1);
  });
  await after(10);
  assert.strictEqual(n, 3);
});

test('ref, unref, hasRef and refresh', async () => {
  const timer = setTimeout(() => {}, 5);
  assert.strictEqual(timer.hasRef(), true);
  assert.strictEqual(timer.unref().hasRef(), false);
  assert.strictEqual(timer.ref().hasRef(), true);
  let fired = 0;
  const refreshed = setTimeout(() => fired++, 10);
  await after(12);
  refreshed.refresh();
  await after(20);
  assert.strictEqual(fired, 2);
});

test('ticks and promises run between the timers of one turn', async () => {
  const order = [];
  setTimeout(() => {
    order.push(1);
    process.nextTick(() => order.push('tick'));
    Promise.resolve().then(() => order.push('promise'));
  }, 5);
  setTimeout(() => order.push(2), 5);
  await after(20);
  assert.deepStrictEqual(order, [1, 'tick', 'promise', 2]);
});

test('immediates queued by an immediate run in the next turn', async () => {
  const order = [];
  await new Promise((resolve) => {
    setImmediate(() => {
      order.push(1);
      setImmediate(() => {
        order.push(3);
        resolve();
      });
    });
    setImmediate(() => order.push(2));
  });
  assert.deepStrictEqual(order, [1, 2, 3]);
});

test('timers/promises resolve with a value and reject on abort', async () => {
  assert.strictEqual(await timers.setTimeout(1, 'v'), 'v');
  assert.strictEqual(await timers.setImmediate('w'), 'w');
  const controller = new AbortController();
  const waiting = timers.setTimeout(10000, null, { signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  let n = 0;
  for await (const value of timers.setInterval(1, 'x')) {
    assert.strictEqual(value, 'x');
    if (++n === 3) break;
  }
});

test('a callback that is no function is refused', () => {
  assert.throws(() => setTimeout('code'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => setImmediate(), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('many timers of many durations all fire', async () => {
  let fired = 0;
  for (let i = 0; i < 5000; i++) setTimeout(() => fired++, 1 + (i % 37));
  await after(80);
  assert.strictEqual(fired, 5000);
});

test('timers of old: enroll, active, unenroll', async () => {
  const api = require('timers');
  let fired = 0;
  const item = { _onTimeout: () => fired++ };
  api.enroll(item, 5);
  api.active(item);
  const gone = { _onTimeout: () => fired++ };
  api.enroll(gone, 5);
  api.active(gone);
  api.unenroll(gone);
  assert.throws(() => api.enroll({}, -1), { code: 'ERR_OUT_OF_RANGE' });
  await after(20);
  assert.strictEqual(fired, 1);
});

test('an interval stops when its callback says so, in each of the ways', async () => {
  let fired = 0;
  const stops = [
    (t) => clearInterval(t),
    (t) => t.close(),
    (t) => (t._idleTimeout = -1),
    (t) => (t._onTimeout = null),
  ];
  for (const stop of stops) {
    const interval = setInterval(() => {
      fired++;
      stop(interval);
    }, 1);
  }
  await after(20);
  assert.strictEqual(fired, stops.length);
});

test('what runs still counts as what keeps the process alive', async () => {
  const count = (kind) => process.getActiveResourcesInfo().filter((name) => name === kind).length;
  const before = count('Timeout');
  const inside = await new Promise((resolve) => setTimeout(() => resolve(count('Timeout')), 1));
  assert.strictEqual(inside, before + 1);
  require('fs').stat('.', () => {});
  assert.strictEqual(count('FSReqCallback'), 1);
});
