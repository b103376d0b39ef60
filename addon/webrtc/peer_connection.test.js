'use strict';
// RTCPeerConnection as a program sees it: what W3C says of states, events, objects and errors. Connections that carry media
// are in tests/e2e.
const assert = require('node:assert');
const { join } = require('node:path');
const { test } = require('../../tests/harness');

const onParley = process.versions.parley !== undefined;
const webrtc = require(onParley ? 'webrtc' : join(__dirname, 'lib'));
const {
  MediaStream,
  MediaStreamTrack,
  RTCIceCandidate,
  RTCPeerConnection,
  RTCSessionDescription,
  RtpSource,
} = webrtc;

function open(t, configuration) {
  const pc = new RTCPeerConnection(configuration);
  t.after(() => pc.close());
  return pc;
}

const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

async function negotiate(from, to) {
  await from.setLocalDescription();
  await to.setRemoteDescription(from.localDescription);
  await to.setLocalDescription();
  await from.setRemoteDescription(to.localDescription);
}

const track = (kind = 'video') => new RtpSource(kind).createTrack();

test('two connections agree, and tell of tracks, streams and states', async (t) => {
  const [a, b] = [open(t), open(t)];
  const stream = new MediaStream();
  const sender = a.addTrack(track('audio'), stream);
  a.addTrack(track('video'), stream);
  assert.deepStrictEqual(a.getSenders()[0], sender);
  const states = [];
  a.onsignalingstatechange = () => states.push(a.signalingState);
  const tracks = [];
  b.ontrack = (event) => tracks.push(event);
  await negotiate(a, b);
  assert.deepStrictEqual(states, ['have-local-offer', 'stable']);
  assert.deepStrictEqual(
    tracks.map((each) => each.track.kind),
    ['audio', 'video'],
  );
  const [{ streams, receiver, transceiver }] = tracks;
  assert.strictEqual(streams[0].id, stream.id);
  assert.strictEqual(streams[0].getTracks().length, 2);
  assert.strictEqual(receiver.track.id, sender.track.id);
  assert.strictEqual(receiver.track.muted, true);
  assert.strictEqual(transceiver.mid, '0');
  assert.strictEqual(transceiver.currentDirection, 'recvonly');
  assert.strictEqual(a.getTransceivers()[0].currentDirection, 'sendonly');
  assert.strictEqual(a.currentLocalDescription.type, 'offer');
  assert.strictEqual(a.pendingLocalDescription, null);
  assert.strictEqual(a.canTrickleIceCandidates, true);
});

test('negotiationneeded comes once, and again when there is more', async (t) => {
  const [a, b] = [open(t), open(t)];
  let needed = 0;
  a.onnegotiationneeded = () => needed++;
  a.addTransceiver('audio');
  a.addTransceiver('video');
  await next(a, 'negotiationneeded');
  assert.strictEqual(needed, 1);
  await negotiate(a, b);
  const [transceiver] = a.getTransceivers();
  transceiver.direction = 'recvonly';
  await next(a, 'negotiationneeded');
  await negotiate(a, b);
  assert.strictEqual(b.getTransceivers()[0].currentDirection, 'inactive');
  a.restartIce();
  await next(a, 'negotiationneeded');
  const ufrag = (pc) => /ice-ufrag:(\S+)/.exec(pc.localDescription.sdp)[1];
  const before = [ufrag(a), ufrag(b)];
  await negotiate(a, b);
  assert.notStrictEqual(ufrag(a), before[0]);
  assert.notStrictEqual(ufrag(b), before[1]);
});

test('both sides may offer at once: the polite one gives way', async (t) => {
  const [polite, impolite] = [open(t), open(t)];
  const wire = (pc, other, isPolite) => {
    let making = false;
    pc.onnegotiationneeded = async () => {
      making = true;
      await pc.setLocalDescription();
      making = false;
      other.receive(pc.localDescription);
    };
    pc.receive = async (description) => {
      const collision = description.type === 'offer' && (making || pc.signalingState !== 'stable');
      if (!isPolite && collision) return;
      await pc.setRemoteDescription(description);
      if (description.type !== 'offer') return;
      await pc.setLocalDescription();
      other.receive(pc.localDescription);
    };
  };
  wire(polite, impolite, true);
  wire(impolite, polite, false);
  polite.addTrack(track());
  impolite.addTrack(track());
  const both = (pc) => pc.getTransceivers().some((each) => each.currentDirection === 'sendrecv');
  while (!(both(polite) && both(impolite)))
    await Promise.race([next(polite, 'signalingstatechange'), next(impolite, 'signalingstatechange')]);
  assert.strictEqual(polite.getTransceivers().length, 1);
});

