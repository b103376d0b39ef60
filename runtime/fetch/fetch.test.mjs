// The globals fetch, Headers, Request, Response, FormData (Node doc: globals) against servers of this process.
import assert from 'node:assert';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { test } = require('../../tests/harness');

/** @returns the base URL of a server that lives as long as the test */
async function serve(t, handler) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

const echo = (req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    res.setHeader('x-method', req.method);
    res.setHeader('content-type', req.headers['content-type'] ?? 'text/plain');
    res.end(Buffer.concat(chunks));
  });
};

test('fetch is a plain function, its classes are not enumerable', () => {
  assert.strictEqual(Object.getPrototypeOf(fetch), Function.prototype);
  assert.strictEqual(Object.getOwnPropertyDescriptor(globalThis, 'fetch').enumerable, true);
  for (const name of ['Headers', 'Request', 'Response', 'FormData']) {
    assert.strictEqual(typeof globalThis[name], 'function');
    assert.strictEqual(Object.getOwnPropertyDescriptor(globalThis, name).enumerable, false);
  }
  assert.ok(!({} instanceof Response));
});

test('a body goes there and back: text, JSON, forms, streams', async (t) => {
  const base = await serve(t, echo);
  const send = (body, more) => fetch(base, { method: 'POST', body, ...more });
  const text = await send('täxt');
  assert.deepStrictEqual(
    [text.status, text.ok, text.headers.get('X-Method'), await text.text()],
    [200, true, 'POST', 'täxt'],
  );
  assert.deepStrictEqual(await (await send(JSON.stringify({ a: [1] }))).json(), { a: [1] });

  const form = new FormData();
  form.append('field', 'value');
  form.append('file', new Blob(['bytes'], { type: 'image/x' }), 'name.x');
  const back = await (await send(form)).formData();
  assert.strictEqual(back.get('field'), 'value');
  assert.deepStrictEqual([back.get('file').name, back.get('file').type], ['name.x', 'image/x']);
  assert.strictEqual(await back.get('file').text(), 'bytes');

  const stream = new ReadableStream({
    start(controller) {
      for (const part of ['one ', 'two']) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const streamed = await send(stream, { duplex: 'half' });
  let got = '';
  for await (const chunk of streamed.body) got += new TextDecoder().decode(chunk);
  assert.strictEqual(got, 'one two');
});

test('a megabyte arrives whole', async (t) => {
  const bytes = Buffer.alloc(1 << 20, 'abcdefgh');
  const base = await serve(t, echo);
  const response = await fetch(base, { method: 'PUT', body: bytes });
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes));
});

test('redirects are followed, or not', async (t) => {
  const base = await serve(t, (req, res) => {
    if (req.url === '/end') return void res.end('end');
    res.writeHead(302, { location: '/end' }).end();
  });
  const followed = await fetch(`${base}/start`);
  assert.deepStrictEqual(
    [followed.redirected, followed.url, await followed.text()],
    [true, `${base}/end`, 'end'],
  );
  assert.strictEqual((await fetch(base, { redirect: 'manual' })).status, 302);
  await assert.rejects(fetch(base, { redirect: 'error' }), { name: 'TypeError', message: 'fetch failed' });
});

test('compressed answers are read as what they were', async (t) => {
  const { gzipSync } = require('zlib');
  const base = await serve(t, (req, res) => {
    res.setHeader('content-encoding', 'gzip');
    res.end(gzipSync('packed'.repeat(1000)));
  });
  assert.strictEqual(await (await fetch(base)).text(), 'packed'.repeat(1000));
});

test('a request can be given up, before and within the answer', async (t) => {
  const base = await serve(t, (req, res) => {
    if (req.url === '/half') res.write('half');
  });
  const controller = new AbortController();
  const never = fetch(base, { signal: controller.signal });
  controller.abort();
  await assert.rejects(never, { name: 'AbortError' });
  await assert.rejects(fetch(base, { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
  const later = new AbortController();
  const half = await fetch(`${base}/half`, { signal: later.signal });
  const reading = half.text();
  later.abort();
  await assert.rejects(reading, { name: 'AbortError' });
});

test('errors of the network are a TypeError with the cause', async () => {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const error = await fetch(`http://127.0.0.1:${port}/`).catch((e) => e);
  assert.ok(error instanceof TypeError);
  assert.strictEqual(error.message, 'fetch failed');
  assert.strictEqual(error.cause.code, 'ECONNREFUSED');
  await assert.rejects(fetch('nowhere'), { name: 'TypeError' });
});

test('data: and blob: URLs', async () => {
  assert.strictEqual(await (await fetch('data:text/plain,hi%20there')).text(), 'hi there');
  const url = URL.createObjectURL(new Blob(['of a blob'], { type: 'text/x' }));
  const response = await fetch(url);
  assert.deepStrictEqual(
    [response.headers.get('content-type'), await response.text()],
    ['text/x', 'of a blob'],
  );
  URL.revokeObjectURL(url);
});

test('Headers, Request and Response on their own', async () => {
  const headers = new Headers([
    ['B', '1'],
    ['a', '2'],
    ['b', '3'],
  ]);
  assert.deepStrictEqual(
    [...headers],
    [
      ['a', '2'],
      ['b', '1, 3'],
    ],
  );
  assert.throws(() => headers.set('bad name', '1'), TypeError);
  const request = new Request('http://x/y', { method: 'post', body: '{}' });
  assert.deepStrictEqual([request.method, await request.clone().text()], ['POST', '{}']);
  const response = Response.json({ a: 1 }, { status: 201 });
  assert.deepStrictEqual([response.status, await response.json(), response.bodyUsed], [201, { a: 1 }, true]);
  assert.strictEqual(Response.error().type, 'error');
});

test('WebAssembly is compiled out of a response', async () => {
  // (module (func (export "seven") (result i32) i32.const 7))
  const code = '0061736d0100000001050160' + '00017f030201000709010573' + '6576656e00000a06010400' + '41070b';
  const reply = (type) => new Response(Buffer.from(code, 'hex'), { headers: { 'Content-Type': type } });
  const { instance } = await WebAssembly.instantiateStreaming(Promise.resolve(reply('application/wasm')));
  assert.strictEqual(instance.exports.seven(), 7);
  await assert.rejects(WebAssembly.compileStreaming(reply('text/html')), {
    name: 'TypeError',
    code: 'ERR_WEBASSEMBLY_RESPONSE',
    message: "WebAssembly response has unsupported MIME type 'text/html'",
  });
  await assert.rejects(WebAssembly.compileStreaming(1), { code: 'ERR_INVALID_ARG_TYPE' });
});
