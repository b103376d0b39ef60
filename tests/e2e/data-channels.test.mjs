// Data channels of a program against both browsers: messages of one megabyte (of what Chromium takes with that: 256 KiB), order and
// reliability as asked for, what waits to be sent, and closing from either side.
// runs-on: node
// timeout: 930
// serial
import assert from 'node:assert';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { launchBrowser } from './browser.mjs';
import { TEST_MS } from './patience.mjs';
import { PARLEY, program, startJson } from './program.mjs';

const { test } = createRequire(import.meta.url)('../harness');
const MEGABYTE = 1 << 20;

/** Runs in the page: a connection, ways to wait, and an offer with its candidates. */
async function offer() {
  const pc = new RTCPeerConnection();
  const once = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));
  const open = async (label, options) => {
    const channel = pc.createDataChannel(label, options);
    channel.binaryType = 'arraybuffer';
    await once(channel, 'open');
    return channel;
  };
  const answerTo = async (channel, message) => {
    const answered = once(channel, 'message');
    channel.send(message);
    return (await answered).data;
  };
  Object.assign(window, { pc, once, open, answerTo, first: open('first', { protocol: 'p' }) });
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== 'complete') await once(pc, 'icegatheringstatechange');
  return { type: 'offer', sdp: pc.localDescription.sdp };
}

/** A page whose channels go to a program. */
async function connect(t, name, runtime) {
  const http = createServer((request, response) => response.end('<!doctype html><title>data</title>'));
  await new Promise((listening) => http.listen(0, '127.0.0.1', listening));
  t.after(() => http.close());
  const browser = await launchBrowser(name);
  t.after(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${http.address().port}/`);
  const echo = startJson(t, runtime === 'parley' ? PARLEY : process.execPath, [program('echo.cjs')]);
  echo.send({ description: await page.evaluate(offer) });
  const answer = await echo.next('description');
  await page.evaluate((description) => window.pc.setRemoteDescription(description), answer);
  echo.listen(({ candidate }) => {
    if (candidate) page.evaluate((c) => window.pc.addIceCandidate(c), candidate);
    return candidate !== undefined;
  });
  await page.evaluate(async () => void (window.first = await window.first));
  return { page, echo };
}

for (const [name, runtime] of [
  ['firefox', 'parley'],
  ['firefox', 'node'],
  ['chromium', 'parley'],
]) {
  test(`data channels between ${name} and a program in ${runtime}`, { timeout: TEST_MS }, async (t) => {
    const { page, echo } = await connect(t, name, runtime);
    const { label, protocol, ordered } = await echo.next('channel');
    assert.deepStrictEqual([label, protocol, ordered], ['first', 'p', true]);

    // Large ones, both ways; what waits is told, and told when it has gone.
    const takes = await page.evaluate(() => window.pc.sctp.maxMessageSize);
    const most = Math.min(MEGABYTE, takes);
    console.log(`# ${name} takes messages of ${takes} bytes`);
    assert.ok(most === MEGABYTE || name === 'chromium');
    const large = await page.evaluate(
      async ([sent, made]) => {
        const bytes = new Uint8Array(sent).map((_, n) => n % 251);
        window.first.bufferedAmountLowThreshold = 0;
        const low = window.once(window.first, 'bufferedamountlow');
        const answer = window.answerTo(window.first, bytes);
        const waiting = window.first.bufferedAmount;
        await low;
        const back = new Uint8Array(await answer);
        const same = back.length === sent && back.every((byte, n) => byte === n % 251);
        return [waiting, same, (await window.answerTo(window.first, `make ${made}`)).byteLength];
      },
      [most, most],
    );
    assert.deepStrictEqual(large, [most, true, most]);
    assert.strictEqual(await page.evaluate(() => window.answerTo(window.first, 'grüße')), 'grüße');

    // As asked for.
    for (const [given, options] of [
      ['unordered', { ordered: false }],
      ['unreliable', { ordered: false, maxRetransmits: 0 }],
      ['brief', { maxPacketLifeTime: 500 }],
    ]) {
      const back = await page.evaluate(
        async ([title, wanted]) => {
          window[title] = await window.open(title, wanted);
          return window.answerTo(window[title], title);
        },
        [given, options],
      );
      assert.strictEqual(back, given);
      const told = await echo.next('channel');
      const { maxRetransmits = null, maxPacketLifeTime = null } = options;
      const all = { label: given, protocol: '', ordered: options.ordered ?? true };
      assert.deepStrictEqual(told, { ...all, maxRetransmits, maxPacketLifeTime });
    }

    // Closed by either side, and both hear of it.
    await page.evaluate(() => {
      const closed = window.once(window.unordered, 'close');
      window.unordered.close();
      return closed;
    });
    assert.strictEqual(await echo.next('closed'), 'unordered');
    await page.evaluate(() => {
      const closed = window.once(window.first, 'close');
      window.first.send('close');
      return closed;
    });
    assert.strictEqual(await echo.next('closed'), 'first');
    echo.close();
    assert.strictEqual(await echo.ended, 0);
  });
}
