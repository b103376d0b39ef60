'use strict';
// The webrtc module as JavaScript sees it: webrtc.node on stock Node.js, the linked binding on parley.
const assert = require('node:assert');
const { join } = require('node:path');
const { test } = require('../../tests/harness');
const offer = require('./chromium_offer.js');

const onParley = process.versions.parley !== undefined;
const { Engine } = onParley
  ? process._linkedBinding('webrtc')
  : require(join(__dirname, '../../build/addon/webrtc.node'));

const loopback = { bindings: [{ ip: '127.0.0.1', port: 0 }] };

function open(t, options = loopback, onEvent = () => {}) {
  const engine = new Engine(options, onEvent);
  t.after(() => engine.close());
  return engine;
}

test('an engine binds the port it is given, or any', async (t) => {
  const engine = open(t);
  const [{ ip, port }] = engine.bindings();
  assert.strictEqual(ip, '127.0.0.1');
  assert.ok(port > 0);
  assert.throws(() => new Engine({ bindings: [{ ip: '127.0.0.1', port }] }, () => {}), {
    code: 'EADDRINUSE',
  });
});

test('announced addresses are the candidates', async (t) => {
  const engine = open(t, {
    bindings: [{ ip: '127.0.0.1', port: 0, announcedIps: ['192.0.2.1', '192.0.2.2'] }],
  });
  const { port } = engine.bindings()[0];
  assert.deepStrictEqual(engine.candidates(), [
    { ip: '192.0.2.1', port },
    { ip: '192.0.2.2', port },
  ]);
});

test('an offer is answered, ICE-lite and passive, with a candidate', async (t) => {
  const engine = open(t);
  const peer = engine.createPeer('ada', { role: 'publisher' });
  const { answer, tracks } = peer.acceptOffer(offer);
  assert.deepStrictEqual(
    tracks.map(({ kind, mid, codec }) => ({ kind, mid, codec: codec.toLowerCase() })),
    [
      { kind: 'audio', mid: '0', codec: 'opus' },
      { kind: 'video', mid: '1', codec: 'vp8' },
    ],
  );
  for (const line of ['a=ice-lite', 'a=setup:passive', 'a=rtcp-mux', 'a=recvonly', 'a=group:BUNDLE 0 1']) {
    assert.ok(answer.includes(`${line}\r\n`), `${line} in\n${answer}`);
  }
  assert.match(
    answer,
    new RegExp(`a=candidate:\\S+ 1 udp \\d+ 127\\.0\\.0\\.1 ${engine.bindings()[0].port} typ host`, 'i'),
  );
  assert.strictEqual(peer.id, 'ada');
});

test('a subscriber is offered the tracks it subscribed to', async (t) => {
  const engine = open(t);
  const { tracks } = engine.createPeer('ada', { role: 'publisher' }).acceptOffer(offer);
  const peer = engine.createPeer('bela', { role: 'subscriber' });
  const subscriptions = tracks.map((track) => peer.subscribe(track.id));
  const sdp = peer.createOffer();
  assert.match(sdp, /a=setup:actpass/);
  assert.strictEqual(sdp.match(/a=sendonly/g).length, 2);
  for (const { id } of tracks) assert.ok(sdp.includes(id), `${id} is named in a=msid`);
  peer.unsubscribe(subscriptions[1]);
  assert.throws(() => peer.unsubscribe(subscriptions[1]), { code: 'ERR_NO_SUBSCRIPTION' });
});

// Three encodings of one video, as Chromium offers them.
const simulcastOffer = offer
  .replace(/a=ssrc-group:FID[^]*$/, '')
  .concat(
    'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n',
    'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n',
    'a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n',
  );

test('simulcast is answered, and each encoding has statistics', async (t) => {
  const engine = open(t);
  const peer = engine.createPeer('ada', { role: 'publisher' });
  const { answer, tracks } = peer.acceptOffer(simulcastOffer);
  assert.match(answer, /a=rid:q recv\r\n/);
  assert.match(answer, /a=simulcast:recv q;h;f\r\n/);
  const stats = await peer.getStats();
  const video = stats.tracks.find(({ id }) => id === tracks[1].id);
  assert.deepStrictEqual(
    video.encodings.map(({ rid }) => rid),
    ['q', 'h', 'f'],
  );
});

