'use strict';
// runs-on: parley,node
const assert = require('assert');
const { once } = require('events');
const path = require('path');
const os = require('os');
const { test } = require('../../tests/harness');
const fs = require('fs');

function file(t, content) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fs-handle-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  fs.writeFileSync(path.join(dir, 'file'), content);
  return path.join(dir, 'file');
}

test('a handle as a web stream, of either type', async (t) => {
  const name = file(t, 'x'.repeat(50_000));
  for (const type of [undefined, 'bytes']) {
    const handle = await fs.promises.open(name);
    let size = 0;
    for await (const chunk of handle.readableWebStream({ type })) size += chunk.byteLength;
    assert.strictEqual(size, 50_000);
    assert.throws(() => handle.readableWebStream(), { code: 'ERR_INVALID_STATE' });
    await handle.close();
    assert.throws(() => handle.readableWebStream(), { code: 'ERR_INVALID_STATE' });
  }
});

test('closing the handle closes its web stream', async (t) => {
  const handle = await fs.promises.open(file(t, 'content'));
  const reader = handle.readableWebStream().getReader();
  const closed = handle.close();
  await reader.closed;
  await closed;
  assert.strictEqual(handle.fd, -1);
});

test('a web stream reads into the memory of its reader', async (t) => {
  const handle = await fs.promises.open(file(t, 'content'));
  const reader = handle.readableWebStream({ type: 'bytes' }).getReader({ mode: 'byob' });
  const first = await reader.read(new Uint8Array(4));
  assert.strictEqual(Buffer.from(first.value).toString(), 'cont');
  const second = await reader.read(new Uint8Array(4));
  assert.strictEqual(Buffer.from(second.value).toString(), 'ent');
  assert.strictEqual((await reader.read(new Uint8Array(4))).done, true);
  await handle.close();
});

test('asyncDispose closes', async (t) => {
  const handle = await fs.promises.open(file(t, ''));
  await handle[Symbol.asyncDispose]();
  assert.strictEqual(handle.fd, -1);
  await assert.rejects(handle.stat(), { code: 'EBADF', message: 'file closed' });
});

test('a stream on a handle closes it, and says so', async (t) => {
  const handle = await fs.promises.open(file(t, 'line 1\nline 2\n'));
  const lines = [];
  for await (const line of handle.readLines()) lines.push(line);
  assert.deepStrictEqual(lines, ['line 1', 'line 2']);
  if (handle.fd !== -1) await once(handle, 'close');
});

test('all methods of a handle', async (t) => {
  const name = file(t, '0123456789');
  const handle = await fs.promises.open(name, 'r+');
  await handle.truncate(5);
  assert.strictEqual((await handle.stat()).size, 5);
  assert.strictEqual(typeof (await handle.stat({ bigint: true })).size, 'bigint');
  assert.strictEqual((await handle.write('ab', 0)).bytesWritten, 2);
  assert.strictEqual((await handle.writev([Buffer.from('c'), Buffer.from('d')], 2)).bytesWritten, 2);
  const parts = [Buffer.alloc(2), Buffer.alloc(3)];
  assert.strictEqual((await handle.readv(parts, 0)).bytesRead, 5);
  assert.strictEqual(Buffer.concat(parts).toString(), 'abcd4');
  const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(8), position: 3 });
  assert.strictEqual(buffer.toString('latin1', 0, bytesRead), 'd4');
  await handle.utimes(1, 2);
  assert.strictEqual((await handle.stat()).mtimeMs, 2000);
  await handle.chmod(0o600);
  assert.strictEqual((await handle.stat()).mode & 0o777, 0o600);
  await handle.datasync();
  await handle.sync();
  await handle.close();
});
