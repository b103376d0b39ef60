// The call that the product exists for, as a scenario run on either runtime: three people, then two, then a late one.
import assert from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, descendants, ownerOfUdpPort, root } from './server.mjs';
import { launchBrowser, Person } from './browser.mjs';
import { isTimed, judgeTime, TEST_MS } from './patience.mjs';

const FRAMES = 100;
const artefacts = join(root, 'tests/artefacts');

/** Whether two voices are heard, and every picture of two has moved on by FRAMES since `before`. */
const hasDecodedMore =
  (before) =>
  ({ video, audio }) =>
    video.length === 2 &&
    video.every(
      (v) => v.framesDecoded >= (before.video.find((b) => b.mid === v.mid)?.framesDecoded ?? 0) + FRAMES,
    ) &&
    audio.filter((a) => a.energy > 0).length === 2;

/**
 * @param {{test: Function}} harness
 * @param {'parley' | 'node'} runtime whose JavaScript engine runs the server
 * @param {string[]} browsers of Ada, Bela and Cleo, and of the late one
 */
export function describeCall({ test }, runtime, browsers = Array(4).fill('chromium')) {
  const title = [...new Set(browsers)].join(' and ');
  test(`three people meet in ${title}, the server on ${runtime}`, { timeout: TEST_MS }, async (t) => {
    mkdirSync(artefacts, { recursive: true });
    const server = await startServer({ runtime });
    t.after(() => server.stop());
    const started = new Map();
    for (const name of new Set(browsers)) {
      const browser = await launchBrowser(name);
      t.after(() => browser.close());
      started.set(name, browser);
    }
    // In one layer: three people who encode three each are more than a small machine computes. layers.test.mjs has the page's default.
    const open = (name, i) => Person.open(started.get(browsers[i]), `${server.url}/?layers=none`, name);
    const label = `${runtime}${title === 'chromium' ? '' : '-firefox'}`;

    const names = ['Ada', 'Bela', 'Cleo'];
    const people = [];
    for (const [i, name] of names.entries()) people.push(await open(name, i));
    for (const person of people) await person.join('e2e');
    for (const person of people) await person.waitForVideoOf(names.filter((name) => name !== person.name));

    const before = await Promise.all(people.map((person) => person.statistics()));
    const observedFrom = Date.now();
    const after = await Promise.all(
      people.map((person, i) => person.whenStatistics(hasDecodedMore(before[i]), 'decoding')),
    );
    judgeTime(
      `${FRAMES} more pictures of everybody`,
      Date.now() - observedFrom,
      title === 'chromium' ? 10_000 : 20_000,
    );
    await people[0].page.screenshot({ path: join(artefacts, `call-on-${label}.png`) });

    const pids = [server.pid, ...descendants(server.pid)];
    for (const [i, person] of people.entries()) {
      assert.strictEqual(after[i].video.length, 2, `${person.name} receives two videos`);
      assert.strictEqual(after[i].audio.length, 2, `${person.name} receives two audios`);
      for (const { mid, width, height } of after[i].video) {
        console.log(`# ${person.name} mid ${mid}: ${width}x${height}`);
        // Browsers send less than the camera gives while the way or the processor is narrow.
        assert.strictEqual(width * 3, height * 4);
        if (isTimed && title === 'chromium') assert.strictEqual(width, 640);
      }
      for (const audio of after[i].audio)
        assert.ok(audio.energy > 0, `${person.name} hears mid ${audio.mid}`);
      // Which of the ways that work a browser takes is its own choice, and the network's of whoever runs this: layers.test.mjs
      // has UDP asserted in a network of our own.
      if (after[i].protocol !== 'udp')
        for (const pair of await person.candidatePairs()) console.log(`# ${person.name} ${pair}`);
      assert.ok(
        ownerOfUdpPort(after[i].remotePort, pids),
        `port ${after[i].remotePort} belongs to a process of Parley`,
      );
    }

    const gone = Promise.all([people[0].whenTileGoes('Cleo'), people[1].whenTileGoes('Cleo')]);
    const leftAt = Date.now();
    await people[2].leave();
    judgeTime('the others saw Cleo leave after', Math.max(...(await gone)) - leftAt, 1000);

    const late = await open('Dora', 3);
    const first = await late.joinAndTimeFirstFrames('e2e', ['Ada', 'Bela']);
    assert.ok(Number.isFinite(first), `the late one sees nobody\n${late.console.join('\n')}`);
    judgeTime('the late one saw both others', first, 1000);
    await late.page.screenshot({ path: join(artefacts, `late-on-${label}.png`) });
    for (const person of people.slice(0, 2)) await person.waitForVideoOf(['Dora']);
  });
}
