'use strict';
// getStats() has what W3C makes mandatory to implement (https://www.w3.org/TR/webrtc/#mandatory-to-implement-stats), in a call
// with sound, pictures and data, and the numbers agree with each other.
// timeout: 90
const assert = require('node:assert');
const { X509Certificate } = require('node:crypto');
const { join } = require('node:path');
const { test } = require('../../tests/harness');

const onParley = process.versions.parley !== undefined;
const webrtc = require(onParley ? 'webrtc' : join(__dirname, 'lib'));
const { AudioSink, AudioSource, RTCPeerConnection, VideoSink, VideoSource } = webrtc;

const stream = ['ssrc', 'kind', 'transportId', 'codecId'];
/** The dictionary, what tells the entry apart, and its members. */
const MANDATORY = [
  ['inbound-rtp', { kind: 'audio' }, [...stream, 'packetsReceived', 'packetsLost', 'jitter']],
  ['inbound-rtp', { kind: 'audio' }, ['trackIdentifier', 'remoteId', 'bytesReceived', 'packetsDiscarded']],
  ['inbound-rtp', { kind: 'audio' }, ['totalAudioEnergy', 'totalSamplesDuration', 'nackCount']],
  [
    'inbound-rtp',
    { kind: 'video' },
    [...stream, 'packetsReceived', 'packetsLost', 'jitter', 'bytesReceived'],
  ],
  ['inbound-rtp', { kind: 'video' }, ['trackIdentifier', 'remoteId', 'framesDecoded', 'framesReceived']],
  ['inbound-rtp', { kind: 'video' }, ['nackCount', 'packetsDiscarded']],
  ['remote-inbound-rtp', { kind: 'audio' }, [...stream, 'packetsLost', 'jitter', 'localId', 'roundTripTime']],
  ['remote-inbound-rtp', { kind: 'video' }, [...stream, 'packetsLost', 'jitter', 'localId', 'roundTripTime']],
  ['outbound-rtp', { kind: 'audio' }, [...stream, 'packetsSent', 'bytesSent', 'remoteId', 'nackCount']],
  ['outbound-rtp', { kind: 'video' }, [...stream, 'packetsSent', 'bytesSent', 'remoteId', 'nackCount']],
  ['outbound-rtp', { kind: 'video' }, ['framesEncoded', 'framesSent']],
  [
    'remote-outbound-rtp',
    { kind: 'audio' },
    [...stream, 'packetsSent', 'bytesSent', 'localId', 'remoteTimestamp'],
  ],
  [
    'remote-outbound-rtp',
    { kind: 'video' },
    [...stream, 'packetsSent', 'bytesSent', 'localId', 'remoteTimestamp'],
  ],
  ['media-source', { kind: 'audio' }, ['trackIdentifier', 'totalAudioEnergy', 'totalSamplesDuration']],
  ['media-source', { kind: 'video' }, ['trackIdentifier', 'width', 'height', 'framesPerSecond']],
  ['codec', {}, ['payloadType', 'mimeType', 'clockRate']],
  ['codec', { mimeType: 'audio/opus' }, ['channels', 'sdpFmtpLine']],
  ['transport', {}, ['bytesSent', 'bytesReceived', 'selectedCandidatePairId']],
  ['transport', {}, ['localCertificateId', 'remoteCertificateId', 'tlsVersion', 'dtlsCipher', 'srtpCipher']],
  ['candidate-pair', {}, ['transportId', 'localCandidateId', 'remoteCandidateId', 'state', 'nominated']],
  ['candidate-pair', {}, ['bytesSent', 'bytesReceived', 'totalRoundTripTime', 'currentRoundTripTime']],
  ['local-candidate', {}, ['address', 'port', 'protocol', 'candidateType']],
  ['remote-candidate', {}, ['address', 'port', 'protocol', 'candidateType']],
  ['certificate', {}, ['fingerprint', 'fingerprintAlgorithm', 'base64Certificate']],
  ['peer-connection', {}, ['dataChannelsOpened', 'dataChannelsClosed']],
  ['data-channel', {}, ['label', 'protocol', 'dataChannelIdentifier', 'state']],
  // What is not mandatory, and known.
  ['candidate-pair', {}, ['requestsSent', 'requestsReceived', 'responsesSent', 'responsesReceived']],
  ['transport', {}, ['selectedCandidatePairChanges', 'dtlsRole', 'iceRole', 'iceLocalUsernameFragment']],
  ['inbound-rtp', { kind: 'audio' }, ['audioLevel', 'totalSamplesReceived']],
  ['inbound-rtp', { kind: 'video' }, ['rtxSsrc', 'frameWidth', 'frameHeight', 'framesPerSecond']],
  ['outbound-rtp', { kind: 'video' }, ['rtxSsrc', 'encodingIndex', 'targetBitrate', 'totalEncodeTime']],
  ['outbound-rtp', { kind: 'video' }, ['frameWidth', 'frameHeight', 'keyFramesEncoded', 'active']],
  ['outbound-rtp', { kind: 'audio' }, ['encodingIndex', 'active']],
  ['remote-inbound-rtp', {}, ['fractionLost', 'totalRoundTripTime', 'roundTripTimeMeasurements']],
  ['remote-outbound-rtp', {}, ['reportsSent', 'totalRoundTripTime', 'roundTripTimeMeasurements']],
  ['media-source', { kind: 'audio' }, ['audioLevel']],
  ['local-candidate', {}, ['usernameFragment', 'foundation', 'priority']],
  ['remote-candidate', {}, ['usernameFragment', 'foundation', 'priority']],
  ['data-channel', {}, ['messagesSent', 'bytesSent', 'messagesReceived', 'bytesReceived']],
];

