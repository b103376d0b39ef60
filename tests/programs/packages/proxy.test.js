'use strict';
// timeout: 90
// http-proxy in front of real servers: bodies both ways, WebSocket, keep-alive, rewriting, targets that fail, TLS on either side.
const { test } = require('../../harness');
const { memory, sockets, settled } = require('../../servers/load');
const assert = require('assert');
const crypto = require('crypto');
const { execFileSync } = require('child_process');
const { once } = require('events');
const fs = require('fs');
const http = require('http');
const https = require('https');
const path = require('path');
const { Readable } = require('stream');
const { pipeline } = require('stream/promises');
const httpProxy = require('http-proxy');
const WebSocket = require('ws');
const { folder } = require('./run');
const options = { timeout: 30000 };

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return server.address().port;
}

/** A proxy that listens: its events, and where it is. */
async function proxyTo(t, settings, handler) {
  const proxy = httpProxy.createProxyServer(settings);
  const server = http.createServer(
    handler ? (req, res) => handler(proxy, req, res) : (req, res) => proxy.web(req, res),
  );
  if (settings.ws) server.on('upgrade', (req, socket, head) => proxy.ws(req, socket, head));
  const port = await listen(t, server);
  return { proxy, server, url: `http://127.0.0.1:${port}` };
}

async function request(url, { body, agent = false, ...init } = {}) {
  const req = http.request(url, { agent, ...init });
  if (body instanceof Readable) pipeline(body, req).catch(() => {});
  else req.end(body);
  const [res] = await once(req, 'response');
  const chunks = [];
  for await (const chunk of res) chunks.push(chunk);
  return { status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks) };
}

test('bodies of 20 MB in both directions, headers, status, forwarding', options, async (t) => {
  const target = http.createServer(async (req, res) => {
    const hash = crypto.createHash('sha256');
    for await (const chunk of req) hash.update(chunk);
    const seen = {
      method: req.method,
      url: req.url,
      hash: hash.digest('hex'),
      forwarded: req.headers['x-forwarded-for'],
    };
    res.writeHead(207, 'Several', { 'x-seen': JSON.stringify(seen), 'set-cookie': ['a=1', 'b=2'] });
    const answer = Array.from({ length: 320 }, (_, i) => Buffer.alloc(65536, i));
    await pipeline(Readable.from(answer), res);
  });
  const port = await listen(t, target);
  const { url } = await proxyTo(t, { target: `http://127.0.0.1:${port}`, xfwd: true });
  const sent = crypto.createHash('sha256');
  const upload = Readable.from(
    (function* () {
      for (let i = 0; i < 320; i++) {
        const chunk = Buffer.alloc(65536, i * 7);
        sent.update(chunk);
        yield chunk;
      }
    })(),
  );
  const { status, headers, body } = await request(`${url}/a?b=c`, { method: 'PUT', body: upload });
  const seen = JSON.parse(headers['x-seen']);
  assert.deepStrictEqual(seen, {
    method: 'PUT',
    url: '/a?b=c',
    hash: sent.digest('hex'),
    forwarded: '127.0.0.1',
  });
  assert.deepStrictEqual([status, headers['set-cookie'], body.length], [207, ['a=1', 'b=2'], 320 * 65536]);
  assert.ok(body.subarray(-65536).equals(Buffer.alloc(65536, 319)));
});

test(
  'routing by host and path, rewriting of headers, redirects, cookies; answers changed on their way',
  options,
  async (t) => {
    const named = (name) =>
      http.createServer((req, res) => {
        if (req.url === '/moved')
          return res
            .writeHead(302, { location: 'http://inner.test/there', 'set-cookie': 'a=1; Domain=inner.test' })
            .end();
        res.end(`${name} ${req.url} ${req.headers['x-added']} ${req.headers.host}`);
      });
    const [a, b] = await Promise.all(['a', 'b'].map((name) => listen(t, named(name))));
    const handler = (proxy, req, res) => {
      if (req.headers.host === 'b.test')
        return proxy.web(req, res, { target: `http://127.0.0.1:${b}/base`, changeOrigin: true });
      if (req.url === '/own')
        return proxy.web(req, res, { target: `http://127.0.0.1:${a}`, selfHandleResponse: true });
      return proxy.web(req, res, {
        target: `http://127.0.0.1:${a}`,
        hostRewrite: 'outer.test',
        cookieDomainRewrite: 'outer.test',
      });
    };
    const { proxy, url } = await proxyTo(t, {}, handler);
    proxy.on('proxyReq', (proxyReq) => proxyReq.setHeader('x-added', 'yes'));
    proxy.on('proxyRes', (proxyRes, req, res) => {
      if (req.url !== '/own') return;
      let text = '';
      proxyRes.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      proxyRes.on('end', () => res.end(text.toUpperCase()));
    });
    const at = async (where, host) => String((await request(`${url}${where}`, { headers: { host } })).body);
    assert.strictEqual(await at('/x', 'b.test'), `b /base/x yes 127.0.0.1:${b}`);
    assert.strictEqual(await at('/x', 'a.test'), 'a /x yes a.test');
    assert.strictEqual(await at('/own', 'a.test'), 'A /OWN YES A.TEST');
    const moved = await request(`${url}/moved`, { headers: { host: 'inner.test' } });
    assert.deepStrictEqual(moved.headers['set-cookie'], ['a=1; Domain=outer.test']);
  },
);

