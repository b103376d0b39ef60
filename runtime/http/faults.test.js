'use strict';
// runs-on: parley,node
// timeout: 170
// serial
// Peers that go away, dawdle or do not read, in every state of a connection. A server keeps no descriptor and no memory of
// them, answers others, and ends them at its time limits. PARLEY_SOAK=N repeats the crowds N times.
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');
const path = require('path');
const v8 = require('v8');
const vm = require('vm');
const { once } = require('events');

const ROUNDS = Number(process.env.PARLEY_SOAK ?? 1);
const CROWD = 1430; // connections in each of the seven states: 10,000 in all
const AT_ONCE = 100;

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const turn = () => new Promise((resolve) => setImmediate(resolve));
const descriptors = () => fs.readdirSync('/proc/self/fd').length;

// What is there after everything that can go has gone: handles close in later turns of the loop, and finalizers run in others.
async function settle(server) {
  for (let i = 0; i < 20; i++) {
    await turn();
    collect();
  }
  const connections = await new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
  return { connections, descriptors: descriptors(), heap: process.memoryUsage().heapUsed };
}

async function until(condition) {
  while (!(await condition())) await turn();
}

function serve(t, server) {
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return once(server, 'listening');
}

const connectionsOf = (server) => new Promise((resolve) => server.getConnections((_, n) => resolve(n)));

// One connection, taken to a state and dropped: `prepare` is called with the connected socket, resolves when it is there.
async function visit(port, prepare) {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await once(socket, 'connect');
  await prepare(socket);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resetAndDestroy ? socket.resetAndDestroy() : socket.destroy();
  await closed;
}

const wrote = (socket, text) => new Promise((resolve) => socket.write(text, resolve));
async function asked(socket, text) {
  socket.write(text);
  await once(socket, 'data');
}