const fits = (entry, type, like) =>
  entry.type === type && Object.entries(like).every(([key, value]) => entry[key] === value);

/** What the report lacks, as "type.member". */
function lacking(report) {
  const entries = [...report.values()];
  return MANDATORY.flatMap(([type, like, members]) => {
    const found = entries.filter((entry) => fits(entry, type, like));
    return members.filter((m) => !found.some((entry) => entry[m] !== undefined)).map((m) => `${type}.${m}`);
  });
}

async function connect(a, b) {
  a.onicecandidate = ({ candidate }) => b.addIceCandidate(candidate).catch(() => {});
  b.onicecandidate = ({ candidate }) => a.addIceCandidate(candidate).catch(() => {});
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  for (const transceiver of b.getTransceivers()) transceiver.direction = 'sendrecv';
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
}

/** Both send sound, pictures and messages to each other. */
async function call(t) {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const video = new VideoSource();
  const audio = new AudioSource();
  for (const pc of [a, b]) {
    pc.addTrack(video.createTrack());
    pc.addTrack(audio.createTrack());
    pc.ontrack = ({ track }) =>
      track.kind === 'video' ? new VideoSink(track, () => {}) : new AudioSink(track, () => {});
  }
  const channel = a.createDataChannel('numbers', { protocol: 'text' });
  channel.onopen = () => channel.send('12345');
  b.ondatachannel = (event) => (event.channel.onmessage = ({ data }) => event.channel.send(data + data));
  const data = Buffer.alloc((320 * 240 * 3) / 2, 128);
  const samples = Int16Array.from({ length: 480 }, (_, i) => 16384 * Math.sin((i * Math.PI) / 24));
  let timestamp = 0;
  const timer = setInterval(() => {
    video.onFrame({ width: 320, height: 240, data, timestamp: (timestamp += 30000) });
    for (let i = 0; i < 3; i++) audio.onData({ samples });
  }, 30);
  t.after(() => {
    clearInterval(timer);
    a.close();
    b.close();
  });
  await connect(a, b);
  return [a, b];
}

