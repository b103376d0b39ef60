// Ada, who publishes, and Bela, who watches, with a network between their browser and a server of their own.
import { launchBrowser, Person } from './browser.mjs';
import { Network } from './network.mjs';
import { startServer } from './server.mjs';

/**
 * @param {{after: (cleanup: Function) => void}} t the test, with which everything ends
 * @param {string} room
 * @param {{browser?: 'chromium' | 'firefox', watcher?: 'chromium' | 'firefox', query?: string, weather?: object}} [options] `watcher` is
 *   Bela's browser where that is another; `query` is for Ada's page; the weather is there from the beginning
 */
export async function startWatchedCall(
  t,
  room,
  { browser: name = 'chromium', watcher = name, query = '', weather = {} } = {},
) {
  const network = await Network.create();
  t.after(() => network.close());
  const server = await startServer(network.serverOptions);
  t.after(() => server.stop());
  const browser = await launchBrowser(name, network.browserOptions);
  t.after(() => browser.close());
  const others = watcher === name ? browser : await launchBrowser(watcher, network.browserOptions);
  if (others !== browser) t.after(() => others.close());
  await network.weather(weather);
  const ada = await Person.open(browser, `${network.url}/?${query}`, 'Ada');
  const bela = await Person.open(others, network.url, 'Bela');
  await ada.join(room);
  await bela.joinToWatch(room);
  return { network, ada, bela };
}
