'use strict';
// runs-on: parley
// Not run on Node 20, which tries for ever here.
const assert = require('assert');
const { test } = require('../../tests/harness');
const fs = require('fs');

test('a folder that cannot be made inside one that is there fails', async () => {
  const inside = '/proc/nope/deeper';
  assert.throws(() => fs.mkdirSync(inside, { recursive: true }), { code: 'ENOENT', syscall: 'mkdir' });
  await assert.rejects(fs.promises.mkdir(inside, { recursive: true }), { code: 'ENOENT', syscall: 'mkdir' });
});
