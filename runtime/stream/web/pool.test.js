'use strict';
// runs-on: parley
// Stock Node 20 moves the shared pool of Buffers away with a chunk.
const assert = require('assert');
const { test } = require('../../../tests/harness');

test('enqueueing a small Buffer leaves other Buffers alone', async () => {
  const other = Buffer.from('other');
  const stream = new ReadableStream({
    type: 'bytes',
    start(controller) {
      controller.enqueue(Buffer.from('small'));
      controller.close();
    },
  });
  assert.strictEqual(Buffer.from((await stream.getReader().read()).value).toString(), 'small');
  assert.strictEqual(other.toString(), 'other');
});