test('a rollback takes back what an offer made', async (t) => {
  const [a, b] = [open(t), open(t)];
  a.addTransceiver('video');
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  assert.strictEqual(b.getTransceivers().length, 1);
  const [{ receiver }] = b.getTransceivers();
  const ended = next(receiver.track, 'ended');
  await b.setRemoteDescription({ type: 'rollback' });
  assert.strictEqual(b.getTransceivers().length, 0);
  await ended;
  await assert.rejects(a.setRemoteDescription({ type: 'rollback' }), { name: 'InvalidStateError' });
  await a.setLocalDescription({ type: 'rollback' });
  assert.strictEqual(a.signalingState, 'stable');
  assert.strictEqual(a.getTransceivers()[0].mid, null);
});

test('simulcast is offered with its rids and taken', async (t) => {
  const [a, b] = [open(t), open(t)];
  const sendEncodings = [{ rid: 'q', scaleResolutionDownBy: 4 }, { rid: 'h' }, { rid: 'f' }];
  const { sender } = a.addTransceiver(track(), { direction: 'sendonly', sendEncodings });
  await negotiate(a, b);
  assert.match(a.localDescription.sdp, /a=simulcast:send q;h;f/);
  assert.match(b.localDescription.sdp, /a=simulcast:recv q;h;f/);
  const parameters = sender.getParameters();
  assert.deepStrictEqual(
    parameters.encodings.map(({ rid }) => rid),
    ['q', 'h', 'f'],
  );
  parameters.encodings[0].active = false;
  await sender.setParameters(parameters);
  assert.strictEqual(sender.getParameters().encodings[0].active, false);
  await assert.rejects(sender.setParameters(parameters), { name: 'InvalidModificationError' });
  assert.throws(() => a.addTransceiver('video', { sendEncodings: [{ rid: 'a' }, { rid: 'a' }] }), TypeError);
  assert.throws(
    () => a.addTransceiver('video', { sendEncodings: [{ scaleResolutionDownBy: 0.5 }] }),
    RangeError,
  );
});

test('codec preferences decide what is negotiated', async (t) => {
  const [a, b] = [open(t), open(t)];
  const transceiver = a.addTransceiver('video');
  const { codecs } = webrtc.RTCRtpReceiver.getCapabilities('video');
  transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => /VP9|AV1|rtx/.test(mimeType)));
  await negotiate(a, b);
  const agreed = a
    .getReceivers()[0]
    .getParameters()
    .codecs.map(({ mimeType }) => mimeType);
  assert.deepStrictEqual([...new Set(agreed)], ['video/VP9', 'video/rtx', 'video/AV1']);
  assert.deepStrictEqual(b.getSenders()[0].getParameters().codecs[0].mimeType, 'video/VP9');
  assert.throws(() => transceiver.setCodecPreferences([{ mimeType: 'video/theora', clockRate: 90000 }]), {
    name: 'InvalidModificationError',
  });
});

test('a stopped transceiver leaves, and its section is used again', async (t) => {
  const [a, b] = [open(t), open(t)];
  a.addTransceiver('audio');
  const video = a.addTransceiver('video');
  await negotiate(a, b);
  const theirs = b.getTransceivers()[1];
  const ended = next(video.receiver.track, 'ended');
  video.stop();
  assert.strictEqual(video.direction, 'stopped');
  await ended;
  await negotiate(a, b);
  assert.strictEqual(video.currentDirection, 'stopped');
  assert.strictEqual(theirs.currentDirection, 'stopped');
  assert.strictEqual(a.getTransceivers().length, 1);
  a.addTransceiver('video');
  await negotiate(a, b);
  assert.strictEqual(a.localDescription.sdp.match(/^m=/gm).length, 2);
});

test('tracks are replaced and removed', async (t) => {
  const a = open(t);
  const one = track();
  const sender = a.addTrack(one);
  assert.throws(() => a.addTrack(one), { name: 'InvalidAccessError' });
  const two = track();
  await sender.replaceTrack(two);
  assert.strictEqual(sender.track, two);
  await assert.rejects(sender.replaceTrack(track('audio')), TypeError);
  a.removeTrack(sender);
  assert.strictEqual(sender.track, null);
  assert.strictEqual(a.getTransceivers()[0].direction, 'recvonly');
  assert.strictEqual(a.addTrack(one), sender);
  const other = open(t);
  assert.throws(() => other.removeTrack(sender), { name: 'InvalidAccessError' });
});