const STATES = {
  'before a request': () => {},
  'in the headers': (socket) => wrote(socket, 'GET / HTTP/1.1\r\nHost: x\r\nA: '),
  'in the body': (socket) =>
    wrote(socket, 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc'),
  'in the response': (socket) => asked(socket, 'GET /part HTTP/1.1\r\nHost: x\r\n\r\n'),
  'before the response': (socket) => wrote(socket, 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n'),
  'idle, kept alive': (socket) => asked(socket, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  'after an upgrade': (socket) =>
    asked(socket, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n'),
};

function answer(req, res) {
  req.on('error', () => {});
  res.on('error', () => {});
  if (req.url === '/') res.end('hello');
  else if (req.url === '/part') res.write('x'.repeat(1000));
  else if (req.url === '/body') req.resume().on('end', () => res.end());
}

async function crowd(port, prepare, count) {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await visit(port, prepare);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

test('10,000 connections dropped in every state leave nothing', { timeout: 150_000 * ROUNDS }, async (t) => {
  const server = http.createServer(answer);
  server.on('upgrade', (req, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
  await serve(t, server);
  const { port } = server.address();
  for (const prepare of Object.values(STATES)) await crowd(port, prepare, 150); // what is made once
  await until(async () => (await connectionsOf(server)) === 0);
  const before = await settle(server);
  for (let round = 0; round < ROUNDS; round++) {
    for (const prepare of Object.values(STATES)) await crowd(port, prepare, CROWD);
  }
  await until(async () => (await connectionsOf(server)) === 0);
  const after = await settle(server);
  assert.strictEqual(after.descriptors, before.descriptors);
  const grown = after.heap - before.heap;
  assert.ok(grown < 3e6, `${grown} bytes of heap more`); // 300 a connection would be a leak
  const [res] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response');
  assert.strictEqual(res.statusCode, 200);
  res.resume();
});

const fixture = (name) => fs.readFileSync(path.join(__dirname, '../tls/fixtures', `${name}.pem`));
test('connections dropped in a TLS handshake leave nothing', { timeout: 60_000 * ROUNDS }, async (t) => {
  const server = https.createServer({ key: fixture('server-key'), cert: fixture('server-cert') }, answer);
  server.on('tlsClientError', () => {});
  await serve(t, server);
  const { port } = server.address();
  const hello = await recordHello();
  const states = [
    () => {},
    (socket) => wrote(socket, hello.subarray(0, 50)),
    (socket) => asked(socket, hello), // the server has answered, and waits
  ];
  for (const prepare of states) await crowd(port, prepare, 30);
  await until(async () => (await connectionsOf(server)) === 0);
  const before = await settle(server);
  for (let round = 0; round < ROUNDS; round++) {
    for (const prepare of states) await crowd(port, prepare, 200);
  }
  await until(async () => (await connectionsOf(server)) === 0);
  const after = await settle(server);
  assert.strictEqual(after.descriptors, before.descriptors);
  assert.ok(after.heap - before.heap < 2e6, `${after.heap - before.heap} bytes of heap more`);
});

// The first flight of a TLS client.
async function recordHello() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = require('tls').connect({ port: server.address().port, host: '127.0.0.1' });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  socket.destroy();
  client.destroy();
  server.close();
  return bytes;
}

// Resolves with what the server sent until it closed.
async function endured(socket) {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

// Writes `head`, then one more byte of `drip` every few milliseconds, for ever.
function dawdle(port, head, drip) {
  const socket = net.connect(port, '127.0.0.1');
  socket.write(head);
  const timer = setInterval(() => socket.write(drip), 20);
  socket.once('close', () => clearInterval(timer));
  return endured(socket);
}

test('headers that never end are answered with 408', async (t) => {
  const server = http.createServer({
    headersTimeout: 300,
    requestTimeout: 600_000, // not what answers them
    connectionsCheckingInterval: 50,
  });
  server.on('request', () => assert.fail('a request'));
  await serve(t, server);
  const { port } = server.address();
  const answers = await Promise.all([
    ...Array.from({ length: 100 }, () => dawdle(port, 'GET / HTTP/1.1\r\nHost: x\r\nA: ', 'a')),
    dawdle(port, 'GET /', 'a'),
    dawdle(port, '', '\r\n'),
    endured(net.connect(port, '127.0.0.1')),
  ]);
  for (const text of answers)
    assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/);
});

test('bodies that never end are answered with 408, or cut off behind an answer', async (t) => {
  const server = http.createServer({
    headersTimeout: 300,
    requestTimeout: 500,
    connectionsCheckingInterval: 50,
  });
  const codes = [];
  server.on('request', (req, res) => {
    req.on('error', (error) => codes.push(error.code));
    req.resume();
    if (req.url === '/answered') res.write('early');
  });
  await serve(t, server);
  const { port } = server.address();
  const head = (url) => `POST ${url} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const [plain, answered] = await Promise.all([
    dawdle(port, head('/'), '1\r\na\r\n'),
    dawdle(port, head('/answered'), '1\r\na\r\n'),
  ]);
  assert.match(plain, /^HTTP\/1\.1 408 /);
  assert.match(answered, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(answered, /408/);
  await until(() => codes.length === 2);
  assert.deepStrictEqual(codes, ['ECONNRESET', 'ECONNRESET']);
});

test('a crowd beyond maxConnections is dropped, and told of', async (t) => {
  const server = http.createServer(answer);
  server.maxConnections = 5;
  let dropped = 0;
  server.on('drop', () => dropped++);
  await serve(t, server);
  const { port } = server.address();
  const sockets = Array.from({ length: 5 }, () => net.connect(port, '127.0.0.1'));
  for (const socket of sockets) {
    socket.on('error', () => {});
    await asked(socket, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  }
  await Promise.all(Array.from({ length: 20 }, () => endured(net.connect(port, '127.0.0.1'))));
  assert.strictEqual(dropped, 20);
  await asked(sockets[0], 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  for (const socket of sockets) socket.destroy();
});

test('a peer that never reads holds a bounded part of an endless answer', { timeout: 30_000 }, async (t) => {
  const CHUNK = Buffer.alloc(65_536);
  let written = 0;
  let most = 0;
  const server = http.createServer((req, res) => {
    const fill = () => {
      let more = true;
      while (more && !res.destroyed) {
        more = res.write(CHUNK);
        written += CHUNK.length;
        most = Math.max(most, res.writableLength);
      }
    };
    res.on('drain', fill);
    fill();
  });
  server.timeout = 700;
  await serve(t, server);
  const { port } = server.address();
  const rss = process.memoryUsage().rss;
  const deaf = Array.from({ length: 20 }, () => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {}).pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return socket;
  });
  await until(async () => (await connectionsOf(server)) === deaf.length);
  await until(async () => (await connectionsOf(server)) === 0); // server.timeout ended them
  for (const socket of deaf) socket.destroy();
  assert.ok(most <= 200_000, `${most} bytes queued for one answer`);
  assert.ok(written / deaf.length < 20e6, `${written} bytes written to nobody`);
  const grown = process.memoryUsage().rss - rss;
  assert.ok(grown < 60e6, `${grown} bytes of memory more`);
});

test('pipelined requests whose answers nobody reads stop the reading', { timeout: 30_000 }, async (t) => {
  let requests = 0;
  const body = 'x'.repeat(100_000);
  const server = http.createServer((req, res) => {
    requests++;
    res.end(body);
  });
  await serve(t, server);
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.on('error', () => {}).pause();
  const batch = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000);
  let stalled = false;
  for (let i = 0; i < 1000 && !stalled; i++) {
    const sent = new Promise((resolve) => socket.write(batch, () => resolve(true)));
    stalled = !(await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 300))]));
  }
  assert.ok(stalled, 'the server read on for ever');
  assert.ok(requests < 6000, `${requests} requests were taken`);
  socket.destroy();
});
