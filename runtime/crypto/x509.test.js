// Certificates: their parts as text, what they are good for, and that names in them cannot pass for more than one.
const { X509Certificate, Certificate, createPrivateKey, generateKeyPairSync } = require('crypto');
const assert = require('assert');
const { inspect } = require('util');
const { test } = require('../../tests/harness');

// Self-signed, for the names below.
const kCertificate = `-----BEGIN CERTIFICATE-----
MIICfjCCAiSgAwIBAgIUaRT6L9Ce+GzFbSBXyse6fS3RFFIwCgYIKoZIzj0EAwIw
NTELMAkGA1UEBhMCREUxDzANBgNVBAoMBlBhcmxleTEVMBMGA1UEAwwMaG9zdC5l
eGFtcGxlMCAXDTI2MTEyMTA4NDcyM1oYDzIxMjYxMDI4MDg0NzIzWjA1MQswCQYD
VQQGEwJERTEPMA0GA1UECgwGUGFybGV5MRUwEwYDVQQDDAxob3N0LmV4YW1wbGUw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASMvsNbNpexBH31K3eFGVP0Kxq0MtKM
oAik8qxdwVSxEZLkI4YsWK5QocTceFys7LL0gP5S54/9f9GodYB7whD6o4IBDjCC
AQowDAYDVR0TBAUwAwEB/zBoBgNVHREEYTBfggxob3N0LmV4YW1wbGWCDioud2ls
ZC5leGFtcGxlhwR/AAABhxAAAAAAAAAAAAAAAAAAAAABgQ5hQGhvc3QuZXhhbXBs
ZYYXaHR0cDovL2hvc3QuZXhhbXBsZS9hLGIwHQYDVR0lBBYwFAYIKwYBBQUHAwEG
CCsGAQUFBwMCMFIGCCsGAQUFBwEBBEYwRDAgBggrBgEFBQcwAYYUaHR0cDovL29j
c3AuZXhhbXBsZS8wIAYIKwYBBQUHMAKGFGh0dHA6Ly9jYS5leGFtcGxlL2NhMB0G
A1UdDgQWBBTUCkzSJMotb+le9lDu2VHlQMeTFDAKBggqhkjOPQQDAgNIADBFAiEA
+fxqn5zeRujHYphRlvWn+hghugLmULuIVZ8L6dVlMt0CIBo6LIwTpa6vpHiOzEIA
454ksL0M1BJ5ONDkyOz6+GIM
-----END CERTIFICATE-----`;
const kKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDJoq8fT5M1I4RAWa
FhmKp68q2zA4XA3Su1eeKuB+JbehRANCAASMvsNbNpexBH31K3eFGVP0Kxq0MtKM
oAik8qxdwVSxEZLkI4YsWK5QocTceFys7LL0gP5S54/9f9GodYB7whD6
-----END PRIVATE KEY-----`;

const certificate = new X509Certificate(kCertificate);

test('the parts are text', () => {
  assert.strictEqual(certificate.subject, 'C=DE\nO=Parley\nCN=host.example');
  assert.strictEqual(certificate.issuer, certificate.subject);
  assert.strictEqual(
    certificate.subjectAltName,
    'DNS:host.example, DNS:*.wild.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, email:a@host.example, URI:"http://host.example/a\\u002cb"',
  );
  assert.strictEqual(
    certificate.infoAccess,
    'OCSP - URI:http://ocsp.example/\nCA Issuers - URI:http://ca.example/ca',
  );
  assert.deepStrictEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.strictEqual(certificate.fingerprint, '6C:DA:24:E7:D5:2A:31:45:CB:1D:3D:3B:E6:B0:78:F9:79:EF:45:1B');
  assert.strictEqual(certificate.serialNumber, '6914FA2FD09EF86CC56D2057CAC7BA7D2DD11452');
  assert.strictEqual(certificate.validFrom, 'Nov 21 08:47:23 2026 GMT');
  assert.strictEqual(certificate.ca, true);
  assert.ok(inspect(certificate).startsWith('X509Certificate {'));
});

test('it comes back from PEM, DER and a clone', () => {
  assert.strictEqual(certificate.toString().trim(), kCertificate);
  assert.strictEqual(JSON.parse(JSON.stringify(certificate)), certificate.toString());
  assert.deepStrictEqual(new X509Certificate(certificate.raw).raw, certificate.raw);
  assert.deepStrictEqual(structuredClone(certificate).raw, certificate.raw);
});

test('hosts, addresses and senders are told apart', () => {
  assert.strictEqual(certificate.checkHost('host.example'), 'host.example');
  assert.strictEqual(certificate.checkHost('a.wild.example'), '*.wild.example');
  assert.strictEqual(certificate.checkHost('a.wild.example', { wildcards: false }), undefined);
  assert.strictEqual(certificate.checkHost('other.example'), undefined);
  assert.strictEqual(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  assert.strictEqual(certificate.checkIP('127.0.0.2'), undefined);
  assert.strictEqual(certificate.checkEmail('a@host.example'), 'a@host.example');
  assert.throws(() => certificate.checkHost('a\0b'), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => certificate.checkIP('no address'), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => certificate.checkHost('a', { subject: 'sometimes' }), {
    code: 'ERR_INVALID_ARG_VALUE',
  });
});

test('keys and issuers are checked', () => {
  assert.ok(certificate.checkPrivateKey(createPrivateKey(kKey)));
  assert.ok(certificate.verify(certificate.publicKey));
  assert.ok(certificate.checkIssued(certificate));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  assert.ok(!certificate.checkPrivateKey(privateKey));
  assert.ok(!certificate.verify(publicKey));
  assert.throws(() => certificate.verify(privateKey), { code: 'ERR_INVALID_ARG_VALUE' });
});

test('the legacy object has the same in other words', () => {
  const legacy = certificate.toLegacyObject();
  assert.deepStrictEqual({ ...legacy.subject }, { C: 'DE', O: 'Parley', CN: 'host.example' });
  assert.strictEqual(legacy.subjectaltname, certificate.subjectAltName);
  assert.deepStrictEqual(
    { ...legacy.infoAccess },
    {
      'OCSP - URI': ['http://ocsp.example/'],
      'CA Issuers - URI': ['http://ca.example/ca'],
    },
  );
  assert.strictEqual(legacy.asn1Curve, 'prime256v1');
  assert.strictEqual(legacy.nistCurve, 'P-256');
  assert.deepStrictEqual(legacy.raw, certificate.raw);
});

test('what is no certificate is an error', () => {
  for (let cut = 0; cut < certificate.raw.length; cut += 7) {
    assert.throws(() => new X509Certificate(certificate.raw.subarray(0, cut)), Error, `cut at ${cut}`);
  }
  assert.throws(() => new X509Certificate(1), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.strictEqual(Certificate.verifySpkac('no SPKAC'), false);
  assert.strictEqual(Certificate.exportPublicKey('no SPKAC'), '');
});
