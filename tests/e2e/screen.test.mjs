// A shared screen is a second stream of its owner: shown in a tile of its own beside the camera, gone when the sharing ends.
// runs-on: node
// timeout: 630
// serial
import assert from 'node:assert';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launchBrowser, Person } from './browser.mjs';
import { TEST_MS } from './patience.mjs';
import { root, startServer } from './server.mjs';

const { test } = createRequire(import.meta.url)('../harness');
const artefacts = join(root, 'tests/artefacts');

/** Firefox without a desktop finds no screen to share: a canvas that changes stands for it. */
function drawScreen() {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 540 });
    const context = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${n++ % 360} 80% 50%)`;
      context.fillRect(0, 0, 960, 540);
    }, 50);
    return canvas.captureStream(15);
  };
}

for (const name of ['chromium', 'firefox']) {
  test(`a screen shared in ${name} is seen beside the camera`, { timeout: TEST_MS }, async (t) => {
    mkdirSync(artefacts, { recursive: true });
    const server = await startServer();
    t.after(() => server.stop());
    // Without a person to choose and without a desktop: the page's own tab.
    const browser = await launchBrowser(name, { args: ['--auto-select-tab-capture-source-by-title=Parley'] });
    t.after(() => browser.close());
    const ada = await Person.open(browser, server.url, 'Ada');
    const bela = await Person.open(browser, server.url, 'Bela');
    if (name === 'firefox') await ada.page.evaluate(drawScreen);
    await ada.join('screen');
    await bela.joinToWatch('screen');
    await bela.waitForVideoOf(['Ada']);

    await ada.page.click('#toggle-screen');
    await bela.waitForVideoOf(['Ada', "Ada's screen"]);
    const { video } = await bela.whenStatistics(
      (s) => s.video.length === 2 && s.video.every((v) => v.framesDecoded >= 10),
      'decoding camera and screen',
    );
    console.log(`# ${video.map((v) => `${v.width}x${v.height}`).join(' and ')}`);
    await bela.page.screenshot({ path: join(artefacts, `screen-${name}.png`) });
    assert.strictEqual(
      await bela.page.evaluate(() => document.getElementById('people').textContent),
      '2 people',
    );

    const gone = bela.whenTileGoes("Ada's screen");
    await ada.page.click('#toggle-screen');
    await gone;
    await bela.waitForVideoOf(['Ada']);

    // Once more, and ended by the browser's own means.
    await ada.page.click('#toggle-screen');
    await bela.waitForVideoOf(["Ada's screen"]);
    const goneAgain = bela.whenTileGoes("Ada's screen");
    await ada.leave();
    await goneAgain;
  });
}
