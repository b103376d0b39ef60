'use strict';
// TLS connections and servers. Node doc: tls.

const assert = require('assert');
const fs = require('fs');
const net = require('net');
const path = require('path');
const tls = require('tls');
const { once } = require('events');
const { Duplex } = require('stream');
const { test } = require('../../tests/harness');

const read = (name) => fs.readFileSync(path.join(__dirname, 'fixtures', `${name}.pem`));
const ca = read('ca-cert');
const own = (name) => ({ key: read(`${name}-key`), cert: read(`${name}-cert`) });

async function serve(options, listener) {
  const server = tls.createServer({ ...own('server'), ...options }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
const connect = (server, options) =>
  tls.connect({ port: server.address().port, host: '127.0.0.1', servername: 'localhost', ca, ...options });

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`${version}: much data goes both ways, unchanged`, async () => {
    const data = Buffer.alloc(1 << 20, 'parley ');
    const server = await serve({ maxVersion: version, minVersion: version }, (socket) => socket.pipe(socket));
    const socket = connect(server);
    await once(socket, 'secureConnect');
    assert.strictEqual(socket.authorized, true);
    assert.strictEqual(socket.getProtocol(), version);
    assert.strictEqual(socket.encrypted, true);
    socket.end(data);
    assert.ok((await collect(socket)).equals(data));
    server.close();
    await once(server, 'close');
  });
}

