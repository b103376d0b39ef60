// A room on two media workers: what a person in Chromium publishes on one, in layers, a person in Firefox watches on the other, and the
// other way round.
// runs-on: node
// timeout: 330
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { launchBrowser, Person } from './browser.mjs';
import { TEST_MS } from './patience.mjs';
import { descendants, ownerOfUdpPort, startServer } from './server.mjs';

const { test } = createRequire(import.meta.url)('../harness');
const FRAMES = 60;

test('people on two media workers see and hear each other', { timeout: TEST_MS }, async (t) => {
  const server = await startServer({ config: '[room]\nparticipantsPerWorker = 1\n' });
  t.after(() => server.stop());
  const people = [];
  for (const [name, browser, query] of [
    ['Ada', 'chromium', '?codec=VP8&layers=simulcast'],
    ['Bela', 'firefox', ''],
  ]) {
    const started = await launchBrowser(browser);
    t.after(() => started.close());
    people.push(await Person.open(started, server.url + '/' + query, name));
  }
  for (const person of people) await person.join('wide');
  const seen = [];
  for (const person of people) {
    const decodes = ({ video, audio }) =>
      video.some((v) => v.framesDecoded >= FRAMES) && audio.some((a) => a.packets >= FRAMES);
    seen.push(await person.whenStatistics(decodes, `decoding ${FRAMES} frames`));
  }
  const pids = descendants(server.pid);
  const workers = seen.map(({ remotePort }) => ownerOfUdpPort(remotePort, pids));
  assert.ok(workers.every(Boolean), 'both are served by processes of Parley');
  assert.notStrictEqual(workers[0], workers[1], 'each by a worker of their own');

  // The layers of the one are chosen by the other, behind the pipe.
  const [, bela] = people;
  const choose = (layers) =>
    bela.page.evaluate((wanted) => {
      const { session } = window.parley;
      return session.setLayers(session.streamIds[0], wanted);
    }, layers);
  await bela.whenStatistics(({ video: [v] }) => v.width >= 640, 'seeing a large picture');
  await choose({ spatial: 0 });
  const { video } = await bela.whenStatistics(({ video: [v] }) => v.width <= 320, 'seeing the small layer');
  const before = video[0].framesDecoded;
  await choose({});
  await bela.whenStatistics(
    ({ video: [v] }) => v.width >= 640 && v.framesDecoded > before + 10,
    'seeing a large picture again',
  );
});