test('a pipe carries a track to another engine, and says what it cannot', async (t) => {
  const [near, far] = [open(t), open(t)];
  const [{ id }] = near.createPeer('ada', { role: 'publisher' }).acceptOffer(offer).tracks;
  const [here, there] = [near.createPipe(), far.createPipe()];
  assert.match(here.key, /^[0-9a-f]{88}$/);
  assert.notStrictEqual(here.key, there.key);
  const remote = { ...far.bindings()[0], key: there.key };
  for (const wrong of [
    { ...remote, key: 'x' },
    { ...remote, ip: 'nowhere' },
    { ...remote, port: 70000 },
    null,
  ])
    assert.throws(() => here.connect(wrong), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => here.connect({ ...remote, key: here.key }), { code: 'ERR_INVALID_ARG_VALUE' });
  here.connect(remote);
  assert.throws(() => here.connect(remote), { code: 'ERR_PIPE_CONNECTED' });
  assert.throws(() => near.createPipe().connect(remote), { code: 'ERR_PIPE_EXISTS' });
  there.connect({ ...near.bindings()[0], key: here.key });

  const description = here.send(id);
  assert.throws(() => here.send(id), { code: 'ERR_TRACK_PIPED' });
  assert.throws(() => here.send('t999'), { code: 'ERR_NO_TRACK' });
  const arrived = there.receive(description);
  assert.deepStrictEqual([arrived.kind, arrived.codec], ['audio', 'opus']);
  const bela = far.createPeer('bela', { role: 'subscriber' });
  bela.subscribe(arrived.id);
  assert.match(bela.createOffer(), new RegExp(`a=msid:e1p1 ${arrived.id}\r\n`));
  for (const text of ['', 'v=0\r\n', description.replace(/opus/g, 'speex')])
    assert.throws(() => there.receive(text), { code: 'ERR_SDP' });
  assert.strictEqual((await there.getStats()).packetsRefused, 0);

  there.stopReceiving(arrived.id);
  assert.throws(() => bela.subscribe(arrived.id), { code: 'ERR_NO_TRACK' });
  here.stopSending(id);
  assert.throws(() => here.stopSending(id), { code: 'ERR_NO_TRACK' });
  here.close();
  here.close();
  assert.throws(() => here.send(id), { code: 'ERR_NO_PIPE' });
  const withoutUdp = open(t, { ...loopback, udp: false, tcp: true });
  assert.throws(() => withoutUdp.createPipe(), { code: 'ERR_NO_UDP' });
  assert.throws(() => Object.getPrototypeOf(here).send.call(near, id), TypeError);
});

