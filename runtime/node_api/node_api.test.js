'use strict';
// Node-API as addons use it (Node.js "Node-API"). The same addons run on parley and on stock Node.js.
const { test } = require('../../tests/harness');
const assert = require('assert');
const path = require('path');
const { execFile } = require('child_process');

const folder = path.resolve(__dirname, '../../build/addon/fixtures');
const basic = require(path.join(folder, 'basic.node'));
const threads = require(path.join(folder, 'threads.node'));

test('typeof tells every kind of value', () => {
  const kinds = [undefined, null, true, 1, 'a', Symbol('s'), {}, () => {}, 1n].map(basic.describe);
  assert.deepStrictEqual(kinds, [
    'undefined',
    'null',
    'boolean',
    'number',
    'string',
    'symbol',
    'object',
    'function',
    'bigint',
  ]);
});

test('strings go both ways in three encodings and are cut at whole characters', () => {
  assert.deepStrictEqual(basic.strings('añb'), ['añb', 'añb', 'añb', 'añ']);
  assert.strictEqual(basic.strings('a€b')[3], 'a');
  assert.strictEqual(basic.strings('€😀')[1], '€😀');
  assert.throws(() => basic.strings(1), { code: 'A string was expected' });
});

test('numbers convert as documented', () => {
  assert.deepStrictEqual(basic.numbers(-1), [-1, 4294967295, -1]);
  assert.deepStrictEqual(basic.numbers(4294967296.5), [0, 0, 4294967296]);
  assert.deepStrictEqual(basic.numbers(NaN), [0, 0, 0]);
  assert.deepStrictEqual(basic.numbers(Infinity), [0, 0, 0]);
});

test('bigints keep all their words', () => {
  const big = -(2n ** 70n) - 5n;
  assert.deepStrictEqual(basic.bigints(big), [big, BigInt.asIntN(64, big), false]);
  assert.deepStrictEqual(basic.bigints(7n), [7n, 7n, true]);
});

test('calls pass arguments and exceptions both ways', () => {
  assert.strictEqual(
    basic.call((a, b) => a + b, 2, 3),
    5,
  );
  const error = new Error('mine');
  const { caught } = basic.call(() => {
    throw error;
  });
  assert.strictEqual(caught, error);
});

test('scopes stay open over calls from within calls (bcrypt, and all that node-addon-api makes)', () => {
  assert.deepStrictEqual(
    basic.scoped(() => basic.scoped(() => ['inner'])),
    ['inner'],
  );
});

test('errors thrown by an addon have their type and code', () => {
  assert.throws(() => basic.throwing(0), { name: 'Error', code: 'E_ZERO', message: 'plain' });
  assert.throws(() => basic.throwing(1), { name: 'TypeError', code: 'E_ONE' });
  assert.throws(() => basic.throwing(2), { name: 'RangeError', message: 'range' });
  assert.throws(() => basic.throwing(3), { name: 'SyntaxError', code: 'E_THREE' });
  let thrown;
  try {
    basic.throwing(4);
  } catch (e) {
    thrown = e;
  }
  assert.strictEqual(thrown, 'any value');
});

test('a class wraps native data', () => {
  const { Counter } = basic;
  const counter = new Counter(5);
  assert.strictEqual(counter.increment(), 6);
  counter.value = 40;
  assert.strictEqual(counter.increment(), 41);
  assert.strictEqual(counter.value, 41);
  assert.strictEqual(Counter.made(), 1);
  assert.strictEqual(Counter.name, 'Counter');
  assert.throws(() => Counter(1), /needs new/);
  assert.throws(() => counter.increment.call({}), /Illegal invocation/);
  class Derived extends Counter {}
  assert.strictEqual(new Derived(1).increment(), 2);
});

test('references hold while counted', () => {
  const object = {};
  basic.hold(object, 2);
  assert.strictEqual(basic.held(), object);
  assert.strictEqual(basic.release(), 1);
  assert.strictEqual(basic.held(), object);
});

test('memory: buffers, typed arrays and detaching', () => {
  const { copy, made, external, view } = basic.buffers();
  assert.ok(Buffer.isBuffer(copy) && Buffer.isBuffer(made) && Buffer.isBuffer(external));
  assert.strictEqual(copy.toString(), 'abc');
  assert.deepStrictEqual([...made], [1, 2, 3]);
  assert.strictEqual(external.toString(), 'outer');
  assert.ok(view instanceof Uint16Array);
  assert.deepStrictEqual([...view], [1, 2]);
  assert.strictEqual(basic.sum(Buffer.from([1, 2, 250])), 253);
  assert.strictEqual(basic.sum(new Uint8Array([1, 2, 3]).subarray(1)), 5);
  const memory = new ArrayBuffer(8);
  assert.strictEqual(basic.detach(memory), true);
  assert.strictEqual(memory.byteLength, 0);
});

