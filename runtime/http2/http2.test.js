'use strict';
// http2: requests and answers over TCP and TLS, trailers, pushes, windows, files, limits and ends.
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const http2 = require('http2');
const https = require('https');
const os = require('os');
const path = require('path');
const { once } = require('events');

const fixtures = path.join(__dirname, '../tls/fixtures');
const identity = () => ({
  key: fs.readFileSync(path.join(fixtures, 'server-key.pem')),
  cert: fs.readFileSync(path.join(fixtures, 'server-cert.pem')),
});

// A server on a free port, a client of it, and their end.
async function withServer(onStream, run, { options = {}, clientOptions = {} } = {}) {
  const server = http2.createServer(options);
  if (onStream) server.on('stream', onStream);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const client = http2.connect(url, clientOptions);
  client.on('error', () => {});
  try {
    return await run(client, server, url);
  } finally {
    client.destroy();
    server.close();
  }
}

// once() would fail with an error that comes before.
const ended = (emitter) => new Promise((resolve) => emitter.once('close', resolve));

async function bodyOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function get(client, headers, options) {
  const stream = client.request(headers, options);
  const [response] = await once(stream, 'response');
  return { headers: response, body: await bodyOf(stream), stream };
}

test('a request is answered over plain TCP', () =>
  withServer(
    (stream, headers) => {
      stream.respond({ ':status': 201, 'x-path': headers[':path'] });
      stream.end('hello');
    },
    async (client) => {
      const { headers, body } = await get(client, { ':path': '/a?b' });
      assert.strictEqual(headers[':status'], 201);
      assert.strictEqual(headers['x-path'], '/a?b');
      assert.strictEqual(body, 'hello');
      assert.strictEqual(client.alpnProtocol, 'h2c');
      assert.strictEqual(client.encrypted, false);
    },
  ));

test('a request is answered over TLS, negotiated by ALPN', async () => {
  const server = http2.createSecureServer(identity());
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.end(`${stream.session.alpnProtocol}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`https://127.0.0.1:${server.address().port}`, { rejectUnauthorized: false });
  const { body } = await get(client, {});
  assert.strictEqual(body, 'h2');
  assert.strictEqual(client.encrypted, true);
  client.close();
  server.close();
  await once(server, 'close');
});

test('many requests share a connection, and large bodies go both ways whole', () =>
  withServer(
    async (stream, headers) => {
      stream.respond();
      if (headers[':method'] === 'POST') stream.pipe(stream);
      else stream.end(headers[':path'].repeat(1000));
    },
    async (client) => {
      const sent = Buffer.alloc(1 << 20, 'parley ');
      const upload = client.request({ ':method': 'POST' });
      upload.end(sent);
      const others = Array.from({ length: 50 }, (_, i) => get(client, { ':path': `/${i}` }));
      assert.strictEqual(await bodyOf(upload), sent.toString());
      for (const [i, { body }] of (await Promise.all(others)).entries()) {
        assert.strictEqual(body, `/${i}`.repeat(1000));
      }
    },
  ));

test('trailers follow bodies in both directions', () =>
  withServer(
    (stream) => {
      stream.on('trailers', (trailers) => {
        stream.respond({}, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-back': trailers['x-sum'] }));
        stream.end('body');
      });
      stream.resume();
    },
    async (client) => {
      const stream = client.request({ ':method': 'POST' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }));
      stream.end('data');
      const trailers = once(stream, 'trailers');
      assert.strictEqual(await bodyOf(stream), 'body');
      assert.strictEqual((await trailers)[0]['x-back'], '42');
    },
  ));

test('a server pushes unless the client forbids it', async () => {
  const onStream = (stream) => {
    stream.respond();
    if (!stream.pushAllowed) {
      stream.end('no');
      return;
    }
    stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
      assert.ifError(error);
      pushed.respond({ 'x-pushed': 'yes' });
      pushed.end('pushed');
      stream.end('asked');
    });
  };
  await withServer(onStream, async (client) => {
    const pushed = once(client, 'stream');
    const answer = get(client, {});
    const [stream, headers] = await pushed;
    assert.strictEqual(headers[':path'], '/pushed');
    assert.strictEqual(await bodyOf(stream), 'pushed');
    assert.strictEqual((await answer).body, 'asked');
  });
  const clientOptions = { settings: { enablePush: false } };
  await withServer(onStream, async (client) => assert.strictEqual((await get(client, {})).body, 'no'), {
    clientOptions,
  });
});

