'use strict';
// timeout: 90
// Servers and clients over HTTP and WebSocket: express, fastify, socket.io, axios, undici, got.
const { test } = require('../../harness');
const assert = require('assert');
const { once } = require('events');
const http = require('http');
const { Readable, Writable } = require('stream');
const { folder } = require('./run');
const options = { timeout: 30000 };

async function listen(t, handler) {
  const server = handler instanceof http.Server ? handler : http.createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return `http://127.0.0.1:${server.address().port}`;
}

/** A request made with nothing but the runtime. */
async function request(url, { body, ...init } = {}) {
  const req = http.request(url, { ...init, agent: false });
  req.end(body);
  const [res] = await once(req, 'response');
  let text = '';
  for await (const chunk of res.setEncoding('utf8')) text += chunk;
  return { status: res.statusCode, headers: res.headers, text };
}
const json = { 'content-type': 'application/json' };

test('express: routes, bodies, files, errors', options, async (t) => {
  const express = require('express');
  const app = express();
  app.use(express.json());
  app.use(
    '/files',
    express.static(folder(t, { 'a.txt': 'the file', 'index.html': '<p>' }), { maxAge: 1000 }),
  );
  app.get('/user/:id', (req, res) => res.cookie('c', '1').json({ id: req.params.id, q: req.query }));
  const router = express.Router();
  router.post('/', (req, res) => res.status(201).send(req.body));
  router.get('/fail', async () => {
    throw new Error('broke');
  });
  app.use('/r', router);
  app.use((error, req, res, next) =>
    res
      .status(error.status ?? 500)
      .type('txt')
      .send(error.message),
  );
  const url = await listen(t, app);
  const user = await request(`${url}/user/7?a=1&b=2&b=3`);
  assert.deepStrictEqual(JSON.parse(user.text), { id: '7', q: { a: '1', b: ['2', '3'] } });
  assert.deepStrictEqual(user.headers['set-cookie'], ['c=1; Path=/']);
  const again = await request(`${url}/user/7?a=1&b=2&b=3`, {
    headers: { 'if-none-match': user.headers.etag },
  });
  assert.strictEqual(again.status, 304);
  const posted = await request(`${url}/r`, { method: 'POST', headers: json, body: '{"x":[1]}' });
  assert.deepStrictEqual([posted.status, posted.text], [201, '{"x":[1]}']);
  assert.strictEqual((await request(`${url}/r`, { method: 'POST', headers: json, body: '{' })).status, 400);
  assert.deepStrictEqual((await request(`${url}/r/fail`)).text, 'broke');
  const part = await request(`${url}/files/a.txt`, { headers: { range: 'bytes=4-' } });
  assert.deepStrictEqual(
    [part.status, part.text, part.headers['content-range']],
    [206, 'file', 'bytes 4-7/8'],
  );
  assert.strictEqual((await request(`${url}/files/../x`)).status, 404);
});

test('fastify: schemas, hooks, streams, inject', options, async (t) => {
  const fastify = require('fastify')();
  t.after(() => fastify.close());
  fastify.addHook('onSend', async (req, reply, payload) => void reply.header('x-hook', 'on'));
  const body = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
  const response = { 200: { type: 'object', properties: { double: { type: 'integer' } } } };
  fastify.post('/d', { schema: { body, response } }, async (req) => ({
    double: req.body.n * 2,
    hidden: true,
  }));
  fastify.get('/stream', (req, reply) => reply.type('text/plain').send(Readable.from(['a', 'b'])));
  const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
  const good = await request(`${url}/d`, { method: 'POST', headers: json, body: '{"n":"21"}' });
  assert.deepStrictEqual([good.text, good.headers['x-hook']], ['{"double":42}', 'on']);
  const bad = await request(`${url}/d`, { method: 'POST', headers: json, body: '{}' });
  assert.deepStrictEqual(
    [bad.status, JSON.parse(bad.text).message],
    [400, "body must have required property 'n'"],
  );
  assert.strictEqual((await request(`${url}/stream`)).text, 'ab');
  assert.strictEqual((await fastify.inject({ url: '/none' })).statusCode, 404);
});

test('socket.io: polling, then WebSocket; rooms, acknowledgements, bytes', options, async (t) => {
  const { Server } = require('socket.io');
  const { io } = require('socket.io-client');
  const server = http.createServer();
  const sockets = new Server(server);
  sockets.on('connection', (socket) => {
    socket.join('room');
    socket.on('sum', (numbers, reply) => reply(numbers.reduce((a, b) => a + b)));
    socket.on('bytes', (bytes) => socket.emit('back', Buffer.from(bytes).reverse()));
    socket.on('all', (text) => sockets.to('room').emit('told', text));
  });
  const url = await listen(t, server);
  const clients = [io(url), io(url, { transports: ['polling'] }), io(url, { transports: ['websocket'] })];
  t.after(() => sockets.close());
  t.after(() => clients.forEach((client) => client.close()));
  await Promise.all(clients.map((client) => new Promise((resolve) => client.on('connect', resolve))));
  for (const client of clients)
    assert.strictEqual(await client.timeout(5000).emitWithAck('sum', [1, 2, 3]), 6);
  const next = (client, event) => new Promise((resolve) => client.once(event, resolve));
  for (const client of clients) {
    const back = next(client, 'back');
    client.emit('bytes', Buffer.from([1, 2, 250]));
    assert.deepStrictEqual([...(await back)], [250, 2, 1]);
  }
  const told = Promise.all(clients.map((client) => next(client, 'told')));
  clients[0].emit('all', 'é');
  assert.deepStrictEqual(await told, ['é', 'é', 'é']);
  if (clients[0].io.engine.transport.name !== 'websocket')
    await new Promise((resolve) => clients[0].io.engine.once('upgrade', resolve));
});

