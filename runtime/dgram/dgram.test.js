'use strict';
const assert = require('assert');
const dgram = require('dgram');
const { fork } = require('child_process');
const { once } = require('events');
const path = require('path');
const { test } = require('../../tests/harness');

async function bound(t, type = 'udp4') {
  const socket = dgram.createSocket(type);
  t.after(() => {
    try {
      socket.close();
    } catch {
      // closed by the test
    }
  });
  socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  return socket;
}

test('datagrams arrive whole, one event each, with their sender', async (t) => {
  const to = await bound(t);
  const from = await bound(t);
  const sent = ['', 'x', 'é'.repeat(1000), Buffer.alloc(9000, 7)].map((data) => Buffer.from(data));
  const got = [];
  to.on('message', (data, sender) => got.push([data, sender]));
  for (const data of sent) from.send(data, to.address().port, '127.0.0.1');
  while (got.length < sent.length) await once(to, 'message');
  got.forEach(([data, sender], i) => {
    assert.deepStrictEqual(data, sent[i]);
    assert.deepStrictEqual(sender, { ...from.address(), size: sent[i].length });
  });
});

test('the first send binds; a list is one datagram; the callback has its size', async (t) => {
  const to = await bound(t);
  const from = dgram.createSocket('udp4');
  t.after(() => from.close());
  const size = new Promise((resolve, reject) =>
    from.send(['ab', Buffer.from('cd'), new Uint8Array([101])], to.address().port, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    ),
  );
  const [data] = await once(to, 'message');
  assert.strictEqual(String(data), 'abcde');
  assert.strictEqual(await size, 5);
});

test('a connected socket sends without an address and hears its peer only', async (t) => {
  const server = await bound(t);
  const stranger = await bound(t);
  const client = await bound(t);
  client.connect(server.address().port, '127.0.0.1');
  await once(client, 'connect');
  assert.deepStrictEqual(client.remoteAddress(), server.address());
  assert.throws(() => client.send('x', 0, 1, 9, '127.0.0.1'), { code: 'ERR_SOCKET_DGRAM_IS_CONNECTED' });
  client.send('ping');
  await once(server, 'message');
  await new Promise((sent) => stranger.send('not you', client.address().port, '127.0.0.1', sent));
  server.send('pong', client.address().port, '127.0.0.1');
  const [data] = await once(client, 'message');
  assert.strictEqual(String(data), 'pong');
  client.disconnect();
  assert.throws(() => client.remoteAddress(), { code: 'ERR_SOCKET_DGRAM_NOT_CONNECTED' });
});

test('an address in use and a closed socket are errors', async (t) => {
  const first = await bound(t);
  const second = dgram.createSocket('udp4');
  t.after(() => second.close());
  second.bind(first.address().port, '127.0.0.1');
  const [error] = await once(second, 'error');
  assert.strictEqual(error.code, 'EADDRINUSE');
  assert.strictEqual(error.syscall, 'bind');
  first.close();
  assert.throws(() => first.address(), { code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' });
  assert.throws(() => dgram.createSocket('udp5'), { code: 'ERR_SOCKET_BAD_TYPE' });
  assert.throws(() => second.send('x', 0, 0), { code: 'ERR_SOCKET_BAD_PORT' });
  assert.throws(() => second.send({}, 1, '127.0.0.1'), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('options reach the kernel', async (t) => {
  const socket = await bound(t);
  socket.setBroadcast(true);
  assert.strictEqual(socket.setTTL(16), 16);
  assert.strictEqual(socket.setMulticastTTL(8), 8);
  socket.setRecvBufferSize(32768);
  assert.ok(socket.getRecvBufferSize() >= 32768);
  assert.throws(() => socket.setTTL(1000), { code: 'EINVAL' });
  assert.throws(() => socket.setSendBufferSize(-1), { code: 'ERR_SOCKET_BAD_BUFFER_SIZE' });
});

test('a signal closes the socket, an unreferenced one lets the process end', async (t) => {
  const controller = new AbortController();
  const socket = dgram.createSocket({ type: 'udp4', signal: controller.signal });
  const closed = once(socket, 'close');
  controller.abort();
  await closed;
  const child = fork(path.join(__dirname, 'fixtures/receiver.js'), ['unref']);
  t.after(() => child.kill('SIGKILL'));
  assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
});

test('a socket travels to a child and goes on receiving there', async (t) => {
  const socket = await bound(t);
  const { port } = socket.address();
  const child = fork(path.join(__dirname, 'fixtures/receiver.js'), ['take']);
  t.after(() => child.kill('SIGKILL'));
  child.send('socket', socket);
  await once(child, 'message');
  socket.close();
  const sender = await bound(t);
  sender.send('for the child', port, '127.0.0.1');
  assert.deepStrictEqual(await once(child, 'message'), ['for the child', undefined]);
});
