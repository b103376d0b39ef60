'use strict';
// runs-on: parley,node
const assert = require('assert');
const { once } = require('events');
const { test } = require('../../tests/harness');
const stream = require('stream');
const { Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished } = stream;
const promises = require('stream/promises');

const collect = async (source) => {
  const chunks = [];
  for await (const chunk of source) chunks.push(chunk);
  return chunks;
};

test('read(n) gives exactly n bytes, and null while there are fewer', async () => {
  const r = new Readable({ read() {} });
  r.push('abc');
  assert.strictEqual(r.read(4), null);
  r.push('def');
  assert.strictEqual(r.read(4).toString(), 'abcd');
  r.push(null);
  assert.strictEqual(r.read(5).toString(), 'ef');
});

test("'data' comes out of read() when 'readable' is listened to as well", async () => {
  const r = new Readable({ read() {} });
  const log = [];
  r.on('data', (chunk) => log.push(`data ${chunk}`));
  r.on('readable', () => {
    log.push('readable');
    while (r.read() !== null);
  });
  r.push('x');
  r.push(null);
  await once(r, 'end');
  assert.strictEqual(log[0], 'readable');
  assert.ok(log.includes('data x'));
});

test('a multi-byte character cut in two is put together again', async () => {
  const r = new Readable({ encoding: 'utf8', read() {} });
  const euro = Buffer.from('€');
  r.push(euro.subarray(0, 1));
  r.push(euro.subarray(1));
  r.push(null);
  assert.deepStrictEqual(await collect(r), ['€']);
});

test('write() says false above the mark, and drain follows', async () => {
  const pending = [];
  const w = new Writable({ highWaterMark: 3, write: (chunk, encoding, callback) => pending.push(callback) });
  assert.strictEqual(w.write('ab'), true);
  assert.strictEqual(w.write('c'), false);
  assert.strictEqual(w.writableNeedDrain, true);
  const drained = once(w, 'drain');
  pending.shift()();
  pending.shift()();
  await drained;
  assert.strictEqual(w.writableLength, 0);
});

test('corked writes go to _writev together', async () => {
  let seen;
  const w = new Writable({
    writev(chunks, callback) {
      seen = chunks.map((c) => c.chunk.toString());
      callback();
    },
  });
  w.cork();
  w.write('a');
  w.write('b');
  w.uncork();
  w.end();
  await once(w, 'finish');
  assert.deepStrictEqual(seen, ['a', 'b']);
});

test('_construct runs before everything else', async () => {
  const log = [];
  const w = new Writable({
    construct: (callback) => setImmediate(() => (log.push('construct'), callback())),
    write: (chunk, encoding, callback) => (log.push(`write ${chunk}`), callback()),
    final: (callback) => (log.push('final'), callback()),
    destroy: (error, callback) => (log.push('destroy'), callback(error)),
  });
  w.end('x');
  await once(w, 'close');
  assert.deepStrictEqual(log, ['construct', 'write x', 'final', 'destroy']);
});

test('a Transform changes chunks and flushes', async () => {
  const t = new Transform({
    transform: (chunk, encoding, callback) => callback(null, String(chunk).toUpperCase()),
    flush: (callback) => callback(null, '!'),
  });
  t.end('hello');
  assert.strictEqual(Buffer.concat(await collect(t)).toString(), 'HELLO!');
});

test('pipe waits for the slower side and loses nothing', async () => {
  const size = 64 * 1024;
  const source = Readable.from(
    (function* () {
      for (let i = 0; i < 32; i++) yield Buffer.alloc(size, i);
    })(),
    { objectMode: false },
  );
  let total = 0;
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk, encoding, callback) {
      total += chunk.length;
      setImmediate(callback);
    },
  });
  source.pipe(slow);
  await once(slow, 'finish');
  assert.strictEqual(total, 32 * size);
});

test('pipeline destroys every member when one fails, and tells once', async () => {
  const a = new Readable({ read() {} });
  const b = new PassThrough();
  const c = new Writable({ write: (chunk, encoding, callback) => callback(new Error('full')) });
  a.push('x');
  const error = await new Promise((resolve) => pipeline(a, b, c, resolve));
  assert.strictEqual(error.message, 'full');
  assert.ok(a.destroyed && b.destroyed && c.destroyed);
});

test('pipeline accepts functions and resolves to what the last one returns', async () => {
  const text = await promises.pipeline(
    ['a', 'b'],
    async function* (source) {
      for await (const chunk of source) yield chunk + chunk;
    },
    async (source) => (await collect(source)).join(''),
  );
  assert.strictEqual(text, 'aabb');
});

test('finished tells of a stream closed before its time', async () => {
  const r = new Readable({ read() {} });
  const result = new Promise((resolve) => finished(r, resolve));
  r.destroy();
  assert.strictEqual((await result).code, 'ERR_STREAM_PREMATURE_CLOSE');
});

