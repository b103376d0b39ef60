// A call where nothing but TCP passes: the browsers reach the server by its passive TCP candidates (RFC 6544).
// runs-on: node
// timeout: 630
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inOwnNetwork } from './network.mjs';
import { TEST_MS } from './patience.mjs';
import { startWatchedCall } from './watched_call.mjs';

const harness = createRequire(import.meta.url)('../harness');
const FRAMES = 60;

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  for (const name of ['chromium', 'firefox']) {
    harness.test(`a call in ${name} over TCP alone`, { timeout: TEST_MS }, async (t) => {
      const weather = { 'only-tcp': 1, delay: 10 };
      const { ada, bela } = await startWatchedCall(t, 'tcp', { browser: name, weather });
      const { protocol, video } = await bela.whenStatistics(
        (s) => s.video.some((v) => v.framesDecoded >= FRAMES) && s.audio.some((a) => a.packets >= FRAMES),
        `decoding ${FRAMES} frames`,
      );
      console.log(
        `# ${name}: ${video[0].framesDecoded} frames over ${protocol}, ${video[0].freezeCount} freezes`,
      );
      assert.strictEqual(protocol, 'tcp');
      assert.strictEqual(await ada.sendingProtocol(), 'tcp');
    });
  }
});
