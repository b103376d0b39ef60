'use strict';
// runs-on: parley,node
// Web Crypto with pairs of keys.
const assert = require('assert');
const { test } = require('../../tests/harness');
const { subtle } = globalThis.crypto;

const data = Buffer.from('what is signed');

const kSigning = [
  [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024 }, 'RSASSA-PKCS1-v1_5', 'RS256'],
  [{ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 1024 }, { name: 'RSA-PSS', saltLength: 20 }, 'PS1'],
  [{ name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', hash: 'SHA-512' }, undefined],
  [{ name: 'Ed25519' }, 'Ed25519', undefined],
];

test('keys sign, also those that came and went in every format', async () => {
  for (const [algorithm, signing, alg] of kSigning) {
    if (algorithm.modulusLength) algorithm.publicExponent = new Uint8Array([1, 0, 1]);
    const pair = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const signature = await subtle.sign(signing, pair.privateKey, data);
    assert.strictEqual(await subtle.verify(signing, pair.publicKey, signature, data), true);
    assert.strictEqual(await subtle.verify(signing, pair.publicKey, signature, Buffer.from('x')), false);
    for (const [name, formats, usages] of [
      ['publicKey', ['spki', 'jwk'], ['verify']],
      ['privateKey', ['pkcs8', 'jwk'], ['sign']],
    ]) {
      for (const format of formats) {
        const written = await subtle.exportKey(format, pair[name]);
        if (alg !== undefined && format === 'jwk') assert.strictEqual(written.alg, alg);
        pair[name] = await subtle.importKey(format, written, algorithm, true, usages);
        assert.deepStrictEqual(await subtle.exportKey(format, pair[name]), written);
      }
    }
    const again = await subtle.sign(signing, pair.privateKey, data);
    assert.strictEqual(await subtle.verify(signing, pair.publicKey, again, data), true);
    assert.strictEqual(pair.publicKey.algorithm.name, algorithm.name);
  }
});

test('an ECDSA signature is its two numbers, as RFC 7515 says', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey } = await subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const signature = await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, data);
  assert.strictEqual(signature.byteLength, 64);
});

test('two agree on a secret', async () => {
  for (const [algorithm, bits] of [
    [{ name: 'ECDH', namedCurve: 'P-521' }, 520],
    [{ name: 'X25519' }, 256],
  ]) {
    const make = () => subtle.generateKey(algorithm, true, ['deriveBits', 'deriveKey']);
    const [a, b] = [await make(), await make()];
    const raw = await subtle.exportKey('raw', b.publicKey);
    const imported = await subtle.importKey('raw', raw, algorithm, true, []);
    const derive = (mine, theirs) =>
      subtle.deriveBits({ name: algorithm.name, public: theirs }, mine.privateKey, bits);
    const [one, two] = [await derive(a, imported), await derive(b, a.publicKey)];
    assert.deepStrictEqual(one, two);
    assert.strictEqual(one.byteLength, bits / 8);
    const target = { name: 'AES-GCM', length: 256 };
    const options = { name: algorithm.name, public: b.publicKey };
    const key = await subtle.deriveKey(options, a.privateKey, target, true, ['encrypt']);
    assert.strictEqual(key.algorithm.length, 256);
  }
});

test('RSA-OAEP encrypts and wraps', async () => {
  const algorithm = {
    name: 'RSA-OAEP',
    hash: 'SHA-256',
    modulusLength: 1024,
    publicExponent: new Uint8Array([3]),
  };
  const usages = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
  const { publicKey, privateKey } = await subtle.generateKey(algorithm, true, usages);
  const options = { name: 'RSA-OAEP', label: Buffer.from('label') };
  const sealed = await subtle.encrypt(options, publicKey, data);
  assert.deepStrictEqual(Buffer.from(await subtle.decrypt(options, privateKey, sealed)), data);
  await assert.rejects(subtle.decrypt('RSA-OAEP', privateKey, sealed), { name: 'OperationError' });
  const inner = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, true, ['sign']);
  const wrapped = await subtle.wrapKey('raw', inner, publicKey, 'RSA-OAEP');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const out = await subtle.unwrapKey('raw', wrapped, privateKey, 'RSA-OAEP', hmac, true, ['sign']);
  assert.deepStrictEqual(await subtle.exportKey('raw', out), await subtle.exportKey('raw', inner));
});
