// A call in bad weather: loss, delay, jitter, a narrow line and an outage between the browsers and the server.
// Frames must be decoded and freezes stay short. The weather changes while the call goes on.
// runs-on: node
// timeout: 300
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { inOwnNetwork } from './network.mjs';
import { TEST_MS } from './patience.mjs';
import { startWatchedCall } from './watched_call.mjs';

const harness = createRequire(import.meta.url)('../harness');
const OBSERVED_MS = 6000;
const SETTLE_MS = 2000;
const OBSERVATIONS = 3; // at most: one that a busy machine spoilt does not count

/** Each with the least frames a second that must be decoded, and the longest that the picture may stand still in all, in seconds. */
const WEATHERS = [
  { weather: {}, frames: 10, frozen: 0.5 },
  { weather: { loss: 0.02 }, frames: 8, frozen: 0.8 },
  { weather: { loss: 0.05 }, frames: 8, frozen: 1.2 },
  { weather: { loss: 0.1 }, frames: 6, frozen: 2 },
  { weather: { delay: 50, jitter: 30 }, frames: 8, frozen: 0.8 },
  { weather: { delay: 150 }, frames: 8, frozen: 0.8 },
  { weather: { delay: 50, loss: 0.05 }, frames: 6, frozen: 2 },
  { weather: { rate: 1000, queue: 300, delay: 20 }, frames: 6, frozen: 2 },
];
const BACK_MS = 5000; // after an outage
const AUDIO_KILOBITS = 50;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // the observed time itself

async function observe(person, ms = OBSERVED_MS) {
  const before = (await person.statistics()).video[0];
  await wait(ms);
  const after = (await person.statistics()).video[0];
  return {
    frames: ((after.framesDecoded - before.framesDecoded) / ms) * 1000,
    freezes: after.freezeCount - before.freezeCount,
    frozen: after.totalFreezesDuration - before.totalFreezesDuration,
    kilobits: ((after.bytesReceived - before.bytesReceived) * 8) / ms,
    size: `${after.width}x${after.height}`,
  };
}

const tell = (o) =>
  `${o.frames.toFixed(1)} frames/s ${o.size}, ${o.kilobits.toFixed(0)} kbit/s, ${o.freezes} freezes of ${o.frozen.toFixed(2)} s ` +
  `(load ${loadavg()[0].toFixed(1)})`;

/** What a layer of Ada's video and everything beside it take, in kbit/s. */
async function measureLayer(bela, spatial, width) {
  await bela.page.evaluate(
    (layers) => {
      const { session } = window.parley;
      return session.setLayers(session.streamIds[0], layers);
    },
    { spatial },
  );
  await bela.whenStatistics(({ video: [v] }) => v?.width === width, `seeing ${width} pixels`);
  await wait(SETTLE_MS);
  return (await observe(bela, 4000)).kilobits;
}

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  for (const query of ['codec=VP8&layers=simulcast', 'codec=VP9&layers=L3T3_KEY']) {
    harness.test(`a narrow line gets the small layer of ${query}`, { timeout: TEST_MS }, async (t) => {
      const { network, bela } = await startWatchedCall(t, 'narrow', { query });
      await bela.whenStatistics(({ video: [v] }) => v?.width >= 640, 'seeing a large picture');

      // How much a browser puts into a layer varies: the line is to carry the one and not the other.
      let small, middle;
      for (let left = OBSERVATIONS; left > 0 && !(middle > small * 1.7); left--) {
        small = await measureLayer(bela, 0, 320);
        middle = await measureLayer(bela, 1, 640);
      }
      const rate = Math.round(Math.sqrt(small * middle) + AUDIO_KILOBITS);
      console.log(`# ${query}: ${small.toFixed(0)} and ${middle.toFixed(0)} kbit/s; a line of ${rate}`);
      assert.ok(middle > small * 1.7, 'the layers are too much alike to be told apart by a line');
      await network.weather({}, { rate, queue: 300 });
      const start = Date.now();
      await bela.whenStatistics(({ video: [v] }) => v.width <= 320, 'seeing what a narrow line carries');
      console.log(`# the small layer ${Date.now() - start} ms after the line became narrow`);
      const seen = await observe(bela);
      console.log(`# then ${tell(seen)}`);
      assert.ok(seen.frames >= 8, 'the small layer does not play');
    });
  }

  for (const name of ['chromium', 'firefox']) {
    harness.test(`a call in ${name} stands bad weather`, { timeout: TEST_MS }, async (t) => {
      const { network, bela } = await startWatchedCall(t, 'weather', { browser: name, query: 'layers=none' });
      await bela.waitForVideoOf(['Ada']);

      for (const { weather, frames, frozen } of WEATHERS) {
        const label = JSON.stringify(weather);
        await network.weather(weather);
        await wait(SETTLE_MS);
        for (let left = OBSERVATIONS - 1; ; left--) {
          const seen = await observe(bela);
          console.log(`# ${name}, ${label}: ${tell(seen)}`);
          if (seen.frames >= frames && seen.frozen <= frozen) break;
          assert.ok(left > 0, `${label}: less than ${frames} frames/s or frozen for more than ${frozen} s`);
        }
      }

      await network.weather({ loss: 1 });
      await wait(5000);
      await network.weather({});
      const end = Date.now();
      const decoded = (await bela.statistics()).video[0]?.framesDecoded ?? 0;
      await bela.whenStatistics((s) => s.video[0]?.framesDecoded > decoded + 5, 'decoding after an outage');
      console.log(`# ${name}, an outage of 5 s: pictures ${Date.now() - end} ms after its end`);
      assert.ok(Date.now() - end < BACK_MS);
    });
  }
});
