'use strict';
// runs-on: parley,node
// Blob, File, Blob URLs and Blobs of files (Node doc: buffer, "Class: Blob"; fs.openAsBlob).

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Blob, File, resolveObjectURL } = require('node:buffer');
const { inspect } = require('node:util');
const { test } = require('../../tests/harness');

test('pieces of a blob of several parts', async () => {
  const blob = new Blob(['hello', Buffer.from(' '), new Blob(['wor', 'ld'])], { type: 'Text/PLAIN' });
  assert.strictEqual(blob.size, 11);
  assert.strictEqual(blob.type, 'text/plain');
  assert.strictEqual(await blob.slice(3, -3).text(), 'lo wo');
  assert.strictEqual(await blob.slice(-5).slice(1, 2, 'x').text(), 'o');
  assert.strictEqual(blob.slice(5, 2).size, 0);
  assert.deepStrictEqual(Buffer.from(await blob.arrayBuffer()), Buffer.from('hello world'));
});

test('a blob keeps what it was made of', async () => {
  const bytes = Buffer.from('abc');
  const blob = new Blob([bytes, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 1)]);
  bytes.fill('x');
  assert.strictEqual(await blob.text(), 'abca');
});

test('a stream of each part, also into memory of the reader', async () => {
  const chunks = [];
  for await (const chunk of new Blob(['ab', 'cde']).stream()) chunks.push(Buffer.from(chunk).toString());
  assert.deepStrictEqual(chunks, ['ab', 'cde']);
  const reader = new Blob(['ab', 'cde']).stream().getReader({ mode: 'byob' });
  let text = '';
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(2));
    if (done) break;
    text += Buffer.from(value).toString();
  }
  assert.strictEqual(text, 'abcde');
});

test('line endings, wrong options, wrong receivers', async () => {
  assert.strictEqual(await new Blob(['a\r\nb\n'], { endings: 'native' }).text(), `a${os.EOL}b${os.EOL}`);
  assert.throws(() => new Blob([], { endings: 'other' }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => new Blob('text'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => new Blob([], 1), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => Reflect.get(Blob.prototype, 'size', {}), { code: 'ERR_INVALID_THIS' });
  await assert.rejects(Blob.prototype.text.call({}), { code: 'ERR_INVALID_THIS' });
  assert.throws(() => new File([]), { code: 'ERR_MISSING_ARGS' });
});

test('inspect shows size and type', () => {
  assert.strictEqual(inspect(new Blob(['abc'])), "Blob { size: 3, type: '' }");
  const file = new File(['abc'], 'name', { lastModified: 5 });
  assert.strictEqual(inspect(file), "File { size: 3, type: '', name: 'name', lastModified: 5 }");
});

test('structuredClone copies a blob', async () => {
  const copy = structuredClone(new Blob(['abc', 'def'], { type: 'a/b' }));
  assert.ok(copy instanceof Blob);
  assert.strictEqual(copy.type, 'a/b');
  assert.strictEqual(await copy.text(), 'abcdef');
});

test('a URL finds its blob until it is revoked', async () => {
  const url = URL.createObjectURL(new Blob(['abc'], { type: 'a/b' }));
  assert.match(url, /^blob:nodedata:[-0-9a-f]{36}$/);
  const found = resolveObjectURL(url);
  assert.strictEqual(found.type, 'a/b');
  assert.strictEqual(await found.text(), 'abc');
  URL.revokeObjectURL(url);
  assert.strictEqual(resolveObjectURL(url), undefined);
  assert.strictEqual(resolveObjectURL('nothing'), undefined);
  assert.throws(() => URL.createObjectURL({}), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a blob of a file reads it as long as it stays as it was', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'blob-'));
  try {
    const name = path.join(folder, 'file');
    fs.writeFileSync(name, 'x'.repeat(100_000) + 'end');
    const blob = await fs.openAsBlob(name, { type: 'a/b' });
    assert.strictEqual(blob.size, 100_003);
    assert.strictEqual(blob.type, 'a/b');
    assert.strictEqual(await new Blob(['<', blob.slice(-4), '>']).text(), '<xend>');
    let length = 0;
    for await (const chunk of blob.stream()) length += chunk.byteLength;
    assert.strictEqual(length, blob.size);
    assert.throws(() => structuredClone(blob), { code: 'ERR_INVALID_STATE' });
    fs.appendFileSync(name, 'more');
    await assert.rejects(blob.text(), { name: 'NotReadableError' });
    await assert.rejects(async () => fs.openAsBlob(path.join(folder, 'none')), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
