'use strict';
// A program that sends a picture in several sizes: to another program, and through an engine whose subscriber chooses.
// timeout: 120
const assert = require('node:assert');
const { join } = require('node:path');
const { test } = require('../../tests/harness');

const onParley = process.versions.parley !== undefined;
const { Engine, RTCPeerConnection, VideoSink, VideoSource } = require(
  onParley ? 'webrtc' : join(__dirname, 'lib'),
);
const SIZE = { width: 640, height: 360 };
const SEND_ENCODINGS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 100_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 200_000 },
  { rid: 'f', maxBitrate: 300_000 },
];

function open(t) {
  const pc = new RTCPeerConnection();
  t.after(() => pc.close());
  return pc;
}

/** A transceiver that sends moving grey in three sizes for as long as the test runs. */
function sendSizes(t, pc) {
  const video = new VideoSource();
  const data = Buffer.alloc((SIZE.width * SIZE.height * 3) / 2, 128);
  let n = 0;
  const camera = setInterval(() => {
    data.fill((n += 8) & 255, 0, SIZE.width * 20);
    video.onFrame({ ...SIZE, data, timestamp: n * 5000 });
  }, 40);
  t.after(() => clearInterval(camera));
  return pc.addTransceiver(video.createTrack(), { direction: 'sendonly', sendEncodings: SEND_ENCODINGS });
}

async function gathered(pc) {
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete')
    await new Promise((done) => pc.addEventListener('icegatheringstatechange', done, { once: true }));
  return pc.localDescription;
}

/** Resolves to a function that waits until pictures of a width come out of the connection's first track. */
async function watch(pc, { track }) {
  let wanted = null;
  new VideoSink(track, ({ width }) => {
    if (width !== wanted?.width) return;
    wanted.resolve();
    wanted = null;
  });
  return (width) => new Promise((resolve) => (wanted = { width, resolve }));
}

async function setActive(sender, rid, active) {
  const parameters = sender.getParameters();
  parameters.encodings.find((each) => each.rid === rid).active = active;
  await sender.setParameters(parameters);
}

test('another program sees the best of the sizes that arrive', { timeout: 100000 }, async (t) => {
  const [a, b] = [open(t), open(t)];
  const { sender } = sendSizes(t, a);
  const tracked = new Promise((resolve) => (b.ontrack = resolve));
  const offer = await gathered(a);
  assert.match(offer.sdp, /^a=simulcast:send q;h;f\r$/m);
  await b.setRemoteDescription(offer);
  const sees = await watch(b, await tracked);
  const best = sees(640);
  const answer = await gathered(b);
  assert.match(answer.sdp, /^a=simulcast:recv q;h;f\r$/m);
  await a.setRemoteDescription(answer);
  await best;
  const sent = [...(await a.getStats()).values()].filter(({ type }) => type === 'outbound-rtp');
  assert.deepStrictEqual(sent.map(({ rid }) => rid).sort(), ['f', 'h', 'q']);
  for (const each of sent) assert.ok(each.targetBitrate <= 300_000, `${each.rid}: ${each.targetBitrate}`);

  const smaller = sees(320);
  await setActive(sender, 'f', false);
  await smaller;
  const again = sees(640);
  await setActive(sender, 'f', true);
  await again;
});

test("an engine's subscriber chooses among them", { timeout: 100000 }, async (t) => {
  const engine = new Engine({ bindings: [{ ip: '127.0.0.1' }] }, () => {});
  t.after(() => engine.close());
  const [a, b] = [open(t), open(t)];
  sendSizes(t, a);
  const publisher = engine.createPeer('publisher', { role: 'publisher' });
  const { answer, tracks } = publisher.acceptOffer((await gathered(a)).sdp);
  await a.setRemoteDescription({ type: 'answer', sdp: answer });
  const subscriber = engine.createPeer('subscriber', { role: 'subscriber' });
  const subscription = subscriber.subscribe(tracks[0].id);
  const tracked = new Promise((resolve) => (b.ontrack = resolve));
  await b.setRemoteDescription({ type: 'offer', sdp: subscriber.createOffer() });
  const sees = await watch(b, await tracked);
  const best = sees(640);
  subscriber.acceptAnswer((await gathered(b)).sdp);
  await best;
  for (const [spatial, width] of [
    [0, 160],
    [1, 320],
    [2, 640],
  ]) {
    const seen = sees(width);
    subscriber.setPreferredLayers(subscription, { spatial });
    await seen;
  }
});
