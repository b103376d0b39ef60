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
const PACKETS = 200;
const BROUGHT_BACK = 20;

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  for (const [what, query] of [
    ['that the publisher sends', 'red'],
    ['that the server makes', ''],
  ]) {
    harness.test(`redundant audio ${what} is read by Chromium`, { timeout: TEST_MS }, async (t) => {
      const { bela, network } = await startWatchedCall(t, 'redundancy', { query });
      await network.weather({}, { loss: 0.1 });
      const arrives = ({ audio: [a] }) => a?.packets >= PACKETS && a.redundant >= BROUGHT_BACK;
      const { audio } = await bela.whenStatistics(arrives, 'hearing redundant audio');
      console.log(`# ${audio[0].redundant} redundant blocks in ${audio[0].packets} packets`);
      assert.ok(audio[0].energy > 0);
    });
  }
});
