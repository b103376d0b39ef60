'use strict';
// Web streams that move to another thread or realm (https://streams.spec.whatwg.org/#transferrable-streams).
const assert = require('assert');
const { once } = require('events');
const { test } = require('../../../tests/harness');
const { MessageChannel, Worker } = require('worker_threads');

const move = (value, ...transfer) =>
  structuredClone(value, { transfer: transfer.length ? transfer : [value] });

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

test('a readable stream goes on elsewhere, chunk by chunk, and pulls only what is wanted', async () => {
  let pulled = 0;
  const source = new ReadableStream(
    {
      pull(controller) {
        controller.enqueue({ n: pulled++ });
        if (pulled === 1000) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const moved = move(source);
  assert.ok(moved instanceof ReadableStream && moved !== source);
  assert.strictEqual(source.locked, true);
  const reader = moved.getReader();
  assert.deepStrictEqual(await reader.read(), { value: { n: 0 }, done: false });
  assert.ok(pulled < 5, `${pulled} pulled`);
  reader.releaseLock();
  const rest = await collect(moved);
  assert.strictEqual(rest.length, 999);
  assert.strictEqual(rest.at(-1).n, 999);
});

test('a writable stream is written to from elsewhere, and holds the writer back', async () => {
  const written = [];
  const { promise, resolve } = (() => {
    let done;
    return { promise: new Promise((r) => (done = r)), resolve: (value) => done(value) };
  })();
  const target = new WritableStream({
    write: (chunk) => void written.push(chunk),
    close: () => resolve('closed'),
  });
  const writer = move(target).getWriter();
  for (let i = 0; i < 100; i++) await writer.write(i);
  await writer.close();
  assert.strictEqual(await promise, 'closed');
  assert.strictEqual(written.length, 100);
});

test('errors, cancellation and aborts reach the other side', async () => {
  const failing = new ReadableStream({ pull: (controller) => controller.error(new RangeError('mine')) });
  await assert.rejects(collect(move(failing)), { name: 'RangeError', message: 'mine' });

  const cancelled = new Promise((resolve) => {
    move(new ReadableStream({ cancel: resolve })).cancel('enough');
  });
  assert.strictEqual(await cancelled, 'enough');

  const aborted = new Promise((resolve) => {
    move(new WritableStream({ abort: resolve })).abort('no more');
  });
  assert.strictEqual(await aborted, 'no more');

  const refusing = move(
    new WritableStream({
      write() {
        throw new TypeError('refused');
      },
    }),
  ).getWriter();
  refusing.write(1).catch(() => {});
  await assert.rejects(refusing.closed, { message: 'refused' });

  const uncloneable = move(new ReadableStream({ pull: (controller) => controller.enqueue(() => {}) }));
  await assert.rejects(collect(uncloneable), { name: 'DataCloneError' });
});

test('a transform stream is both', async () => {
  const moved = move(
    new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk * 2) }),
  );
  assert.ok(moved instanceof TransformStream);
  const writer = moved.writable.getWriter();
  const written = (async () => {
    for (const n of [1, 2, 3]) await writer.write(n);
    await writer.close();
  })();
  assert.deepStrictEqual(await collect(moved.readable), [2, 4, 6]);
  await written;
});

test('a stream must be in the transfer list, and unlocked', () => {
  for (const Class of [ReadableStream, WritableStream, TransformStream]) {
    const { port1 } = new MessageChannel();
    assert.throws(() => port1.postMessage(new Class()), {
      code: 'ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST',
    });
    port1.close();
  }
  const locked = new ReadableStream();
  locked.getReader();
  assert.throws(() => move(locked), { name: 'DataCloneError' });
});

test('subclasses and inheritance are as they were', () => {
  class Mine extends ReadableStream {
    kind() {
      return 'mine';
    }
  }
  const mine = new Mine();
  assert.strictEqual(mine.kind(), 'mine');
  assert.ok(mine instanceof ReadableStream);
  assert.strictEqual(Object.getPrototypeOf(ReadableStream), Function.prototype);
  assert.strictEqual(Object.getPrototypeOf(new TransformStream()), TransformStream.prototype);
});

test('a worker reads what the program writes', async () => {
  const worker = new Worker(
    `const { parentPort } = require('worker_threads');
     parentPort.once('message', async ({ readable, writable }) => {
       let sum = 0;
       for await (const n of readable) sum += n;
       const writer = writable.getWriter();
       await writer.write(sum);
       await writer.close();
     });`,
    { eval: true },
  );
  const { readable, writable } = new TransformStream();
  const answers = new TransformStream();
  worker.postMessage({ readable, writable: answers.writable }, [readable, answers.writable]);
  const exit = once(worker, 'exit');
  const writer = writable.getWriter();
  const written = (async () => {
    for (let n = 1; n <= 10; n++) await writer.write(n);
    await writer.close();
  })();
  assert.deepStrictEqual(await collect(answers.readable), [55]);
  await written;
  assert.deepStrictEqual(await exit, [0]);
});
