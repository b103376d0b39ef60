// The call that the product exists for, as a scenario run on either runtime: three people, then two, then a late one.
import assert from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, descendants, ownerOfUdpPort, root } from './server.mjs';
import { launchBrowser, Person } from './browser.mjs';

const OBSERVED_MS = 10_000;
const artefacts = join(root, 'tests/artefacts');

/**
 * @param {{test: Function}} harness
 * @param {'parley' | 'node'} runtime whose JavaScript engine runs the server
 * @param {string[]} browsers of Ada, Bela and Cleo, and of the late one
 */
export function describeCall({ test }, runtime, browsers = Array(4).fill('chromium')) {
  const title = [...new Set(browsers)].join(' and ');
  test(`three people meet in ${title}, the server on ${runtime}`, { timeout: 120_000 }, async (t) => {
    mkdirSync(artefacts, { recursive: true });
    const server = await startServer({ runtime });
    t.after(() => server.stop());
    const started = new Map();
    for (const name of new Set(browsers)) {
      const browser = await launchBrowser(name);
      t.after(() => browser.close());
      started.set(name, browser);
    }
    const open = (name, i) => Person.open(started.get(browsers[i]), server.url, name);
    const label = `${runtime}${title === 'chromium' ? '' : '-firefox'}`;

    const names = ['Ada', 'Bela', 'Cleo'];
    const people = [];
    for (const [i, name] of names.entries()) people.push(await open(name, i));
    for (const person of people) await person.join('e2e');
    for (const person of people) await person.waitForVideoOf(names.filter((name) => name !== person.name));

    const before = await Promise.all(people.map((person) => person.statistics()));
    await new Promise((resolve) => setTimeout(resolve, OBSERVED_MS)); // the observed time itself, not a wait for an event
    const after = await Promise.all(people.map((person) => person.statistics()));
    await people[0].page.screenshot({ path: join(artefacts, `call-on-${label}.png`) });

    const pids = [server.pid, ...descendants(server.pid)];
    for (const [i, person] of people.entries()) {
      assert.strictEqual(after[i].video.length, 2, `${person.name} receives two videos`);
      assert.strictEqual(after[i].audio.length, 2, `${person.name} receives two audios`);
      for (const video of after[i].video) {
        const earlier = before[i].video.find((v) => v.mid === video.mid)?.framesDecoded ?? 0;
        const rise = video.framesDecoded - earlier;
        console.log(
          `# ${person.name} mid ${video.mid}: ${rise} frames in 10 s, ${video.width}x${video.height}`,
        );
        assert.ok(rise > (title === 'chromium' ? 100 : 50), `${person.name} decoded ${rise} frames in 10 s`);
        // Firefox may send less than its camera gives while its estimate of the way grows.
        if (title === 'chromium') assert.deepStrictEqual([video.width, video.height], [640, 480]);
        else assert.strictEqual(video.width * 3, video.height * 4);
      }
      for (const audio of after[i].audio)
        assert.ok(audio.energy > 0, `${person.name} hears mid ${audio.mid}`);
      assert.strictEqual(after[i].protocol, 'udp');
      assert.ok(
        ownerOfUdpPort(after[i].remotePort, pids),
        `port ${after[i].remotePort} belongs to a process of Parley`,
      );
    }

    const gone = Promise.all([people[0].whenTileGoes('Cleo'), people[1].whenTileGoes('Cleo')]);
    const leftAt = Date.now();
    await people[2].leave();
    const delays = (await gone).map((time) => time - leftAt);
    console.log(`# the others saw Cleo leave after ${delays.join(' and ')} ms`);
    assert.ok(Math.max(...delays) < 1000, `seen after ${delays} ms`);

    const late = await open('Dora', 3);
    const first = await late.joinAndTimeFirstFrames('e2e', ['Ada', 'Bela']);
    console.log(`# the late one saw both others ${first.toFixed(0)} ms after the click`);
    await late.page.screenshot({ path: join(artefacts, `late-on-${label}.png`) });
    assert.ok(first < 1000, `first picture after ${first} ms\n${late.console.join('\n')}`);
    for (const person of people.slice(0, 2)) await person.waitForVideoOf(['Dora']);
  });
}
