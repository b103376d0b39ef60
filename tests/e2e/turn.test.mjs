// A call of people who reach nothing but a TURN server (Debian's coturn), over UDP and over TCP, in either browser.
// runs-on: node
// timeout: 1230
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { launchBrowser, Person } from './browser.mjs';
import { TEST_MS } from './patience.mjs';
import { startServer } from './server.mjs';

const require = createRequire(import.meta.url);
const { test } = require('../harness');
const { startCoturn } = require('../servers/coturn');
const FRAMES = 30;

for (const name of ['chromium', 'firefox']) {
  for (const transport of ['udp', 'tcp']) {
    test(`a call in ${name} through a TURN server over ${transport}`, { timeout: TEST_MS }, async (t) => {
      const turn = await startCoturn();
      t.after(() => turn.close());
      const server = await startServer({
        config: `[turn]\nurls = ["turn:127.0.0.1:${turn.port}?transport=${transport}"]\nsecret = "${turn.secret}"\n`,
      });
      t.after(() => server.stop());
      const browser = await launchBrowser(name);
      t.after(() => browser.close());

      const people = [];
      for (const who of ['Ada', 'Bela']) people.push(await Person.open(browser, `${server.url}/?relay`, who));
      for (const person of people) await person.join('relayed');
      for (const person of people) {
        const { localType } = await person.whenStatistics(
          ({ video, audio }) =>
            video.some((v) => v.framesDecoded >= FRAMES) && audio.some((a) => a.packets >= FRAMES),
          `decoding ${FRAMES} frames`,
        );
        assert.strictEqual(localType, 'relay');
      }
      console.log(`# ${turn.sessions()} allocations`);
      assert.ok(turn.sessions() >= 4, 'each connection of each person has one');
    });
  }
}
