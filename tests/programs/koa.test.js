'use strict';
// runs-on: parley,node
// A koa program of ten lines, with @koa/router and koa-bodyparser, answers and stands a load of wrk without an error.
const { test } = require('../harness');
const assert = require('assert');
const { execFile } = require('child_process');
const { once } = require('events');
const http = require('http');
const { startServer } = require('./server');

async function request(options, body) {
  const req = http.request({ host: '127.0.0.1', ...options });
  req.end(body);
  const [res] = await once(req, 'response');
  res.setEncoding('utf8');
  let text = '';
  for await (const chunk of res) text += chunk;
  return { status: res.statusCode, type: res.headers['content-type'], text };
}

test('koa answers routes, bodies and mistakes', async (t) => {
  const { port, errors } = await startServer(t, 'koa_server.js');
  const hello = await request({ port, path: '/hello/you' });
  assert.deepStrictEqual(hello, {
    status: 200,
    type: 'application/json; charset=utf-8',
    text: '{"hello":"you"}',
  });
  const headers = { 'Content-Type': 'application/json' };
  assert.strictEqual(
    (await request({ port, path: '/echo', method: 'POST', headers }, '{"a":[1]}')).text,
    '{"a":[1]}',
  );
  assert.strictEqual((await request({ port, path: '/nowhere' })).status, 404);
  assert.strictEqual((await request({ port, path: '/hello/x', method: 'POST' })).status, 405);
  assert.strictEqual((await request({ port, path: '/echo', method: 'POST', headers }, '{')).status, 400);
  assert.ok(!errors().includes('TypeError'));
});

test('koa stands wrk without an error', { timeout: 30000 }, async (t) => {
  const { port, errors } = await startServer(t, 'koa_server.js');
  const args = ['-t1', '-c50', '-d3s', `http://127.0.0.1:${port}/hello/load`];
  const output = await new Promise((resolve, reject) => {
    execFile('wrk', args, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  assert.ok(!/Socket errors|Non-2xx/.test(output), output);
  assert.ok(Number(/(\d+) requests in/.exec(output)[1]) > 100, output);
  assert.strictEqual(errors(), '');
});
