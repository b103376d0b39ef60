'use strict';
// runs-on: parley,node
const assert = require('assert');
const { test } = require('../../tests/harness');
const crypto = require('crypto');

const promised = (fn, ...list) =>
  new Promise((resolve, reject) => fn(...list, (error, value) => (error ? reject(error) : resolve(value))));

test('hashes agree with the published test vectors', async () => {
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.strictEqual(crypto.createHash('sha256').update('abc').digest('hex'), sha256);
  assert.strictEqual(
    crypto.createHash('SHA1').update('a').update('bc').digest('base64'),
    'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=',
  );
  assert.strictEqual(crypto.createHash('md5').update('').digest('hex'), 'd41d8cd98f00b204e9800998ecf8427e');
  assert.strictEqual(crypto.createHash('sha256').update(Buffer.from('abc')).digest().toString('hex'), sha256);
  const names = crypto.getHashes();
  assert.ok(names.includes('RSA-SHA256') && names.includes('sha256') && !names.includes('SHA256'));
  assert.throws(() => crypto.createHash('nonesuch'), /Digest method not supported/);
});

test('a hash is copied, used once, and can be a stream', async () => {
  const h = crypto.createHash('sha256').update('a');
  const copy = h.copy();
  assert.strictEqual(h.update('bc').digest('hex'), copy.update('bc').digest('hex'));
  assert.throws(() => h.update('x'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
  const stream = crypto.createHash('sha256');
  stream.end('abc');
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.strictEqual(Buffer.concat(chunks).toString('hex').slice(0, 8), 'ba7816bf');
});

test('streams of one kind share nothing', async () => {
  for (const make of [() => crypto.createHash('sha1'), () => crypto.createHmac('sha1', 'k')]) {
    const streams = [make(), make(), make()];
    for (const [i, stream] of streams.entries()) stream.end(Buffer.alloc(i));
    const results = streams.map((stream) => stream.read().toString('hex'));
    assert.deepStrictEqual(
      results,
      streams.map((_, i) => make().update(Buffer.alloc(i)).digest('hex')),
    );
  }
  const hash = crypto.createHash('sha3-256');
  hash.end('a');
  assert.strictEqual(hash.read().toString('hex'), hash.digest('hex'));
});

test('HMAC agrees with RFC 4231', async () => {
  const mac = crypto.createHmac('sha256', Buffer.alloc(20, 0x0b)).update('Hi There').digest('hex');
  assert.strictEqual(mac, 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
  const key = crypto.createSecretKey(Buffer.from('Jefe'));
  const second = crypto.createHmac('sha256', key).update('what do ya want for nothing?').digest('hex');
  assert.strictEqual(second, '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  assert.throws(() => crypto.createHmac('nonesuch', 'k'), { code: 'ERR_CRYPTO_INVALID_DIGEST' });
});

test('random values keep their ranges and shapes', async () => {
  assert.strictEqual(crypto.randomBytes(16).length, 16);
  assert.notStrictEqual(crypto.randomBytes(16).toString('hex'), crypto.randomBytes(16).toString('hex'));
  assert.strictEqual((await promised(crypto.randomBytes, 8)).length, 8);
  for (let i = 0; i < 1000; i++) {
    const n = crypto.randomInt(3, 7);
    assert.ok(n >= 3 && n < 7);
  }
  assert.match(crypto.randomUUID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notStrictEqual(crypto.randomUUID(), crypto.randomUUID());
  const filled = crypto.randomFillSync(new Uint8Array(64), 32);
  assert.ok(filled.subarray(0, 32).every((b) => b === 0) && filled.subarray(32).some((b) => b !== 0));
  assert.throws(() => crypto.randomBytes(-1), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => crypto.randomInt(5, 5), { code: 'ERR_OUT_OF_RANGE' });
});

test('timingSafeEqual', async () => {
  assert.strictEqual(crypto.timingSafeEqual(Buffer.from('ab'), Buffer.from('ab')), true);
  assert.strictEqual(crypto.timingSafeEqual(Buffer.from('ab'), Buffer.from('ac')), false);
  assert.throws(() => crypto.timingSafeEqual(Buffer.alloc(1), Buffer.alloc(2)), {
    code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
  });
});

test('keys are derived as RFC 6070, 7914 and 5869 say', async () => {
  const pbkdf2 = await promised(crypto.pbkdf2, 'password', 'salt', 2, 20, 'sha1');
  assert.strictEqual(pbkdf2.toString('hex').slice(0, 12), 'ea6c014dc72d');
  assert.strictEqual(
    crypto.pbkdf2Sync('password', 'salt', 1, 20, 'sha1').toString('hex'),
    '0c60c80f961f0e71f3a9b524af6012062fe037a6',
  );
  const scrypt = crypto.scryptSync('', '', 64, { N: 16, r: 1, p: 1 });
  assert.strictEqual(scrypt.toString('hex').slice(0, 32), '77d6576238657b203b19ca42c18a0497');
  const okm = Buffer.from(
    crypto.hkdfSync(
      'sha256',
      Buffer.alloc(22, 0x0b),
      Buffer.from('000102030405060708090a0b0c', 'hex'),
      Buffer.from('f0f1f2f3f4f5f6f7f8f9', 'hex'),
      42,
    ),
  );
  assert.strictEqual(okm.toString('hex').slice(0, 32), '3cb25f25faacd57a90434f64d0362f2a');
});

test('AES: what is encrypted comes back, and a changed GCM message does not', async () => {
  const key = Buffer.alloc(32, 1);
  const cbc = crypto.createCipheriv('aes-256-cbc', key, Buffer.alloc(16));
  const secret = cbc.update('hello', 'utf8', 'hex') + cbc.final('hex');
  const back = crypto.createDecipheriv('aes-256-cbc', key, Buffer.alloc(16));
  assert.strictEqual(back.update(secret, 'hex', 'utf8') + back.final('utf8'), 'hello');

  const gcm = crypto.createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).setAAD(Buffer.from('head'));
  const sealed = Buffer.concat([gcm.update('hello'), gcm.final()]);
  const open = (bytes, tag) => {
    const d = crypto.createDecipheriv('aes-256-gcm', key, Buffer.alloc(12));
    d.setAAD(Buffer.from('head')).setAuthTag(tag);
    return Buffer.concat([d.update(bytes), d.final()]).toString();
  };
  assert.strictEqual(open(sealed, gcm.getAuthTag()), 'hello');
  sealed[0] ^= 1;
  assert.throws(() => open(sealed, gcm.getAuthTag()), /unable to authenticate/);
  assert.throws(() => crypto.createCipheriv('aes-256-cbc', Buffer.alloc(3), Buffer.alloc(16)), RangeError);
  assert.throws(() => crypto.createCipheriv('nonesuch', key, null), { code: 'ERR_CRYPTO_UNKNOWN_CIPHER' });
});
