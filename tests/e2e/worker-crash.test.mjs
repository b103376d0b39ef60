// A media worker killed in a call: the browsers have video again (on a quiet machine within five seconds) and without a reload.
// runs-on: node
// timeout: 330
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { startServer, descendants, ownerOfUdpPort } from './server.mjs';
import { launchBrowser, Person } from './browser.mjs';
import { judgeTime, PATIENCE_MS, TEST_MS } from './patience.mjs';

const { test } = createRequire(import.meta.url)('../harness');
const names = ['Ada', 'Bela'];

/** Resolves with the milliseconds until the person decodes frames on a connection to another port than `oldPort`. */
function whenVideoIsBack(person, oldPort) {
  return person.page.evaluate(
    async ([lostPort, patience]) => {
      const start = performance.now();
      while (performance.now() - start < patience) {
        const connection = window.parley.session?.connections.subscribe;
        const report = connection ? [...(await connection.getStats()).values()] : [];
        const transport = report.find((s) => s.type === 'transport');
        const pair = report.find((s) => s.id === transport?.selectedCandidatePairId);
        const port = report.find((s) => s.id === pair?.remoteCandidateId)?.port;
        const frames = report.find((s) => s.type === 'inbound-rtp' && s.kind === 'video')?.framesDecoded ?? 0;
        if (port !== undefined && port !== lostPort && frames > 0) return performance.now() - start;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return Infinity;
    },
    [oldPort, PATIENCE_MS],
  );
}

test('video comes back after SIGKILL of the media worker', { timeout: TEST_MS }, async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const browser = await launchBrowser();
  t.after(() => browser.close());

  const people = [];
  for (const name of names) people.push(await Person.open(browser, `${server.url}/?layers=none`, name));
  for (const person of people) await person.join('crash');
  for (const person of people) await person.waitForVideoOf(names.filter((name) => name !== person.name));
  for (const person of people) await person.page.evaluate(() => (window.notReloaded = true));

  const { remotePort } = await people[0].statistics();
  const worker = ownerOfUdpPort(remotePort, descendants(server.pid));
  assert.ok(worker && worker !== server.pid, 'the media runs in a worker process');
  const back = people.map((person) => whenVideoIsBack(person, remotePort));
  process.kill(worker, 'SIGKILL');
  const times = await Promise.all(back);
  const longest = Math.max(...times);
  assert.ok(Number.isFinite(longest), `back after ${times} ms\n${server.log().slice(-3000)}`);
  judgeTime('video is back after', longest, 5000);
  for (const person of people) assert.ok(await person.page.evaluate(() => window.notReloaded), 'no reload');
});