test('a server without a trusted certificate is refused', async () => {
  const server = await serve({});
  server.on('tlsClientError', () => {});
  const socket = connect(server, { ca: undefined });
  const [error] = await once(socket, 'error');
  assert.strictEqual(error.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  const unchecked = connect(server, { ca: undefined, rejectUnauthorized: false });
  await once(unchecked, 'secureConnect');
  assert.strictEqual(unchecked.authorized, false);
  assert.strictEqual(unchecked.authorizationError, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  unchecked.destroy();
  server.close();
});

test('a certificate of another host is refused', async () => {
  const server = await serve(own('other'));
  server.on('tlsClientError', () => {});
  const [error] = await once(connect(server), 'error');
  assert.strictEqual(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  assert.strictEqual(error.host, 'localhost');
  assert.strictEqual(error.cert.subject.CN, 'other.example');
  server.close();
});

test('clients have certificates, too', async () => {
  const server = await serve({ ca, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.end(`${socket.authorized} ${socket.getPeerCertificate().subject?.CN}`);
  });
  assert.strictEqual(String(await collect(connect(server, own('client')))), 'true client');
  assert.strictEqual(String(await collect(connect(server))), 'false undefined');
  server.close();
});

test('names choose certificates, protocols are agreed on', async () => {
  const server = await serve({ ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    socket.end(`${socket.servername} ${socket.alpnProtocol}`);
  });
  server.addContext('*.wild.example', own('other'));
  const socket = connect(server, { servername: 'a.wild.example', ALPNProtocols: ['x', 'http/1.1'] });
  await once(socket, 'secureConnect');
  assert.strictEqual(socket.getPeerCertificate().subject.CN, 'other.example');
  assert.strictEqual(socket.alpnProtocol, 'http/1.1');
  assert.strictEqual(String(await collect(socket)), 'a.wild.example http/1.1');
  server.close();
});

test('an asynchronous SNICallback is waited for', async () => {
  const server = await serve(
    {
      SNICallback: (name, callback) =>
        setImmediate(
          callback,
          null,
          name === 'other.example' ? tls.createSecureContext(own('other')) : undefined,
        ),
    },
    (socket) => socket.end('ok'),
  );
  assert.strictEqual(String(await collect(connect(server, { servername: 'other.example' }))), 'ok');
  assert.strictEqual(String(await collect(connect(server))), 'ok');
  server.close();
});

test('sessions are resumed', async () => {
  const server = await serve({}, (socket) => socket.end('data'));
  const first = connect(server);
  const [session] = await once(first, 'session');
  first.destroy();
  const second = connect(server, { session });
  await once(second, 'secureConnect');
  assert.strictEqual(second.isSessionReused(), true);
  second.destroy();
  server.close();
});

test('what is no TLS is an error of the client, and the server lives on', async () => {
  const server = await serve({}, (socket) => socket.end('fine'));
  const raw = net.connect(server.address().port, '127.0.0.1');
  raw.on('error', () => {});
  raw.end('GET / HTTP/1.1\r\n\r\n');
  const [error] = await once(server, 'tlsClientError');
  assert.match(error.code, /^ERR_SSL_(?:HTTP_REQUEST|WRONG_VERSION_NUMBER)$/);
  assert.strictEqual(String(await collect(connect(server))), 'fine');
  server.close();
});

test('a server that hangs up in the handshake is told of', async () => {
  const server = net.createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [error] = await once(connect(server), 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  assert.match(error.message, /disconnected before secure TLS connection was established/);
  server.close();
});

test('handshakes have a deadline', async () => {
  const server = await serve({ handshakeTimeout: 20 });
  const raw = net.connect(server.address().port, '127.0.0.1');
  raw.on('error', () => {});
  const [error] = await once(server, 'tlsClientError');
  assert.strictEqual(error.code, 'ERR_TLS_HANDSHAKE_TIMEOUT');
  raw.destroy();
  server.close();
});

test('TLS goes over any stream, even over TLS', async () => {
  const server = await serve({}, (socket) => {
    const inner = new tls.TLSSocket(socket, { isServer: true, ...own('other') });
    inner.end('inside');
  });
  const outer = connect(server);
  const inner = tls.connect({ socket: outer, servername: 'other.example', ca });
  assert.strictEqual(String(await collect(inner)), 'inside');

  const lower = net.connect(server.address().port, '127.0.0.1');
  const wrapped = new Duplex({
    read() {},
    write: (chunk, encoding, callback) => lower.write(chunk, callback),
  });
  lower.on('data', (chunk) => wrapped.push(chunk));
  lower.on('end', () => wrapped.push(null));
  const over = tls.connect({ socket: wrapped, servername: 'localhost', ca });
  await once(over, 'secureConnect');
  over.destroy();
  lower.destroy();
  server.close();
});

test('bad options are told in Node\u2019s words', () => {
  assert.throws(() => tls.createSecureContext({ key: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => tls.createSecureContext({ minVersion: 'TLSv9' }), {
    code: 'ERR_TLS_INVALID_PROTOCOL_VERSION',
  });
  assert.throws(() => tls.createSecureContext({ cert: 'nonsense' }), /PEM/i);
  assert.throws(() => tls.createServer({ SNICallback: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => tls.createServer({ ALPNCallback() {}, ALPNProtocols: ['a'] }), {
    code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS',
  });
});

test('identities: names, wildcards and addresses', () => {
  const check = (host, names, CN) =>
    tls.checkServerIdentity(host, { subject: { CN }, subjectaltname: names });
  assert.strictEqual(check('a.example', 'DNS:a.example'), undefined);
  assert.strictEqual(check('b.a.example', 'DNS:*.a.example'), undefined);
  assert.strictEqual(check('c.b.a.example', 'DNS:*.a.example').code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  assert.ok(check('a.example', 'DNS:*.example'));
  assert.strictEqual(check('127.0.0.1', 'IP Address:127.0.0.1'), undefined);
  assert.strictEqual(check('::1', 'IP Address:0:0:0:0:0:0:0:1'), undefined);
  assert.ok(check('127.0.0.1', 'DNS:127.0.0.1'));
  assert.strictEqual(check('a.example', '', 'a.example'), undefined);
});

test('what waits in a stream is read once when TLS begins on it', async () => {
  const sides = [0, 1].map(
    (at) =>
      new Duplex({
        read() {},
        write(chunk, encoding, callback) {
          sides[1 - at].push(chunk);
          callback();
        },
      }),
  );
  const client = tls.connect({ socket: sides[0], servername: 'localhost', ca });
  await once(sides[1], 'readable'); // the client's hello
  const server = new tls.TLSSocket(sides[1], { isServer: true, ...own('server') });
  await once(client, 'secureConnect');
  client.end('hello');
  server.setEncoding('utf8');
  assert.deepStrictEqual(await once(server, 'data'), ['hello']);
  client.destroy();
  server.destroy();
});

test('ciphers of TLS 1.2 leave the suites of 1.3', async () => {
  const server = await serve({}, (socket) => socket.end());
  const client = connect(server, { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
  await once(client, 'secureConnect');
  assert.strictEqual(client.getProtocol(), 'TLSv1.3');
  client.destroy();
  server.close();
});

test('a client may renegotiate TLS 1.2, until the server says no or it was too often', async () => {
  const renegotiate = (client) =>
    new Promise((resolve, reject) => {
      client.once('close', () => reject(new Error('closed')));
      client.renegotiate({ rejectUnauthorized: false }, (error) => (error ? reject(error) : resolve()));
    });
  for (const disables of [true, false]) {
    let told;
    const server = await serve({ maxVersion: 'TLSv1.2' }, (socket) => {
      socket.on('error', (error) => {
        told = error.code;
        socket.destroy();
      });
      socket.on('data', () => disables && socket.disableRenegotiation());
    });
    const client = connect(server);
    client.on('error', () => {});
    await once(client, 'secureConnect');
    await renegotiate(client);
    await new Promise((resolve) => client.write('data', resolve));
    let count = 1;
    await assert.rejects(async () => {
      for (; count < 10; count++) await renegotiate(client);
    });
    assert.strictEqual(told, disables ? 'ERR_TLS_RENEGOTIATION_DISABLED' : 'ERR_TLS_SESSION_ATTACK');
    if (!disables) assert.strictEqual(count, tls.CLIENT_RENEG_LIMIT);
    client.destroy();
    server.close();
    await once(server, 'close');
  }
});
