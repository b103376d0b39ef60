'use strict';
// Jobs on other threads (libuv documentation, "Thread pool work scheduling"): all of them end, whatever else does.
// runs-on: parley,node
const assert = require('assert');
const { execFile } = require('child_process');
const { once } = require('events');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { promisify } = require('util');
const { Worker } = require('worker_threads');
const { test } = require('../../tests/harness');

const run = (source, env = {}) =>
  promisify(execFile)(process.execPath, ['-e', source], {
    env: { ...process.env, ...env },
    timeout: 20_000,
  }).then(({ stdout }) => stdout.trim());

test('many operations at once all end', async () => {
  const results = await Promise.all(Array.from({ length: 2000 }, () => fs.promises.stat(__filename)));
  assert.ok(results.every((stats) => stats.isFile()));
});

test('one thread does for all operations, in their order', async () => {
  const source = `
    const fs = require('fs');
    const order = [];
    for (let i = 0; i < 20; i++) fs.stat(process.execPath, () => order.push(i));
    fs.readFile(process.execPath, 'latin1', (error, text) => console.log(order.join(), text.length > 1000));
  `;
  const numbers = Array.from({ length: 20 }, (_, i) => i).join();
  assert.strictEqual(await run(source, { UV_THREADPOOL_SIZE: '1' }), `${numbers} true`);
});

test('an operation keeps the program alive until it has ended', async () => {
  assert.strictEqual(await run("require('fs').stat('.', () => console.log('ended'))"), 'ended');
});

test('a program that exits does not wait for a call that does not return', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pool-'));
  try {
    const pipe = path.join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const source = `
      require('fs').open(${JSON.stringify(pipe)}, 'r', () => console.log('opened'));
      setTimeout(() => process.exit(), 50);
    `;
    // Stock Node waits for its threads: something has to open the other end.
    const child = run(source);
    if (!process.versions.parley) fs.open(pipe, 'w', (error, fd) => fs.closeSync(fd));
    assert.ok(['', 'opened'].includes(await child));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('a worker ends with operations under way', async () => {
  const source = `
    const fs = require('fs');
    for (let i = 0; i < 500; i++) fs.readFile(process.execPath, () => {});
    require('worker_threads').parentPort.postMessage('started');
  `;
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(source, { eval: true });
    await once(worker, 'message');
    assert.strictEqual(await worker.terminate(), 1);
  }
});
