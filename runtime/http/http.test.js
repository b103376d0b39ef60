'use strict';
// runs-on: parley,node
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const http = require('http');
const net = require('net');

async function serve(t, options, listener) {
  const server = http.createServer(options, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

async function fetchText(server, options = {}, body) {
  const req = http.request({ port: server.address().port, host: '127.0.0.1', ...options });
  req.end(body);
  const [res] = await once(req, 'response');
  let text = '';
  res.setEncoding('utf8');
  for await (const chunk of res) text += chunk;
  return { res, req, text };
}

// Sends raw bytes and resolves with all that comes back.
async function raw(server, bytes) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.on('error', () => {});
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

test('a request without a body is answered with length, date and keep-alive', async (t) => {
  const server = await serve(t, {}, (req, res) => {
    res.setHeader('X-One', ['a', 'b']);
    res.end(`${req.method} ${req.url} ${req.headers['x-test']} é`);
  });
  const { res, text } = await fetchText(server, {
    path: '/p?q=1',
    headers: { 'X-Test': 'yes' },
    agent: false,
  });
  assert.strictEqual(text, 'GET /p?q=1 yes é');
  assert.strictEqual(res.statusCode, 200);
  assert.strictEqual(res.headers['content-length'], String(Buffer.byteLength(text)));
  assert.strictEqual(res.headers['x-one'], 'a, b');
  assert.ok(Date.parse(res.headers.date) > 0);
});

test('bodies go both ways, chunked and with a length', async (t) => {
  const server = await serve(t, {}, async (req, res) => {
    let size = 0;
    for await (const chunk of req) size += chunk.length;
    res.write(`${req.headers['transfer-encoding'] ?? req.headers['content-length']} `);
    res.end(`${size}`);
  });
  const big = Buffer.alloc(3 << 20, 'x');
  assert.strictEqual(
    (await fetchText(server, { method: 'POST', headers: { 'content-length': big.length } }, big)).text,
    `${big.length} ${big.length}`,
  );
  const req = http.request({ port: server.address().port, host: '127.0.0.1', method: 'PUT' });
  req.write('ab');
  req.end('cd');
  const [res] = await once(req, 'response');
  assert.strictEqual(res.headers['transfer-encoding'], 'chunked');
  res.setEncoding('utf8');
  let text = '';
  for await (const chunk of res) text += chunk;
  assert.strictEqual(text, 'chunked 4');
});

test('a keep-alive agent reuses its connection', async (t) => {
  let connections = 0;
  const server = await serve(t, {}, (req, res) => res.end('x'));
  server.on('connection', () => connections++);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const all = await Promise.all([1, 2, 3].map(() => fetchText(server, { agent })));
  assert.deepStrictEqual(
    all.map(({ text }) => text),
    ['x', 'x', 'x'],
  );
  assert.strictEqual(connections, 1);
});

test('pipelined requests are answered in order', async (t) => {
  const server = await serve(t, {}, (req, res) => {
    if (req.url === '/slow') setTimeout(() => res.end('slow'), 30);
    else res.end('fast');
  });
  const text = await raw(
    server,
    'GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  assert.ok(text.indexOf('slow') > 0 && text.indexOf('slow') < text.indexOf('fast'));
});

test('HEAD, 204 and 304 have no body', async (t) => {
  const server = await serve(t, {}, (req, res) => {
    res.statusCode = Number(req.url.slice(1));
    res.end('body');
  });
  assert.strictEqual((await fetchText(server, { path: '/200', method: 'HEAD' })).text, '');
  assert.strictEqual((await fetchText(server, { path: '/204' })).text, '');
  assert.strictEqual((await fetchText(server, { path: '/304' })).text, '');
});

test('upgrades hand over the socket with the bytes after the head', async (t) => {
  const server = await serve(t, {}, () => {});
  server.on('upgrade', (req, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
  });
  const req = http.request({
    port: server.address().port,
    host: '127.0.0.1',
    headers: { Connection: 'Upgrade', Upgrade: 'echo' },
  });
  req.end();
  const [res, socket] = await once(req, 'upgrade');
  assert.strictEqual(res.statusCode, 101);
  socket.write('ping');
  const [chunk] = await once(socket, 'data');
  assert.strictEqual(chunk.toString(), 'ping');
  socket.destroy();
});

test('an upgrade nobody wants is an ordinary request', async (t) => {
  const server = await serve(t, {}, (req, res) => res.end('plain'));
  const text = await raw(
    server,
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  assert.ok(text.startsWith('HTTP/1.1 200 OK'));
});

test('CONNECT opens a tunnel', async (t) => {
  const server = await serve(t, {}, () => {});
  server.on('connect', (req, socket) => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.end(`tunnel to ${req.url}`);
  });
  const req = http.request({
    port: server.address().port,
    host: '127.0.0.1',
    method: 'CONNECT',
    path: 'b.example:1',
  });
  req.end();
  const [res, socket, head] = await once(req, 'connect');
  assert.strictEqual(res.statusCode, 200);
  let text = head.toString();
  for await (const chunk of socket) text += chunk;
  assert.strictEqual(text, 'tunnel to b.example:1');
});

test('Expect: 100-continue is answered before the body', async (t) => {
  const server = await serve(t, {}, (req, res) => req.pipe(res));
  const req = http.request({
    port: server.address().port,
    host: '127.0.0.1',
    method: 'POST',
    headers: { Expect: '100-continue', 'Content-Length': 2 },
  });
  req.flushHeaders();
  await once(req, 'continue');
  req.end('ok');
  const [res] = await once(req, 'response');
  let text = '';
  for await (const chunk of res) text += chunk;
  assert.strictEqual(text, 'ok');
});

test('trailers follow a chunked body', async (t) => {
  const server = await serve(t, {}, (req, res) => {
    res.writeHead(200, { Trailer: 'X-Sum' });
    res.write('data');
    res.addTrailers({ 'X-Sum': '4' });
    res.end();
  });
  const { res, text } = await fetchText(server);
  assert.strictEqual(text, 'data');
  assert.deepStrictEqual(res.trailers, { 'x-sum': '4' });
});

test('requests that could smuggle another are refused', async (t) => {
  let requests = 0;
  const server = await serve(t, {}, (req, res) => {
    requests++;
    req.resume();
    req.on('end', () => res.end());
    req.on('error', () => {});
  });
  const both = await raw(
    server,
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );
  assert.ok(both.startsWith('HTTP/1.1 400 Bad Request'));
  const twice = await raw(
    server,
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  );
  assert.ok(twice.startsWith('HTTP/1.1 400 Bad Request'));
  const folded = await raw(server, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n');
  assert.ok(folded.startsWith('HTTP/1.1 400 Bad Request'));
  const hostless = await raw(server, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n');
  assert.ok(hostless.startsWith('HTTP/1.1 400 Bad Request'));
  assert.strictEqual(requests, 0);
});

test('too long a head is refused with 431', async (t) => {
  const server = await serve(t, { maxHeaderSize: 1024 }, (req, res) => res.end());
  const text = await raw(server, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(2000)}\r\n\r\n`);
  assert.ok(text.startsWith('HTTP/1.1 431 Request Header Fields Too Large'));
});

test("'clientError' lets a program answer", async (t) => {
  const server = await serve(t, {}, () => {});
  server.on('clientError', (error, socket) => {
    assert.ok(error.code.startsWith('HPE_'));
    socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
  });
  assert.ok((await raw(server, 'nonsense\r\n\r\n')).startsWith('HTTP/1.1 418'));
});

test('a head that does not come is answered with 408', async (t) => {
  const server = await serve(
    t,
    { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 },
    (req, res) => res.end(),
  );
  assert.ok((await raw(server, 'GET / HTTP/1.1\r\nHost:')).startsWith('HTTP/1.1 408 Request Timeout'));
});

test('an idle connection is closed after keepAliveTimeout', async (t) => {
  const server = await serve(t, { keepAliveTimeout: 50 }, (req, res) => res.end('x'));
  const text = await raw(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.ok(text.endsWith('x'));
});

test('maxRequestsPerSocket closes politely', async (t) => {
  const server = await serve(t, {}, (req, res) => res.end('x'));
  server.maxRequestsPerSocket = 1;
  const text = await raw(server, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.ok(/\r\nConnection: close\r\n/.test(text));
});

test('a response that breaks off is an aborted message', async (t) => {
  const server = await serve(t, {}, (req, res) => {
    res.writeHead(200, { 'Content-Length': 10 });
    res.write('half', () => res.destroy());
  });
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  const [res] = await once(req, 'response');
  res.resume();
  const [error] = await once(res, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  assert.strictEqual(res.complete, false);
});

test('a client that goes away closes the response', async (t) => {
  const server = await serve(t, {}, () => {});
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [req, res] = await once(server, 'request');
  socket.destroy();
  await once(res, 'close');
  assert.strictEqual(res.writableFinished, false);
  assert.strictEqual(req.destroyed, true);
});

test('an abort signal ends a request', async (t) => {
  const server = await serve(t, {}, () => {});
  const controller = new AbortController();
  const req = http.get({ port: server.address().port, host: '127.0.0.1', signal: controller.signal });
  server.once('request', () => controller.abort());
  const [error] = await once(req, 'error');
  assert.strictEqual(error.name, 'AbortError');
});

test('a refused connection is an error of the request', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const [error] = await once(http.get({ port, host: '127.0.0.1' }), 'error');
  assert.strictEqual(error.code, 'ECONNREFUSED');
});

test('headers and methods are checked', async () => {
  assert.throws(() => http.validateHeaderName('a b'), { code: 'ERR_INVALID_HTTP_TOKEN' });
  assert.throws(() => http.validateHeaderValue('x', 'a\n'), { code: 'ERR_INVALID_CHAR' });
  assert.throws(() => http.request({ path: '/a b' }), { code: 'ERR_UNESCAPED_CHARACTERS' });
  assert.throws(() => http.request({ method: 'a b' }), { code: 'ERR_INVALID_HTTP_TOKEN' });
  assert.throws(() => http.request({ protocol: 'ftp:' }), { code: 'ERR_INVALID_PROTOCOL' });
  assert.ok(http.METHODS.includes('PATCH'));
  assert.strictEqual(http.STATUS_CODES[404], 'Not Found');
});

test('a destroyed pipeline of big answers ends nothing else', async (t) => {
  const server = await serve(t, {}, (req, res) => res.end(Buffer.alloc(4 << 20)));
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
  await once(socket, 'data');
  socket.destroy();
  assert.strictEqual((await fetchText(server)).text.length, 4 << 20);
});

test('a body that nobody reads does not hold up the next request of its connection', async (t) => {
  const paused = [];
  const server = await serve(t, {}, (req, res) => {
    if (req.method === 'GET') return res.end('next');
    res.flushHeaders();
    return req.socket.once('pause', () => {
      res.end('early');
      for (const goOn of paused) goOn();
    });
  });
  const agent = new http.Agent({ maxSockets: 1, keepAlive: true });
  t.after(() => agent.destroy());
  const options = { agent, port: server.address().port };
  const post = http.request({ ...options, method: 'POST' });
  paused.push(() => post.end('the rest'));
  post.write('a body');
  const following = http.get(options);
  const [answer] = await once(post, 'response');
  answer.resume();
  const { socket } = post;
  post.write(Buffer.alloc(16384));
  const [response] = await once(following, 'response');
  assert.strictEqual(following.socket, socket);
  assert.strictEqual(agent.totalSocketCount, 1);
  response.resume();
  await once(response, 'end');
});

test('2,000 mutated requests leave the server serving', { timeout: 60000 }, async (t) => {
  const server = await serve(t, { requestTimeout: 1000, headersTimeout: 1000 }, (req, res) => {
    req.on('error', () => {});
    req.resume();
    res.end('x');
  });
  let seed = 20240607;
  const random = (n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  const originals = [
    'GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n',
    'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabcGET / HTTP/1.0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello',
  ];
  const attack = async () => {
    const bytes = Buffer.from(originals[random(originals.length)], 'latin1');
    for (let n = random(4); n >= 0; n--) bytes[random(bytes.length)] = random(256);
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.end(bytes.subarray(0, random(8) === 0 ? random(bytes.length) : bytes.length));
    await once(socket, 'close');
  };
  for (let round = 0; round < 40; round++) await Promise.all(Array.from({ length: 50 }, attack));
  assert.strictEqual((await fetchText(server, { agent: false })).text, 'x', `seed ${seed}`);
});
