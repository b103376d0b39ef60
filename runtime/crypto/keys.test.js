// Keys, signatures, agreement: each way in and out, and every mistake named (Node doc: crypto).
const crypto = require('crypto');
const assert = require('assert');
const { promisify } = require('util');
const { test } = require('../../tests/harness');

const kPairs = {
  rsa: { modulusLength: 1024 },
  'rsa-pss': { modulusLength: 1024, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 20 },
  ec: { namedCurve: 'P-384' },
  ed25519: undefined,
  ed448: undefined,
  x25519: undefined,
  x448: undefined,
  dh: { group: 'modp5' },
};

test('a pair of every kind survives PEM and DER, plain and encrypted', () => {
  for (const [type, options] of Object.entries(kPairs)) {
    const { publicKey, privateKey } = crypto.generateKeyPairSync(type, options);
    assert.strictEqual(privateKey.asymmetricKeyType, type);
    for (const format of ['pem', 'der']) {
      const spki = publicKey.export({ format, type: 'spki' });
      assert.ok(
        crypto.createPublicKey({ key: spki, format, type: 'spki' }).equals(publicKey),
        `${type} ${format}`,
      );
      const secret = { cipher: 'aes-256-cbc', passphrase: 'schlüssel' };
      for (const how of [{}, secret]) {
        const pkcs8 = privateKey.export({ format, type: 'pkcs8', ...how });
        const again = crypto.createPrivateKey({
          key: pkcs8,
          format,
          type: 'pkcs8',
          passphrase: how.passphrase,
        });
        assert.ok(again.equals(privateKey), `${type} ${format} ${how.cipher}`);
        assert.ok(crypto.createPublicKey(again).equals(publicKey));
      }
    }
  }
});

test('a JWK is the key', () => {
  for (const [type, options] of Object.entries({ ...kPairs, 'rsa-pss': null, dh: null })) {
    if (options === null) continue;
    const { publicKey, privateKey } = crypto.generateKeyPairSync(type, options);
    const jwk = privateKey.export({ format: 'jwk' });
    assert.ok(crypto.createPrivateKey({ key: jwk, format: 'jwk' }).equals(privateKey), type);
    assert.ok(crypto.createPublicKey({ key: jwk, format: 'jwk' }).equals(publicKey), type);
    assert.deepStrictEqual(Object.keys(publicKey.export({ format: 'jwk' })).includes('d'), false);
  }
});

