// ICE is restarted in a call, by the publisher's browser and by the server at a watcher's wish: the media goes on where it was.
// runs-on: node
// timeout: 630
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { launchBrowser, Person } from './browser.mjs';
import { PATIENCE_MS, TEST_MS } from './patience.mjs';
import { startServer } from './server.mjs';

const { test } = createRequire(import.meta.url)('../harness');

/** The ICE user names of both connections, and a mark on the connections themselves. */
const credentials = (person) =>
  person.page.evaluate(() => {
    const { publish, subscribe } = window.parley.session.connections;
    const ufrag = (description) => /a=ice-ufrag:(\S+)/.exec(description.sdp)[1];
    return [publish, subscribe].map((connection) => {
      connection.seenBefore = (connection.seenBefore ?? 0) + 1;
      return {
        seen: connection.seenBefore,
        local: ufrag(connection.localDescription),
        remote: ufrag(connection.remoteDescription),
      };
    });
  });

for (const name of ['chromium', 'firefox']) {
  test(
    `ICE restarts of both connections in ${name} keep the media going`,
    { timeout: TEST_MS },
    async (t) => {
      const server = await startServer();
      t.after(() => server.stop());
      const browser = await launchBrowser(name);
      t.after(() => browser.close());
      const people = [];
      for (const who of ['Ada', 'Bela']) people.push(await Person.open(browser, server.url, who));
      for (const person of people) await person.join('restart');
      await people[0].waitForVideoOf(['Bela']);
      await people[1].waitForVideoOf(['Ada']);

      for (let round = 1; round <= 2; round++) {
        const before = await credentials(people[0]);
        await people[0].page.evaluate(() => window.parley.session.restartIce());
        // The offer of the subscribing connection comes as an event.
        await people[0].page.waitForFunction(
          (old) =>
            !window.parley.session.connections.subscribe.remoteDescription.sdp.includes(`a=ice-ufrag:${old}`),
          before[1].remote,
          { timeout: PATIENCE_MS },
        );
        const { video } = await people[0].statistics();
        const decoded = video[0].framesDecoded;
        await people[0].whenStatistics(
          (s) => s.video[0]?.framesDecoded >= decoded + 60,
          'decoding after an ICE restart',
        );
        const theirs = (await people[1].statistics()).video[0].framesDecoded;
        await people[1].whenStatistics(
          (s) => s.video[0]?.framesDecoded >= theirs + 60,
          'decoding what Ada sends',
        );

        const after = await credentials(people[0]);
        for (const [i, which] of ['publishing', 'subscribing'].entries()) {
          assert.strictEqual(after[i].seen, before[i].seen + 1, `the same ${which} connection`);
          assert.notStrictEqual(
            after[i].local,
            before[i].local,
            `new credentials of the ${which} connection`,
          );
          assert.notStrictEqual(after[i].remote, before[i].remote, `new credentials of the server, ${which}`);
        }
      }
    },
  );
}