test('objects: names, freezing, status messages, promises', async () => {
  assert.deepStrictEqual(basic.names({ a: 1, 2: 2, [Symbol('s')]: 3 }), [2, 'a']);
  assert.ok(Object.isFrozen(basic.freeze({ a: 1 })));
  assert.strictEqual(basic.wrong('x'), 'A number was expected');
  assert.strictEqual(await basic.promised(true, 3), 3);
  await assert.rejects(basic.promised(false, new Error('no')), /no/);
});

test('dates, symbols, versions, scripts, instance data', () => {
  const misc = basic.misc();
  assert.ok(misc.date instanceof Date);
  assert.strictEqual(misc.date.getTime(), 86400000);
  assert.strictEqual(misc.symbol, Symbol.for('fixture'));
  assert.ok(misc.version >= 9);
  assert.strictEqual(misc.node, 20);
  assert.match(misc.file, /^file:\/\/.*basic\.node$/);
  assert.strictEqual(misc.script, 42);
  assert.strictEqual(misc.instance, true);
});

const done = () => new Promise((resolve) => (globalThis.onThreadDone = resolve));

test('a thread calls in order through a bounded queue it waits on', async () => {
  const seen = [];
  const finished = done();
  threads.start((i) => seen.push(i), 5000, 3, true);
  assert.strictEqual(await finished, 0);
  assert.deepStrictEqual(
    seen,
    Array.from({ length: 5000 }, (_, i) => i),
  );
});

test('a full queue refuses calls that do not wait', async () => {
  let calls = 0;
  const finished = done();
  threads.start(() => calls++, 2000, 1, false);
  assert.strictEqual((await finished) + calls, 2000);
});

test('aborting ends a waiting thread', async () => {
  const finished = done();
  threads.start(() => {}, 1e9, 1, true);
  threads.abort();
  await finished;
});

test('ticks and microtasks run between calls of a thread', async () => {
  const order = [];
  const finished = done();
  threads.start(
    (i) => {
      order.push(`call ${i}`);
      process.nextTick(() => order.push(`tick ${i}`));
      Promise.resolve().then(() => order.push(`microtask ${i}`));
    },
    2,
    0,
    true,
  );
  await finished;
  assert.deepStrictEqual(order, ['call 0', 'tick 0', 'microtask 0', 'call 1', 'tick 1', 'microtask 1']);
});

test('async work computes on the pool', async () => {
  assert.deepStrictEqual(await Promise.all([1, 2, 3].map(threads.doubled)), [2, 4, 6]);
});

function run(source, args = []) {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args, '-e', source], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}
const load = (name) => `require(${JSON.stringify(path.join(folder, name))})`;

test('the name of async work may be any value that has text (rolldown, and vitest with it)', async () => {
  assert.strictEqual(await threads.doubled(2, { not: 'text' }), 4);
  assert.strictEqual(await threads.doubled(3, undefined), 6);
});

test('cleanup hooks run last first when the process ends', async () => {
  const { stdout } = await run(`${load('threads.node')}.hooks()`);
  assert.strictEqual(stdout, 'cleanup 3\ncleanup 1\n');
});

test('an error in a thread-safe callback is an uncaught exception', async () => {
  // Node 20 only warns unless told otherwise.
  const policy = process.versions.parley ? [] : ['--force-node-api-uncaught-exceptions-policy=true'];
  const source = `
    process.on('uncaughtException', (e) => console.log('caught', e.message));
    globalThis.onThreadDone = () => console.log('done');
    ${load('threads.node')}.start((i) => { throw new Error('from ' + i); }, 2, 0, true);`;
  const { stdout } = await run(source, policy);
  assert.strictEqual(stdout, 'caught from 0\ncaught from 1\ndone\n');
});

test('finalizers run after collection, from the event loop', async () => {
  const { stdout, stderr } = await run(
    `const basic = ${load('basic.node')};
    const before = basic.finalized();
    (() => { for (let i = 0; i < 100; i++) new basic.Counter(i); })();
    let turns = 0;
    const look = () => {
      globalThis.gc();
      if (basic.finalized() - before >= 100) console.log('finalized');
      else if (++turns < 100) setImmediate(look);
    };
    look();`,
    ['--expose-gc'],
  );
  assert.strictEqual(stdout, 'finalized\n', stderr);
});

test('an addon loads again from another module object', () => {
  const module = { exports: {} };
  process.dlopen(module, path.join(folder, 'threads.node'));
  assert.strictEqual(typeof module.exports.start, 'function');
  assert.throws(() => process.dlopen({ exports: {} }, '/no/such.node'), { code: 'ERR_DLOPEN_FAILED' });
});
