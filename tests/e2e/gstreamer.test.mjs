// RTCPeerConnection of a program in parley against GStreamer's webrtcbin: it offers VP8, Opus and a data channel; the program
// decodes, and sends everything back encoded anew.
// runs-on: node
// timeout: 330
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PATIENCE_MS, TEST_MS } from './patience.mjs';
import { PARLEY, program, start, startJson } from './program.mjs';

const require = createRequire(import.meta.url);
const { test } = require('../harness');

/** A line of tests/e2e/gstreamer/webrtcbin_call.cc. */
function parse(line) {
  const [word, ...rest] = line.split(' ');
  if (word === 'offer') return { offer: Buffer.from(rest[0], 'base64').toString() };
  if (word === 'candidate')
    return { candidate: { sdpMLineIndex: Number(rest[0]), candidate: rest.slice(1).join(' ') } };
  if (word === 'counts') return { counts: rest.map(Number) };
  return { [word]: rest.join(' ') };
}

test('a program in parley talks VP8, Opus and data with webrtcbin', { timeout: TEST_MS }, async (t) => {
  const gstreamer = start(t, join(PARLEY, '../webrtcbin_call'), [], parse);
  const echo = startJson(t, PARLEY, [program('echo.cjs')]);
  echo.send({ description: { type: 'offer', sdp: await gstreamer.next('offer') } });
  const answer = await echo.next('description');
  gstreamer.write(`answer ${Buffer.from(answer.sdp).toString('base64')}`);
  echo.listen(({ candidate }) => {
    if (candidate?.candidate) gstreamer.write(`candidate ${candidate.sdpMLineIndex} ${candidate.candidate}`);
    return candidate !== undefined;
  });
  gstreamer.listen(({ candidate }) => {
    if (candidate) echo.send({ candidate });
    return candidate !== undefined;
  });

  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    gstreamer.write('count');
    const [pictures, sounds] = await gstreamer.next('counts');
    echo.send({ ask: 'counts' });
    const counts = await echo.next('counts');
    if (pictures > 30 && sounds > 50 && counts.pictures > 30 && counts.samples > 48000) {
      console.log(`# ${JSON.stringify({ pictures, sounds, counts })}`);
      assert.strictEqual(counts.size, '320x240');
      assert.ok(counts.loudest > 1000);
      break;
    }
    assert.ok(
      Date.now() < deadline,
      `${pictures} pictures and ${sounds} sounds back, ${JSON.stringify(counts)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  gstreamer.write('say hello');
  assert.strictEqual(await gstreamer.next('message'), 'hello');
  echo.close();
  assert.strictEqual(await echo.ended, 0);
});
