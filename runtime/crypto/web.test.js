'use strict';
// runs-on: parley,node
const assert = require('assert');
const { test } = require('../../tests/harness');
const { subtle } = globalThis.crypto;

const hex = (text) => Buffer.from(text, 'hex');
const toHex = (data) => Buffer.from(data).toString('hex');
const text = (data) => Buffer.from(data).toString();

test('digests agree with the published test vectors', async () => {
  assert.strictEqual(
    toHex(await subtle.digest('sha-256', Buffer.from('abc'))),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  const data = new TextEncoder().encode('abc');
  assert.strictEqual(
    toHex(await subtle.digest({ name: 'SHA-1' }, data.buffer)),
    'a9993e364706816aba3e25717850c26c9cd0d89d',
  );
  await assert.rejects(subtle.digest('MD5', data), { name: 'NotSupportedError' });
});

test('AES: every mode there and back, and with a wrong key', async () => {
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const modes = [
    { name: 'AES-GCM', iv: iv.subarray(0, 12), additionalData: Buffer.from('head'), tagLength: 96 },
    { name: 'AES-CBC', iv },
    { name: 'AES-CTR', counter: iv, length: 64 },
  ];
  for (const mode of modes) {
    const make = () => subtle.generateKey({ name: mode.name, length: 256 }, true, ['encrypt', 'decrypt']);
    const [key, other] = [await make(), await make()];
    const sealed = await subtle.encrypt(mode, key, Buffer.from('what nobody else is to read'));
    assert.strictEqual(text(await subtle.decrypt(mode, key, sealed)), 'what nobody else is to read');
    const opened = await subtle.decrypt(mode, other, sealed).then(text, (error) => error.name);
    assert.notStrictEqual(opened, 'what nobody else is to read');
  }
});

test('AES-CTR counts in the last bits only', async () => {
  const key = await subtle.importKey('raw', Buffer.alloc(16, 7), 'AES-CTR', false, ['encrypt']);
  const seal = (counter, length, size) =>
    subtle.encrypt({ name: 'AES-CTR', counter: hex(counter), length }, key, Buffer.alloc(size)).then(toHex);
  const last = await seal('000000000000000000000000000000ff', 8, 32);
  const first = await seal('00000000000000000000000000000000', 8, 16);
  assert.strictEqual(last.slice(32), first);
  await assert.rejects(seal('00000000000000000000000000000000', 1, 48), { name: 'OperationError' });
});

test('HMAC agrees with RFC 4231', async () => {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', Buffer.from('Jefe'), algorithm, true, ['sign', 'verify']);
  const data = Buffer.from('what do ya want for nothing?');
  const mac = await subtle.sign('HMAC', key, data);
  assert.strictEqual(toHex(mac), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  assert.strictEqual(await subtle.verify('HMAC', key, mac, data), true);
  assert.strictEqual(await subtle.verify('HMAC', key, mac, Buffer.from('other')), false);
  const { k, alg, key_ops } = await subtle.exportKey('jwk', key);
  assert.deepStrictEqual([k, alg, key_ops], ['SmVmZQ', 'HS256', ['sign', 'verify']]);
});

test('keys are derived as RFC 6070 and 5869 say', async () => {
  const password = await subtle.importKey('raw', Buffer.from('password'), 'PBKDF2', false, ['deriveBits']);
  const options = { name: 'PBKDF2', hash: 'SHA-1', salt: Buffer.from('salt'), iterations: 2 };
  const bits = await subtle.deriveBits(options, password, 160);
  assert.strictEqual(toHex(bits), 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957');
  const ikm = await subtle.importKey('raw', Buffer.alloc(22, 0x0b), 'HKDF', false, [
    'deriveBits',
    'deriveKey',
  ]);
  const hkdf = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: hex('000102030405060708090a0b0c'),
    info: hex('f0f1f2f3f4f5f6f7f8f9'),
  };
  assert.strictEqual(
    toHex(await subtle.deriveBits(hkdf, ikm, 336)),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  );
  const key = await subtle.deriveKey(hkdf, ikm, { name: 'AES-GCM', length: 128 }, true, ['encrypt']);
  assert.strictEqual(toHex(await subtle.exportKey('raw', key)), '3cb25f25faacd57a90434f64d0362f2a');
  await assert.rejects(subtle.deriveBits(hkdf, ikm, 7), { name: 'OperationError' });
});

test('keys are wrapped as RFC 3394 says, and as JSON', async () => {
  const raw = hex('000102030405060708090a0b0c0d0e0f');
  const wrapper = await subtle.importKey('raw', raw, 'AES-KW', false, ['wrapKey', 'unwrapKey']);
  const inner = hex('00112233445566778899aabbccddeeff');
  const key = await subtle.importKey('raw', inner, 'AES-CBC', true, ['encrypt']);
  const wrapped = await subtle.wrapKey('raw', key, wrapper, 'AES-KW');
  assert.strictEqual(toHex(wrapped), '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
  const json = await subtle.wrapKey('jwk', key, wrapper, 'AES-KW');
  const again = await subtle.unwrapKey('jwk', json, wrapper, 'AES-KW', 'AES-CBC', true, ['encrypt']);
  assert.deepStrictEqual(Buffer.from(await subtle.exportKey('raw', again)), inner);
});

test('what is not right is refused', async () => {
  const raw = Buffer.alloc(16);
  const key = await subtle.importKey('raw', raw, 'AES-CBC', false, ['encrypt']);
  const iv = Buffer.alloc(16);
  await assert.rejects(subtle.exportKey('raw', key), /key is not extractable/);
  await assert.rejects(subtle.decrypt({ name: 'AES-CBC', iv }, key, raw), { name: 'InvalidAccessError' });
  await assert.rejects(subtle.encrypt({ name: 'AES-CBC', iv: raw.subarray(1) }, key, raw), {
    name: 'OperationError',
  });
  await assert.rejects(subtle.encrypt({ name: 'AES-CBC' }, key, raw), { code: 'ERR_MISSING_OPTION' });
  await assert.rejects(subtle.importKey('raw', raw, 'AES-CBC', false, []), { name: 'SyntaxError' });
  await assert.rejects(subtle.importKey('raw', raw, 'AES-CBC', false, ['sign']), { name: 'SyntaxError' });
  await assert.rejects(subtle.importKey('raw', raw.subarray(1), 'AES-CBC', false, ['encrypt']), {
    name: 'DataError',
  });
  await assert.rejects(subtle.digest(), { code: 'ERR_MISSING_ARGS' });
  assert.throws(() => new SubtleCrypto(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
});

test('the program goes on while much data is worked on, and may change it', async () => {
  const data = Buffer.alloc(8 << 20, 7);
  const iv = Buffer.alloc(16, 1);
  const key = await subtle.importKey('raw', Buffer.alloc(16, 2), 'AES-CTR', false, ['encrypt', 'decrypt']);
  const expected = require('crypto')
    .createCipheriv('aes-128-ctr', Buffer.alloc(16, 2), iv)
    .update(Buffer.from(data));
  let turns = 0;
  const count = () => {
    turns++;
    ticking = setImmediate(count);
  };
  let ticking = setImmediate(count);
  const hash = subtle.digest('SHA-256', data);
  const encrypted = subtle.encrypt({ name: 'AES-CTR', counter: iv, length: 64 }, key, data);
  data.fill(0);
  const result = Buffer.from(await encrypted);
  const { createHash } = require('crypto');
  assert.strictEqual(
    toHex(await hash),
    createHash('sha256')
      .update(Buffer.alloc(8 << 20, 7))
      .digest('hex'),
  );
  clearImmediate(ticking);
  assert.ok(turns > 0);
  assert.ok(result.equals(expected));
});