test('errors have W3C names', async (t) => {
  const a = open(t);
  await assert.rejects(a.setRemoteDescription({ type: 'answer', sdp: '' }), { name: 'InvalidStateError' });
  await assert.rejects(a.setRemoteDescription({ type: 'nonsense', sdp: '' }), TypeError);
  await assert.rejects(a.setRemoteDescription({ type: 'offer', sdp: 'v=0\r\nm=audio\r\n' }), (error) => {
    assert.ok(error instanceof webrtc.RTCError);
    assert.strictEqual(error.errorDetail, 'sdp-syntax-error');
    assert.strictEqual(error.sdpLineNumber, 2);
    return true;
  });
  await assert.rejects(a.createAnswer(), { name: 'InvalidStateError' });
  await assert.rejects(a.addIceCandidate({ candidate: 'x', sdpMid: '0' }), { name: 'InvalidStateError' });
  await assert.rejects(a.addIceCandidate({ candidate: 'x' }), TypeError);
  await assert.rejects(a.setLocalDescription({ type: 'offer', sdp: 'v=0\r\n' }), {
    name: 'InvalidModificationError',
  });
  assert.throws(() => new RTCPeerConnection({ iceServers: [{ urls: 'http://x' }] }), { name: 'SyntaxError' });
  assert.throws(() => new RTCPeerConnection({ iceServers: [{ urls: 'stuns:x' }] }), {
    name: 'NotSupportedError',
  });
  assert.throws(() => new RTCPeerConnection({ iceServers: [{ urls: 'turn:x' }] }), {
    name: 'InvalidAccessError',
  });
  assert.throws(() => new RTCPeerConnection({ bundlePolicy: 'none' }), TypeError);
  assert.throws(() => a.addTransceiver('smell'), TypeError);
  assert.throws(() => new MediaStreamTrack(), TypeError);
  assert.throws(() => new RTCIceCandidate({ candidate: '' }), TypeError);
  assert.throws(() => new RTCSessionDescription({ type: 'x' }), TypeError);
});

test('another configuration is checked, and restarts ICE with the next offer', async (t) => {
  const a = open(t);
  const b = open(t);
  const refuses = (configuration, name) =>
    assert.throws(() => a.setConfiguration(configuration), { name }, JSON.stringify(configuration));
  const server = { urls: 'turn:192.0.2.1', username: 'u', credential: 'c' };
  refuses({ bundlePolicy: 'max-bundle' }, 'InvalidModificationError');
  refuses({ bundlePolicy: 'max-bundle', iceServers: [{ urls: 'x' }] }, 'InvalidModificationError');
  refuses(
    { certificates: [await RTCPeerConnection.generateCertificate({ name: 'ECDSA', namedCurve: 'P-256' })] },
    'InvalidModificationError',
  );
  refuses({ iceTransportPolicy: 'none' }, 'TypeError');
  refuses({ iceServers: [{}] }, 'TypeError');
  for (const urls of [
    [],
    'x',
    'stun:',
    'stun:a:99999',
    'stun:a?transport=udp',
    'turn:a?transport=x',
    'stun:a/b',
  ])
    refuses({ iceServers: [{ ...server, urls }] }, 'SyntaxError');
  refuses({ iceServers: [{ urls: 'turn:a' }] }, 'InvalidAccessError');
  refuses({ iceServers: [{ ...server, username: 'u'.repeat(510) }] }, 'InvalidAccessError');
  a.setConfiguration({ iceCandidatePoolSize: 1 });

  const ufrag = ({ sdp }) => /^a=ice-ufrag:(.*)$/m.exec(sdp)[1];
  const same = { iceCandidatePoolSize: 1 };
  const negotiate = async () => {
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
    return ufrag(a.localDescription);
  };
  a.createDataChannel('x');
  const first = await negotiate();
  refuses({ iceCandidatePoolSize: 0 }, 'InvalidModificationError');
  a.setConfiguration(same);
  assert.strictEqual(ufrag(await a.createOffer()), first);
  let asked = 0;
  await new Promise((done) => setTimeout(done)); // for what was asked before
  a.onnegotiationneeded = () => asked++;
  a.setConfiguration({ ...same, iceTransportPolicy: 'relay' });
  assert.strictEqual(a.getConfiguration().iceTransportPolicy, 'relay');
  const second = await negotiate();
  assert.notStrictEqual(second, first);
  assert.strictEqual(await negotiate(), second);
  a.setConfiguration({ ...same, iceTransportPolicy: 'relay', iceServers: [server] });
  a.setConfiguration({ ...same, iceTransportPolicy: 'relay', iceServers: [{ ...server }] });
  assert.notStrictEqual(await negotiate(), second);
  assert.strictEqual(asked, 0);
  a.close();
  assert.throws(() => a.setConfiguration(same), { name: 'InvalidStateError' });
});

