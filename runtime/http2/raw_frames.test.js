'use strict';
// http2: frames by hand, for what no client of ours sends.
const { test } = require('../../tests/harness');
const http2 = require('http2');
const net = require('net');
const { once } = require('events');
const frames = require('./fixtures/frames');

// once() would fail with an error that comes before.
const ended = (emitter) => new Promise((resolve) => emitter.once('close', resolve));

/** A server of its own and a TCP connection to it that speaks whatever the test writes. */
async function rawConnection() {
  const server = http2.createServer();
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.on('error', () => {});
  return { server, socket };
}

test('a header block that never ends is cut off', async () => {
  const { server, socket } = await rawConnection();
  const closed = ended(socket);
  socket.resume();
  socket.write(Buffer.concat([frames.preface, frames.make(frames.HEADERS, 0, 1, frames.request)]));
  const piece = Buffer.concat([Buffer.from([0x40, 1, 0x78, 0x7f, 0x80, 0x10]), Buffer.alloc(2175, 0x61)]);
  const send = () => {
    if (!socket.destroyed) socket.write(frames.make(frames.CONTINUATION, 0, 1, piece), send);
  };
  send();
  await closed;
  server.close();
});

test('a flood of pings to a server whose answers nobody reads is bounded', async () => {
  const { server, socket } = await rawConnection();
  const sessions = once(server, 'session');
  socket.pause();
  socket.write(frames.preface);
  const [session] = await sessions;
  session.on('error', () => {});
  const gone = ended(session);
  const pings = Buffer.concat(
    Array.from({ length: 4000 }, () => frames.make(frames.PING, 0, 0, Buffer.alloc(8))),
  );
  const send = () => {
    if (!socket.destroyed && !session.destroyed) socket.write(pings, send);
  };
  send();
  await gone;
  socket.destroy();
  server.close();
});

test('what is no HTTP/2 ends the session, not the server', async () => {
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', Buffer.alloc(1000, 0xff)]) {
    const { server, socket } = await rawConnection();
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
    server.close();
    await once(server, 'close');
  }
});
