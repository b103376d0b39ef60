// RTCPeerConnection of a program against Chromium: the page sends its fake camera and microphone, the program decodes them and
// sends them back encoded anew, and the page shows them. In parley and in stock Node.js, with each codec that is encoded here.
// runs-on: node
// timeout: 930
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { exchangeCandidates, openBlankPage, until } from './blank_page.mjs';
import { TEST_MS } from './patience.mjs';
import { PARLEY, program, startJson } from './program.mjs';

const require = createRequire(import.meta.url);
const { test } = require('../harness');
const runtimes = { parley: PARLEY, node: process.execPath };

// Runs in the page.
async function call(codec) {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 640, height: 360 },
  });
  const pc = new RTCPeerConnection();
  let answer;
  const answered = new Promise((resolve) => (answer = resolve));
  window.addCandidate = (candidate) => answered.then(() => pc.addIceCandidate(candidate));
  pc.onicecandidate = ({ candidate }) => window.tellCandidate(candidate?.toJSON() ?? null);
  const channel = pc.createDataChannel('echo');
  channel.binaryType = 'arraybuffer';
  const tracks = [];
  pc.ontrack = ({ track }) => tracks.push(track);
  for (const track of media.getTracks()) {
    const transceiver = pc.addTransceiver(track, { streams: [media] });
    if (track.kind !== 'video') continue;
    const { codecs } = RTCRtpReceiver.getCapabilities('video');
    transceiver.setCodecPreferences(
      codecs.filter(({ mimeType }) => mimeType === codec || mimeType === 'video/rtx'),
    );
  }
  await pc.setLocalDescription();
  await pc.setRemoteDescription(await window.exchange(pc.localDescription.toJSON()));
  answer();
  const video = document.createElement('video');
  video.srcObject = new MediaStream(tracks);
  await video.play();
  Object.assign(window, { pc, video, channel });
}

async function received() {
  const stats = [...(await window.pc.getStats()).values()];
  const find = (type, kind) => stats.find((s) => s.type === type && s.kind === kind) ?? {};
  const video = find('inbound-rtp', 'video');
  return {
    frames: video.framesDecoded ?? 0,
    width: video.frameWidth,
    codec: stats.find(({ id }) => id === video.codecId)?.mimeType,
    energy: find('inbound-rtp', 'audio').totalAudioEnergy ?? 0,
    plis: find('outbound-rtp', 'video').pliCount,
    lost: find('remote-inbound-rtp', 'video').packetsLost,
  };
}

for (const [runtime, codec] of [
  ['parley', 'video/VP8'],
  ['parley', 'video/H264'],
  ['node', 'video/VP9'],
]) {
  test(`a program in ${runtime} talks ${codec} and Opus with Chromium`, { timeout: TEST_MS }, async (t) => {
    const echo = startJson(t, runtimes[runtime], [program('echo.cjs')]);
    const page = await openBlankPage(t);
    await page.exposeFunction('exchange', async (description) => {
      echo.send({ description });
      return echo.next('description');
    });
    await exchangeCandidates(page, echo);
    await page.evaluate(call, codec);
    const seen = await until(
      () => page.evaluate(received),
      ({ frames, energy }) => frames > 60 && energy > 0,
      'pictures and sound come back',
    );
    assert.strictEqual(seen.codec, codec);
    assert.ok(seen.width > 0);
    const echoed = await page.evaluate(
      () =>
        new Promise((resolve) => {
          window.channel.onmessage = ({ data }) => resolve(data.byteLength);
          window.channel.send(new Uint8Array(200000));
        }),
    );
    assert.strictEqual(echoed, 200000);
    const { pictures, size, loudest } = await until(
      () => {
        echo.send({ ask: 'counts' });
        return echo.next('counts');
      },
      (counts) => counts.pictures > 60 && counts.samples > 48000 && counts.loudest > 1000,
      'the program sees and hears the page',
    );
    // Smaller than the camera where the browser finds the processor busy, but of its shape.
    const [width, height] = size.split('x').map(Number);
    assert.strictEqual(width * 9, height * 16, size);
    const find = (stats, type) => stats.find((s) => s.type === type && s.kind === 'video');
    const inbound = find(
      await until(
        () => {
          echo.send({ ask: 'stats' });
          return echo.next('stats');
        },
        (stats) => find(stats, 'remote-inbound-rtp')?.roundTripTime > 0,
        'the page reports on what it receives',
      ),
      'inbound-rtp',
    );
    assert.ok(inbound.framesDecoded > 60 && inbound.packetsReceived > 60);
    console.log(`# ${JSON.stringify({ seen, pictures, loudest, inbound })}`);
    echo.close();
    assert.strictEqual(await echo.ended, 0);
  });
}
