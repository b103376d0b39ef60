'use strict';
// runs-on: parley
// stream.finished() and AsyncLocalStorage: Node's newer versions keep the context of the one that waits, 20.20 does not yet.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { AsyncLocalStorage } = require('async_hooks');
const { Readable, finished } = require('stream');

test('finished() calls back in the context that waited', async () => {
  const storage = new AsyncLocalStorage();
  const readable = new Readable();
  const called = storage.run(
    'waits',
    () => new Promise((resolve) => finished(readable, () => resolve(storage.getStore()))),
  );
  readable.destroy();
  assert.strictEqual(await called, 'waits');
});
