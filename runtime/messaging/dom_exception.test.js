'use strict';
// runs-on: parley
// Stock Node.js 20 does not clone DOMExceptions; the standard and later versions do.
const assert = require('assert');
const { test } = require('../../tests/harness');

test('a DOMException is cloned as one', () => {
  const copy = structuredClone({ error: new DOMException('m', 'AbortError') }).error;
  assert.ok(copy instanceof DOMException && copy instanceof Error);
  assert.deepStrictEqual([copy.name, copy.message, copy.code], ['AbortError', 'm', 20]);
});
