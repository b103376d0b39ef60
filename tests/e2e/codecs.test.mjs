// Codecs through the conference: what the publisher asks for is what the receivers decode, in either browser.
// runs-on: node
// timeout: 930
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { launchBrowser, Person } from './browser.mjs';
import { startServer } from './server.mjs';

const { test } = createRequire(import.meta.url)('../harness');
const FRAMES = 60;

/** [how the publisher's page is asked, its browser, the browsers that receive, what they must decode] */
const CALLS = [
  ['codec=VP8', 'chromium', ['chromium', 'firefox'], 'video/VP8'],
  ['codec=VP9', 'chromium', ['chromium', 'firefox'], 'video/VP9'],
  ['codec=VP9&layers=L3T3', 'chromium', ['chromium', 'firefox'], 'video/VP9'],
  ['codec=VP9&layers=L3T3_KEY', 'chromium', ['chromium', 'firefox'], 'video/VP9'],
  ['codec=H264', 'chromium', ['chromium'], 'video/H264'],
  ['codec=H264', 'chromium', ['firefox'], 'video/H264'],
  ['codec=AV1', 'chromium', ['chromium', 'firefox'], 'video/AV1'],
  ['codec=AV1&layers=L1T3', 'chromium', ['chromium', 'firefox'], 'video/AV1'],
  ['codec=AV1&layers=L3T3', 'chromium', ['chromium', 'firefox'], 'video/AV1'],
  ['layers=simulcast', 'firefox', ['chromium', 'firefox'], 'video/VP8'],
  ['codec=VP8', 'firefox', ['chromium'], 'video/VP8'],
  ['codec=VP9', 'firefox', ['chromium'], 'video/VP9'],
  ['codec=VP9&layers=L3T3_KEY', 'firefox', ['chromium'], 'video/VP9'],
  ['codec=AV1', 'firefox', ['chromium', 'firefox'], 'video/AV1'],
  ['codec=H264', 'firefox', ['chromium', 'firefox'], 'video/H264'],
];
/** What a browser may do without. Debian's Firefox has no OpenH264: that is a plug-in which it would download. */
const OPTIONAL = new Set(['firefox video/H264']);

/** Debian's Firefox sends no SVC: its senders know no scalability modes, and send one layer. */
const KNOWS_NO_MODES = 'firefox';

/** Of those, the ones that this browser says it does not have. */
async function lacks(person, name, codec) {
  if (!OPTIONAL.has(`${name} ${codec}`)) return false;
  return person.page.evaluate(
    (mimeType) => !RTCRtpSender.getCapabilities('video').codecs.some((c) => c.mimeType === mimeType),
    codec,
  );
}

test('the codec that a publisher asks for is decoded at the others', { timeout: 900_000 }, async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const browsers = {};
  for (const name of ['chromium', 'firefox']) {
    browsers[name] = await launchBrowser(name);
    t.after(() => browsers[name].close());
  }
  const probes = {};
  for (const name of Object.keys(browsers))
    probes[name] = await Person.open(browsers[name], server.url, 'Probe');
  for (const [i, [query, publisher, receivers, codec]] of CALLS.entries()) {
    const without = [];
    for (const name of new Set([publisher, ...receivers]))
      if (await lacks(probes[name], name, codec)) without.push(name);
    if (without.length > 0) {
      console.log(`# ${publisher} → ${receivers} ${query}: not tried, ${without} has no ${codec}`);
      continue;
    }
    const ada = await Person.open(browsers[publisher], `${server.url}/?${query}`, 'Ada');
    await ada.join(`codecs-${i}`);
    const others = [];
    for (const [n, name] of receivers.entries()) {
      const other = await Person.open(browsers[name], server.url, `Bela${n}`);
      await other.joinToWatch(`codecs-${i}`);
      others.push(other);
    }
    for (const [n, other] of others.entries()) {
      const decodes = ({ video }) => video.some((v) => v.codec === codec && v.framesDecoded >= FRAMES);
      const { video } = await other.whenStatistics(decodes, `decoding ${FRAMES} frames of ${codec}`);
      console.log(
        `# ${publisher} → ${receivers[n]} ${query}: ${video[0].codec} ${video[0].width}x${video[0].height}, ` +
          `${video[0].framesDecoded} frames`,
      );
      assert.ok(video.every((v) => v.codec === codec));
    }
    const mode = /layers=(L\dT\d\w*)/.exec(query)?.[1];
    const { sent, known } = await ada.scalabilityMode();
    if (mode && publisher === KNOWS_NO_MODES && !known)
      console.log(`# ${publisher} knows no ${mode}: one layer`);
    else if (mode) assert.strictEqual(sent, mode);
    for (const person of [ada, ...others]) await person.close();
  }
});
