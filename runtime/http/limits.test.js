'use strict';
// runs-on: parley,node
// What HTTP refuses, how long it waits, and how requests end that are given up.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const http = require('http');
const net = require('net');

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}

// Sends bytes, each string in a write of its own, and resolves with the answer when the connection ends.
async function exchange(port, ...parts) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', () => {}); // a reset after the answer
  for (const part of parts) {
    if (!socket.destroyed) await new Promise((resolve) => socket.write(part, resolve));
  }
  if (!socket.destroyed) await once(socket, 'close');
  return text;
}

const SMUGGLED = [
  ['a bare CR within a value', ['GET / HTTP/1.1\r\nHost: x\r\nDummy: x\rContent-Length: 23\r\n\r\n']],
  [
    'a bare CR at the end of a packet',
    ['GET / HTTP/1.1\r\nHost: x\r\nDummy: x\r', 'Content-Length: 23\r\n\r\n'],
  ],
  ['two lengths', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab']],
  [
    'a length beside chunks',
    ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ],
  ['space before the colon', ['GET / HTTP/1.1\r\nHost : x\r\n\r\n']],
];
for (const [what, parts] of SMUGGLED) {
  test(`a request with ${what} is refused`, async (t) => {
    const server = http.createServer(() => assert.fail('the request arrived'));
    const port = await listen(t, server);
    assert.match(await exchange(port, ...parts), /^HTTP\/1\.1 400 /);
  });
}

test('an error of the parser carries the bytes', async (t) => {
  const server = http.createServer();
  const port = await listen(t, server);
  const heard = once(server, 'clientError');
  const answer = exchange(port, 'nonsense\r\n\r\n');
  const [error, socket] = await heard;
  socket.destroy();
  await answer;
  assert.strictEqual(error.code, 'HPE_INVALID_METHOD');
  assert.strictEqual(error.rawPacket.toString(), 'nonsense\r\n\r\n');
});

test('chunk extensions are limited', async (t) => {
  const server = http.createServer((req, res) => req.resume().on('end', () => res.end()));
  const port = await listen(t, server);
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answer = await exchange(port, `${head}2;${'a'.repeat(20_000)}=b\r\nab\r\n0\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 413 /);
});

test('bytes of a body put off the timeout of its socket', async (t) => {
  let timeouts = 0;
  const server = http.createServer((req, res) => {
    req.setTimeout(400, () => timeouts++);
    req.resume().on('end', () => res.end(String(timeouts)));
  });
  const port = await listen(t, server);
  const req = http.request({ port, host: '127.0.0.1', method: 'POST', agent: false });
  // Eight pieces over more than the time limit, none of which is that late after the one before.
  for (let i = 0; i < 8; i++) {
    req.write('x');
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  req.end();
  const [res] = await once(req, 'response');
  assert.strictEqual(String(await once(res, 'data')), '0');
});

test('abort() of a request that waits for a connection is no error, destroy() is one', async (t) => {
  const server = http.createServer((req, res) => res.end());
  const port = await listen(t, server);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ask = () => http.get({ port, host: '127.0.0.1', agent });
  const first = ask();
  const aborted = ask();
  aborted.on('error', () => assert.fail('abort() reported an error'));
  aborted.abort();
  const destroyed = ask();
  destroyed.destroy();
  const last = ask();
  const failure = once(destroyed, 'error');
  const closed = once(aborted, 'close');
  const [response] = await once(first, 'response');
  response.resume();
  assert.strictEqual((await failure)[0].code, 'ECONNRESET');
  await closed;
  (await once(last, 'response'))[0].resume();
});

test('idle connections do not keep requests to other servers from maxTotalSockets', async (t) => {
  const ports = [];
  for (let i = 0; i < 2; i++)
    ports.push(
      await listen(
        t,
        http.createServer((req, res) => res.end('ok')),
      ),
    );
  const agent = new http.Agent({ keepAlive: true, maxTotalSockets: 2 });
  t.after(() => agent.destroy());
  const all = [0, 1, 0, 1, 0, 1].map(async (which) => {
    const [res] = await once(http.get({ port: ports[which], host: '127.0.0.1', agent }), 'response');
    res.resume();
    await once(res, 'end');
  });
  await Promise.all(all);
});

test('strictContentLength refuses what was not promised', async (t) => {
  const errors = [];
  const server = http.createServer((req, res) => {
    res.strictContentLength = true;
    res.setHeader('Content-Length', 5);
    res.write('hello');
    try {
      res.write('!');
    } catch (error) {
      errors.push(error.code);
    }
    res.end();
  });
  const port = await listen(t, server);
  const [res] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
  assert.strictEqual(String(await once(res, 'data')), 'hello');
  assert.deepStrictEqual(errors, ['ERR_HTTP_CONTENT_LENGTH_MISMATCH']);
});