test('WebSocket through the proxy: text, bytes, 200 at once, both ends close', options, async (t) => {
  const target = http.createServer();
  const sockets = new WebSocket.Server({ server: target });
  sockets.on('connection', (socket, req) => {
    socket.send(`hello ${req.url}`);
    socket.on('message', (data, isBinary) =>
      String(data) === 'bye' ? socket.close(4001, 'bye') : socket.send(data, { binary: isBinary }),
    );
  });
  const port = await listen(t, target);
  const { url } = await proxyTo(t, { target: `ws://127.0.0.1:${port}`, ws: true });
  const one = async (n) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/${n}`);
    const messages = [];
    const closed = once(socket, 'close');
    socket.on('message', (data, isBinary) => {
      messages.push(isBinary ? data.length : String(data));
      if (messages.length === 1) socket.send('text');
      else if (messages.length === 2) socket.send(Buffer.alloc(100000, n));
      else socket.send('bye');
    });
    const [code, reason] = await closed;
    assert.deepStrictEqual([messages, code, String(reason)], [[`hello /${n}`, 'text', 100000], 4001, 'bye']);
  };
  await Promise.all(Array.from({ length: 200 }, (_, n) => one(n)));
});

test('a target that is not there, hangs up or is too slow; a client that goes away', options, async (t) => {
  const gone = new Promise((resolve) => {
    t.gone = resolve;
  });
  const target = http.createServer((req, res) => {
    if (req.url === '/hang-up') return req.socket.destroy();
    req.socket.on('close', () => req.url === '/leave' && t.gone());
    if (req.url === '/leave') res.write('first');
    return undefined; // and never the rest
  });
  const port = await listen(t, target);
  const { proxy, url } = await proxyTo(t, { target: `http://127.0.0.1:${port}`, proxyTimeout: 200 });
  const errors = [];
  proxy.on('error', (error, req, res) => {
    errors.push([req.url, error.code]);
    if (!res.headersSent) res.writeHead(502);
    res.end(error.code);
  });
  assert.deepStrictEqual((await request(`${url}/hang-up`)).status, 502);
  assert.deepStrictEqual((await request(`${url}/slow`)).status, 502);
  const leaving = http.get(`${url}/leave`, { agent: false });
  const [res] = await once(leaving, 'response');
  await once(res, 'data');
  res.destroy();
  await gone;
  assert.deepStrictEqual(errors.slice(0, 2), [
    ['/hang-up', 'ECONNRESET'],
    ['/slow', 'ECONNRESET'],
  ]);
  const nowhere = await proxyTo(t, { target: 'http://127.0.0.1:1' });
  const failed = once(nowhere.proxy, 'error');
  const cut = request(nowhere.url);
  const [error, , response] = await failed;
  response.writeHead(502).end();
  assert.deepStrictEqual([error.code, (await cut).status], ['ECONNREFUSED', 502]);
});

test(
  'TLS towards the target, keep-alive on both sides: 1,000 requests over few connections, nothing stays',
  options,
  async (t) => {
    const at = folder(t);
    const pem = (name) => path.join(at, `${name}.pem`);
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    execFileSync('openssl', [...kind, ...subject, '-keyout', pem('key'), '-out', pem('cert')], {
      stdio: 'ignore',
    });
    const [key, cert] = ['key', 'cert'].map((name) => fs.readFileSync(pem(name)));
    const target = https.createServer({ key, cert }, (req, res) => res.end(req.url));
    let connections = 0;
    target.on('secureConnection', () => connections++);
    const port = await listen(t, target);
    const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });
    const handler = (proxy, req, res) => proxy.web(req, res, { headers: { connection: 'keep-alive' } });
    const to = { protocol: 'https:', host: 'localhost', port, ca: cert };
    const { url } = await proxyTo(t, { target: to, agent }, handler);
    const client = new http.Agent({ keepAlive: true, maxSockets: 10 });
    t.after(() => (client.destroy(), agent.destroy()));
    const round = (count) =>
      Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const { status, body } = await request(`${url}/${i}`, { agent: client });
          assert.deepStrictEqual([status, String(body)], [200, `/${i}`]);
        }),
      );
    await round(300);
    const [kept, open] = [await memory(), sockets()];
    for (let i = 0; i < 7; i++) await round(100);
    await settled(() => sockets() <= open, 'no more sockets are open than before');
    assert.strictEqual(connections, 4);
    const grown = (await memory()) - kept;
    assert.ok(grown < 1e6, `${grown} bytes more after 700 requests`);
  },
);
