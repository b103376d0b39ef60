// A browser's page with nothing on it, on which a test runs its own functions against a program.
import assert from 'node:assert';
import { launchBrowser } from './browser.mjs';
import { PATIENCE_MS } from './patience.mjs';

/** Of a browser that ends with the test. */
export async function openBlankPage(t) {
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  await page.route('http://localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>call</title>' }),
  );
  await page.goto('http://localhost/');
  return page;
}

/** Candidates of the page go to the program by `window.tellCandidate`, the program's come by `window.addCandidate`. */
export async function exchangeCandidates(page, program) {
  await page.exposeFunction('tellCandidate', (candidate) => program.send({ candidate }));
  program.listen(({ candidate }) => {
    if (candidate) page.evaluate((c) => window.addCandidate(c), candidate);
    return candidate !== undefined;
  });
}

/** Reads again until it holds. */
export async function until(read, holds, what) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    assert.ok(Date.now() < deadline, `${what}: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
