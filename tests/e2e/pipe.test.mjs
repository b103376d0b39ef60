// A pipe between two hosts: engines in two network namespaces with a cable between them, each bound to every address and told the
// other's. The way loses packets, breaks, and is mended.
// runs-on: node
// timeout: 330
// serial
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inOwnNetwork, Network } from './network.mjs';
import { TEST_MS } from './patience.mjs';
import { program, startJson } from './program.mjs';

const harness = createRequire(import.meta.url)('../harness');
const FRAMES = 60;

/** Resolves when everybody of `names` has had that many frames more. */
function framesOf(host, names, more) {
  const first = new Map();
  const latest = new Map();
  return new Promise((resolve) =>
    host.listen(({ frames, id }) => {
      if (frames === undefined) return false;
      if (!first.has(id)) first.set(id, frames);
      latest.set(id, frames);
      if (names.every((name) => latest.get(name) - first.get(name) >= more)) resolve();
      return true;
    }),
  );
}

async function startHost(t, address, within = []) {
  const [command, ...args] = [...within, process.execPath, program('pipe_host.mjs')];
  const host = startJson(t, command, args);
  host.send({ command: 'open', ip: '0.0.0.0', announced: [address] });
  const { port, key } = await host.next('opened');
  return Object.assign(host, { at: { ip: address, port, key } });
}

inOwnNetwork(harness, fileURLToPath(import.meta.url), () => {
  harness.test('a pipe between two hosts', { timeout: TEST_MS }, async (t) => {
    const network = await Network.create();
    t.after(() => network.close());
    const here = await startHost(t, network.addresses.here);
    const there = await startHost(t, network.addresses.there, network.within);
    here.send({ command: 'connect', remote: there.at });
    there.send({ command: 'connect', remote: here.at });
    for (const host of [here, there]) assert.strictEqual(await host.next('state'), 'connected');

    here.send({ command: 'publish' });
    const watchers = ['one', 'two'];
    const playing = framesOf(there, watchers, FRAMES);
    there.send({ command: 'receive', description: await here.next('description'), watchers });
    await playing;

    await network.weather({ loss: 0.05, delay: 10 });
    await framesOf(there, watchers, FRAMES);

    // Nothing passes: both say so, and what is sent into nothing is little.
    await network.weather({ loss: 1 });
    for (const host of [here, there]) assert.strictEqual(await host.next('state'), 'disconnected');
    await network.weather({});
    for (const host of [here, there]) assert.strictEqual(await host.next('state'), 'connected');
    await framesOf(there, watchers, FRAMES);
    there.send({ command: 'stats' });
    const { packetsReceived, packetsRefused } = await there.next('stats');
    console.log(`# ${packetsReceived} packets came through the pipe, ${packetsRefused} were refused`);
    assert.ok(packetsReceived > 3 * FRAMES);
    assert.strictEqual(packetsRefused, 0);
  });
});
