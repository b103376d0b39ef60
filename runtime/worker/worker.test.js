'use strict';
// Worker threads (Node doc: worker_threads): starting, messages, streams, errors, ends.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const { Worker, SHARE_ENV, isMainThread, MessageChannel, setEnvironmentData } = require('worker_threads');

// A worker may end as soon as its message is there: its end is waited for from the start.
const exits = new WeakMap();
function run(code, options) {
  const worker = new Worker(code, { eval: true, ...options });
  exits.set(worker, new Promise((resolve) => worker.once('exit', resolve)));
  return worker;
}
const exitOf = (worker) => exits.get(worker);

test('a worker answers on parentPort and ends when nothing keeps it alive', async () => {
  const worker = run(
    `
    const { parentPort, workerData, threadId, isMainThread } = require('worker_threads');
    parentPort.once('message', (value) => parentPort.postMessage({ value, workerData, threadId, isMainThread }));
  `,
    { workerData: { a: [1, 2] } },
  );
  assert.ok(isMainThread);
  const { threadId } = worker;
  await once(worker, 'online');
  worker.postMessage(new Map([[1, 'x']]));
  const [answer] = await once(worker, 'message');
  assert.deepStrictEqual(answer, {
    value: new Map([[1, 'x']]),
    workerData: { a: [1, 2] },
    threadId,
    isMainThread: false,
  });
  assert.strictEqual(await exitOf(worker), 0);
  assert.strictEqual(worker.threadId, -1);
});

test('memory is shared, moved and copied', async () => {
  const shared = new SharedArrayBuffer(8);
  const moved = new ArrayBuffer(8);
  const { port1, port2 } = new MessageChannel();
  const worker = run(
    `
    const { workerData: { shared, moved, port } } = require('worker_threads');
    Atomics.add(new Int32Array(shared), 0, 42);
    new Uint8Array(moved).fill(7);
    port.postMessage(moved, [moved]);
    port.close();
  `,
    { workerData: { shared, moved, port: port2 }, transferList: [moved, port2] },
  );
  assert.strictEqual(moved.byteLength, 0);
  const [bytes] = await once(port1, 'message');
  assert.deepStrictEqual([...new Uint8Array(bytes.data ?? bytes)], new Array(8).fill(7));
  assert.strictEqual(await exitOf(worker), 0);
  assert.strictEqual(new Int32Array(shared)[0], 42);
});

test("an exception nobody caught is the parent's to hear of", async () => {
  const worker = run(`
    const error = new RangeError('too far', { cause: new TypeError('below') });
    error.code = 'E_FAR';
    error.unclonable = () => {};
    throw error;
  `);
  const [error] = await once(worker, 'error');
  assert.ok(error instanceof RangeError);
  assert.strictEqual(error.message, 'too far');
  assert.strictEqual(error.code, 'E_FAR');
  assert.match(error.stack, /RangeError: too far/);
  assert.strictEqual(await exitOf(worker), 1);
});

test('a rejection and a thrown value reach the parent', async () => {
  const [reason] = await once(run(`Promise.reject(new Error('rejected'))`), 'error');
  assert.strictEqual(reason.message, 'rejected');
  const [value] = await once(run(`throw { plain: true }`), 'error');
  assert.deepStrictEqual(value, { plain: true });
});

test('terminate() ends an endless loop', async () => {
  const worker = run(`require('worker_threads').parentPort.postMessage(0); for (;;);`);
  await once(worker, 'message');
  assert.strictEqual(await worker.terminate(), 1);
  assert.strictEqual(await worker.terminate(), undefined);
});

test('terminate() wakes Atomics.wait() and ends an idle worker', async () => {
  const waiting = run(`
    require('worker_threads').parentPort.postMessage(0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  `);
  await once(waiting, 'message');
  assert.strictEqual(await waiting.terminate(), 1);
  const idle = run(`setInterval(() => {}, 1000)`);
  await once(idle, 'online');
  assert.strictEqual(await idle.terminate(), 1);
});

test('process.exit() ends only the worker, after its exit listeners', async () => {
  const worker = run(`
    process.on('exit', (code) => require('worker_threads').parentPort.postMessage(code));
    process.exit(5);
    throw new Error('not reached');
  `);
  assert.deepStrictEqual(await once(worker, 'message'), [5]);
  assert.strictEqual(await exitOf(worker), 5);
});

test('the standard streams', async () => {
  const worker = run(
    `
    process.stdin.setEncoding('utf8').on('data', (text) => process.stdout.write(text.toUpperCase()));
    process.stdin.on('end', () => { console.error('end'); process.exit(); });
  `,
    { stdin: true, stdout: true, stderr: true },
  );
  let output = '';
  let errors = '';
  worker.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  worker.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  worker.stdin.write('hel');
  worker.stdin.end('lo');
  assert.strictEqual(await exitOf(worker), 0);
  assert.strictEqual(output, 'HELLO');
  assert.strictEqual(errors, 'end\n');
});

test('everything written before process.exit() arrives', async () => {
  const worker = run(
    `
    for (let i = 0; i < 300; i++) process.stdout.write('x'.repeat(10000));
    process.exit();
  `,
    { stdout: true },
  );
  let size = 0;
  worker.stdout.on('data', (chunk) => (size += chunk.length));
  await once(worker.stdout, 'end');
  assert.strictEqual(size, 3000000);
});