test('the preferred codec is chosen, and no other than those named', async (t) => {
  const engine = open(t);
  const codecOf = (codecs) =>
    engine.createPeer(codecs.join(), { role: 'publisher', codecs }).acceptOffer(offer).tracks[1]?.codec;
  assert.strictEqual(codecOf(['VP9', 'VP8']), 'VP9');
  assert.strictEqual(codecOf(['H264']), 'H264');
  assert.strictEqual(codecOf(['H265']), undefined);
  for (const codecs of ['VP8', [], ['MPEG'], [7]]) {
    assert.throws(() => engine.createPeer('x', { role: 'publisher', codecs }), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
  }
});

test('preferred layers are kept from before the answer', async (t) => {
  const engine = open(t);
  const { tracks } = engine.createPeer('ada', { role: 'publisher' }).acceptOffer(offer);
  const peer = engine.createPeer('bela', { role: 'subscriber' });
  const subscription = peer.subscribe(tracks[1].id);
  peer.setPreferredLayers(subscription, { spatial: 1 });
  peer.setPreferredLayers(subscription, { spatial: 0, temporal: 99 });
  assert.throws(() => peer.setPreferredLayers('s999', {}), { code: 'ERR_NO_SUBSCRIPTION' });
  assert.throws(() => peer.setPreferredLayers('t1', {}), TypeError);
  assert.throws(() => peer.setPreferredLayers(subscription), TypeError);
  assert.throws(() => peer.setPreferredLayers(subscription, { spatial: -1 }), TypeError);
});

test('a subscription has a priority', async (t) => {
  const engine = open(t);
  const { tracks } = engine.createPeer('ada', { role: 'publisher' }).acceptOffer(offer);
  const peer = engine.createPeer('bela', { role: 'subscriber' });
  const subscription = peer.subscribe(tracks[1].id);
  peer.setPriority(subscription, 0);
  peer.setPriority(subscription, 255);
  assert.throws(() => peer.setPriority('s999', 1), { code: 'ERR_NO_SUBSCRIPTION' });
  for (const wrong of [256, -1, 'high', undefined])
    assert.throws(() => peer.setPriority(subscription, wrong), TypeError);
});

test('mistakes are told by their codes', async (t) => {
  const engine = open(t);
  const publisher = engine.createPeer('ada', { role: 'publisher' });
  const subscriber = engine.createPeer('bela', { role: 'subscriber' });
  assert.throws(() => engine.createPeer('ada', { role: 'publisher' }), { code: 'ERR_PEER_EXISTS' });
  assert.throws(() => engine.createPeer('cleo', { role: 'king' }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => publisher.acceptOffer('v=0'), { code: 'ERR_SDP' });
  assert.throws(() => publisher.acceptOffer(7), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => publisher.subscribe('t1'), { code: 'ERR_ROLE' });
  assert.throws(() => subscriber.subscribe('t999'), { code: 'ERR_NO_TRACK' });
  assert.throws(() => subscriber.acceptAnswer('nonsense'), { code: 'ERR_SDP' });
  assert.throws(() => subscriber.addRemoteCandidate('nonsense'), { code: 'ERR_CANDIDATE' });
  assert.throws(() => publisher.acceptOffer.call({}, offer), TypeError);
  assert.throws(() => engine.createPeer.call(publisher, 'x', { role: 'publisher' }), TypeError);
  publisher.close();
  publisher.close();
  assert.throws(() => publisher.acceptOffer(offer), { code: 'ERR_NO_PEER' });
  engine.createPeer('ada', { role: 'publisher' }); // the name is free again
});

test('what belongs to an engine is made by it alone, and keeps to its own methods', async (t) => {
  const engine = open(t);
  const peer = engine.createPeer('p', { role: 'subscriber' });
  const pipe = engine.createPipe();
  const connection = engine.createConnection('c', {}, () => {});
  const channel = peer.createDataChannel('d');
  assert.deepStrictEqual([peer.id, pipe.id[0], typeof pipe.key], ['p', 'e', 'string']);
  for (const made of [peer, pipe, connection, channel]) {
    assert.strictEqual(made.engine, engine);
    const { constructor } = made;
    for (const values of [[], [{}], [peer, 'p', engine]])
      assert.throws(() => new constructor(...values), { code: 'ERR_INVALID_ARG_TYPE' }, constructor.name);
    assert.throws(() => made.close.call(made === peer ? pipe : peer), TypeError);
    assert.throws(() => {
      made.engine = null;
    }, TypeError);
  }
  assert.deepStrictEqual(Object.keys(pipe), ['id']);
});

test('audio tracks are grouped, other tracks and groups are refused', async (t) => {
  const engine = open(t);
  const { tracks } = engine.createPeer('ada', { role: 'publisher' }).acceptOffer(offer);
  const id = (kind) => tracks.find((track) => track.kind === kind).id;
  const group = engine.createAudioGroup({ forwarded: 3 });
  assert.notStrictEqual(engine.createAudioGroup(), group);
  engine.addToAudioGroup(group, id('audio'));
  engine.removeFromAudioGroup(group, id('audio'));
  assert.throws(() => engine.addToAudioGroup(group, id('video')), { code: 'ERR_NO_TRACK' });
  assert.throws(() => engine.addToAudioGroup(group, 7), TypeError);
  assert.throws(() => engine.createAudioGroup({ forwarded: 'few' }), TypeError);
  engine.closeAudioGroup(group);
  assert.throws(() => engine.closeAudioGroup(group), { code: 'ERR_NO_AUDIO_GROUP' });
  assert.throws(() => engine.addToAudioGroup(group, id('audio')), { code: 'ERR_NO_AUDIO_GROUP' });
});

test('statistics come from the media thread', async (t) => {
  const engine = open(t);
  const peer = engine.createPeer('ada', { role: 'publisher' });
  peer.acceptOffer(offer);
  const stats = await peer.getStats();
  assert.strictEqual(stats.state, 'new');
  assert.strictEqual(stats.tracks.length, 2);
  const all = await engine.stats();
  assert.strictEqual(all.peers, 1);
  assert.strictEqual(all.tracks, 2);
  assert.strictEqual(all.unknownSource, 0);
});

test('2,000 mutated offers and answers are refused or taken, never worse', { timeout: 30000 }, async (t) => {
  const engine = open(t);
  let state = 20261121;
  const random = (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let i = 0; i < 2000; i++) {
    const lines = offer.split('\r\n');
    for (let changes = 1 + random(4); changes > 0; changes--) {
      const at = random(lines.length);
      const line = lines[at];
      const cut = random(line.length + 1);
      const change = [
        line.slice(0, cut),
        `${line}${line}`,
        line.replace(/\d+/, '99999999999'),
        '',
        'm=video 9 x 1',
      ];
      lines[at] = change[random(change.length)];
    }
    const peer = engine.createPeer(`p${i}`, { role: i % 2 ? 'publisher' : 'subscriber' });
    try {
      if (i % 2) peer.acceptOffer(lines.join('\r\n'));
      else {
        peer.createOffer();
        peer.acceptAnswer(lines.join('\r\n'));
      }
    } catch (error) {
      assert.strictEqual(error.code, 'ERR_SDP', `change ${i}: ${error.stack}`);
    }
    peer.close();
  }
  assert.strictEqual((await engine.stats()).peers, 0);
});

test('closing settles what waits and frees the port', async (t) => {
  const engine = new Engine(loopback, () => {});
  const { port } = engine.bindings()[0];
  const waiting = engine.stats().catch((error) => error);
  await engine.close();
  const settled = await waiting;
  assert.ok(settled.code === 'ERR_ENGINE_CLOSED' || settled.peers === 0);
  assert.throws(() => engine.createPeer('ada', { role: 'publisher' }), { code: 'ERR_ENGINE_CLOSED' });
  await engine.close();
  open(t, { bindings: [{ ip: '127.0.0.1', port }] });
});

test('TCP is offered on the same port, or alone', async (t) => {
  const candidatesOf = (options) => {
    const engine = open(t, { bindings: [{ ip: '127.0.0.1' }], ...options });
    const { answer } = engine.createPeer('ada', { role: 'publisher' }).acceptOffer(offer);
    const [{ port }] = engine.bindings();
    const lines = answer.split('\r\n').filter((line) => line.startsWith('a=candidate:'));
    return [...new Set(lines.map((line) => line.replace(/^\S+ 1 (\S+) \d+ /, '$1 ').replace(port, 'PORT')))];
  };
  const udp = 'udp 127.0.0.1 PORT typ host';
  const tcp = 'tcp 127.0.0.1 PORT typ host tcptype passive';
  assert.deepStrictEqual(candidatesOf({}), [udp]);
  assert.deepStrictEqual(candidatesOf({ tcp: true }), [udp, tcp]);
  assert.deepStrictEqual(candidatesOf({ tcp: true, udp: false }), [tcp]);
  for (const wrong of [{ udp: false }, { tcp: 1 }]) {
    assert.throws(() => new Engine({ bindings: [{ ip: '127.0.0.1' }], ...wrong }, () => {}), TypeError);
  }
});