// What the three clients talk to.
const target = (t) =>
  listen(t, async (req, res) => {
    const { pathname } = new URL(req.url, 'http://x');
    if (pathname === '/moved') return res.writeHead(302, { location: '/echo' }).end();
    if (pathname === '/fail') return res.writeHead(503).end('later');
    if (pathname === '/never') return undefined;
    if (pathname === '/zip')
      return res.writeHead(200, { 'content-encoding': 'gzip' }).end(require('zlib').gzipSync('{"zip":1}'));
    let body = '';
    for await (const chunk of req) body += chunk;
    res.writeHead(200, json).end(JSON.stringify({ method: req.method, url: req.url, body }));
  });

test('axios: its adapter of http', options, async (t) => {
  const axios = require('axios');
  const client = axios.create({ baseURL: await target(t) });
  assert.deepStrictEqual(
    (await client.get('/echo', { params: { a: [1, 2] } })).data.url,
    '/echo?a%5B%5D=1&a%5B%5D=2',
  );
  assert.strictEqual((await client.post('/echo', { x: 1 })).data.body, '{"x":1}');
  assert.strictEqual((await client.get('/moved')).data.url, '/echo');
  assert.deepStrictEqual((await client.get('/zip')).data, { zip: 1 });
  await assert.rejects(client.get('/fail'), (e) => e.response.status === 503 && e.response.data === 'later');
  await assert.rejects(client.get('/never', { timeout: 50 }), { code: 'ECONNABORTED' });
  await assert.rejects(client.get('/never', { signal: AbortSignal.timeout(50) }), { code: 'ERR_CANCELED' });
});

test('undici: requests, streams, pools, its own fetch', options, async (t) => {
  const { Pool, fetch, request: send, stream } = require('undici');
  const url = await target(t);
  const { statusCode, body } = await send(`${url}/echo`, { method: 'POST', body: 'text' });
  assert.strictEqual(statusCode, 200);
  assert.strictEqual((await body.json()).body, 'text');
  const pool = new Pool(url, { connections: 2 });
  t.after(() => pool.destroy());
  const many = Array.from({ length: 6 }, (_, i) => pool.request({ path: `/echo?${i}`, method: 'GET' }));
  const urls = await Promise.all(many.map(async (r) => (await (await r).body.json()).url));
  assert.deepStrictEqual(
    urls,
    urls.map((_, i) => `/echo?${i}`),
  );
  const chunks = [];
  const sink = () => new Writable({ write: (chunk, _, done) => done(null, chunks.push(chunk)) });
  await stream(`${url}/echo`, { method: 'GET' }, sink);
  assert.match(Buffer.concat(chunks).toString(), /"url":"\/echo"/);
  const zipped = await fetch(`${url}/zip`);
  assert.deepStrictEqual(await zipped.json(), { zip: 1 });
  await assert.rejects(fetch(`${url}/never`, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
});

test('got: JSON, forms, redirects, retries, streams, hooks', options, async (t) => {
  const { default: got } = await import('got');
  const url = await target(t);
  const client = got.extend({ prefixUrl: url, headers: { 'x-own': '1' }, retry: { limit: 0 } });
  assert.strictEqual((await client.get('echo', { searchParams: { a: 1 } }).json()).url, '/echo?a=1');
  assert.strictEqual((await client.post('echo', { json: { x: 1 } }).json()).body, '{"x":1}');
  assert.strictEqual((await client.post('echo', { form: { y: 'a b' } }).json()).body, 'y=a+b');
  const moved = await client.get('moved', { responseType: 'json' });
  assert.deepStrictEqual([moved.body.url, moved.redirectUrls.length], ['/echo', 1]);
  assert.deepStrictEqual(await client.get('zip').json(), { zip: 1 });
  let text = '';
  for await (const chunk of client.stream('echo')) text += chunk;
  assert.match(text, /"url":"\/echo"/);
  let tries = 0;
  const hooks = { beforeRetry: [() => tries++] };
  const failing = client.get('fail', {
    hooks,
    retry: { limit: 1, calculateDelay: ({ computedValue }) => computedValue && 1 },
  });
  await assert.rejects(failing, { code: 'ERR_NON_2XX_3XX_RESPONSE' });
  assert.strictEqual(tries, 1);
  await assert.rejects(client.get('never', { timeout: { request: 50 } }), { name: 'TimeoutError' });
});
