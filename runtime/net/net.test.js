'use strict';
// runs-on: parley,node
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const net = require('net');
const os = require('os');
const path = require('path');

async function listening(server, ...args) {
  server.listen(...args);
  await once(server, 'listening');
  return server;
}

async function readAll(socket) {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => (text += chunk));
  await once(socket, 'close');
  return text;
}

test('bytes go both ways and both sides close', async (t) => {
  const server = await listening(
    net.createServer((socket) => socket.on('data', (d) => socket.write(`<${d}>`))),
    0,
    '127.0.0.1',
  );
  t.after(() => server.close());
  const client = net.connect(server.address().port, '127.0.0.1');
  client.write('abc');
  const [reply] = await once(client, 'data');
  assert.strictEqual(reply.toString(), '<abc>');
  assert.strictEqual(client.remoteAddress, '127.0.0.1');
  assert.strictEqual(client.remoteFamily, 'IPv4');
  assert.strictEqual(client.bytesWritten, 3);
  assert.strictEqual(client.bytesRead, 5);
  client.end();
  await once(client, 'close');
  server.close();
  await once(server, 'close');
});

test('a megabyte arrives whole through back-pressure', async (t) => {
  const size = 8 << 20;
  const server = await listening(
    net.createServer((socket) => socket.end(Buffer.alloc(size, 'x'))),
    0,
    '127.0.0.1',
  );
  t.after(() => server.close());
  const client = net.connect(server.address().port, '127.0.0.1');
  let got = 0;
  for await (const chunk of client) got += chunk.length;
  assert.strictEqual(got, size);
});

test('listening on a busy port fails with its address', async (t) => {
  const server = await listening(net.createServer(), 0, '127.0.0.1');
  t.after(() => server.close());
  const { port } = server.address();
  const [error] = await once(net.createServer().listen(port, '127.0.0.1'), 'error');
  assert.strictEqual(error.message, `listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
  assert.strictEqual(error.code, 'EADDRINUSE');
  assert.strictEqual(error.syscall, 'listen');
  assert.strictEqual(error.address, '127.0.0.1');
  assert.strictEqual(error.port, port);
});

test('connecting to a closed port fails with its address', async () => {
  const server = await listening(net.createServer(), 0, '127.0.0.1');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const [error] = await once(net.connect(port, '127.0.0.1'), 'error');
  assert.strictEqual(error.message, `connect ECONNREFUSED 127.0.0.1:${port}`);
  assert.strictEqual(error.syscall, 'connect');
});

test('Unix sockets carry bytes; a missing one says so', async (t) => {
  const name = path.join(os.tmpdir(), `parley-net-${process.pid}.sock`);
  const [missing] = await once(net.connect(name), 'error');
  assert.strictEqual(missing.message, `connect ENOENT ${name}`);
  const server = await listening(
    net.createServer((socket) => socket.end('unix')),
    name,
  );
  t.after(() => server.close());
  assert.strictEqual(server.address(), name);
  assert.strictEqual(await readAll(net.connect(name)), 'unix');
});

test('allowHalfOpen lets a server answer after the end', async (t) => {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume();
    socket.on('end', () => socket.end('late'));
  });
  await listening(server, 0, '127.0.0.1');
  t.after(() => server.close());
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
  client.end('x');
  assert.strictEqual(await readAll(client), 'late');
});

test('pauseOnConnect keeps bytes until somebody reads', async (t) => {
  const server = await listening(net.createServer({ pauseOnConnect: true }), 0, '127.0.0.1');
  t.after(() => server.close());
  const client = net.connect(server.address().port, '127.0.0.1');
  client.end('kept');
  const [socket] = await once(server, 'connection');
  await once(client, 'finish');
  assert.strictEqual(await readAll(socket.resume()), 'kept');
});

test('a silent socket times out, a busy server drops', async (t) => {
  const server = net.createServer();
  server.maxConnections = 1;
  await listening(server, 0, '127.0.0.1');
  t.after(() => server.close());
  const first = net.connect(server.address().port, '127.0.0.1');
  const [socket] = await once(server, 'connection');
  socket.setTimeout(20);
  const second = net.connect(server.address().port, '127.0.0.1');
  second.on('error', () => {});
  const [drop] = await once(server, 'drop');
  assert.strictEqual(drop.remoteAddress, '127.0.0.1');
  if (!socket.destroyed) await once(socket, 'timeout');
  first.destroy();
  second.destroy();
  socket.destroy();
});

test('an abort signal closes a server', async () => {
  const controller = new AbortController();
  const server = net.createServer();
  server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal });
  await once(server, 'listening');
  controller.abort();
  await once(server, 'close');
});

test('isIP tells addresses from names', async () => {
  assert.strictEqual(net.isIP('127.0.0.1'), 4);
  assert.strictEqual(net.isIP('::1'), 6);
  assert.strictEqual(net.isIP('fe80::1%lo'), 6);
  assert.strictEqual(net.isIP('1.2.3'), 0);
  assert.strictEqual(net.isIP('256.1.1.1'), 0);
  assert.strictEqual(net.isIP(''), 0);
});

test('a block list knows addresses, ranges and subnets', async () => {
  const list = new net.BlockList();
  list.addAddress('1.2.3.4');
  list.addRange('10.0.0.5', '10.0.0.9');
  list.addSubnet('8592:757c:efae:4e45::', 64, 'ipv6');
  assert.ok(list.check('1.2.3.4'));
  assert.ok(list.check('10.0.0.7'));
  assert.ok(!list.check('10.0.0.10'));
  assert.ok(list.check('8592:757c:efae:4e45::1', 'ipv6'));
  assert.ok(list.check('::ffff:1.2.3.4', 'ipv6'));
});

test('bad arguments are refused with their codes', async () => {
  assert.throws(() => net.connect(), { code: 'ERR_MISSING_ARGS' });
  assert.throws(() => net.connect(65536), { code: 'ERR_SOCKET_BAD_PORT' });
  assert.throws(() => net.createServer().listen(-1), { code: 'ERR_SOCKET_BAD_PORT' });
  assert.throws(() => new net.Socket().setTimeout('1'), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('the addresses of a name are tried in turn, families alternating', async (t) => {
  const server = net.createServer((socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address();
  const lookup = (host, options, callback) =>
    process.nextTick(callback, null, [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  const socket = net.connect({ host: 'name.invalid', port, lookup, autoSelectFamily: true });
  await once(socket, 'connect');
  assert.deepStrictEqual(socket.autoSelectFamilyAttemptedAddresses, [
    `127.0.0.2:${port}`,
    `::1:${port}`,
    `127.0.0.1:${port}`,
  ]);
  assert.strictEqual(String((await once(socket, 'data'))[0]), 'hello');
  socket.destroy();
});

test('onread keeps what pause() left for resume()', async (t) => {
  const server = net.createServer((socket) => socket.end('0123456789abcdef'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  let text = '';
  let paused = false;
  const socket = net.connect({
    port: server.address().port,
    host: '127.0.0.1',
    onread: {
      buffer: Buffer.alloc(4),
      callback(size, buffer) {
        assert.ok(!paused);
        text += buffer.toString('latin1', 0, size);
        paused = true;
        socket.pause();
        setImmediate(() => {
          paused = false;
          socket.resume();
        });
      },
    },
  });
  await once(socket, 'end');
  assert.strictEqual(text, '0123456789abcdef');
});
