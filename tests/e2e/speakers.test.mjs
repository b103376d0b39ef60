// Who speaks is shown: of two people who talk, first the one who is not muted, then the other; and at once to who comes later.
// runs-on: node
// serial
import { createRequire } from 'node:module';
import { launchBrowser, Person } from './browser.mjs';
import { PATIENCE_MS, TEST_MS } from './patience.mjs';
import { startServer } from './server.mjs';

const { test } = createRequire(import.meta.url)('../harness');

/** Waits until, of all tiles, exactly those of `names` are marked as speaking. */
function whenSpeaking(person, names) {
  return person.page.waitForFunction(
    (expected) => {
      const tiles = [...document.querySelectorAll('.tile.speaking')].map((tile) => tile.dataset.name);
      return tiles.sort().join() === expected.toSorted().join();
    },
    names,
    { timeout: PATIENCE_MS, polling: 50 },
  );
}

/**
 * Gives the page a voice, syllables of a low tone, as its microphone: what a browser takes for noise in the beeps of its fake microphone
 * it suppresses, sometimes all of it.
 */
function talk(person) {
  return person.page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const original = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async ({ audio, video }) => {
      const stream = video ? await original({ video }) : new MediaStream();
      if (!audio) return stream;
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 180 });
      const syllables = new OscillatorNode(context, { frequency: 3 });
      const loudness = new GainNode(context, { gain: 0.25 });
      syllables.connect(new GainNode(context, { gain: 0.25 })).connect(loudness.gain);
      const microphone = context.createMediaStreamDestination();
      tone.connect(loudness).connect(microphone);
      tone.start();
      syllables.start();
      stream.addTrack(microphone.stream.getAudioTracks()[0]);
      return stream;
    };
  });
}

test('the tile of whoever speaks is marked', { timeout: TEST_MS }, async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const people = [];
  for (const name of ['Ada', 'Bela', 'Cleo'])
    people.push(await Person.open(browser, `${server.url}/?layers=none`, name));
  const [first, second, watcher] = people;
  await Promise.all([talk(first), talk(second)]);
  await second.join('speakers');
  await second.page.click('#toggle-audio');
  await first.join('speakers');
  await whenSpeaking(second, ['Ada']);
  await watcher.joinToWatch('speakers'); // after it was told: nothing changes any more
  await whenSpeaking(watcher, ['Ada']);
  await first.page.click('#toggle-audio');
  await second.page.click('#toggle-audio');
  await whenSpeaking(watcher, ['Bela']);
  await second.page.click('#toggle-audio');
  await whenSpeaking(watcher, []);
});