test('a reader that stops holds the writer back, and loses nothing', () =>
  withServer(
    (stream) => {
      stream.respond();
      let written = 0;
      const write = () => {
        while (written < 64) {
          written++;
          if (!stream.write(Buffer.alloc(16384, written))) {
            stream.once('drain', write);
            return;
          }
        }
        stream.end();
      };
      write();
      stream.session.on('ping', () => stream.session.emit('written', written));
    },
    async (client, server) => {
      const sessions = once(server, 'session');
      const stream = client.request({});
      await once(stream, 'response');
      const [session] = await sessions;
      // A ping's answer comes behind whatever the window let through.
      const written = once(session, 'written');
      await new Promise((resolve) => client.ping(resolve));
      assert.ok((await written)[0] < 32, 'the writer went on without a reader');
      let size = 0;
      for await (const chunk of stream) size += chunk.length;
      assert.strictEqual(size, 64 * 16384);
    },
  ));

test('files are sent whole or in part, and their errors told', async () => {
  const file = path.join(os.tmpdir(), `parley-http2-${process.pid}`);
  fs.writeFileSync(file, 'x'.repeat(100_000) + 'the end');
  const onStream = (stream, headers) => {
    const onError = () => {
      stream.respond({ ':status': 404 });
      stream.end();
    };
    if (headers[':path'] === '/part') stream.respondWithFile(file, {}, { offset: 100_000, length: 3 });
    else if (headers[':path'] === '/none') stream.respondWithFile(`${file}-none`, {}, { onError });
    else stream.respondWithFile(file, { 'content-type': 'text/plain' }, { onError });
  };
  try {
    await withServer(onStream, async (client) => {
      const whole = await get(client, { ':path': '/' });
      assert.strictEqual(whole.body.length, 100_007);
      assert.strictEqual(whole.headers['content-length'], '100007');
      assert.strictEqual((await get(client, { ':path': '/part' })).body, 'the');
      assert.strictEqual((await get(client, { ':path': '/none' })).headers[':status'], 404);
    });
  } finally {
    fs.unlinkSync(file);
  }
});

