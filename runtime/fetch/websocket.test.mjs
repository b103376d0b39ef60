// The global WebSocket (HTML standard, "Web sockets") of --experimental-websocket with npm's ws as the server.
import assert from 'node:assert';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';

if (globalThis.WebSocket === undefined) {
  const args = ['--experimental-websocket', '--no-warnings', import.meta.filename];
  process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status);
}

const require = createRequire(import.meta.url);
const { test } = require('../../tests/harness');
const { WebSocketServer } = require('ws');

async function serve(t, onConnection) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', onConnection);
  await once(server, 'listening');
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${server.address().port}`;
}

const event = (target, name) =>
  new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

test('text, bytes and the end go both ways', async (t) => {
  const url = await serve(t, (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('close', (code, reason) => assert.deepStrictEqual([code, `${reason}`], [3001, 'enough']));
  });
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  assert.strictEqual(socket.readyState, WebSocket.CONNECTING);
  await event(socket, 'open');
  socket.send('häl lo');
  assert.strictEqual((await event(socket, 'message')).data, 'häl lo');
  const bytes = new Uint8Array(100_000).fill(7);
  socket.send(bytes);
  const { data } = await event(socket, 'message');
  assert.deepStrictEqual(new Uint8Array(data), bytes);
  socket.close(3001, 'enough');
  const closed = await event(socket, 'close');
  assert.deepStrictEqual([closed.code, closed.reason, closed.wasClean], [3001, 'enough', true]);
  assert.strictEqual(closed.constructor.name, 'CloseEvent');
});

test('what the server says comes, and a refused connection is an error', async (t) => {
  const url = await serve(t, (socket) => {
    socket.send('welcome');
    socket.close(1000, 'bye');
  });
  const socket = new WebSocket(url);
  const [message, end] = await Promise.all([event(socket, 'message'), event(socket, 'close')]);
  assert.deepStrictEqual([message.data, end.reason], ['welcome', 'bye']);

  const refused = new WebSocket('ws://127.0.0.1:9/');
  assert.match((await event(refused, 'error')).message, /network error/);
  assert.throws(() => new WebSocket('nothing'), { name: 'SyntaxError' });
});