test('a JWK that is no key is refused', () => {
  const jwk = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const read = (key) => () => crypto.createPublicKey({ key, format: 'jwk' });
  assert.throws(read({ ...jwk, y: jwk.x }), { code: 'ERR_CRYPTO_INVALID_JWK' });
  assert.throws(read({ ...jwk, crv: 'P-1' }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(read({ ...jwk, x: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(read({ kty: 'OKP', crv: 'Ed25519', x: 'AA' }), { code: 'ERR_CRYPTO_INVALID_JWK' });
});

test('keys are cloned with what they are', () => {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  assert.ok(structuredClone(publicKey).equals(publicKey));
  assert.ok(structuredClone(privateKey).equals(privateKey));
  assert.strictEqual(structuredClone(crypto.createSecretKey('abc', 'utf8')).export().toString(), 'abc');
});

test('every kind of key signs at once and on the thread pool, and sees a changed message', async () => {
  const data = Buffer.from('to be signed');
  for (const type of ['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448']) {
    const { publicKey, privateKey } = crypto.generateKeyPairSync(type, kPairs[type]);
    const digest = type.startsWith('ed') ? null : 'sha256';
    const signatures = [crypto.sign(digest, data, privateKey)];
    signatures.push(await promisify(crypto.sign)(digest, data, privateKey));
    for (const signature of signatures) {
      assert.strictEqual(crypto.verify(digest, data, publicKey, signature), true, type);
      assert.strictEqual(await promisify(crypto.verify)(digest, data, publicKey, signature), true, type);
      assert.strictEqual(
        crypto.verify(digest, Buffer.from('to be Signed'), publicKey, signature),
        false,
        type,
      );
      assert.strictEqual(crypto.verify(digest, data, publicKey, signature.subarray(1)), false, type);
    }
  }
});

test('Sign and Verify take a message in parts', () => {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ec', kPairs.ec);
  const signature = crypto.createSign('SHA256').update('a').update('b').sign(privateKey, 'hex');
  assert.ok(crypto.createVerify('SHA256').update('ab').verify(publicKey, signature, 'hex'));
  assert.ok(!crypto.createVerify('SHA256').update('abc').verify(publicKey, signature, 'hex'));
  const raw = crypto.createSign('SHA256').update('ab').sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
  assert.strictEqual(raw.length, 96);
  assert.ok(crypto.verify('SHA256', Buffer.from('ab'), { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw));
});

test('what RSA encrypts with one key the other decrypts', () => {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const data = Buffer.from('secret');
  const oaep = { oaepHash: 'sha256', oaepLabel: Buffer.from('label') };
  const sealed = crypto.publicEncrypt({ key: publicKey, ...oaep }, data);
  assert.deepStrictEqual(crypto.privateDecrypt({ key: privateKey, ...oaep }, sealed), data);
  assert.throws(
    () => crypto.privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, sealed),
    /oaep decoding error/,
  );
  assert.deepStrictEqual(crypto.publicDecrypt(publicKey, crypto.privateEncrypt(privateKey, data)), data);
  assert.throws(() => crypto.privateDecrypt(publicKey, sealed), {
    code: 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE',
  });
});

test('both sides agree, in every way there is', () => {
  const a = crypto.createDiffieHellman(512);
  const b = crypto.createDiffieHellman(a.getPrime(), a.getGenerator());
  a.generateKeys();
  b.generateKeys('hex');
  assert.deepStrictEqual(a.computeSecret(b.getPublicKey()), b.computeSecret(a.getPublicKey('hex'), 'hex'));

  const c = crypto.createECDH('secp521r1');
  const d = crypto.createECDH('secp521r1');
  d.generateKeys();
  assert.deepStrictEqual(
    c.computeSecret.call(c.generateKeys() && c, d.getPublicKey(null, 'compressed')),
    d.computeSecret(c.getPublicKey()),
  );

  for (const type of ['ec', 'x25519', 'x448', 'dh']) {
    const alice = crypto.generateKeyPairSync(type, kPairs[type]);
    const bob = crypto.generateKeyPairSync(type, kPairs[type]);
    const agree = (ours, theirs) =>
      crypto.diffieHellman({ privateKey: ours.privateKey, publicKey: theirs.publicKey });
    assert.deepStrictEqual(agree(alice, bob), agree(bob, alice), type);
  }
});

test('bytes that are no point are no public key', () => {
  const ecdh = crypto.createECDH('prime256v1');
  ecdh.generateKeys();
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(65, 4), ecdh.getPublicKey().subarray(1)]) {
    assert.throws(() => ecdh.computeSecret(bytes), { code: 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY' });
  }
  assert.throws(() => ecdh.computeSecret(Buffer.alloc(1)), { code: 'ERR_CRYPTO_OPERATION_FAILED' }); // infinity
  assert.throws(() => ecdh.setPrivateKey(Buffer.alloc(32)), { code: 'ERR_CRYPTO_INVALID_KEYTYPE' });
});

test('text of any kind is a key or an error, never a crash', () => {
  const { privateKey } = crypto.generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  for (let cut = 0; cut < pem.length; cut += 3) {
    assert.throws(() => crypto.createPrivateKey(pem.slice(0, cut)), Error, `cut at ${cut}`);
    if (cut >= der.length) continue;
    for (const type of ['pkcs8', 'sec1', 'pkcs1']) {
      assert.throws(() => crypto.createPrivateKey({ key: der.subarray(0, cut), format: 'der', type }), Error);
    }
  }
});
