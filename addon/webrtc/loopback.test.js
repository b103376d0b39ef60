'use strict';
// Two connections of one program that carry data, pictures and sound to each other.
// timeout: 90
const assert = require('node:assert');
const { createHash, randomBytes } = require('node:crypto');
const { join } = require('node:path');
const { test } = require('../../tests/harness');

const onParley = process.versions.parley !== undefined;
const webrtc = require(onParley ? 'webrtc' : join(__dirname, 'lib'));
const { AudioSink, AudioSource, RTCPeerConnection, RtpSink, RtpSource, VideoSink, VideoSource } = webrtc;

const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

async function connected(pc) {
  while (pc.connectionState !== 'connected') {
    assert.notStrictEqual(pc.connectionState, 'failed');
    await next(pc, 'connectionstatechange');
  }
}

/** Two connections wired as by perfect negotiation: whatever one needs, both agree on. */
function pair(t) {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  t.after(() => {
    a.close();
    b.close();
  });
  for (const [from, to, polite] of [
    [a, b, true],
    [b, a, false],
  ]) {
    let offering = false;
    from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate).catch(() => {});
    from.onnegotiationneeded = async () => {
      offering = true;
      await from.setLocalDescription();
      offering = false;
      await to.take(from.localDescription);
    };
    from.take = async (description) => {
      if (description.type === 'offer' && !polite && (offering || from.signalingState !== 'stable')) return;
      await from.setRemoteDescription(description);
      if (description.type !== 'offer') return;
      await from.setLocalDescription();
      await to.take(from.localDescription);
    };
  }
  return [a, b];
}

const digest = (data) => createHash('sha256').update(Buffer.from(data)).digest('hex');

test('messages of any kind and size come whole, both ways', { timeout: 40000 }, async (t) => {
  const [a, b] = pair(t);
  const channel = a.createDataChannel('chat', { protocol: 'p' });
  assert.strictEqual(channel.readyState, 'connecting');
  assert.throws(() => channel.send('early'), { name: 'InvalidStateError' });
  const [{ channel: theirs }] = await Promise.all([next(b, 'datachannel'), next(channel, 'open')]);
  assert.deepStrictEqual([theirs.label, theirs.protocol, theirs.readyState], ['chat', 'p', 'open']);
  assert.ok(theirs.ordered && theirs.id === channel.id);
  channel.send('grüße');
  assert.strictEqual((await next(theirs, 'message')).data, 'grüße');
  const megabyte = randomBytes(1 << 20);
  theirs.send(megabyte);
  const { data } = await next(channel, 'message');
  assert.strictEqual(digest(data), digest(megabyte));
  assert.throws(() => channel.send(Buffer.alloc((1 << 20) + 1)), TypeError);
  const stats = [...(await a.getStats()).values()];
  const counted = stats.find(({ type }) => type === 'data-channel');
  assert.deepStrictEqual([counted.label, counted.messagesSent, counted.bytesReceived], ['chat', 1, 1 << 20]);
  const pairs = stats.filter(({ type }) => type === 'candidate-pair');
  assert.ok(pairs.some(({ nominated }) => nominated));
  channel.close();
  await Promise.all([next(theirs, 'close'), next(channel, 'close')]);
  assert.throws(() => a.createDataChannel('x', { maxRetransmits: 1, maxPacketLifeTime: 1 }), TypeError);
});

/** Nothing of JavaScript runs, and the media thread has time to send what it has. */
const block = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);

test('each time that bufferedAmount falls to its threshold is told once', { timeout: 40000 }, async (t) => {
  const [a, b] = pair(t);
  const channel = a.createDataChannel('chat');
  const [{ channel: theirs }] = await Promise.all([next(b, 'datachannel'), next(channel, 'open')]);
  theirs.onmessage = ({ data }) => data === 'end' && theirs.send('end');
  let told = [];
  channel.onbufferedamountlow = () => told.push(channel.bufferedAmount);
  /** What was told of what one task does, when all of it has gone. */
  const toldOf = async (task) => {
    told = [];
    task();
    const before = channel.bufferedAmount;
    block();
    assert.strictEqual(channel.bufferedAmount, before, 'it falls between tasks');
    while (channel.bufferedAmount > 0) await new Promise((done) => setTimeout(done));
    channel.send('end'); // less than any threshold
    await next(channel, 'message');
    return told;
  };
  const send = (size) => {
    channel.send(Buffer.alloc(size));
    block();
  };
  const together = await toldOf(() => {
    channel.bufferedAmountLowThreshold = 1000;
    send(600);
    send(600);
  });
  assert.deepStrictEqual(together, [0]);
  const above = await toldOf(() => {
    channel.bufferedAmountLowThreshold = 1000;
    send(2000);
    send(2000);
  });
  assert.deepStrictEqual(above, [0]);
  const changed = await toldOf(() => {
    channel.bufferedAmountLowThreshold = 10000;
    send(2000);
    channel.bufferedAmountLowThreshold = 1000;
  });
  assert.deepStrictEqual(changed, [0]);
  const never = await toldOf(() => {
    channel.bufferedAmountLowThreshold = 1000;
    send(2000);
    channel.bufferedAmountLowThreshold = 2000;
  });
  assert.deepStrictEqual(never, []);
  const blob = await toldOf(() => {
    channel.bufferedAmountLowThreshold = 1000;
    channel.send(new Blob([Buffer.alloc(800)]));
    send(800);
    assert.strictEqual(channel.bufferedAmount, 1600);
  });
  assert.strictEqual(blob.length, 1);
  assert.ok(blob[0] <= 1000);
});