test('the compatibility API serves requests as http does', async () => {
  const server = http2.createServer((request, response) => {
    assert.strictEqual(request.httpVersion, '2.0');
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.setHeader('X-Method', request.method);
      response.setTrailer('x-size', `${body.length}`);
      response.writeHead(202, { 'x-url': request.url });
      response.write(body.toUpperCase());
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const stream = client.request({ ':method': 'POST', ':path': '/x' });
  stream.end('text');
  const trailers = once(stream, 'trailers');
  const [headers] = await once(stream, 'response');
  assert.strictEqual(headers[':status'], 202);
  assert.strictEqual(headers['x-method'], 'POST');
  assert.strictEqual(headers['x-url'], '/x');
  assert.strictEqual(await bodyOf(stream), 'TEXT');
  assert.strictEqual((await trailers)[0]['x-size'], '4');
  client.close();
  server.close();
  await once(server, 'close');
});

test('a secure server speaks HTTP/1 where that is allowed', async () => {
  const server = http2.createSecureServer({ ...identity(), allowHTTP1: true }, (request, response) => {
    response.end(request.httpVersion);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const [response] = await once(
    https.get({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }),
    'response',
  );
  assert.strictEqual(await bodyOf(response), '1.1');
  const client = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  assert.strictEqual((await get(client, {})).body, '2.0');
  client.close();
  server.close();
  await once(server, 'close');
});

test('pings and settings are acknowledged', () =>
  withServer(
    (stream) => {
      stream.respond();
      stream.end();
    },
    async (client, server) => {
      const payload = Buffer.from('12345678');
      const [session] = await once(server, 'session');
      const changed = once(client, 'remoteSettings');
      await changed;
      const again = once(client, 'remoteSettings');
      const acknowledged = new Promise((resolve) =>
        session.settings({ maxConcurrentStreams: 7, initialWindowSize: 1000 }, (error, settings) => {
          assert.ifError(error);
          resolve(settings);
        }),
      );
      const [settings] = await again;
      assert.strictEqual(settings.maxConcurrentStreams, 7);
      assert.strictEqual((await acknowledged).initialWindowSize, 1000);
      await new Promise((resolve) =>
        client.ping(payload, (error, duration, echoed) => {
          assert.ifError(error);
          assert.ok(duration >= 0);
          assert.deepStrictEqual(echoed, payload);
          resolve();
        }),
      );
    },
  ));

test('GOAWAY lets what has begun end, and nothing begin', () =>
  withServer(
    (stream) => {
      stream.respond();
      stream.write('first ');
      stream.session.goaway(0, 0, Buffer.from('bye'));
      setImmediate(() => stream.end('last'));
    },
    async (client) => {
      const goaway = once(client, 'goaway');
      const { body } = await get(client, {});
      assert.strictEqual(body, 'first last');
      const [code, , data] = await goaway;
      assert.strictEqual(code, 0);
      assert.strictEqual(data.toString(), 'bye');
      assert.throws(() => client.request({}), /ERR_HTTP2_(GOAWAY_SESSION|INVALID_SESSION)/);
    },
  ));

test('a session destroyed in the middle of a request ends its streams on both sides', () =>
  withServer(
    (stream) => {
      stream.on('error', () => {});
      stream.respond();
      stream.write('some');
      stream.once('close', () => stream.emit('gone'));
    },
    async (client, server) => {
      const sessions = once(server, 'session');
      const stream = client.request({});
      stream.on('error', () => {});
      await once(stream, 'data');
      const [session] = await sessions;
      const closed = Promise.all([ended(stream), ended(session)]);
      client.destroy(new Error('enough'));
      await closed;
      assert.strictEqual(client.destroyed, true);
      assert.strictEqual(stream.destroyed, true);
      assert.throws(() => client.ping(() => {}), { code: 'ERR_HTTP2_INVALID_SESSION' });
    },
  ));

test('an aborted request tells both sides', () =>
  withServer(
    (stream) => {
      stream.on('error', () => {});
      stream.session.once('close', () => {});
      stream.respond();
      stream.write('x');
    },
    async (client, server) => {
      const aborted = once(server, 'stream').then(([stream]) => once(stream, 'aborted'));
      const controller = new AbortController();
      const stream = client.request({ ':method': 'POST' }, { signal: controller.signal });
      const failed = once(stream, 'error');
      stream.once('data', () => controller.abort());
      assert.strictEqual((await failed)[0].name, 'AbortError');
      await aborted;
    },
  ));

test('headers: cookies are joined, lists kept, sensitive ones marked, forbidden ones refused', () =>
  withServer(
    (stream, headers) => {
      stream.respond({
        'set-cookie': ['a=1', 'b=2'],
        'x-cookie': headers.cookie,
        'x-many': headers['x-many'],
      });
      stream.end();
      stream.session.emit('sensitive', headers[http2.sensitiveHeaders]);
    },
    async (client, server) => {
      const sensitive = once(server, 'session').then(([session]) => once(session, 'sensitive'));
      const { headers } = await get(client, {
        cookie: ['x=1; a-cookie-too-long-to-hide', 'y=2; another-one-that-is-long'],
        'x-many': ['1', '2'],
        'x-secret': 's',
        [http2.sensitiveHeaders]: ['X-Secret'],
      });
      assert.deepStrictEqual(headers['set-cookie'], ['a=1', 'b=2']);
      assert.match(headers['x-cookie'], /^x=1; .*; y=2; .*/);
      assert.strictEqual(headers['x-many'], '1, 2');
      assert.deepStrictEqual((await sensitive)[0], ['x-secret']);
      assert.throws(() => client.request({ connection: 'close' }), {
        code: 'ERR_HTTP2_INVALID_CONNECTION_HEADERS',
      });
      assert.throws(() => client.request({ ':bad': '1' }), { code: 'ERR_HTTP2_INVALID_PSEUDOHEADER' });
      assert.throws(() => client.request({ 'content-length': ['1', '2'] }), {
        code: 'ERR_HTTP2_HEADER_SINGLE_VALUE',
      });
    },
  ));

test('too many headers are refused with ENHANCE_YOUR_CALM', () =>
  withServer(
    (stream) => {
      stream.respond();
      stream.end();
    },
    async (client) => {
      const headers = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`x-${i}`, 'v']));
      const stream = client.request(headers);
      const [error] = await once(stream, 'error');
      assert.match(error.message, /NGHTTP2_ENHANCE_YOUR_CALM/);
    },
    { options: { maxHeaderListPairs: 20 } },
  ));

test('settings are packed and unpacked, and wrong ones refused', () => {
  const packed = http2.getPackedSettings({ headerTableSize: 100, enablePush: false, maxHeaderSize: 9 });
  assert.strictEqual(packed.toString('hex'), '000100000064' + '000200000000' + '000600000009');
  const unpacked = http2.getUnpackedSettings(packed);
  assert.strictEqual(unpacked.headerTableSize, 100);
  assert.strictEqual(unpacked.enablePush, false);
  assert.strictEqual(unpacked.maxHeaderListSize, 9);
  assert.throws(() => http2.getPackedSettings({ maxFrameSize: 1 }), {
    code: 'ERR_HTTP2_INVALID_SETTING_VALUE',
    name: 'RangeError',
  });
  assert.throws(() => http2.getUnpackedSettings(Buffer.alloc(5)), {
    code: 'ERR_HTTP2_INVALID_PACKED_SETTINGS_LENGTH',
  });
});

test('a session works over any Duplex', async () => {
  const { Duplex } = require('stream');
  const make = () =>
    new Duplex({
      read() {},
      write(chunk, encoding, callback) {
        this.other.push(chunk);
        callback();
      },
      final(callback) {
        this.other.push(null);
        callback();
      },
    });
  const [a, b] = [make(), make()];
  a.other = b;
  b.other = a;
  const server = http2.createServer();
  server.on('stream', (stream) => {
    stream.respond();
    stream.end('over a duplex');
  });
  server.emit('connection', a);
  const client = http2.connect('http://localhost', { createConnection: () => b });
  assert.strictEqual((await get(client, {})).body, 'over a duplex');
  client.destroy();
});
