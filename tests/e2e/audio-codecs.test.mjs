// What a program's RTCPeerConnection speaks besides plain Opus, with Chromium: G.711 both ways, and Opus in redundant packets
// (RFC 2198), preferred by either side, offered by either side. Chromium's fake microphone beeps; the program sends it back.
// runs-on: node
// timeout: 1530
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { exchangeCandidates, openBlankPage, until } from './blank_page.mjs';
import { TEST_MS } from './patience.mjs';
import { PARLEY, program, startJson } from './program.mjs';

const require = createRequire(import.meta.url);
const { test } = require('../harness');
const runtimes = { parley: PARLEY, node: process.execPath };
const PACKETS = 100;
// A beep of the fake microphone, heard through G.711: a peak of more than a tenth of full scale, and the energy of a second of beeps.
const LOUD = 3000;
const ENERGY = 0.001;

// Runs in the page: makes the connection, with its microphone on the first transceiver.
async function prepare({ codecs, offers }) {
  const pc = new RTCPeerConnection();
  const prefer = (transceiver) => {
    const all = RTCRtpReceiver.getCapabilities('audio').codecs;
    const named = codecs.flatMap((name) => all.filter(({ mimeType }) => mimeType === name));
    if (named.length > 0) transceiver.setCodecPreferences(named);
  };
  const media = await navigator.mediaDevices.getUserMedia({ audio: true });
  let remoteIsSet;
  const remote = new Promise((resolve) => (remoteIsSet = resolve));
  window.addCandidate = (candidate) => remote.then(() => pc.addIceCandidate(candidate));
  pc.onicecandidate = ({ candidate }) => window.tellCandidate(candidate?.toJSON() ?? null);
  pc.ontrack = ({ track }) => {
    window.audio = new Audio();
    window.audio.srcObject = new MediaStream([track]);
    window.audio.play();
  };
  if (offers) prefer(pc.addTransceiver(media.getTracks()[0]));
  window.pc = pc;
  window.answer = async (offer) => {
    await pc.setRemoteDescription(offer);
    const [transceiver] = pc.getTransceivers();
    await transceiver.sender.replaceTrack(media.getTracks()[0]);
    transceiver.direction = 'sendrecv';
    prefer(transceiver);
    await pc.setLocalDescription();
    remoteIsSet();
    return pc.localDescription.toJSON();
  };
  window.offer = async () => {
    await pc.setLocalDescription();
    return pc.localDescription.toJSON();
  };
  window.takeAnswer = async (description) => {
    await pc.setRemoteDescription(description);
    remoteIsSet();
  };
}

async function received() {
  const stats = await window.pc.getStats();
  const all = [...stats.values()];
  const of = (type) => all.find((each) => each.type === type) ?? {};
  const heard = of('inbound-rtp');
  return {
    energy: heard.totalAudioEnergy ?? 0,
    packets: heard.packetsReceived ?? 0,
    discarded: heard.packetsDiscarded ?? 0,
    concealed: heard.concealedSamples,
    heardCodec: stats.get(heard.codecId)?.mimeType,
    sentCodec: stats.get(of('outbound-rtp').codecId)?.mimeType,
    preferred: window.pc.getSenders()[0].getParameters().codecs[0]?.mimeType,
  };
}

const RED = ['audio/red', 'audio/opus'];
for (const { runtime, codec, page: ofPage = [], program: ofProgram = [], offerer = 'page' } of [
  { runtime: 'parley', codec: 'audio/PCMU', page: ['audio/PCMU'] },
  { runtime: 'node', codec: 'audio/PCMA', program: ['audio/PCMA', 'audio/opus'] },
  { runtime: 'parley', codec: 'audio/red', page: RED },
  { runtime: 'node', codec: 'audio/red', program: RED },
  { runtime: 'node', codec: 'audio/red', program: RED, offerer: 'program' },
]) {
  const who = ofPage.length > 0 ? 'the page' : 'the program';
  const what = `${codec}, which ${who} prefers and the ${offerer} offers`;
  test(`a program in ${runtime} and Chromium talk ${what}`, { timeout: TEST_MS }, async (t) => {
    const echo = startJson(t, runtimes[runtime], [program('echo.cjs')]);
    const page = await openBlankPage(t);
    await exchangeCandidates(page, echo);
    await page.evaluate(prepare, { codecs: ofPage, offers: offerer === 'page' });
    echo.send({ codecs: ofProgram });
    if (offerer === 'page') {
      echo.send({ description: await page.evaluate(() => window.offer()) });
      await page.evaluate((answer) => window.takeAnswer(answer), await echo.next('description'));
    } else {
      echo.send({ offer: 'audio' });
      const offer = await echo.next('description');
      echo.send({ description: await page.evaluate((sdp) => window.answer(sdp), offer) });
    }
    const seen = await until(
      () => page.evaluate(received),
      ({ energy, packets }) => packets > PACKETS && energy > ENERGY,
      'Chromium hears itself',
    );
    const counts = await until(
      () => {
        echo.send({ ask: 'counts' });
        return echo.next('counts');
      },
      ({ samples, loudest }) => samples > 48_000 && loudest > LOUD,
      'the program hears Chromium',
    );
    console.log(`# ${JSON.stringify({ ...seen, ...counts })}`);
    // What is inside of redundant packets is told by the statistics.
    const inside = codec === 'audio/red' ? 'audio/opus' : codec;
    assert.strictEqual(seen.preferred, codec, 'what Chromium sends');
    assert.strictEqual(seen.sentCodec, inside);
    assert.strictEqual(seen.heardCodec, inside);
    // Every redundant packet repeats the one before, which Chromium had already: nothing was lost.
    if (codec === 'audio/red')
      assert.ok(seen.discarded > PACKETS / 2, `${seen.discarded} blocks were redundant`);
    echo.close();
    assert.strictEqual(await echo.ended, 0);
  });
}
