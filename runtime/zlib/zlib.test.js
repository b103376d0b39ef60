'use strict';
// runs-on: parley,node
const assert = require('assert');
const { once } = require('events');
const { test } = require('../../tests/harness');
const zlib = require('zlib');

const promised = (fn, ...list) =>
  new Promise((resolve, reject) => fn(...list, (error, value) => (error ? reject(error) : resolve(value))));
const text = Buffer.from('the quick brown fox jumps over the lazy dog. '.repeat(5000));

test('every format gives back what it was given, in all ways', async () => {
  for (const [pack, unpack] of [
    ['deflate', 'inflate'],
    ['gzip', 'gunzip'],
    ['deflateRaw', 'inflateRaw'],
    ['gzip', 'unzip'],
    ['deflate', 'unzip'],
    ['brotliCompress', 'brotliDecompress'],
  ]) {
    const packed = zlib[`${pack}Sync`](text);
    assert.ok(packed.length < text.length / 50, pack);
    assert.deepStrictEqual(zlib[`${unpack}Sync`](packed), text);
    assert.deepStrictEqual(await promised(zlib[unpack], await promised(zlib[pack], text)), text);
  }
});

test('a stream of chunks, byte by byte through unzip', async () => {
  const packed = zlib.gzipSync('hello, world');
  const unzip = zlib.createUnzip();
  let out = '';
  unzip.setEncoding('utf8').on('data', (chunk) => (out += chunk));
  for (const byte of packed) unzip.write(Buffer.from([byte]));
  unzip.end();
  await once(unzip, 'end');
  assert.strictEqual(out, 'hello, world');
});

test('flush gives out what was written so far (Z_SYNC_FLUSH, as WebSocket compression needs it)', async () => {
  const deflate = zlib.createDeflateRaw();
  const chunks = [];
  deflate.on('data', (chunk) => chunks.push(chunk));
  deflate.write('hello');
  await new Promise((resolve) => deflate.flush(zlib.constants.Z_SYNC_FLUSH, resolve));
  const packed = Buffer.concat(chunks);
  assert.deepStrictEqual([...packed.subarray(-4)], [0, 0, 0xff, 0xff]);
  const inflate = zlib.createInflateRaw();
  const back = once(inflate, 'data');
  inflate.write(packed);
  assert.strictEqual(String((await back)[0]), 'hello');
  deflate.close();
  inflate.close();
});

test('params change the level in the middle; reset starts again', async () => {
  const deflate = zlib.createDeflate({ level: 9 });
  const chunks = [];
  deflate.on('data', (chunk) => chunks.push(chunk));
  deflate.write(text);
  await new Promise((resolve) => deflate.params(0, zlib.constants.Z_DEFAULT_STRATEGY, resolve));
  deflate.end(text);
  await once(deflate, 'end');
  assert.deepStrictEqual(zlib.inflateSync(Buffer.concat(chunks)), Buffer.concat([text, text]));
});

test('bad and cut data are errors with their codes', async () => {
  await assert.rejects(promised(zlib.inflate, Buffer.from('not compressed')), {
    code: 'Z_DATA_ERROR',
    errno: -3,
  });
  assert.throws(() => zlib.gunzipSync(zlib.gzipSync(text).subarray(0, 50)), {
    code: 'Z_BUF_ERROR',
    message: 'unexpected end of file',
  });
  assert.throws(() => zlib.gunzipSync(zlib.gzipSync(text), { maxOutputLength: 100 }), {
    code: 'ERR_BUFFER_TOO_LARGE',
  });
  await assert.rejects(promised(zlib.gunzip, zlib.gzipSync(text), { maxOutputLength: 100 }), {
    code: 'ERR_BUFFER_TOO_LARGE',
  });
  assert.throws(() => zlib.createGzip({ level: 99 }), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => zlib.gzipSync(5), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('dictionaries, and gzip files of several members', async () => {
  const dictionary = Buffer.from('the quick brown fox');
  const packed = zlib.deflateSync('the quick brown fox', { dictionary });
  assert.strictEqual(String(zlib.inflateSync(packed, { dictionary })), 'the quick brown fox');
  assert.throws(() => zlib.inflateSync(packed), { code: 'Z_NEED_DICT' });
  const members = Buffer.concat([zlib.gzipSync('abc'), zlib.gzipSync('def')]);
  assert.strictEqual(String(zlib.gunzipSync(members)), 'abcdef');
});

test('crc32 where the runtime has it', async () => {
  if (zlib.crc32) assert.strictEqual(zlib.crc32('123456789'), 0xcbf43926);
});
