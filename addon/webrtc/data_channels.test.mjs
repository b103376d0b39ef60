// Data channels between the engine and a real Chromium: opened by either side, reliable and not, messages of one megabyte to it (it
// sends 256 KiB at most), a hundred channels at once, closing from both ends. No media: the connection carries data alone.
// runs-on: node
// timeout: 60
// serial
/* global window, RTCPeerConnection */
import assert from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const { test } = require('../../tests/harness');
const { Engine } = require('../../build/addon/webrtc.node');

const MEGABYTE = 1 << 20;
const digest = (data) => createHash('sha256').update(new Uint8Array(data)).digest('hex');

// Resolves with the first call of a handler, e.g. once(channel, 'onopen').
function once(channel, handler) {
  return new Promise((resolve) => {
    channel[handler] = resolve;
  });
}

async function openPage(t) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--allow-loopback-in-peer-connection'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.route('http://localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>data</title>' }),
  );
  await page.goto('http://localhost/');
  return page;
}

// What the page does with channels, by name of the function; installed once.
function install() {
  const channels = {};
  const received = {};
  window.adopt = (channel) => {
    channel.binaryType = 'arraybuffer';
    channels[channel.label] = channel;
    received[channel.label] = [];
    channel.onmessage = ({ data }) => received[channel.label].push(data);
  };
  window.digest = async (data) => {
    const bytes = new Uint8Array(await window.crypto.subtle.digest('SHA-256', data));
    return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  };
  window.until = async (holds, what) => {
    const end = Date.now() + 20000;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  Object.assign(window, { channels, received });
}

test(
  'a browser that offers: its channels and ours, both ways, up to a megabyte',
  { timeout: 50000 },
  async (t) => {
    const arrivals = [];
    let arrived = () => {};
    const engine = new Engine({ bindings: [{ ip: '127.0.0.1', port: 0 }] }, (type, peer, payload) => {
      if (type !== 'data-channel') return;
      payload.messages = [];
      payload.onmessage = ({ data }) => {
        payload.messages.push(data);
        arrived();
      };
      arrivals.push(payload);
      arrived();
    });
    t.after(() => engine.close());
    const until = (holds) =>
      new Promise((resolve) => {
        arrived = () => holds() && resolve();
        arrived();
      });
    const peer = engine.createPeer('page', { role: 'publisher' });
    const ours = peer.createDataChannel('ours', { protocol: 'chat' });
    const agreed = peer.createDataChannel('agreed', { negotiated: true, id: 500, ordered: false });
    assert.strictEqual(ours.readyState, 'connecting');
    assert.throws(() => ours.send('too early'), { code: 'ERR_CHANNEL_NOT_OPEN' });
    const opened = Promise.all([once(ours, 'onopen'), once(agreed, 'onopen')]);

    const page = await openPage(t);
    await page.exposeFunction('exchange', (sdp) => peer.acceptOffer(sdp).answer);
    await page.evaluate(install);
    await page.evaluate(async () => {
      const connection = new RTCPeerConnection();
      window.connection = connection;
      connection.ondatachannel = ({ channel }) => window.adopt(channel);
      window.adopt(connection.createDataChannel('theirs', { protocol: 'files' }));
      window.adopt(connection.createDataChannel('lossy', { ordered: false, maxRetransmits: 3 }));
      window.adopt(connection.createDataChannel('timed', { maxPacketLifeTime: 500 }));
      window.adopt(connection.createDataChannel('agreed', { negotiated: true, id: 500, ordered: false }));
      await connection.setLocalDescription();
      // Chromium's descriptions say 256 KiB; what it takes in truth is limited by its buffers alone.
      const offer = connection.localDescription.sdp.replace(/a=max-message-size:.*/, (line) =>
        line.replace(/\d+/, '1048576'),
      );
      const answer = await window.exchange(offer);
      await connection.setRemoteDescription({ type: 'answer', sdp: answer });
      await window.until(() => window.channels.ours, 'the channel that the engine opened');
    });
    await opened;
    await until(() => arrivals.length === 3);
    const by = Object.fromEntries(arrivals.map((channel) => [channel.label, channel]));
    const { theirs, lossy, timed } = by;
    assert.deepStrictEqual([theirs.protocol, theirs.ordered, theirs.maxRetransmits], ['files', true, null]);
    assert.deepStrictEqual([lossy.ordered, lossy.maxRetransmits], [false, 3]);
    assert.deepStrictEqual([timed.ordered, timed.maxPacketLifeTime], [true, 500]);
    assert.deepStrictEqual([agreed.id, agreed.negotiated, ours.protocol], [500, true, 'chat']);

    ours.messages = [];
    agreed.messages = [];
    for (const channel of [ours, agreed]) {
      channel.onmessage = ({ data }) => {
        channel.messages.push(data);
        arrived();
      };
    }

    // Text, bytes and nothing at all, from the page: each as it was sent.
    await page.evaluate(() => {
      for (const channel of Object.values(window.channels)) {
        channel.send('grüezi');
        channel.send(new Uint8Array([1, 2, 3]));
        channel.send('');
        channel.send(new ArrayBuffer(0));
      }
    });
    const all = [theirs, lossy, timed, ours, agreed];
    await until(() => all.every(({ messages }) => messages.length === 4));
    const shape = (data) => (typeof data === 'string' ? data : [...new Uint8Array(data)]);
    for (const { label, ordered, messages } of all) {
      const shapes = messages.map(shape);
      const expected = ['grüezi', [1, 2, 3], '', []];
      const text = (list) => list.map((x) => JSON.stringify(x)).sort();
      if (ordered) assert.deepStrictEqual(shapes, expected, label);
      else assert.deepStrictEqual(text(shapes), text(expected), label);
    }

    // The largest that Chromium sends, and a megabyte from us, in order and not.
    for (const label of ['theirs', 'lossy', 'ours']) {
      const channel = all.find((c) => c.label === label);
      const sent = await page.evaluate(
        async ([name, size]) => {
          const bytes = new Uint8Array(size);
          for (let at = 0; at < size; at += 65536)
            window.crypto.getRandomValues(bytes.subarray(at, at + 65536));
          window.channels[name].send(bytes);
          return window.digest(bytes);
        },
        [label, 262144],
      );
      await until(() => channel.messages.length === 5);
      assert.strictEqual(digest(channel.messages[4]), sent, label);
      channel.bufferedAmountLowThreshold = 1000;
      const low = once(channel, 'onbufferedamountlow');
      const megabyte = randomBytes(MEGABYTE);
      channel.send(megabyte);
      assert.ok(channel.bufferedAmount > 0);
      await low;
      const back = await page.evaluate(async (name) => {
        await window.until(() => window.received[name].length > 0, `a megabyte on ${name}`);
        return window.digest(window.received[name][0]);
      }, label);
      assert.strictEqual(back, digest(megabyte), label);
    }
    assert.throws(() => theirs.send(new Uint8Array(MEGABYTE + 1)), { code: 'ERR_MESSAGE_TOO_LARGE' });

    // Closing from either end ends both.
    const gone = Promise.all([once(theirs, 'onclose'), once(ours, 'onclose')]);
    await page.evaluate(() => window.channels.theirs.close());
    ours.close();
    await gone;
    await page.evaluate(() =>
      window.until(
        () => window.channels.ours.readyState === 'closed' && window.channels.theirs.readyState === 'closed',
        'closed channels',
      ),
    );
    assert.strictEqual(theirs.readyState, 'closed');
    assert.throws(() => ours.send('too late'), { code: 'ERR_CHANNEL_NOT_OPEN' });

    const ends = Promise.all([once(lossy, 'onclose'), once(agreed, 'onclose')]);
    await page.evaluate(() => window.connection.close());
    await ends;
  },
);

test(
  'an engine that offers: a hundred channels, each with its own messages',
  { timeout: 50000 },
  async (t) => {
    const engine = new Engine({ bindings: [{ ip: '127.0.0.1', port: 0 }] }, () => {});
    t.after(() => engine.close());
    const peer = engine.createPeer('page', { role: 'subscriber' });
    const channels = Array.from({ length: 100 }, (_, i) => peer.createDataChannel(`c${i}`));
    const opened = Promise.all(channels.map((channel) => once(channel, 'onopen')));
    const echoes = channels.map(
      (channel) =>
        new Promise((resolve) => {
          const got = [];
          channel.onmessage = ({ data }) => got.push(data) === 20 && resolve(got);
        }),
    );

    const page = await openPage(t);
    await page.exposeFunction('answer', (sdp) => peer.acceptAnswer(sdp));
    await page.evaluate(async (sdp) => {
      const connection = new RTCPeerConnection();
      window.connection = connection;
      window.goneChannels = 0;
      connection.ondatachannel = ({ channel }) => {
        channel.onmessage = ({ data }) => channel.send(`${channel.label}:${data}`);
        channel.onclose = () => window.goneChannels++;
      };
      await connection.setRemoteDescription({ type: 'offer', sdp });
      await connection.setLocalDescription();
      await window.answer(connection.localDescription.sdp);
    }, peer.createOffer());
    await opened;
    for (let i = 0; i < 20; i++) for (const channel of channels) channel.send(String(i));
    const got = await Promise.all(echoes);
    got.forEach((messages, c) =>
      assert.deepStrictEqual(
        messages,
        Array.from({ length: 20 }, (_, i) => `c${c}:${i}`),
      ),
    );
    const closed = Promise.all(channels.map((channel) => once(channel, 'onclose')));
    for (const channel of channels) channel.close();
    await closed;
    await page.waitForFunction(() => window.goneChannels === 100);
    // Their ids are free again.
    const again = peer.createDataChannel('again');
    await once(again, 'onopen');
    assert.ok(again.id < 200);
  },
);
