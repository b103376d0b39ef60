// Bad input while a call runs: 10,000 seeded random and mutated datagrams, WebSocket frames and HTTP requests. The call goes on,
// no process ends, and none grows.
import assert from 'node:assert';
import dgram from 'node:dgram';
import net from 'node:net';
import WebSocket from 'ws';
import { startServer, descendants, ownerOfUdpPort, residentBytes } from './server.mjs';
import { launchBrowser, Person } from './browser.mjs';
import { Mutator } from './mutator.mjs';
import { PATIENCE_MS } from './patience.mjs';

const COUNT = 10_000;
const WARM_UPS = 3;
const ALLOWED_GROWTH = 16 * 1024 * 1024; // garbage not yet collected, not a leak of one object per bad message
const SEED = Number(process.env.PARLEY_SEED ?? 20_261_121);

// One well-formed beginning of each protocol on the media port; the mutator takes it from there.
const DATAGRAMS = [
  '000100002112a442' + '0102030405060708090a0b0c', // STUN binding request without attributes
  '000100342112a4420102030405060708090a0b0c0006000961626364' +
    '3a65666768000000' +
    '00250000002400046e7f1eff80280004aabbccdd',
  '16fefd0000000000000000002d01000021000000000000002100000000000000000000', // DTLS ClientHello, cut short
  '17fefd00010000000000010010' + '00112233445566778899aabbccddeeff', // DTLS application data
  '8060000100000001deadbeef' + '10009000aabbccddeeff00112233445566778899', // RTP
  'b0e0000200000002deadbeef' + 'bede000232aabbcc10ff0000' + '00112233445566778899aabb', // RTP with extensions
  '80c90001deadbeef' + '800000010011223344556677', // RTCP RR
  '81cd0003deadbeef0000000100010000', // RTCP NACK
].map((hex) => Buffer.from(hex, 'hex'));

const FRAMES = [
  { id: 1, method: 'login', data: { token: 'eyJ0b2tlbklkIjoiMSJ9', name: 'x' } },
  { id: 2, method: 'relogin', data: { ticket: 'abc', lastSeq: 1 } },
  {
    id: 3,
    method: 'publish',
    data: { offer: 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' },
  },
  { id: 4, method: 'subscribe', data: { streamId: 's' } },
  { id: 5, method: 'text', data: { message: 'hello' } },
].map((frame) => Buffer.from(JSON.stringify(frame)));

const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /api/join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{"room":"a","name":"Mona"}',
  'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /rooms HTTP/1.1\r\nHost: x\r\nAuthorization: MAuth realm=x,mauth_signature_method=HMAC_SHA256,mauth_serviceid=1\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  'POST /rooms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n',
].map((text) => Buffer.from(text));

async function sendDatagrams(port, mutator, count) {
  const socket = dgram.createSocket('udp4');
  for (let i = 0; i < count; i++) {
    await new Promise((sent) => socket.send(mutator.next(DATAGRAMS), port, '127.0.0.1', sent));
  }
  socket.close();
}

// Many frames a socket, a new socket whenever the server has had enough of the old one.
async function sendFrames(url, mutator, count) {
  for (let left = count; left > 0;) {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`);
    socket.on('error', () => {});
    const opened = await new Promise((done) => {
      socket.once('open', () => done(true));
      socket.once('close', () => done(false));
    });
    if (!opened) {
      left--;
      continue;
    }
    while (left > 0 && socket.readyState === WebSocket.OPEN) {
      left--;
      await new Promise((sent) =>
        socket.send(mutator.next(FRAMES), { binary: mutator.random(4) === 0 }, sent),
      );
    }
    socket.terminate();
  }
}

async function sendRequests(url, mutator, count) {
  const { hostname, port } = new URL(url);
  const lane = async () => {
    while (count-- > 0) {
      await new Promise((done) => {
        const socket = net.connect(Number(port), hostname, () => socket.end(mutator.next(REQUESTS)));
        socket.setTimeout(2000, () => socket.destroy());
        socket.on('error', () => {});
        socket.on('close', done);
        socket.resume();
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

/**
 * @param {{test: Function}} harness
 * @param {string} title
 * @param {{server: object, measureMemory: boolean}} options `server` is startServer's
 */
export function describeAttack({ test }, title, { server: serverOptions, measureMemory }) {
  test(
    `${COUNT} bad inputs of each kind in a call, ${title} (seed ${SEED})`,
    { timeout: 600_000 },
    async (t) => {
      const server = await startServer(serverOptions);
      t.after(() => server.stop());
      const browser = await launchBrowser();
      t.after(() => browser.close());
      const people = [];
      for (const name of ['Ada', 'Bela'])
        people.push(await Person.open(browser, `${server.url}/?layers=none`, name));
      for (const person of people) await person.join('bad');
      await people[0].waitForVideoOf(['Bela']);
      await people[1].waitForVideoOf(['Ada']);

      const { remotePort } = await people[0].statistics();
      const worker = ownerOfUdpPort(remotePort, descendants(server.pid));
      const mutator = new Mutator(SEED);
      const attack = () =>
        Promise.all([
          sendDatagrams(remotePort, mutator, COUNT),
          sendFrames(server.url, mutator, COUNT),
          sendRequests(server.url, mutator, COUNT),
        ]);
      const memory = () => ({ server: residentBytes(server.pid), worker: residentBytes(worker) });
      // Heaps, caches and pools warm up first; memory is measured over the same once more.
      for (let i = 0; measureMemory && i < WARM_UPS; i++) await attack();
      const before = { frames: (await people[0].statistics()).video[0].framesDecoded, memory: memory() };
      await attack();
      const after = memory();

      for (const part of measureMemory ? ['server', 'worker'] : []) {
        const growth = after[part] - before.memory[part];
        console.log(`# ${part}: ${(growth / 1024 / 1024).toFixed(1)} MiB more resident memory`);
        assert.ok(growth < ALLOWED_GROWTH, `the ${part} grew by ${growth} bytes`);
      }
      await people[0].page.waitForFunction(
        async (earlier) => {
          const report = await window.parley.session.connections.subscribe.getStats();
          const video = [...report.values()].find((s) => s.type === 'inbound-rtp' && s.kind === 'video');
          return video.framesDecoded > earlier + 50;
        },
        before.frames,
        { timeout: PATIENCE_MS },
      );
      assert.strictEqual((await people[0].statistics()).remotePort, remotePort, 'still the same connection');
      const still = ownerOfUdpPort(remotePort, descendants(server.pid));
      assert.strictEqual(still, worker, `still the same worker\n${server.log().slice(-3000)}`);
    },
  );
}
