'use strict';
// runs-on: parley
// http2 under attack: a rapid reset (CVE-2023-44487), which stock Node 20 slows down but does not end, and bytes that are almost
// HTTP/2, from a seed.
const { test } = require('../../tests/harness');
const assert = require('assert');
const http2 = require('http2');
const net = require('net');
const { Duplex } = require('stream');
const { once } = require('events');
const frames = require('./fixtures/frames');

test('a flood of requests that are reset at once ends the session', async () => {
  const server = http2.createServer();
  let taken = 0;
  let reported;
  server.on('stream', (stream) => {
    taken++;
    stream.on('error', () => {});
  });
  server.on('sessionError', (error) => (reported = error));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  socket.write(frames.preface);
  let id = 1;
  const send = () => {
    if (socket.destroyed) return;
    const batch = [];
    for (let i = 0; i < 500; i++, id += 2) {
      batch.push(frames.make(frames.HEADERS, 5, id, frames.request));
      batch.push(frames.make(frames.RST_STREAM, 0, id, Buffer.from([0, 0, 0, 8])));
    }
    socket.write(Buffer.concat(batch), send);
  };
  send();
  await closed;
  assert.ok(taken < 5000, `${taken} requests were taken`);
  assert.strictEqual(reported.code, 'ERR_HTTP2_SESSION_ERROR');
  server.close();
  await once(server, 'close');
});

// A xorshift, for what is random here.
function random(seed) {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

function conversation(next) {
  const parts = [frames.preface];
  for (let i = 0, id = 1; i < 6; i++, id += 2) {
    const payload = Buffer.alloc(next(40), next(256));
    const kind = next(5);
    if (kind === 0) parts.push(frames.make(next(12), next(256), next(3) * id, payload));
    else if (kind === 1)
      parts.push(frames.make(frames.SETTINGS, next(2), 0, payload.subarray(0, next(6) * 6)));
    else if (kind === 2)
      parts.push(frames.make(frames.HEADERS, 4, id, frames.request), frames.make(0, 1, id, payload));
    else parts.push(frames.make(frames.HEADERS, 5, id, frames.request));
  }
  const bytes = Buffer.concat(parts);
  for (let i = next(4); i > 0; i--) bytes[24 + next(bytes.length - 24)] = next(256);
  return bytes;
}

test('bytes that are almost HTTP/2 end in answers or errors, never in a crash', async () => {
  const seed = Number(process.env.SEED) || 20261121;
  const rounds = Number(process.env.ROUNDS) || 400;
  const next = random(seed);
  const server = http2.createServer();
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (stream.destroyed || stream.closed) return;
    stream.respond({ ':status': 200, 'x-path': `${headers[':path']}` });
    stream.resume();
    stream.end('answer');
  });
  for (let i = 0; i < rounds; i++) {
    const bytes = conversation(next);
    const end = new Duplex({
      read() {},
      write(chunk, encoding, callback) {
        callback();
      },
    });
    end.on('error', () => {});
    const closed = new Promise((resolve) => end.once('close', resolve));
    server.emit('connection', end);
    for (let at = 0; at < bytes.length;) {
      const size = 1 + next(bytes.length);
      if (!end.destroyed) end.push(bytes.subarray(at, at + size));
      at += size;
    }
    if (!end.destroyed) end.push(null);
    await closed.catch((error) => assert.fail(`seed ${seed}, round ${i}: ${error}`));
  }
});
