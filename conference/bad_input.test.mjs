// Bad input: 10,000 seeded mutated WebSocket messages and HTTP requests while two people are in a room. The server goes on, their room
// stays, and memory does not grow.
// runs-on: parley,node
// timeout: 180
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import WebSocket from 'ws';
import { Mutator } from '../tests/e2e/mutator.mjs';
import { Client, OFFER, codeOf, post, startServer } from './testing/client.js';

const { test } = createRequire(import.meta.url)('../tests/harness');
const SEED = Number(process.env.SEED ?? 20260131);
const ROUNDS = 10000;
const LANES = 8;
const GROWTH_LIMIT = 32 * 1024 * 1024;

const frames = [
  { id: 1, method: 'login', data: { token: 'eyJ0b2tlbklkIjoiMSJ9', name: 'x' } },
  { id: 2, method: 'relogin', data: { ticket: 'eyJhIjoxfQ==', lastSeq: 3 } },
  { id: 3, method: 'publish', data: { offer: OFFER, attributes: { a: [1, { b: 2 }] } } },
  { id: 'x', method: 'subscribe', data: { streamId: 's1', audio: true, video: false } },
  { id: 5, method: 'answer', data: { transportId: 't1', offerId: 1, sdp: 'v=0' } },
  {
    id: 6,
    method: 'candidate',
    data: { transportId: 't1', candidate: 'candidate:1 1 udp 1 1.2.3.4 5 typ host' },
  },
  { id: 7, method: 'text', data: { to: 'all', message: 'hello' } },
  { id: 9, method: 'renegotiate', data: { streamId: 's1', offer: OFFER } },
  { id: 10, method: 'restart-ice', data: { transportId: 't1' } },
  { id: 11, method: 'subscription-control', data: { streamId: 's1', kind: 'video', layers: { spatial: 1 } } },
  { id: 8, method: 'stream-control', data: { streamId: 's1', kind: 'av', muted: true } },
].map((frame) => JSON.stringify(frame));

const body = JSON.stringify({ room: 'garden', name: 'x' });
const requests = [
  `POST /api/join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  'GET /index.html HTTP/1.1\r\nHost: x\r\nIf-None-Match: "1-2"\r\n\r\n',
  'GET /rooms/abc/users HTTP/1.1\r\nHost: x\r\nAuthorization: MAuth mauth_serviceid=a,mauth_cnonce=1,mauth_timestamp=2,mauth_signature=3\r\n\r\n',
  'POST /rooms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  'DELETE /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
].map((text) => Buffer.from(text));

/** Runs `one(lane)` so many times, in LANES lanes at once. */
async function many(count, one) {
  let left = count;
  const lane = async (_, n) => {
    while (left-- > 0) await one(n);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** A socket that takes mutated frames until the server closes it. */
function victim(url) {
  let ws = null;
  const open = () =>
    new Promise((resolve, reject) => {
      ws = new WebSocket(url);
      ws.on('error', () => {});
      ws.once('open', resolve);
      ws.once('close', () => reject(new Error('the server refused a socket')));
    });
  return {
    async send(data, binary) {
      if (ws?.readyState !== WebSocket.OPEN) await open();
      await new Promise((done) => ws.send(data, { binary }, done));
    },
    close: () => ws?.terminate(),
  };
}

function rawRequest(port, bytes) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', resolve);
    socket.setTimeout(3000, () => socket.destroy());
  });
}

test(
  `10,000 mutated messages and 10,000 mutated requests do no harm (seed ${SEED})`,
  { timeout: 150000 },
  async (t) => {
    const server = await startServer(t, (c) => {
      Object.assign(c.portal, {
        reconnectSeconds: 1,
        requestsPerSecond: 1e5,
        requestsBurst: 1e5,
        joinsPerMinute: 1e6,
      });
    });
    const mutator = new Mutator(SEED);
    const ada = await Client.join(server, 'garden', 'Ada');
    const bob = await Client.join(server, 'garden', 'Bob');
    const { streamId } = await ada.call('publish', { offer: OFFER });

    // Once logged in, the frames reach the room as well.
    const member = async () => {
      const { body: joined } = await post(`${server.url}/api/join`, { room: 'garden', name: 'Eve' });
      return JSON.stringify({ id: 1, method: 'login', data: { token: joined.token } });
    };
    const attack = async (rounds) => {
      const lanes = Array.from({ length: LANES }, () => victim(`${server.url.replace('http', 'ws')}/ws`));
      let turn = 0;
      await many(rounds, async (n) => {
        const lane = lanes[n];
        const login = ++turn % 50 === 0 ? await member() : null;
        // A socket that was closed meanwhile is not an error: that is the server's answer to nonsense.
        if (login) await lane.send(login).catch(() => {});
        const bytes = mutator.next(frames);
        await lane.send(turn % 10 === 0 ? bytes : bytes.toString('latin1'), turn % 10 === 0).catch(() => {});
      });
      lanes.forEach((lane) => lane.close());
      await many(rounds, () => rawRequest(server.port, mutator.next(requests)));
    };
    await attack(ROUNDS / 2); // what is made once and kept is made here
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    await attack(ROUNDS);
    globalThis.gc?.();
    const growth = process.memoryUsage().rss - before;
    assert.ok(growth < GROWTH_LIMIT, `memory grew by ${(growth / 1048576).toFixed(1)} MB`);

    assert.strictEqual(ada.closeCode, null);
    await bob.call('subscribe', { streamId });
    const offer = await bob.event('offer');
    await bob.answer(offer);
    assert.strictEqual(await codeOf(ada.call('ping')), 'no error');
    assert.ok(!ada.events.some((e) => e.event === 'transport-restart'), 'the worker lived on');
  },
);
