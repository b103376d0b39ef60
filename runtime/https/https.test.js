'use strict';
// HTTP over TLS. Node doc: https.

const assert = require('assert');
const fs = require('fs');
const https = require('https');
const path = require('path');
const { once } = require('events');
const { test } = require('../../tests/harness');

const read = (name) => fs.readFileSync(path.join(__dirname, '../tls/fixtures', `${name}.pem`));
const ca = read('ca-cert');

async function serve(listener, options) {
  const server = https.createServer(
    { key: read('server-key'), cert: read('server-cert'), ...options },
    listener,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function ask(server, options, body) {
  const request = https.request({ port: server.address().port, host: 'localhost', ca, ...options });
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return { response, request, text: String(Buffer.concat(chunks)) };
}

test('requests and bodies go both ways', async () => {
  const server = await serve((request, response) => request.pipe(response));
  const body = 'x'.repeat(300_000);
  const { response, text } = await ask(server, { method: 'POST', agent: false }, body);
  assert.strictEqual(response.statusCode, 200);
  assert.strictEqual(text, body);
  server.close();
});

test('an agent keeps connections and resumes sessions', async () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const server = await serve((request, response) => response.end(String(request.socket.isSessionReused())));
  const first = await ask(server, { agent });
  const second = await ask(server, { agent });
  assert.strictEqual(first.request.reusedSocket, false);
  assert.strictEqual(second.request.reusedSocket, true);
  agent.destroy();
  const other = new https.Agent({ maxCachedSessions: 10 });
  assert.strictEqual((await ask(server, { agent: other })).text, 'false');
  assert.strictEqual((await ask(server, { agent: other })).text, 'true');
  server.close();
});

test('an untrusted server is an error of the request', async () => {
  const server = await serve(() => assert.fail());
  const request = https.get({ port: server.address().port, host: 'localhost', agent: false });
  const [error] = await once(request, 'error');
  assert.strictEqual(error.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  server.close();
});

test('an agent\u2019s name tells connections with other trust apart', () => {
  const agent = new https.Agent();
  const name = agent.getName({ host: 'a', port: 443, servername: 'b', rejectUnauthorized: false });
  assert.match(name, /^a:443:+false:b:+$/);
  assert.notStrictEqual(agent.getName({ host: 'a', ca: 'x' }), agent.getName({ host: 'a', ca: 'y' }));
});

test('a connection that leaves before its handshake is dropped', async () => {
  const server = await serve(() => {});
  const raw = require('net').connect(server.address().port, '127.0.0.1');
  raw.end();
  const [error] = await once(server, 'tlsClientError');
  assert.strictEqual(error.code, 'ECONNRESET');
  server.close();
  await once(server, 'close');
});
