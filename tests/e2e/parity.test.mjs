// Parity packets (FlexFEC) towards Chromium: made for a watcher who is far away and loses packets, and read there.
// runs-on: node
// timeout: 630
// serial
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inOwnNetwork } from './network.mjs';
import { TEST_MS } from './patience.mjs';
import { startWatchedCall } from './watched_call.mjs';

const harness = createRequire(import.meta.url)('../harness');
const FRAMES = 60;
const PARITY = 50;

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  harness.test('a far and lossy watcher is sent parity packets', { timeout: TEST_MS }, async (t) => {
    const { bela, network } = await startWatchedCall(t, 'parity');
    await bela.whenStatistics(({ video: [v] }) => v?.framesDecoded >= FRAMES, 'watching');
    await network.weather({ delay: 100 }, { delay: 100, loss: 0.08 });
    const { video } = await bela.whenStatistics(
      ({ video: [v] }) => v.fecPacketsReceived >= PARITY,
      'watching with parity packets',
    );
    const { framesDecoded, fecPacketsReceived, nackCount } = video[0];
    console.log(`# ${fecPacketsReceived} parity packets, ${nackCount} NACKs, ${framesDecoded} frames`);
    await bela.whenStatistics(({ video: [v] }) => v.framesDecoded >= framesDecoded + FRAMES, 'watching on');
  });
});
