// A call where nothing but TCP passes: the browsers reach the server by its passive TCP candidates (RFC 6544).
// runs-on: node
// timeout: 150
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launchBrowser, Person } from './browser.mjs';
import { inOwnNetwork, Network } from './network.mjs';
import { startServer } from './server.mjs';

const harness = createRequire(import.meta.url)('../harness');
const FRAMES = 60;

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  for (const name of ['chromium', 'firefox']) {
    harness.test(`a call in ${name} over TCP alone`, { timeout: 70_000 }, async (t) => {
      const network = await Network.create();
      t.after(() => network.close());
      const server = await startServer(network.serverOptions);
      t.after(() => server.stop());
      const browser = await launchBrowser(name, network.browserOptions);
      t.after(() => browser.close());
      await network.weather({ 'only-tcp': 1, delay: 10 });
      const ada = await Person.open(browser, network.url, 'Ada');
      const bela = await Person.open(browser, network.url, 'Bela');
      await ada.join('tcp');
      await bela.joinToWatch('tcp');
      const { protocol, video } = await bela.whenStatistics(
        (s) => s.video.some((v) => v.framesDecoded >= FRAMES) && s.audio.some((a) => a.packets >= FRAMES),
        `decoding ${FRAMES} frames`,
        45_000,
      );
      console.log(
        `# ${name}: ${video[0].framesDecoded} frames over ${protocol}, ${video[0].freezeCount} freezes`,
      );
      assert.strictEqual(protocol, 'tcp');
      assert.strictEqual(await ada.sendingProtocol(), 'tcp');
    });
  }
});
