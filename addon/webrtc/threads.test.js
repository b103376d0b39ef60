'use strict';
// An engine of two media threads: publisher and subscribers are connections of the same program.
// timeout: 90
const assert = require('node:assert');
const { join } = require('node:path');
const { test } = require('../../tests/harness');
const offer = require('./chromium_offer.js');

const onParley = process.versions.parley !== undefined;
const { Engine } = onParley
  ? process._linkedBinding('webrtc')
  : require(join(__dirname, '../../build/addon/webrtc.node'));
const { RTCPeerConnection, RtpSink, RtpSource } = require(onParley ? 'webrtc' : join(__dirname, 'lib'));

const threads = (sdp) => /a=ice-ufrag:(.)/.exec(sdp)[1].charCodeAt(0) - 65;
const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

function open(t, onEvent = () => {}) {
  const engine = new Engine({ bindings: [{ ip: '127.0.0.1', port: 0 }], threads: 2 }, onEvent);
  t.after(() => engine.close());
  return engine;
}

/** Two engines and a pipe between them, each of `threads`. */
function openPair(t) {
  const pair = [open(t), open(t)];
  const ends = pair.map((engine) => engine.createPipe());
  for (const i of [0, 1]) ends[i].connect({ ...pair[1 - i].bindings()[0], key: ends[1 - i].key });
  return { pair, ends };
}

function connection(t) {
  const pc = new RTCPeerConnection();
  t.after(() => pc.close());
  return pc;
}

/** Publishes key frames of VP8, one packet each, for as long as the test runs. */
async function publish(t, engine) {
  const pc = connection(t);
  const source = new RtpSource('video');
  pc.addTrack(source.createTrack());
  await pc.setLocalDescription();
  const { answer, tracks } = engine
    .createPeer('publisher', { role: 'publisher' })
    .acceptOffer(pc.localDescription.sdp);
  await pc.setRemoteDescription({ type: 'answer', sdp: answer });
  let n = 0;
  const feed = setInterval(() => {
    const packet = Buffer.alloc(12 + 6);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(0x80, 1);
    packet.writeUInt32BE(n * 3000, 4);
    packet.set([0x10, 0, 0, 0], 12);
    packet.writeUInt16BE(n++, 16);
    source.send(packet);
  }, 10);
  t.after(() => clearInterval(feed));
  return { thread: threads(answer), track: tracks[0].id };
}

/** @returns the thread of the subscriber, what came to it, and its data channel's echo */
async function subscribe(t, engine, id, track) {
  const peer = engine.createPeer(id, { role: 'subscriber' });
  peer.subscribe(track);
  const channel = peer.createDataChannel('echo');
  const echo = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)));
  channel.onopen = () => channel.send(`for ${id}`);
  const pc = connection(t);
  pc.ondatachannel = ({ channel: theirs }) => (theirs.onmessage = ({ data }) => theirs.send(data));
  const sdp = peer.createOffer();
  const arrived = next(pc, 'track');
  await pc.setRemoteDescription({ type: 'offer', sdp });
  await pc.setLocalDescription();
  peer.acceptAnswer(pc.localDescription.sdp);
  const { track: remote } = await arrived;
  const got = [];
  await new Promise((resolve) => new RtpSink(remote, (packets) => got.push(...packets) >= 20 && resolve()));
  return { thread: threads(sdp), got: got.map((packet) => packet.readUInt16BE(16)), echo: await echo };
}

test('a track comes to subscribers of its own thread and of the other', { timeout: 60000 }, async (t) => {
  const engine = open(t);
  const { thread, track } = await publish(t, engine);
  const results = await Promise.all(['a', 'b'].map((id) => subscribe(t, engine, id, track)));
  assert.deepStrictEqual(new Set(results.map((r) => r.thread)), new Set([0, 1]));
  assert.ok([0, 1].includes(thread));
  for (const { got } of results) {
    // While ICE still changes the publisher's address, and with it the thread that receives, packets may overtake.
    const inOrder = [...got].sort((a, b) => a - b);
    assert.deepStrictEqual(
      inOrder,
      inOrder.map((_, i) => inOrder[0] + i),
    );
  }
  assert.deepStrictEqual(
    results.map((r) => r.echo),
    ['for a', 'for b'],
  );
  const stats = await engine.stats();
  assert.strictEqual(stats.peers, 3);
  assert.strictEqual(stats.tracks, 1, 'a mirror is not another track');
});

test('a pipe reaches every thread of both engines', { timeout: 80000 }, async (t) => {
  const {
    pair: [near, far],
    ends: [here, there],
  } = openPair(t);
  const { track } = await publish(t, near);
  const description = here.send(track);
  const arrived = there.receive(description);
  const results = await Promise.all(['a', 'b'].map((id) => subscribe(t, far, id, arrived.id)));
  assert.deepStrictEqual(new Set(results.map((r) => r.thread)), new Set([0, 1]));
  for (const { got } of results) assert.ok(got.length >= 20);
  const stats = await there.getStats();
  assert.strictEqual(stats.state, 'connected');
  assert.ok(stats.packetsReceived > 0);
  assert.strictEqual(stats.packetsRefused, 0);
  assert.ok((await here.getStats()).availableBitrate > 0);
  there.stopReceiving(arrived.id);
  assert.throws(() => far.createPeer('late', { role: 'subscriber' }).subscribe(arrived.id), {
    code: 'ERR_NO_TRACK',
  });
});