test('operators', async () => {
  const even = Readable.from([1, 2, 3, 4, 5, 6]).filter((n) => n % 2 === 0);
  assert.deepStrictEqual(await even.map(async (n) => n * 10, { concurrency: 2 }).toArray(), [20, 40, 60]);
  assert.strictEqual(await Readable.from([1, 2, 3]).reduce((a, b) => a + b, 0), 6);
  assert.deepStrictEqual(await Readable.from([1, 2, 3]).take(2).toArray(), [1, 2]);
  assert.strictEqual(await Readable.from([1, 2]).some((n) => n > 1), true);
});

test('Duplex.from joins a pair; an abort signal destroys', async () => {
  const input = new PassThrough();
  const d = Duplex.from({ readable: Readable.from(['out']), writable: input });
  assert.deepStrictEqual(await collect(d.pipe(new PassThrough({ objectMode: true }))), ['out']);
  const controller = new AbortController();
  const r = stream.addAbortSignal(controller.signal, new Readable({ read() {} }));
  const failed = once(r, 'error');
  controller.abort();
  assert.strictEqual((await failed)[0].name, 'AbortError');
});

test('bad chunks and late writes are refused with their codes', async () => {
  const w = new Writable({ write: (chunk, encoding, callback) => callback() });
  assert.throws(() => w.write(null), { code: 'ERR_STREAM_NULL_VALUES' });
  assert.throws(() => w.write(5), { code: 'ERR_INVALID_ARG_TYPE' });
  w.end();
  const failed = once(w, 'error');
  w.write('late');
  assert.strictEqual((await failed)[0].code, 'ERR_STREAM_WRITE_AFTER_END');
});

test('text() of a stream that ends inside a character', async () => {
  const { text } = require('stream/consumers');
  assert.strictEqual(await text(Readable.from([Buffer.from([0x61, 0xe2, 0x82])])), 'a\ufffd');
});

test('destroying a request of a server leaves the connection for the answer', async () => {
  const http = require('http');
  const server = http.createServer((req, res) => {
    stream.destroy(req);
    req.on('error', (error) => res.setHeader('x-error', error.name));
    req.on('close', () => res.end('answer'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const req = http.request({ port: server.address().port, host: '127.0.0.1', agent: false, method: 'POST' });
  req.write('part');
  const [res] = await once(req, 'response');
  assert.strictEqual(res.headers['x-error'], 'AbortError');
  assert.strictEqual(Buffer.concat(await collect(res)).toString(), 'answer');
  req.destroy();
  server.close();
});

test('a composed stream that is destroyed ends with the reason of its pipeline', async () => {
  const reason = new Error('reason');
  const composed = stream.compose(
    new PassThrough(),
    new PassThrough({
      destroy(error, callback) {
        callback(error === given ? reason : error);
      },
    }),
  );
  const given = new Error('given');
  const failed = new Promise((resolve) => composed.on('error', resolve));
  composed.destroy(given);
  assert.strictEqual(await failed, reason);
});

test('an iterator serves requests in their order, and does nothing before the first', async () => {
  const source = new Readable({ objectMode: true, read() {} });
  const idle = source[Symbol.asyncIterator]();
  assert.deepStrictEqual(await idle.return(7), { value: 7, done: true });
  assert.strictEqual(source.destroyed, false);
  assert.strictEqual(source.listenerCount('readable'), 0);

  const iterator = source[Symbol.asyncIterator]();
  const order = [];
  const all = Promise.all([
    iterator.next().then(({ value }) => order.push(value)),
    iterator.next().then(({ value }) => order.push(value)),
    iterator.return('end').then(({ value }) => order.push(value)),
    iterator.next().then(({ done }) => order.push(done)),
  ]);
  source.push(Promise.resolve('a'));
  source.push('b');
  await all;
  assert.deepStrictEqual(order, ['a', 'b', 'end', true]);
  assert.strictEqual(source.destroyed, true);
});

test('an iterator that is thrown into destroys its stream', async () => {
  const source = Readable.from(['a', 'b']);
  const iterator = source[Symbol.asyncIterator]();
  assert.deepStrictEqual(await iterator.next(), { value: 'a', done: false });
  await assert.rejects(iterator.throw(new Error('stop')), { message: 'stop' });
  assert.strictEqual(source.destroyed, true);
  assert.deepStrictEqual(await iterator.next(), { value: undefined, done: true });
});

test("a 'data' listener's rejection and a replaced emit() are not passed over", async () => {
  const capturing = new Readable({ captureRejections: true, read() {} });
  capturing.on('data', async () => {
    throw new Error('captured');
  });
  capturing.push('x');
  const [error] = await once(capturing, 'error');
  assert.strictEqual(error.message, 'captured');
  const replaced = Readable.from(['x']);
  const seen = [];
  replaced.emit = function (name, ...args) {
    seen.push(name);
    return Readable.prototype.emit.call(this, name, ...args);
  };
  replaced.resume().on('data', () => {});
  await once(replaced, 'end');
  assert.ok(seen.includes('data'));
});

test('a _final() that fails at once is told to the callback of end()', async () => {
  const failure = new Error('final');
  const writable = new Writable({
    write: (chunk, encoding, callback) => callback(),
    final: (callback) => callback(failure),
  });
  const failed = once(writable, 'error');
  const told = new Promise((resolve) => writable.end('x', resolve));
  assert.strictEqual(await told, failure);
  assert.deepStrictEqual(await failed, [failure]);
});
