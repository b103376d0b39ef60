// One room on two media workers: what is published on one is watched on the other, through an encrypted pipe. Real workers, the
// real engine, and programs as clients.
// runs-on: parley,node
// timeout: 130
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { Client, codeOf, startServer } from './testing/client.js';

const require = createRequire(import.meta.url);
const { test } = require('../tests/harness');
const { AudioSource, RTCPeerConnection, VideoSink, VideoSource } =
  process.versions.parley === undefined ? require('../addon/webrtc') : require('webrtc');

const WIDTH = 320;
const HEIGHT = 240;
const FRAME_MS = 33;

const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** Publishes a grey picture of the given brightness and something like a voice; resolves with the stream's id. */
async function publish(t, client, brightness) {
  const pc = new RTCPeerConnection();
  const video = new VideoSource();
  const audio = new AudioSource();
  pc.addTrack(video.createTrack());
  pc.addTrack(audio.createTrack());
  const data = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128).fill(brightness, 0, WIDTH * HEIGHT);
  const syllable = Int16Array.from({ length: 480 }, (_, i) => 12000 * Math.sin((i * Math.PI) / 24));
  const pause = new Int16Array(480).map((_, i) => (i % 7) * 6); // a quiet room
  let clock = 0;
  const timer = setInterval(() => {
    video.onFrame({ width: WIDTH, height: HEIGHT, data, timestamp: (clock += FRAME_MS * 1000) });
    const samples = clock % 700_000 < 400_000 ? syllable : pause; // a tone that never ends is no voice
    for (let i = 0; i < 3; i++) audio.onData({ samples, channels: 1 });
  }, FRAME_MS);
  t.after(() => {
    clearInterval(timer);
    pc.close();
  });
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') await next(pc, 'icegatheringstatechange');
  const { streamId, answer } = await client.call('publish', { offer: pc.localDescription.sdp });
  await pc.setRemoteDescription({ type: 'answer', sdp: answer });
  return { streamId, pc, stop: () => clearInterval(timer) };
}

/** Watches streams; `brightnessOf(streamId)` resolves with that of the next picture that comes. */
function watcher(t, client) {
  const pc = new RTCPeerConnection();
  t.after(() => pc.close());
  const waiting = new Map();
  const streamOf = new Map(); // mid → streamId
  const sinks = [];
  pc.ontrack = ({ track, transceiver }) => {
    if (track.kind !== 'video') return;
    sinks.push(
      new VideoSink(track, ({ data }) => {
        const streamId = streamOf.get(transceiver.mid);
        waiting.get(streamId)?.(data[0]);
        waiting.delete(streamId);
      }),
    );
  };
  let ended = false;
  t.after(() => (ended = true));
  const negotiate = async () => {
    const offer = await client.event('offer').catch(() => null);
    if (!offer || ended) return;
    for (const { mid, streamId } of offer.streams) streamOf.set(mid, streamId);
    await pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await pc.setLocalDescription();
    while (pc.iceGatheringState !== 'complete') await next(pc, 'icegatheringstatechange');
    const { transportId, offerId } = offer;
    await client.call('answer', { transportId, offerId, sdp: pc.localDescription.sdp });
  };
  return {
    pc,
    async subscribe(streamId) {
      await client.call('subscribe', { streamId });
      await negotiate();
    },
    brightnessOf: (streamId) => new Promise((resolve) => waiting.set(streamId, resolve)),
  };
}

const spanning = (t, threads = 1) =>
  startServer(t, (config) => {
    config.media.engine = '';
    config.media.threads = threads;
    config.media.ip = ['127.0.0.1'];
    config.room.participantsPerWorker = 1;
  });
const busy = (server) => server.workers().filter((worker) => worker.rooms.length > 0);
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 12, `${value} is not ${wanted}`);

for (const threads of [1, 2]) {
  test(
    `a publisher on one worker of ${threads} media threads is watched on another, and the other way round`,
    { timeout: 40000 },
    async (t) => {
      const server = await spanning(t, threads);
      const ada = await Client.join(server, 'wide', 'Ada');
      const bob = await Client.join(server, 'wide', 'Bob');
      const [fromAda, fromBob] = [await publish(t, ada, 60), await publish(t, bob, 190)];
      assert.strictEqual(busy(server).length, 2, 'each has a worker of their own');
      const [atAda, atBob] = [watcher(t, ada), watcher(t, bob)];
      await Promise.all([atAda.subscribe(fromBob.streamId), atBob.subscribe(fromAda.streamId)]);
      near(await atAda.brightnessOf(fromBob.streamId), 190);
      near(await atBob.brightnessOf(fromAda.streamId), 60);

      // The first worker alone tells who speaks, of all voices.
      const speaking = await ada.event('speakers', ({ streams }) => streams.length === 2);
      const ids = new Set(speaking.streams.map(({ streamId }) => streamId));
      assert.deepStrictEqual(ids, new Set([fromAda.streamId, fromBob.streamId]));

      // A mute on one side is one on the other.
      await ada.call('stream-control', { streamId: fromAda.streamId, kind: 'video', muted: true });
      await bob.event('stream-updated');
      await ada.call('stream-control', { streamId: fromAda.streamId, kind: 'video', muted: false });
      near(await atBob.brightnessOf(fromAda.streamId), 60);
    },
  );
}

test(
  "when one of a room's workers is lost, the participants on the other keep theirs",
  { timeout: 40000 },
  async (t) => {
    const server = await spanning(t);
    const ada = await Client.join(server, 'wide', 'Ada');
    const bob = await Client.join(server, 'wide', 'Bob');
    const fromAda = await publish(t, ada, 60);
    const atBob = watcher(t, bob);
    await atBob.subscribe(fromAda.streamId);
    near(await atBob.brightnessOf(fromAda.streamId), 60);
    const first = busy(server).find((worker) => worker.rooms.every((room) => !room.includes('#')));
    process.kill(first.pid, 'SIGKILL');
    const restart = await ada.event('transport-restart');
    assert.deepStrictEqual(restart, { publish: [fromAda.streamId], subscribe: false, reason: 'worker-lost' });
    assert.deepStrictEqual((await bob.event('offer')).streams, []);
    assert.ok(!bob.events.some(({ event }) => /transport-restart|removed/.test(event)), 'Bob is untouched');
    assert.strictEqual(await codeOf(bob.call('subscribe', { streamId: fromAda.streamId })), 'conflict');
  },
);

test('a worker is given back when the last of its participants leaves', { timeout: 40000 }, async (t) => {
  const server = await spanning(t);
  const ada = await Client.join(server, 'wide', 'Ada');
  const bob = await Client.join(server, 'wide', 'Bob');
  await Promise.all([publish(t, ada, 60), publish(t, bob, 190)]);
  assert.strictEqual(busy(server).length, 2);
  const quit = busy(server).find((worker) => worker.rooms.some((room) => room.includes('#')));
  await bob.call('logout');
  await ada.event('participant-left');
  while (server.workers().some((worker) => worker.id === quit.id))
    await new Promise((done) => setTimeout(done, 10));
  assert.strictEqual(busy(server).length, 1);
});
