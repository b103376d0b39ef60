'use strict';
// runs-on: parley,node
// Web streams: what a program sees of them, and what must hold between the two sides.
const assert = require('assert');
const { test } = require('../../../tests/harness');
const { inspect } = require('util');
const { Readable, Writable, Duplex, PassThrough, pipeline } = require('stream');

const collect = async (source) => {
  const chunks = [];
  for await (const chunk of source) chunks.push(chunk);
  return chunks;
};
const countTo = (n) => {
  let i = 0;
  return new ReadableStream({
    pull(controller) {
      if (i < n) controller.enqueue(++i);
      else controller.close();
    },
  });
};

test('a reader gets the chunks in order, then done', async () => {
  const reader = countTo(2).getReader();
  assert.deepStrictEqual(await reader.read(), { value: 1, done: false });
  assert.deepStrictEqual(await reader.read(), { value: 2, done: false });
  assert.deepStrictEqual(await reader.read(), { value: undefined, done: true });
  await reader.closed;
});

test('pull is called only as far as highWaterMark asks', async () => {
  let pulled = 0;
  const source = { pull: (controller) => controller.enqueue(++pulled) };
  const stream = new ReadableStream(source, { highWaterMark: 3 });
  await new Promise(setImmediate);
  assert.strictEqual(pulled, 3);
  const reader = stream.getReader();
  await reader.read();
  await new Promise(setImmediate);
  assert.strictEqual(pulled, 4);
});

test('an error reaches every read and closed', async () => {
  let controller;
  const stream = new ReadableStream({ start: (c) => (controller = c) });
  const reader = stream.getReader();
  const reads = [reader.read(), reader.read(), reader.closed];
  controller.error(new Error('broken'));
  for (const read of reads) await assert.rejects(read, /broken/);
  await assert.rejects(reader.read(), /broken/);
});

test('releaseLock() rejects who waits and frees the stream', async () => {
  const stream = new ReadableStream();
  const reader = stream.getReader();
  const read = reader.read();
  assert.throws(() => stream.getReader(), { code: 'ERR_INVALID_STATE' });
  reader.releaseLock();
  await assert.rejects(read, TypeError);
  await assert.rejects(reader.closed, TypeError);
  assert.strictEqual(stream.locked, false);
});

test('leaving a for await cancels the stream, unless asked not to', async () => {
  let reason = 'none';
  const make = () => new ReadableStream({ start: (c) => c.enqueue(1), cancel: (r) => (reason = r) });
  for await (const chunk of make()) {
    assert.strictEqual(chunk, 1);
    break;
  }
  assert.strictEqual(reason, undefined);
  const kept = make();
  reason = 'none';
  for await (const chunk of kept.values({ preventCancel: true })) if (chunk) break;
  assert.strictEqual(reason, 'none');
  assert.strictEqual(kept.locked, false);
});

test('a BYOB reader gets its own buffer back, filled', async () => {
  const stream = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const { view } = controller.byobRequest;
      view.set([7, 8]);
      controller.byobRequest.respond(2);
    },
  });
  const reader = stream.getReader({ mode: 'byob' });
  const mine = new ArrayBuffer(4);
  const { value } = await reader.read(new Uint8Array(mine));
  assert.deepStrictEqual([...value], [7, 8]);
  assert.strictEqual(value.buffer.byteLength, 4);
  assert.strictEqual(mine.byteLength, 0); // it moved
});

test('a byte stream keeps the rest of a chunk for the next read', async () => {
  const stream = new ReadableStream({
    type: 'bytes',
    start(controller) {
      controller.enqueue(new Uint8Array([1, 2, 3]));
      controller.close();
    },
  });
  const reader = stream.getReader({ mode: 'byob' });
  assert.deepStrictEqual([...(await reader.read(new Uint8Array(2))).value], [1, 2]);
  assert.deepStrictEqual([...(await reader.read(new Uint8Array(2))).value], [3]);
  assert.strictEqual((await reader.read(new Uint8Array(2))).done, true);
});

test('tee() gives both branches every chunk, and bytes of their own', async () => {
  const [a, b] = countTo(3).tee();
  assert.deepStrictEqual(await collect(a), [1, 2, 3]);
  assert.deepStrictEqual(await collect(b), [1, 2, 3]);
  const [c, d] = new Blob(['bytes']).stream().tee();
  const [first] = await collect(c);
  first[0] = 0;
  assert.strictEqual(Buffer.from((await collect(d))[0]).toString(), 'bytes');
});

test('write() waits for the sink; ready tells of room', async () => {
  const log = [];
  let finish;
  const stream = new WritableStream({
    write(chunk) {
      log.push(chunk);
      return new Promise((resolve) => (finish = resolve));
    },
    close: () => log.push('closed'),
  });
  const writer = stream.getWriter();
  await writer.ready;
  assert.strictEqual(writer.desiredSize, 1);
  const first = writer.write('a');
  assert.strictEqual(writer.desiredSize, 0);
  const second = writer.write('b');
  await Promise.resolve();
  assert.deepStrictEqual(log, ['a']);
  finish();
  await first;
  await Promise.resolve();
  finish();
  await second;
  await writer.close();
  await writer.closed;
  assert.deepStrictEqual(log, ['a', 'b', 'closed']);
});

