'use strict';
// runs-on: parley,node
const { test } = require('../../tests/harness');
const assert = require('assert');
const dns = require('dns');
const { promisify } = require('util');

test('lookup gives addresses as they are and finds localhost', async () => {
  assert.deepStrictEqual(await dns.promises.lookup('127.0.0.1'), { address: '127.0.0.1', family: 4 });
  assert.deepStrictEqual(await promisify(dns.lookup)('::1'), { address: '::1', family: 6 });
  assert.deepStrictEqual(await dns.promises.lookup('localhost', { family: 4, all: true }), [
    { address: '127.0.0.1', family: 4 },
  ]);
});

test('a name that cannot exist is ENOTFOUND', async () => {
  const error = await dns.promises.lookup('name.invalid').catch((e) => e);
  assert.ok(error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN');
  assert.strictEqual(error.syscall, 'getaddrinfo');
  assert.strictEqual(error.hostname, 'name.invalid');
});

test('bad options are refused', async () => {
  assert.throws(() => dns.lookup('a', { family: 5 }, () => {}), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => dns.lookup('a', {}, 5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => dns.lookup(1, () => {}), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('dns.promises refuses bad arguments at the call', async () => {
  assert.throws(() => dns.promises.lookup({}), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => dns.promises.lookupService('127.0.0.1'), { code: 'ERR_MISSING_ARGS' });
});
