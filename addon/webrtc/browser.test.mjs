// The engine against a real Chromium, without the conference server: one page publishes over one connection and watches itself
// over another; pictures and sound come through, a key frame on request, statistics from both ends agree.
// runs-on: node
// timeout: 330
// serial
/* global window, document, RTCPeerConnection, MediaStream */
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const { test } = require('../../tests/harness');
const { Engine } = require('../../build/addon/webrtc.node');

// Runs in the page.
async function call() {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 640, height: 480 },
  });
  const publisher = new RTCPeerConnection();
  for (const track of media.getTracks())
    publisher.addTransceiver(track, { direction: 'sendonly', streams: [media] });
  await publisher.setLocalDescription();
  await publisher.setRemoteDescription({
    type: 'answer',
    sdp: await window.publish(publisher.localDescription.sdp),
  });

  const subscriber = new RTCPeerConnection();
  const tracks = [];
  subscriber.ontrack = ({ track }) => tracks.push(track);
  await subscriber.setRemoteDescription({ type: 'offer', sdp: await window.subscribe() });
  await subscriber.setLocalDescription();
  await window.answer(subscriber.localDescription.sdp);
  const video = document.createElement('video');
  video.srcObject = new MediaStream(tracks);
  await video.play();
  Object.assign(window, { publisher, subscriber, video });
  return tracks.map(({ kind }) => kind);
}

async function received() {
  const stats = [...(await window.subscriber.getStats()).values()];
  const inbound = (kind) => stats.find((s) => s.type === 'inbound-rtp' && s.kind === kind) ?? {};
  const outbound = [...(await window.publisher.getStats()).values()].find(
    (s) => s.type === 'candidate-pair' && s.nominated,
  );
  return {
    frames: inbound('video').framesDecoded ?? 0,
    width: inbound('video').frameWidth,
    packetsLost: inbound('video').packetsLost,
    keyFrames: inbound('video').keyFramesDecoded,
    audioEnergy: inbound('audio').totalAudioEnergy ?? 0,
    freezes: inbound('video').freezeCount,
    estimate: outbound?.availableOutgoingBitrate,
  };
}

async function until(read, holds, what) {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    assert.ok(Date.now() < deadline, `${what}: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('Chromium sees and hears itself through the engine', { timeout: 300_000 }, async (t) => {
  const events = [];
  const engine = new Engine({ bindings: [{ ip: '127.0.0.1', port: 0 }] }, (...event) => events.push(event));
  t.after(() => engine.close());
  const publisher = engine.createPeer('publisher', { role: 'publisher' });
  const subscriber = engine.createPeer('subscriber', { role: 'subscriber' });
  let tracks = [];

  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.route('http://localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>call</title>' }),
  );
  await page.goto('http://localhost/');
  await page.exposeFunction('publish', (sdp) => {
    const accepted = publisher.acceptOffer(sdp);
    tracks = accepted.tracks;
    return accepted.answer;
  });
  await page.exposeFunction('subscribe', () => {
    for (const { id } of tracks) subscriber.subscribe(id);
    return subscriber.createOffer();
  });
  await page.exposeFunction('answer', (sdp) => void subscriber.acceptAnswer(sdp));

  assert.deepStrictEqual((await page.evaluate(call)).sort(), ['audio', 'video']);
  const first = await until(
    () => page.evaluate(received),
    ({ frames }) => frames > 0,
    'a picture',
  );
  const later = await until(
    () => page.evaluate(received),
    ({ frames, audioEnergy, width }) => frames > first.frames + 100 && audioEnergy > 0 && width === 640,
    'a hundred pictures and sound',
  );
  console.log(`# ${JSON.stringify(later)}`);
  for (const peer of ['publisher', 'subscriber']) {
    assert.ok(
      events.some(([type, id, state]) => type === 'state' && id === peer && state === 'connected'),
      `${peer} connected`,
    );
  }
  const active = events.filter(([type]) => type === 'track-active').map(([, , { trackId }]) => trackId);
  assert.strictEqual(new Set(active).size, 2);

  const before = later.keyFrames;
  publisher.requestKeyFrame(tracks.find(({ kind }) => kind === 'video').id);
  await until(
    () => page.evaluate(received),
    ({ keyFrames }) => keyFrames > before,
    'a key frame on request',
  );

  // A renegotiation with an ICE restart: new credentials, the same tracks, and the picture goes on.
  subscriber.restartIce();
  const answer = await page.evaluate(async (sdp) => {
    await window.subscriber.setRemoteDescription({ type: 'offer', sdp });
    await window.subscriber.setLocalDescription();
    return window.subscriber.localDescription.sdp;
  }, subscriber.createOffer());
  subscriber.acceptAnswer(answer);
  const restarted = await page.evaluate(received);
  await until(
    () => page.evaluate(received),
    ({ frames }) => frames > restarted.frames + 50,
    'pictures after an ICE restart',
  );
  assert.strictEqual((await subscriber.getStats()).state, 'connected');

  const stats = await publisher.getStats();
  console.log(`# ${JSON.stringify(stats)}`);
  console.log(`# ${JSON.stringify(await subscriber.getStats())}`);
  assert.ok(stats.tracks.every(({ packetsReceived }) => packetsReceived > 50));

  await page.evaluate(() => window.publisher.close());
  await until(
    () => events,
    (all) => all.some(([type, id, state]) => type === 'state' && id === 'publisher' && state === 'closed'),
    'the goodbye',
  );
});
