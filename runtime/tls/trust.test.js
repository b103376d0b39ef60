'use strict';
// runs-on: parley,node
// Whom a TLS client believes: hosts, addresses, dates, chains. Each row is a server's certificate, what the client asks for
// and the documented code of the refusal (none: the connection stands).
const { test } = require('../../tests/harness');
const assert = require('assert');
const https = require('https');
const tls = require('tls');
const { once } = require('events');
const { make, DAY, CLIENT_AUTH } = require('./fixtures/certificates');

const at = (days) => new Date(Date.now() + days * DAY);
const root = make({ subject: 'Root', ca: true });
const other = make({ subject: 'Other root', ca: true });
const impostor = make({ subject: 'Root', ca: true });
const leaf = (options) => make({ subject: 'server', issuer: root, ...options });
const chain = (options, ...issuers) => ({
  ...options,
  cert: [options, ...issuers].map((c) => c.cert).join(''),
});

const middle = make({ subject: 'Middle', ca: true, issuer: root });
const expiredMiddle = make({ subject: 'Middle', ca: true, issuer: root, from: at(-3), to: at(-1) });
const noAuthority = make({ subject: 'Not an authority', issuer: root });
const NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

const HOSTS = [
  // names or addresses in the certificate, host asked for, code
  [{ names: ['a.example.org'] }, 'a.example.org'],
  [{ names: ['A.EXAMPLE.org'] }, 'a.example.ORG'],
  [{ names: ['a.example.org'] }, 'b.example.org', NAME],
  [{ names: ['a.example.org'] }, 'a.example.org.evil.net', NAME],
  [{ names: ['a.example.org'] }, 'xa.example.org', NAME],
  [{ names: ['*.example.org'] }, 'a.example.org'],
  [{ names: ['*.example.org'] }, 'a.b.example.org', NAME],
  [{ names: ['*.example.org'] }, 'example.org', NAME],
  [{ names: ['*.*.org'] }, 'a.example.org', NAME],
  [{ names: ['a.*.org'] }, 'a.example.org', NAME],
  [{ names: ['*.org'] }, 'example.org', NAME],
  [{ names: ['*'] }, 'localhost', NAME],
  [{ names: ['b*.example.org'] }, 'bar.example.org'],
  [{ names: ['xn--*.example.org'] }, 'xn--bcher-kva.example.org', NAME],
  [{ names: ['localhost\0.evil.net'] }, 'localhost', NAME],
  [{ names: ['localhost, DNS:victim.org'] }, 'victim.org', NAME],
  [{ names: ['evil.net\0DNS:victim.org'] }, 'victim.org', NAME],
  [{ addresses: ['127.0.0.1'] }, '127.0.0.1'],
  [{ addresses: ['127.0.0.2'] }, '127.0.0.1', NAME],
  [{ names: ['127.0.0.1'] }, '127.0.0.1', NAME],
  [{ subject: '127.0.0.1' }, '127.0.0.1', NAME],
  [{ names: ['*.0.0.1'] }, '127.0.0.1', NAME],
  [{ subject: 'a.example.org' }, 'a.example.org'], // no other names: the subject counts
  [{ subject: 'a.example.org', names: ['b.example.org'] }, 'a.example.org', NAME],
  [{ subject: '*.example.org' }, 'a.example.org'],
  [{ subject: 'a.example.org\0.evil.net' }, 'a.example.org', NAME],
];

async function listen(t, options, listener) {
  const server = tls.createServer(options, listener);
  server.on('tlsClientError', () => {}); // refused by the other side
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server;
}

// Resolves with the code of the failure, or undefined.
async function outcome(server, options) {
  const socket = tls.connect({ port: server.address().port, host: '127.0.0.1', ca: root.cert, ...options });
  const code = await new Promise((resolve) => {
    socket.on('secureConnect', () => resolve(undefined));
    socket.on('error', (error) => resolve(error.code ?? error.message));
  });
  socket.destroy();
  return code;
}

