'use strict';
// runs-on: parley,node
const assert = require('assert');
const { test } = require('../../tests/harness');
const crypto = require('crypto');

const hex = (text) => Buffer.from(text, 'hex');

test('every authenticated mode agrees with itself and refuses what was changed', async () => {
  const modes = [
    ['aes-128-gcm', 16, 12, undefined],
    ['aes-256-ccm', 32, 13, 12],
    ['aes-192-ocb', 24, 12, 16],
    ['chacha20-poly1305', 32, 12, 16],
  ];
  for (const [name, keyLength, ivLength, authTagLength] of modes) {
    const key = crypto.randomBytes(keyLength);
    const iv = crypto.randomBytes(ivLength);
    const plain = Buffer.from('what nobody else is to read');
    const options = { authTagLength };
    const aadOptions = { plaintextLength: plain.length };
    const cipher = crypto.createCipheriv(name, key, iv, options).setAAD(Buffer.from('head'), aadOptions);
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    const tag = cipher.getAuthTag();
    assert.strictEqual(tag.length, authTagLength ?? 16);
    const open = (bytes, head = 'head') => {
      const decipher = crypto.createDecipheriv(name, key, iv, options);
      decipher.setAuthTag(tag).setAAD(Buffer.from(head), aadOptions);
      return Buffer.concat([decipher.update(bytes), decipher.final()]);
    };
    assert.deepStrictEqual(open(text), plain);
    const changed = Buffer.from(text);
    changed[3] ^= 1;
    assert.throws(() => open(changed), /unable to authenticate data/);
    assert.throws(() => open(text, 'other'), /unable to authenticate data/);
  }
});

test('AES-GCM agrees with test case 4 of its specification', async () => {
  const cipher = crypto.createCipheriv(
    'aes-128-gcm',
    hex('feffe9928665731c6d6a8f9467308308'),
    hex('cafebabefacedbaddecaf888'),
  );
  cipher.setAAD(hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'));
  const plain = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const text = cipher.update(plain, undefined, 'hex') + cipher.final('hex');
  assert.strictEqual(
    text,
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
      '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
  );
  assert.strictEqual(cipher.getAuthTag().toString('hex'), '5bc94fbc3221a5db94fae95ae7121a47');
});

test('keys are wrapped as RFC 3394 says', async () => {
  const key = hex('000102030405060708090a0b0c0d0e0f');
  const cipher = crypto.createCipheriv('aes128-wrap', key, hex('a6a6a6a6a6a6a6a6'));
  const wrapped = cipher.update(hex('00112233445566778899aabbccddeeff')).toString('hex');
  assert.strictEqual(wrapped, '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
});

test('what a cipher does not take is told by its code', async () => {
  const key = Buffer.alloc(16);
  const iv = Buffer.alloc(12);
  const make = (name, k = key, i = iv, o = undefined) => crypto.createCipheriv(name, k, i, o);
  assert.throws(() => make('nonesuch'), { code: 'ERR_CRYPTO_UNKNOWN_CIPHER' });
  assert.throws(() => make('aes-128-cbc-hmac-sha1'), { code: 'ERR_CRYPTO_INVALID_IV' });
  assert.throws(() => make('aes-128-gcm', Buffer.alloc(15)), { code: 'ERR_CRYPTO_INVALID_KEYLEN' });
  assert.throws(() => make('aes-128-cbc'), { code: 'ERR_CRYPTO_INVALID_IV' });
  assert.throws(() => make('aes-128-ccm'), { code: 'ERR_CRYPTO_INVALID_AUTH_TAG' });
  assert.throws(() => make('aes-128-gcm', key, iv, { authTagLength: 5 }), {
    code: 'ERR_CRYPTO_INVALID_AUTH_TAG',
  });
  assert.throws(() => make('aes-128-gcm').getAuthTag(), { code: 'ERR_CRYPTO_INVALID_STATE' });
  const done = make('aes-128-cbc', key, key);
  done.final();
  assert.throws(() => done.final(), { code: 'ERR_CRYPTO_INVALID_STATE' });
});

test('ciphers are streams', async () => {
  const key = Buffer.alloc(24, 1);
  const iv = Buffer.alloc(8, 2);
  const plain = crypto.randomBytes(100000);
  const all = async (stream) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  for (let i = 0; i < 3; i++) {
    const cipher = crypto.createCipheriv('des-ede3-cbc', key, iv);
    const decipher = crypto.createDecipheriv('des-ede3-cbc', key, iv);
    cipher.end(plain);
    assert.deepStrictEqual(await all(cipher.pipe(decipher)), plain);
  }
});

test('getCipherInfo', async () => {
  const info = {
    mode: 'cbc',
    name: 'aes-256-cbc',
    nid: 427,
    blockSize: 16,
    ivLength: 16,
    keyLength: 32,
  };
  assert.deepStrictEqual(crypto.getCipherInfo('AES-256-CBC'), info);
  assert.deepStrictEqual(crypto.getCipherInfo(427), info);
  assert.strictEqual(crypto.getCipherInfo('aes-128-gcm', { ivLength: 3 }).ivLength, 3);
  assert.strictEqual(crypto.getCipherInfo('aes-128-ccm', { ivLength: 6 }), undefined);
  assert.ok(crypto.getCiphers().includes('aes-256-gcm') && !crypto.getCiphers().includes('AES-256-GCM'));
});

test('primes', async () => {
  const prime = crypto.generatePrimeSync(48, { bigint: true, safe: true });
  assert.ok(crypto.checkPrimeSync(prime) && crypto.checkPrimeSync((prime - 1n) / 2n));
  const seven = await new Promise((resolve, reject) => {
    const options = { add: 12n, rem: 7n, bigint: true };
    crypto.generatePrime(32, options, (error, value) => (error ? reject(error) : resolve(value)));
  });
  assert.strictEqual(seven % 12n, 7n);
  assert.strictEqual(crypto.checkPrimeSync(2n ** 61n - 1n), true);
  assert.strictEqual(crypto.checkPrimeSync(2n ** 61n + 1n), false);
  assert.throws(() => crypto.generatePrimeSync(0), { code: 'ERR_OUT_OF_RANGE' });
});

test('new secret keys', async () => {
  const key = crypto.generateKeySync('hmac', { length: 70 });
  assert.strictEqual(key.symmetricKeySize, 8);
  assert.throws(() => crypto.generateKeySync('aes', { length: 100 }), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('CCM without its data makes no tag', () => {
  const options = { authTagLength: 10 };
  const make = () => crypto.createCipheriv('aes-128-ccm', Buffer.alloc(16), Buffer.alloc(12), options);
  assert.throws(() => make().final(), { code: 'ERR_OSSL_TAG_NOT_SET' });
  const cipher = make();
  cipher.update('');
  cipher.final();
  assert.strictEqual(cipher.getAuthTag().length, 10);
});