test('raw pictures and sound arrive; a track that is added later, too', { timeout: 60000 }, async (t) => {
  const [a, b] = pair(t);
  const video = new VideoSource();
  a.addTrack(video.createTrack());
  const tracks = [];
  b.ontrack = ({ track }) => tracks.push(track);
  await Promise.all([connected(a), connected(b)]);

  const picture = Buffer.alloc((320 * 180 * 3) / 2, 128);
  picture.fill(200, 0, 320 * 180);
  let timestamp = 0;
  const camera = setInterval(
    () => video.onFrame({ width: 320, height: 180, data: picture, timestamp: (timestamp += 40000) }),
    40,
  );
  t.after(() => clearInterval(camera));
  let sink;
  const frames = [];
  await new Promise((resolve) => {
    sink = new VideoSink(tracks[0], (frame) => frames.push(frame) >= 10 && resolve());
  });
  assert.deepStrictEqual(
    [frames[9].width, frames[9].height, frames[9].data.length],
    [320, 180, picture.length],
  );
  assert.ok(Math.abs(frames[9].data[5000] - 200) < 8);
  assert.strictEqual(tracks[0].muted, false);
  sink.close();

  const audio = new AudioSource();
  a.addTrack(audio.createTrack());
  while (tracks.length < 2) await next(b, 'track');
  let phase = 0;
  const microphone = setInterval(() => {
    const samples = Int16Array.from({ length: 960 }, () => 12000 * Math.sin((phase += 0.06)));
    audio.onData({ samples });
  }, 20);
  t.after(() => clearInterval(microphone));
  const loudest = await new Promise((resolve) => {
    const listening = new AudioSink(tracks[1], ({ samples, sampleRate }) => {
      assert.deepStrictEqual([samples.length, sampleRate], [480, 48000]);
      const peak = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      if (peak < 5000) return;
      listening.close();
      resolve(peak);
    });
  });
  assert.ok(loudest > 5000);

  // Half the size, from the next picture on.
  const [sender] = a.getSenders();
  const parameters = sender.getParameters();
  parameters.encodings[0].scaleResolutionDownBy = 2;
  await sender.setParameters(parameters);
  await new Promise((resolve) => {
    sink = new VideoSink(tracks[0], ({ width, height }) => width === 160 && height === 90 && resolve());
  });
  sink.close();
  const stats = [...(await b.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
  assert.ok(stats.every(({ packetsReceived }) => packetsReceived > 0) && stats.length === 2);
});

test('packets go through as they are', { timeout: 30000 }, async (t) => {
  const [a, b] = pair(t);
  const source = new RtpSource('video');
  let wanted = 0;
  source.onkeyframewanted = () => wanted++;
  a.addTrack(source.createTrack());
  const [{ track }] = await Promise.all([next(b, 'track'), connected(a), connected(b)]);
  const got = [];
  let sink;
  const enough = new Promise((resolve) => {
    sink = new RtpSink(track, (packets) => got.push(...packets) >= 20 && resolve());
  });
  sink.requestKeyFrame();
  let n = 0;
  const feed = setInterval(() => {
    const packet = Buffer.alloc(12 + 6);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(0x80, 1); // a marker
    packet.writeUInt32BE(n * 3000, 4);
    packet.set([0x10, 0, 0, 0, 0, n++ & 255], 12); // the start of a VP8 key frame
    source.send(packet);
  }, 10);
  t.after(() => clearInterval(feed));
  await enough;
  const payload = got.map((packet) => packet[17]);
  assert.deepStrictEqual(
    payload,
    payload.map((_, i) => (payload[0] + i) & 255),
  );
  assert.strictEqual((got[1].readUInt32BE(4) - got[0].readUInt32BE(4)) >>> 0, 3000);
  assert.ok(wanted > 0);
});

test('ICE is restarted under a connection that goes on', { timeout: 40000 }, async (t) => {
  const [a, b] = pair(t);
  const channel = a.createDataChannel('chat');
  const [{ channel: theirs }] = await Promise.all([next(b, 'datachannel'), next(channel, 'open')]);
  const ufrag = () => /ice-ufrag:(\S+)/.exec(a.localDescription.sdp)[1];
  const before = ufrag();
  a.restartIce();
  while (ufrag() === before || a.signalingState !== 'stable') await next(a, 'signalingstatechange');
  channel.send('still here');
  assert.strictEqual((await next(theirs, 'message')).data, 'still here');
  assert.strictEqual(a.connectionState, 'connected');
});
