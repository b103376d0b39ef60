// Layers end to end: a publisher's simulcast and SVC, and a watcher that asks for others. What a narrow line does is in weather.mjs.
// runs-on: node
// timeout: 1800
// serial
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inOwnNetwork } from './network.mjs';
import { judgeTime, TEST_MS } from './patience.mjs';
import { startWatchedCall } from './watched_call.mjs';

const harness = createRequire(import.meta.url)('../harness');
const SWITCH_MS = 15_000; // with the time in which the publisher's browser dares to send its largest layer
const FROZEN_S = 1;
/** The browsers of Ada and Bela, and how Ada's page sends: in simulcast of VP8 where nothing else is said. */
const CALLS = [
  ['chromium', 'chromium', ''],
  ['chromium', 'chromium', 'codec=H264&layers=simulcast'],
  ['chromium', 'chromium', 'codec=VP9&layers=L3T3_KEY'],
  ['chromium', 'chromium', 'codec=AV1&layers=L3T3_KEY'],
  ['chromium', 'firefox', 'codec=VP9&layers=L3T3_KEY'],
  ['firefox', 'firefox', 'codec=VP8&layers=simulcast'],
  ['firefox', 'chromium', ''],
];

/** Bela asks for layers of Ada's video and waits until it comes as wide as `test` says; resolves with what it took. */
async function switchTo(bela, layers, what, test) {
  const before = (await bela.statistics()).video[0];
  const start = Date.now();
  await bela.page.evaluate((wanted) => {
    const { session } = window.parley;
    return session.setLayers(session.streamIds[0], wanted);
  }, layers);
  const wide = ({ video: [v] }) => test(v.width) && v.framesDecoded > before.framesDecoded + 10;
  const { video } = await bela.whenStatistics(wide, what);
  const frozen = video[0].totalFreezesDuration - before.totalFreezesDuration;
  const change = `${JSON.stringify(layers)}, ${before.width} → ${video[0].width} pixels`;
  judgeTime(`${change} after`, Date.now() - start, SWITCH_MS);
  judgeTime(`${change}, frozen`, frozen, FROZEN_S, 's');
}

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  for (const [browser, watcher, query] of CALLS) {
    const title = `a watcher in ${watcher} chooses among the layers of ${query || "the page's own"} from ${browser}`;
    harness.test(title, { timeout: TEST_MS }, async (t) => {
      const { bela } = await startWatchedCall(t, 'layers', { browser, watcher, query });
      await bela.waitForVideoOf(['Ada']);
      await bela.whenStatistics(({ video: [v] }) => v?.width >= 640, 'seeing a large picture');
      await switchTo(bela, { spatial: 0 }, 'seeing the small layer', (width) => width <= 320);
      await switchTo(bela, {}, 'seeing a large layer again', (width) => width >= 640);
    });
  }

  harness.test('a small tile is sent the small layer', { timeout: TEST_MS }, async (t) => {
    const { bela } = await startWatchedCall(t, 'tiles');
    await bela.waitForVideoOf(['Ada']);
    await bela.whenStatistics(({ video: [v] }) => v?.width >= 640, 'seeing a large picture');
    // The server has TCP candidates as well: they are for those whom UDP does not reach.
    await bela.whenStatistics(({ protocol }) => protocol === 'udp', 'being sent to over UDP');
    await bela.page.setViewportSize({ width: 480, height: 320 });
    await bela.whenStatistics(({ video: [v] }) => v.width <= 320, 'seeing what fits a small window');
    await bela.page.setViewportSize({ width: 1100, height: 720 });
    await bela.whenStatistics(({ video: [v] }) => v.width >= 640, 'seeing a large picture again');
  });
});