test('servers and policy are those of the latest configuration', async (t) => {
  const server = { urls: 'turn:localhost:9', username: 'u', credential: 'c' };
  const a = open(t, { iceTransportPolicy: 'relay', iceServers: [server] });
  a.createDataChannel('x');
  const set = a.setLocalDescription(); // looks the name up
  a.setConfiguration({});
  await set;
  while (a.iceGatheringState !== 'complete') await next(a, 'icegatheringstatechange');
  assert.match(a.localDescription.sdp, / typ host/);
});

test('without a server, a policy of relays alone leaves no candidate', async (t) => {
  const a = open(t, { iceTransportPolicy: 'relay' });
  const told = [];
  a.onicecandidate = ({ candidate }) => candidate?.candidate && told.push(candidate.candidate);
  a.createDataChannel('x');
  await a.setLocalDescription();
  while (a.iceGatheringState !== 'complete') await next(a, 'icegatheringstatechange');
  assert.deepStrictEqual(told, []);
});

test('certificates are made, shown in descriptions and kept', async (t) => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const certificate = await RTCPeerConnection.generateCertificate(algorithm);
  assert.ok(certificate instanceof webrtc.RTCCertificate && certificate.expires > Date.now());
  const [{ value }] = certificate.getFingerprints();
  // One certificate may be several connections'.
  for (let i = 0; i < 2; ++i) {
    const a = new RTCPeerConnection({ certificates: [certificate] });
    t.after(() => a.close());
    a.addTransceiver('audio');
    await a.setLocalDescription();
    assert.ok(a.localDescription.sdp.includes(`a=fingerprint:sha-256 ${value.toUpperCase()}\r\n`));
    const b = open(t);
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
    assert.deepStrictEqual(a.getConfiguration().certificates, [certificate]);
    const other = await RTCPeerConnection.generateCertificate(algorithm);
    assert.throws(() => a.setConfiguration({ certificates: [other] }), { name: 'InvalidModificationError' });
    a.setConfiguration({ certificates: [certificate] });
    a.setConfiguration({});
  }
  const expired = await RTCPeerConnection.generateCertificate({ ...algorithm, expires: 0 });
  assert.throws(() => new RTCPeerConnection({ certificates: [expired] }), { name: 'InvalidAccessError' });
  assert.throws(() => new RTCPeerConnection({ certificates: [{}] }), TypeError);
  await assert.rejects(RTCPeerConnection.generateCertificate('RSA'), { name: 'NotSupportedError' });
  await assert.rejects(RTCPeerConnection.generateCertificate({ ...algorithm, expires: -1 }), TypeError);
});

test('createOffer() makes transceivers for what is to be received', async (t) => {
  const a = open(t);
  await a.createOffer({ offerToReceiveAudio: true });
  await a.createOffer({ offerToReceiveAudio: true, offerToReceiveVideo: true });
  const shown = () => a.getTransceivers().map(({ receiver, direction }) => [receiver.track.kind, direction]);
  assert.deepStrictEqual(shown(), [
    ['audio', 'recvonly'],
    ['video', 'recvonly'],
  ]);
  await a.createOffer({ offerToReceiveVideo: false });
  assert.deepStrictEqual(shown()[1], ['video', 'inactive']);
});

test('a transceiver that the other side stops is stopped before the answer', async (t) => {
  const [a, b] = [open(t), open(t)];
  const ours = a.addTransceiver('audio');
  await negotiate(a, b);
  const [theirs] = b.getTransceivers();
  const ended = next(theirs.receiver.track, 'ended');
  ours.stop();
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  assert.deepStrictEqual(
    [theirs.direction, theirs.currentDirection, theirs.mid],
    ['stopped', 'stopped', ours.mid],
  );
  await ended;
  await b.setLocalDescription();
  assert.strictEqual(theirs.mid, null);
  assert.strictEqual(b.getTransceivers().length, 0);
});