test("abort() reaches the sink and the controller's signal", async () => {
  const seen = [];
  const stream = new WritableStream({
    start: (controller) => controller.signal.addEventListener('abort', () => seen.push('signal')),
    abort: (reason) => seen.push(reason),
  });
  const writer = stream.getWriter();
  await writer.ready;
  await writer.abort('why');
  await assert.rejects(writer.closed, (error) => error === 'why');
  assert.deepStrictEqual(seen, ['signal', 'why']);
});

test('pipeTo() closes the destination, or cancels the source when that fails', async () => {
  const got = [];
  await countTo(50).pipeTo(new WritableStream({ write: (chunk) => void got.push(chunk) }));
  assert.strictEqual(got.length, 50);
  let reason;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue('x'),
    cancel: (r) => (reason = r),
  });
  const failing = new WritableStream({
    write() {
      throw new Error('full');
    },
  });
  await assert.rejects(endless.pipeTo(failing), /full/);
  assert.match(reason.message, /full/);
});

test('pipeTo() is stopped by a signal', async () => {
  const controller = new AbortController();
  const dest = new WritableStream();
  const piped = new ReadableStream().pipeTo(dest, { signal: controller.signal });
  controller.abort();
  await assert.rejects(piped, { name: 'AbortError' });
  assert.strictEqual(dest.locked, false);
});

test('TransformStream: transform, flush, terminate, and errors on both sides', async () => {
  const doubled = new TransformStream({
    transform: (chunk, controller) => controller.enqueue(chunk * 2),
    flush: (controller) => controller.enqueue('end'),
  });
  assert.deepStrictEqual(await collect(countTo(3).pipeThrough(doubled)), [2, 4, 6, 'end']);
  const short = new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      controller.terminate();
    },
  });
  assert.deepStrictEqual(await collect(countTo(3).pipeThrough(short)), [1]);
  const broken = new TransformStream({
    transform() {
      throw new Error('cannot');
    },
  });
  const writer = broken.writable.getWriter();
  const read = broken.readable.getReader().read();
  await assert.rejects(writer.write(1), /cannot/);
  await assert.rejects(read, /cannot/);
});

test('text and compression streams', async () => {
  const text = ReadableStream.from(['gr', 'üße \ud83d', '\ude00']);
  const there = text.pipeThrough(new TextEncoderStream()).pipeThrough(new CompressionStream('gzip'));
  const back = there.pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream());
  assert.strictEqual((await collect(back)).join(''), 'grüße 😀');
  assert.throws(() => new CompressionStream('zip'), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('they look as Node shows them', () => {
  assert.strictEqual(
    inspect(new ReadableStream()),
    "ReadableStream { locked: false, state: 'readable', supportsBYOB: false }",
  );
  assert.strictEqual(inspect(new WritableStream()), "WritableStream { locked: false, state: 'writable' }");
});

test('wrong arguments and receivers', () => {
  assert.throws(() => new ReadableStream(null), TypeError);
  assert.throws(() => new ReadableStream({}, { highWaterMark: -1 }), RangeError);
  assert.throws(() => new ReadableStream({}, { size: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => new ReadableStream({ type: 'other' }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => new ReadableStream().getReader({ mode: 'other' }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => Reflect.get(ReadableStream.prototype, 'locked', {}), { code: 'ERR_INVALID_THIS' });
  assert.throws(() => new ReadableStreamDefaultController(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
});

test('Readable.toWeb() and fromWeb()', async () => {
  const web = Readable.toWeb(Readable.from(['a', 'b']));
  assert.ok(web instanceof ReadableStream);
  assert.deepStrictEqual(await collect(web), ['a', 'b']);
  assert.deepStrictEqual(await collect(Readable.fromWeb(countTo(3), { objectMode: true })), [1, 2, 3]);
  const failing = Readable.fromWeb(new ReadableStream({ start: (c) => c.error(new Error('no')) }));
  await assert.rejects(collect(failing), /no/);
});

test('Writable.toWeb() and fromWeb()', async () => {
  const got = [];
  const node = new Writable({
    write(chunk, encoding, callback) {
      got.push(`${chunk}`);
      callback();
    },
  });
  await ReadableStream.from(['a', 'b']).pipeTo(Writable.toWeb(node));
  assert.deepStrictEqual(got, ['a', 'b']);
  const sunk = [];
  const writable = Writable.fromWeb(new WritableStream({ write: (chunk) => void sunk.push(`${chunk}`) }));
  await new Promise((resolve, reject) => {
    pipeline(Readable.from(['x', 'y']), writable, (error) => (error ? reject(error) : resolve()));
  });
  assert.deepStrictEqual(sunk, ['x', 'y']);
});

test('Duplex.toWeb() and fromWeb()', async () => {
  const { readable, writable } = Duplex.toWeb(new PassThrough());
  const writer = writable.getWriter();
  writer.write(Buffer.from('through'));
  writer.close();
  assert.strictEqual(Buffer.concat(await collect(readable)).toString(), 'through');
  const duplex = Duplex.fromWeb(new TransformStream(), { encoding: 'utf8' });
  duplex.end('round');
  assert.strictEqual((await collect(duplex)).join(''), 'round');
});