/** The report of a connection that has all it must have; fails with what is missing when that does not come. */
async function complete(pc, deadline) {
  for (;;) {
    const report = await pc.getStats();
    const missing = lacking(report);
    const echoed = [...report.values()].some((s) => s.type === 'data-channel' && s.messagesReceived > 0);
    if (missing.length === 0 && echoed) return report;
    assert.ok(performance.now() < deadline, `missing: ${missing.join(', ') || 'an answer'}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('all that is mandatory is there, and agrees', { timeout: 60000 }, async (t) => {
  const [a] = await call(t);
  const report = await complete(a, performance.now() + 50000);
  const entries = [...report.values()];
  const one = (type, like = {}) => entries.find((entry) => fits(entry, type, like));

  for (const entry of entries) {
    assert.strictEqual(report.get(entry.id), entry);
    for (const [name, value] of Object.entries(entry))
      if (/Id$/.test(name) && name !== 'dataChannelIdentifier')
        assert.ok(report.has(value), `${entry.type}.${name} names no entry: ${value}`);
  }
  for (const kind of ['audio', 'video']) {
    const sent = one('outbound-rtp', { kind });
    assert.strictEqual(report.get(sent.remoteId).localId, sent.id);
    assert.strictEqual(report.get(sent.mediaSourceId).kind, kind);
    const received = one('inbound-rtp', { kind });
    const theirs = report.get(received.remoteId);
    assert.deepStrictEqual([theirs.localId, theirs.ssrc], [received.id, received.ssrc]);
    assert.ok(
      theirs.packetsSent > 0 && theirs.packetsSent <= received.packetsReceived + received.packetsLost + 1,
    );
    assert.ok(report.get(sent.codecId).mimeType.startsWith(kind));
  }
  const { framesDecoded, framesReceived, frameWidth } = one('inbound-rtp', { kind: 'video' });
  assert.ok(framesDecoded > 0 && framesReceived >= framesDecoded && frameWidth === 320);
  const { framesEncoded, framesSent } = one('outbound-rtp', { kind: 'video' });
  assert.ok(framesSent > 0 && framesSent <= framesEncoded, `${framesSent} of ${framesEncoded} frames sent`);
  const { width, height, frames } = one('media-source', { kind: 'video' });
  assert.ok(width === 320 && height === 240 && frames > 0);
  // A sine of half of full scale has an eighth of its energy.
  const heard = one('media-source', { kind: 'audio' });
  const power = heard.totalAudioEnergy / heard.totalSamplesDuration;
  assert.ok(Math.abs(power - 0.125) < 0.002, `${power}`);
  assert.ok(one('inbound-rtp', { kind: 'audio' }).totalAudioEnergy > 0);
  const channel = one('data-channel');
  assert.deepStrictEqual([channel.bytesSent, channel.bytesReceived], [5, 10]);

  const { localCertificateId, remoteCertificateId } = one('transport');
  for (const [id, sdp] of [
    [localCertificateId, a.localDescription.sdp],
    [remoteCertificateId, a.remoteDescription.sdp],
  ]) {
    const { base64Certificate, fingerprint } = report.get(id);
    assert.ok(sdp.includes(`a=fingerprint:sha-256 ${fingerprint}`), fingerprint);
    const certificate = new X509Certificate(Buffer.from(base64Certificate, 'base64'));
    assert.strictEqual(certificate.fingerprint256, fingerprint);
  }
});

test('a selector leaves what belongs to one sender or receiver', { timeout: 60000 }, async (t) => {
  const [a] = await call(t);
  await complete(a, performance.now() + 50000);
  const [sender] = a.getSenders();
  const types = new Set([...(await sender.getStats()).values()].map(({ type }) => type));
  for (const type of ['outbound-rtp', 'remote-inbound-rtp', 'media-source', 'transport', 'codec'])
    assert.ok(types.has(type), type);
  for (const type of ['inbound-rtp', 'data-channel', 'peer-connection']) assert.ok(!types.has(type), type);
});