// What is asked for as `host` without connecting anywhere but here.
const asHost = (host) => ({
  host,
  servername: /^[\d.]+$/.test(host) ? '' : host,
  lookup: (name, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
});

test('hosts', async (t) => {
  for (const [options, host, code] of HOSTS) {
    const server = await listen(t, leaf(options));
    assert.strictEqual(await outcome(server, asHost(host)), code, `${JSON.stringify(options)} for ${host}`);
  }
});

test('a host that is cut short by a null byte is still another host', async (t) => {
  const server = await listen(t, leaf({ names: ['a.example.org'] }));
  const code = await outcome(server, { servername: 'a.example.org\0.evil.net' });
  assert.ok(code, 'connected');
});

const own = { names: ['localhost'] };
const NO_CA = /^INVALID_(CA|PURPOSE)$/; // OpenSSL's releases differ
const CHAINS = {
  'a chain to a trusted root': [chain(leaf({ ...own, issuer: middle }), middle)],
  'one that expired': [leaf({ ...own, from: at(-3), to: at(-1) }), {}, 'CERT_HAS_EXPIRED'],
  'one that is not valid yet': [leaf({ ...own, from: at(1), to: at(3) }), {}, 'CERT_NOT_YET_VALID'],
  'one signed by itself': [make({ subject: 'self', ...own }), {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  'a root nobody trusts': [leaf({ ...own, issuer: other }), {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  'such a root, sent along': [chain(leaf({ ...own, issuer: other }), other), {}, 'SELF_SIGNED_CERT_IN_CHAIN'],
  'a root with a trusted name': [leaf({ ...own, issuer: impostor }), {}, 'CERT_SIGNATURE_FAILURE'],
  'a missing link': [leaf({ ...own, issuer: middle }), {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  'a link that expired': [
    chain(leaf({ ...own, issuer: expiredMiddle }), expiredMiddle),
    {},
    'CERT_HAS_EXPIRED',
  ],
  'a link that is no authority': [
    chain(leaf({ ...own, issuer: noAuthority }), noAuthority),
    {},
    'INVALID_PURPOSE',
  ],
  "a client's certificate": [leaf({ ...own, usage: CLIENT_AUTH }), {}, 'INVALID_PURPOSE'],
  'a check of its own that refuses': [
    leaf(own),
    { checkServerIdentity: () => Object.assign(new Error('no'), { code: 'MINE' }) },
    'MINE',
  ],
  'a check of its own that takes another host': [
    leaf({ names: ['b.org'] }),
    { checkServerIdentity: () => {} },
  ],
};
test('dates and chains', async (t) => {
  for (const [what, [certificate, options, code]] of Object.entries(CHAINS)) {
    const server = await listen(t, certificate);
    const actual = await outcome(server, { servername: 'localhost', ...options });
    if (code === NO_CA) assert.match(actual, code, what);
    else assert.strictEqual(actual, code, what);
    assert.strictEqual(
      await outcome(server, { servername: 'localhost', ...options, rejectUnauthorized: false }),
      undefined,
      `${what}, without a look at it`,
    );
  }
});

test('https has the same codes', async (t) => {
  const server = https.createServer(leaf({ ...own, from: at(-3), to: at(-1) }), (req, res) => res.end());
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address();
  const req = https.get({ port, host: '127.0.0.1', servername: 'localhost', ca: root.cert, agent: false });
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'CERT_HAS_EXPIRED');
});

test('a server that asks for certificates takes trusted ones of clients alone', async (t) => {
  const server = await listen(
    t,
    { ...leaf(own), ca: root.cert, requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end('in'),
  );
  const enter = async (certificate) => {
    const socket = tls.connect({
      port: server.address().port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: root.cert,
      ...certificate,
    });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    return text;
  };
  assert.strictEqual(await enter(leaf({ subject: 'client', usage: CLIENT_AUTH })), 'in');
  assert.strictEqual(await enter({}), '', 'no certificate');
  assert.strictEqual(await enter(leaf({ subject: 'client', from: at(-3), to: at(-1) })), '', 'expired');
  assert.strictEqual(await enter(make({ subject: 'client', issuer: other })), '', 'another root');
  assert.strictEqual(await enter(make({ subject: 'client' })), '', 'signed by itself');
});

test('versions and ciphers without a common one end the handshake', async (t) => {
  const old = await listen(t, { ...leaf(own), maxVersion: 'TLSv1.2' });
  assert.strictEqual(
    await outcome(old, { servername: 'localhost', minVersion: 'TLSv1.3' }),
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  );
  const recent = await listen(t, { ...leaf(own), minVersion: 'TLSv1.3' });
  assert.strictEqual(
    await outcome(recent, { servername: 'localhost', maxVersion: 'TLSv1.2' }),
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  );
  const picky = await listen(t, {
    ...leaf(own),
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  });
  const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256';
  assert.strictEqual(
    await outcome(picky, { servername: 'localhost', maxVersion: 'TLSv1.2', ciphers }),
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  );
});