test('candidates are told, and stand in the description', async (t) => {
  const a = open(t);
  a.addTransceiver('audio');
  const told = [];
  const done = new Promise((resolve) => {
    a.onicecandidate = ({ candidate }) => (candidate ? told.push(candidate) : resolve());
  });
  await a.setLocalDescription();
  await done;
  assert.strictEqual(a.iceGatheringState, 'complete');
  assert.ok(told.length > 0);
  assert.strictEqual(told[0].sdpMid, '0');
  assert.strictEqual(told[0].type, 'host');
  assert.ok(a.localDescription.sdp.includes(`a=${told[0].candidate}`));
});

test('a closed connection says so', async (t) => {
  const a = open(t);
  const { receiver } = a.addTransceiver('audio');
  a.close();
  assert.strictEqual(a.signalingState, 'closed');
  assert.strictEqual(a.connectionState, 'closed');
  assert.strictEqual(receiver.track.readyState, 'ended');
  await assert.rejects(a.createOffer(), { name: 'InvalidStateError' });
  assert.throws(() => a.addTransceiver('audio'), { name: 'InvalidStateError' });
  a.close();
});

test('statistics are a map of W3C dictionaries', async (t) => {
  const [a, b] = [open(t), open(t)];
  a.addTrack(track());
  await negotiate(a, b);
  const stats = await a.getStats();
  const types = new Set([...stats.values()].map(({ type }) => type));
  for (const type of [
    'outbound-rtp',
    'remote-inbound-rtp',
    'codec',
    'transport',
    'peer-connection',
    'certificate',
  ])
    assert.ok(types.has(type), type);
  for (const [id, each] of stats) {
    assert.strictEqual(each.id, id);
    assert.ok(each.timestamp > 1e12);
  }
  const outbound = [...stats.values()].find(({ type }) => type === 'outbound-rtp');
  assert.strictEqual(stats.get(outbound.codecId).mimeType, 'video/VP8');
  const received = await b.getStats(b.getReceivers()[0].track);
  assert.ok([...received.values()].some(({ type }) => type === 'inbound-rtp'));
  await assert.rejects(a.getStats(track()), { name: 'InvalidAccessError' });
});

test('of glare the polite side sees both states, in order', async (t) => {
  const [a, b] = [open(t), open(t)];
  a.addTransceiver('audio');
  b.addTransceiver('video');
  await a.setLocalDescription();
  await b.setLocalDescription();
  const states = [];
  b.onsignalingstatechange = () => states.push(b.signalingState);
  await b.setRemoteDescription(a.localDescription);
  assert.deepStrictEqual(states, ['stable', 'have-remote-offer']);
});

test('transports are there as soon as they are described, and channels are numbered', async (t) => {
  const [a, b] = [open(t), open(t)];
  const channel = a.createDataChannel('x');
  const { sender } = a.addTransceiver('audio');
  assert.deepStrictEqual([a.sctp, sender.transport, channel.id], [null, null, null]);
  await a.setLocalDescription();
  assert.strictEqual(a.sctp.transport, sender.transport);
  assert.strictEqual(sender.transport.iceTransport.role, 'controlling');
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
  assert.strictEqual(channel.id, 1, 'the offerer is the DTLS server');
  assert.strictEqual(a.sctp.maxMessageSize, 1 << 20);
  assert.throws(() => a.createDataChannel('y', { negotiated: true, id: 1 }), { name: 'OperationError' });
  a.close();
  assert.deepStrictEqual([sender.transport?.state ?? 'closed', a.sctp.state], ['closed', 'closed']);
});

test('parameters are those of one task, and what is read only stays', async (t) => {
  const { sender } = open(t).addTransceiver('video', { sendEncodings: [{ maxFramerate: 10 }] });
  const parameters = sender.getParameters();
  assert.strictEqual(sender.getParameters().transactionId, parameters.transactionId);
  assert.deepStrictEqual(parameters.encodings, [
    { active: true, maxFramerate: 10, scaleResolutionDownBy: 1 },
  ]);
  await assert.rejects(sender.setParameters({ ...parameters, codecs: [{}] }), {
    name: 'InvalidModificationError',
  });
  await assert.rejects(
    sender.setParameters({ ...parameters, encodings: [{ active: true, scaleResolutionDownBy: 0.5 }] }),
    RangeError,
  );
  await new Promise((done) => setImmediate(done));
  await assert.rejects(sender.setParameters(parameters), { name: 'InvalidStateError' });
});