test("environment variables: a copy, one's own, shared", async () => {
  const code = `
    const { parentPort } = require('worker_threads');
    const { PARLEY_TEST_VARIABLE: before, PATH } = process.env;
    process.env.PARLEY_TEST_VARIABLE = 'worker';
    parentPort.postMessage([before, PATH !== undefined]);
  `;
  process.env.PARLEY_TEST_VARIABLE = 'parent';
  assert.deepStrictEqual(await once(run(code), 'message'), [['parent', true]]);
  assert.strictEqual(process.env.PARLEY_TEST_VARIABLE, 'parent');
  const own = run(code, { env: { PARLEY_TEST_VARIABLE: 1 } });
  assert.deepStrictEqual(await once(own, 'message'), [['1', false]]);
  await once(run(code, { env: SHARE_ENV }), 'message');
  assert.strictEqual(process.env.PARLEY_TEST_VARIABLE, 'worker');
});

test('environment data goes to new workers', async () => {
  setEnvironmentData('key', { value: 1 });
  const worker = run(`
    const { getEnvironmentData, parentPort } = require('worker_threads');
    parentPort.postMessage(getEnvironmentData('key'));
  `);
  assert.deepStrictEqual(await once(worker, 'message'), [{ value: 1 }]);
});

test('workers start workers, and end with the one that started them', async () => {
  const worker = run(`
    const { Worker, parentPort } = require('worker_threads');
    const inner = new Worker("require('worker_threads').parentPort.postMessage('inner'); setInterval(() => {}, 1000)", { eval: true });
    inner.on('message', (text) => parentPort.postMessage(text));
  `);
  assert.deepStrictEqual(await once(worker, 'message'), ['inner']);
  assert.strictEqual(await worker.terminate(), 1);
});

test('arguments that are none', () => {
  assert.throws(() => new Worker(1), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => new Worker('relative.js'), { code: 'ERR_WORKER_PATH' });
  assert.throws(() => run('', { env: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => run('', { execArgv: ['--no-such-option'] }), { code: 'ERR_WORKER_INVALID_EXEC_ARGV' });
  assert.throws(() => run('', { workerData: () => {} }), { name: 'DataCloneError' });
});

test('what belongs to the process is refused', async () => {
  const worker = run(`
    const { parentPort } = require('worker_threads');
    const results = [() => process.chdir('/'), () => process.umask(0), () => process.abort()].map((f) => {
      try { f(); } catch (error) { return error.code; }
    });
    parentPort.postMessage(results);
  `);
  const code = 'ERR_WORKER_UNSUPPORTED_OPERATION';
  assert.deepStrictEqual(await once(worker, 'message'), [[code, code, code]]);
});

test('a limit of memory ends the worker, not the process', async () => {
  const worker = run(`const kept = []; for (;;) kept.push(new Array(1000).fill({}));`, {
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  const [error] = await once(worker, 'error');
  assert.strictEqual(error.code, 'ERR_WORKER_OUT_OF_MEMORY');
});

test('a file handle moves to another thread', async () => {
  const { open } = require('fs/promises');
  const handle = await open(__filename);
  const worker = run(
    `
    const { parentPort, workerData } = require('worker_threads');
    workerData.readFile('utf8').then((text) => parentPort.postMessage(text.length)).then(() => workerData.close());
  `,
    { workerData: handle, transferList: [handle] },
  );
  assert.strictEqual(handle.fd, -1);
  const [length] = await once(worker, 'message');
  assert.ok(length > 1000);
});

test('a heap snapshot of a worker', async () => {
  const worker = run('setInterval(() => {}, 1000)');
  await once(worker, 'online');
  let text = '';
  for await (const chunk of await worker.getHeapSnapshot()) text += chunk;
  assert.ok(JSON.parse(text).snapshot);
  await worker.terminate();
  await assert.rejects(worker.getHeapSnapshot(), { code: 'ERR_WORKER_NOT_RUNNING' });
});

test('an abort crosses threads', async () => {
  const { transferableAbortController } = require('util');
  const controller = transferableAbortController();
  const worker = run(
    `
    const { parentPort, workerData } = require('worker_threads');
    workerData.onabort = () => { parentPort.postMessage(workerData.reason); parentPort.close(); };
    parentPort.on('message', () => {});
    parentPort.postMessage('ready');
  `,
    { workerData: controller.signal, transferList: [controller.signal] },
  );
  await once(worker, 'message');
  controller.abort('enough');
  assert.deepStrictEqual(await once(worker, 'message'), ['enough']);
});

test('descriptors that a worker leaves open are closed with it', async () => {
  const fs = require('fs');
  const code = `
    const fd = require('fs').openSync(process.execPath);
    require('worker_threads').parentPort.postMessage(fd);
  `;
  for (const [trackUnmanagedFds, closed] of [
    [false, false],
    [undefined, true],
  ]) {
    const worker = run(code, { trackUnmanagedFds });
    const [[fd]] = await Promise.all([once(worker, 'message'), exitOf(worker)]);
    if (closed) assert.throws(() => fs.fstatSync(fd), { code: 'EBADF' });
    else fs.closeSync(fd);
  }
});
