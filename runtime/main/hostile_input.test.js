'use strict';
// runs-on: parley,node
// Input made to harm: keys that are names of the prototype, null bytes in paths, sizes beyond memory, bombs.
const { test } = require('../../tests/harness');
const assert = require('assert');
const cp = require('child_process');
const fs = require('fs');
const querystring = require('querystring');
const util = require('util');
const v8 = require('v8');
const zlib = require('zlib');

test('keys named __proto__ pollute nothing', () => {
  const parsed = querystring.parse('__proto__=x&__proto__[polluted]=1&constructor=y&hasOwnProperty=z');
  assert.strictEqual(Object.getPrototypeOf(parsed), null);
  assert.strictEqual(parsed.constructor, 'y');
  const search = Object.fromEntries(new URLSearchParams('__proto__=x&a=1'));
  assert.ok(Object.hasOwn(search, '__proto__'));
  const { values } = util.parseArgs({ args: ['--__proto__=x', '--a=1'], strict: false });
  assert.strictEqual(values.polluted, undefined);
  process.env.__proto__ = 'x';
  delete process.env.__proto__;
  structuredClone(JSON.parse('{"__proto__":{"polluted":1}}'));
  assert.strictEqual({}.polluted, undefined);
  assert.strictEqual(Object.getPrototypeOf({}), Object.prototype);
});

test('null bytes are in no path, program or argument', async () => {
  const bad = { code: 'ERR_INVALID_ARG_VALUE' };
  for (const path of ['/etc/passwd\0.txt', '\0', Buffer.from('a\0b'), 'file\0']) {
    for (const name of ['readFileSync', 'openSync', 'statSync', 'unlinkSync', 'mkdirSync', 'readdirSync']) {
      assert.throws(() => fs[name](path), bad, `${name} ${path}`);
    }
    await assert.rejects(fs.promises.readFile(path), bad);
  }
  assert.throws(() => fs.readFileSync(new URL('file:///a%00b')), bad);
  assert.throws(() => cp.spawn('true\0x'), bad);
  assert.throws(() => cp.spawn('true', ['a\0b']), bad);
  assert.throws(() => cp.spawn('true', { env: { A: 'b\0c' } }), bad);
});

test('bombs end at their limit', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(10_000_000));
  const limit = { maxOutputLength: 100_000 };
  assert.throws(() => zlib.gunzipSync(bomb, limit), { code: 'ERR_BUFFER_TOO_LARGE' });
  await assert.rejects(util.promisify(zlib.gunzip)(bomb, limit), { code: 'ERR_BUFFER_TOO_LARGE' });
  const brotli = zlib.brotliCompressSync(Buffer.alloc(10_000_000));
  assert.throws(() => zlib.brotliDecompressSync(brotli, limit), { code: 'ERR_BUFFER_TOO_LARGE' });
});

test('offsets and sizes beyond a buffer throw', () => {
  const buffer = Buffer.alloc(8);
  const range = { code: 'ERR_OUT_OF_RANGE' };
  assert.throws(() => buffer.readUInt32LE(5), range);
  assert.throws(() => buffer.readUIntBE(0, 7), range);
  assert.throws(() => buffer.writeDoubleBE(1, 1), range);
  assert.throws(() => buffer.readInt8(-1), range);
  assert.throws(() => buffer.fill('a', 0, 9), range);
  assert.throws(() => buffer.copy(Buffer.alloc(1), 0, -1), range);
  assert.throws(() => fs.readSync(0, buffer, 4, 5), range);
  assert.strictEqual(buffer.copy(Buffer.alloc(4), 2), 2); // what fits
});

test('mutated clones are errors, or values', () => {
  const bytes = v8.serialize({
    a: [1, 'b', new Map([[1, new Set([2n])]])],
    d: new Uint8Array(9),
    e: new Date(0),
  });
  let seed = 12345;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n;
  for (let i = 0; i < 3000; i++) {
    const mutated = Buffer.from(bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length));
    for (let k = random(4); k >= 0 && mutated.length > 2; k--)
      mutated[2 + random(mutated.length - 2)] = random(256);
    try {
      v8.deserialize(mutated);
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
});
