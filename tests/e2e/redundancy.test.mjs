// Redundant audio (RFC 2198) with Chromium on a line that loses packets: of a publisher who sends it already, and of one who does not,
// for whose watcher the server makes it.
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
const PACKETS = 100;
// Chromium counts every block of a redundant packet that it had already as discarded: nearly one for each packet.
const REPEATED = 100;

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  for (const [what, query] of [
    ['that the publisher sends', 'red'],
    ['that the server makes', ''],
  ]) {
    harness.test(`redundant audio ${what} is read by Chromium`, { timeout: TEST_MS }, async (t) => {
      const { bela, network } = await startWatchedCall(t, 'redundancy', { query });
      const { audio: before } = await bela.whenStatistics(
        ({ audio: [a] }) => a?.packets >= PACKETS,
        'hearing',
      );
      console.log(`# ${before[0].discarded} of ${before[0].packets} discarded without loss`);
      await network.weather({}, { loss: 0.1 });
      const { audio } = await bela.whenStatistics(
        ({ audio: [a] }) => a.discarded >= before[0].discarded + REPEATED,
        'hearing redundant audio',
      );
      console.log(`# ${audio[0].discarded} of ${audio[0].packets} discarded with loss`);
      assert.ok(audio[0].energy > before[0].energy);
    });
  }
});