test('what a pipe brings is on the thread of its affinity', { timeout: 80000 }, async (t) => {
  const {
    pair: [near, far],
    ends: [here, there],
  } = openPair(t);
  const voiceOf = (engine, id, affinity) =>
    engine
      .createPeer(id, { role: 'publisher', affinity })
      .acceptOffer(offer)
      .tracks.find(({ kind }) => kind === 'audio').id;
  const affinities = ['one', 'two', 'three', 'four'];
  for (const affinity of affinities) {
    const voice = voiceOf(far, affinity, affinity);
    const brought = there.receive(here.send(voiceOf(near, affinity, affinity)), { affinity });
    const together = far.createAudioGroup({ forwarded: 1 });
    far.addToAudioGroup(together, voice);
    far.addToAudioGroup(together, brought.id);
    far.closeAudioGroup(together);
  }
  // A picture that takes the way over another thread comes to subscribers on all of them.
  const { track } = await publish(t, near);
  const description = here.send(track);
  const arrived = there.receive(description, { affinity: 'two' });
  const results = await Promise.all(['a', 'b'].map((id) => subscribe(t, far, id, arrived.id)));
  for (const { got } of results) assert.ok(got.length >= 20);
  there.close();
  assert.throws(() => far.createPeer('late', { role: 'subscriber' }).subscribe(arrived.id), {
    code: 'ERR_NO_TRACK',
  });
});

test('peers of one affinity share a thread; the others are spread', (t) => {
  const engine = open(t);
  const place = (id, options) =>
    threads(engine.createPeer(id, { role: 'publisher', ...options }).acceptOffer(offer).answer);
  const room = ['a', 'b', 'c', 'd'].map((id) => place(id, { affinity: 'room' }));
  assert.strictEqual(new Set(room).size, 1);
  assert.strictEqual(place('e'), 1 - room[0], 'where there are fewer');
  assert.throws(() => engine.createPeer('f', { role: 'publisher', affinity: 7 }), TypeError);
});

test('the voices of a group are of one thread', (t) => {
  const engine = open(t);
  const voice = (id, affinity) =>
    engine
      .createPeer(id, { role: 'publisher', ...(affinity ? { affinity } : {}) })
      .acceptOffer(offer)
      .tracks.find(({ kind }) => kind === 'audio').id;
  const group = engine.createAudioGroup({ forwarded: 1 });
  const [a, b, other] = [voice('a', 'room'), voice('b', 'room'), voice('c')];
  engine.addToAudioGroup(group, a);
  engine.addToAudioGroup(group, b);
  assert.throws(() => engine.addToAudioGroup(group, other), { code: 'ERR_OTHER_THREAD' });
  engine.removeFromAudioGroup(group, b);
  engine.closeAudioGroup(group);
  engine.closeAudioGroup(engine.createAudioGroup());
});

/** Sends messages over `channel`'s connection until `count` have come back. */
const echoed = (channel, count) =>
  new Promise((resolve) => {
    let heard = 0;
    channel.onmessage = ({ data }) => (++heard === count ? resolve(data) : channel.send(`${heard}`));
    channel.send('0');
  });

test('connections share the threads of one engine', { timeout: 60000 }, async (t) => {
  const engine = open(t);
  const numbers = [0, 1, 2, 3];
  const near = numbers.map(() => new RTCPeerConnection({}, { engine }));
  const far = numbers.map(() => connection(t));
  const channels = near.map((pc) => pc.createDataChannel('echo'));
  await Promise.all(
    near.map(async (pc, i) => {
      const source = new RtpSource('video');
      pc.addTrack(source.createTrack());
      far[i].ondatachannel = ({ channel }) => (channel.onmessage = ({ data }) => channel.send(data));
      pc.onicecandidate = ({ candidate }) => candidate && far[i].addIceCandidate(candidate);
      const opened = next(channels[i], 'open');
      await pc.setLocalDescription();
      await far[i].setRemoteDescription(pc.localDescription);
      far[i].onicecandidate = ({ candidate }) => candidate && pc.addIceCandidate(candidate);
      await far[i].setLocalDescription();
      await pc.setRemoteDescription(far[i].localDescription);
      await opened;
    }),
  );
  const used = near.map((pc) => threads(pc.localDescription.sdp));
  assert.deepStrictEqual([...used].sort(), [0, 0, 1, 1]);
  await Promise.all(channels.map((channel) => echoed(channel, 50)));
  assert.strictEqual((await engine.stats()).peers, 4);
  // One that closes takes nothing from the others.
  near[0].close();
  await echoed(channels[1], 10);
  for (const pc of near) pc.close();
  assert.strictEqual((await engine.stats()).peers, 0);
  const together = ['x', 'y', 'z'].map(() => new RTCPeerConnection({}, { engine, affinity: 'room' }));
  for (const pc of together) pc.createDataChannel('x');
  await Promise.all(together.map((pc) => pc.setLocalDescription()));
  assert.strictEqual(new Set(together.map((pc) => threads(pc.localDescription.sdp))).size, 1);
  await engine.close();
  for (const pc of together) pc.close();
});

test('an engine has 1 to 26 threads', (t) => {
  for (const threads of [0, 27, 1.5, '2'])
    assert.throws(() => new Engine({ bindings: [{ ip: '127.0.0.1' }], threads }, () => {}), TypeError);
  assert.throws(() => new RTCPeerConnection({}, { engine: {} }), TypeError);
  assert.throws(() => new RTCPeerConnection({}, { engine: open(t), affinity: 7 }), TypeError);
});
