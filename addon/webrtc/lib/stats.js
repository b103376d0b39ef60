// RTCStatsReport with the names of https://www.w3.org/TR/webrtc-stats/.
'use strict';

class RTCStatsReport {
  #map;
  constructor(map) {
    this.#map = map;
  }
  get size() {
    return this.#map.size;
  }
  get(id) {
    return this.#map.get(id);
  }
  has(id) {
    return this.#map.has(id);
  }
  keys() {
    return this.#map.keys();
  }
  values() {
    return this.#map.values();
  }
  entries() {
    return this.#map.entries();
  }
  forEach(callback, self) {
    for (const [id, value] of this.#map) callback.call(self, value, id, this);
  }
  [Symbol.iterator]() {
    return this.#map.entries();
  }
  get [Symbol.toStringTag]() {
    return 'RTCStatsReport';
  }
}

const pick = (from, names) =>
  Object.fromEntries(names.filter((each) => each in from).map((each) => [each, from[each]]));

const kInbound = ['packetsReceived', 'bytesReceived', 'packetsLost', 'jitter', 'nackCount', 'pliCount'];
const kOutbound = ['packetsSent', 'bytesSent', 'retransmittedPacketsSent', 'nackCount', 'pliCount'];

/**
 * @param {object} native what Connection.getStats() gave
 * @param {(transceiver: number) => object | undefined} find
 * @param {object | null} selector an RTCRtpSender or RTCRtpReceiver
 * @param {object} connection its counts
 */
function makeReport(native, find, selector, connection) {
  const timestamp = performance.timeOrigin + performance.now();
  const map = new Map();
  const add = (type, id, values) => map.set(id, { id, timestamp, type, ...values });
  const { peer } = native;
  const codecs = (stream, direction) => {
    const id = `C${direction}${stream.payloadType}`;
    const { mimeType, clockRate, channels, sdpFmtpLine } = stream.codec;
    const values = { payloadType: stream.payloadType, transportId: 'T', mimeType, clockRate };
    if (channels) values.channels = channels;
    if (sdpFmtpLine) values.sdpFmtpLine = sdpFmtpLine;
    add('codec', id, values);
    return id;
  };
  for (const stream of native.receiving) {
    const transceiver = find(stream.transceiver);
    const track = peer.tracks.find((each) => each.id === `t${stream.id}`);
    if (!transceiver || !track || (selector && selector !== transceiver.receiver)) continue;
    add('inbound-rtp', `I${stream.id}`, {
      ...pick(track, kInbound),
      kind: transceiver.kind,
      mid: transceiver.mid,
      trackIdentifier: transceiver.receiver.track.id,
      retransmittedPacketsReceived: track.packetsRecovered,
      ...(transceiver.kind === 'video' ? { keyFramesReceived: track.keyFrames } : {}),
      ...transceiver.receiver.counts?.(),
      transportId: 'T',
      codecId: codecs(stream, 'I'),
    });
  }
  for (const stream of native.sending) {
    const transceiver = find(stream.transceiver);
    const sent = peer.subscriptions.find((each) => each.id === `s${stream.id}`);
    if (!transceiver || !sent || (selector && selector !== transceiver.sender)) continue;
    const { rid, active } = transceiver.sender.encodings[stream.encoding] ?? {};
    add('outbound-rtp', `O${stream.id}`, {
      ...pick(sent, kOutbound),
      kind: transceiver.kind,
      mid: transceiver.mid,
      active: active !== false,
      ...(rid === undefined ? {} : { rid }),
      transportId: 'T',
      codecId: codecs(stream, 'O'),
      remoteId: `R${stream.id}`,
    });
    add('remote-inbound-rtp', `R${stream.id}`, {
      ...pick(sent, ['packetsLost', 'fractionLost', 'roundTripTime']),
      kind: transceiver.kind,
      localId: `O${stream.id}`,
      transportId: 'T',
    });
  }
  const [address, port] = splitAddress(peer.remoteAddress);
  add('transport', 'T', {
    ...pick(peer, ['packetsReceived', 'bytesReceived', 'packetsSent', 'bytesSent']),
    dtlsState: connection.dtlsState,
    iceState: connection.iceState,
    ...(address ? { selectedCandidatePairId: 'P' } : {}),
    localCertificateId: 'X',
  });
  if (address) {
    add('candidate-pair', 'P', {
      ...pick(peer, ['packetsReceived', 'bytesReceived', 'packetsSent', 'bytesSent']),
      transportId: 'T',
      remoteCandidateId: 'RC',
      localCandidateId: 'LC',
      state: connection.iceState === 'failed' ? 'failed' : 'succeeded',
      nominated: true,
    });
    add('remote-candidate', 'RC', { transportId: 'T', address, port, protocol: 'udp' });
    add('local-candidate', 'LC', { transportId: 'T', candidateType: 'host', protocol: 'udp' });
  }
  if (!selector) {
    add('peer-connection', 'PC', connection.channels);
    add('certificate', 'X', { fingerprint: connection.fingerprint, fingerprintAlgorithm: 'sha-256' });
    for (const each of connection.dataChannels) add('data-channel', `D${each.identifier}`, each.values);
  }
  return new RTCStatsReport(map);
}

function splitAddress(text) {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return [null, null];
  return [text.slice(0, colon).replace(/^\[|\]$/g, ''), Number(text.slice(colon + 1))];
}

module.exports = { RTCStatsReport, makeReport };
