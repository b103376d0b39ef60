'use strict';
// runs-on: parley,node
// A WebSocket echo server with npm `ws` returns 1,000 messages, text and binary, small and large, in order.
const { test } = require('../harness');
const assert = require('assert');
const { once } = require('events');
const { WebSocket } = require('ws');
const { startServer } = require('./server');

const MESSAGES = 1000;
const message = (i) => (i % 10 === 0 ? Buffer.alloc(70000, i) : `message ${i} ${'é'.repeat(i % 200)}`);

test('ws echoes 1,000 messages in order', { timeout: 30000 }, async (t) => {
  const { port, errors } = await startServer(t, 'ws_echo.js');
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(socket, 'open');
  let got = 0;
  const done = new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data, binary) => {
      const expected = message(got);
      if (binary ? !data.equals(expected) : data.toString() !== expected)
        reject(new Error(`message ${got} changed`));
      if (++got === MESSAGES) resolve();
    });
  });
  for (let i = 0; i < MESSAGES; i++) socket.send(message(i));
  await done;
  socket.close(1000, 'bye');
  const [code, reason] = await once(socket, 'close');
  assert.strictEqual(code, 1000);
  assert.strictEqual(reason.toString(), 'bye');
  assert.strictEqual(errors(), '');
});

test('ws serves 100 clients at once', { timeout: 30000 }, async (t) => {
  const { port } = await startServer(t, 'ws_echo.js');
  await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      await once(socket, 'open');
      socket.send(`client ${i}`);
      const [data] = await once(socket, 'message');
      assert.strictEqual(data.toString(), `client ${i}`);
      socket.close();
      await once(socket, 'close');
    }),
  );
});
