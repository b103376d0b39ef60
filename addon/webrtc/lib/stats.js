// RTCStatsReport with the names of https://www.w3.org/TR/webrtc-stats/.
'use strict';

const { createHash } = require('crypto');
const { RTCIceCandidate } = require('./descriptions');
const { invalidAccess } = require('./errors');
const { MediaStreamTrack } = require('./tracks');

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

const kReceived = ['packetsReceived', 'bytesReceived', 'packetsLost', 'jitter', 'nackCount', 'pliCount'];
const kSent = ['ssrc', 'packetsSent', 'bytesSent', 'retransmittedPacketsSent', 'nackCount', 'pliCount'];
const kEncoded = [
  'framesEncoded',
  'keyFramesEncoded',
  'frameWidth',
  'frameHeight',
  'totalEncodeTime',
  'targetBitrate',
];
const kChecked = [
  'nominated',
  'totalRoundTripTime',
  'requestsSent',
  'requestsReceived',
  'responsesSent',
  'responsesReceived',
];
const kTransported = ['packetsReceived', 'bytesReceived', 'packetsSent', 'bytesSent'];
const NTP_TO_UNIX_S = 2208988800;

/** Of one stream; the latest when there is one. */
const roundTrips = ({ roundTripTime, totalRoundTripTime, roundTripTimeMeasurements }) => ({
  roundTripTime: roundTripTimeMeasurements > 0 ? roundTripTime : undefined,
  totalRoundTripTime,
  roundTripTimeMeasurements,
});

/** Puts a report together. */
class Builder {
  map = new Map();
  #timestamp = performance.timeOrigin + performance.now();

  add(type, id, values) {
    const defined = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
    this.map.set(id, { id, timestamp: this.#timestamp, type, ...Object.fromEntries(defined) });
    return id;
  }
  codec({ payloadType, codec }, direction) {
    const { mimeType, clockRate, channels, sdpFmtpLine } = codec;
    const values = { payloadType, transportId: 'T', mimeType, clockRate, channels: channels || undefined };
    return this.add('codec', `C${direction}${payloadType}`, {
      ...values,
      sdpFmtpLine: sdpFmtpLine || undefined,
    });
  }

  inbound(stream, track, { kind, mid, receiver }) {
    const id = `I${stream.id}`;
    const [{ ssrc, rtxSsrc } = {}] = track.encodings;
    const common = { ssrc: ssrc || undefined, kind, transportId: 'T', codecId: this.codec(stream, 'I') };
    const { senderReport } = track;
    const video = { keyFramesReceived: track.keyFrames, framesReceived: track.frames };
    this.add('inbound-rtp', id, {
      ...common,
      ...pick(track, kReceived),
      mid,
      trackIdentifier: receiver.track.id,
      rtxSsrc: rtxSsrc || undefined,
      retransmittedPacketsReceived: track.packetsRecovered,
      packetsDiscarded: track.packetsDiscarded,
      ...(kind === 'video' ? video : {}),
      ...receiver.counts(),
      remoteId: senderReport && `RO${stream.id}`,
    });
    if (!senderReport) return;
    const { packetsSent, bytesSent, reportsSent, ntp } = senderReport;
    const remoteTimestamp = (ntp - NTP_TO_UNIX_S) * 1000;
    this.add('remote-outbound-rtp', `RO${stream.id}`, {
      ...common,
      localId: id,
      packetsSent,
      bytesSent,
      reportsSent,
      remoteTimestamp,
      ...roundTrips(track),
    });
  }

  outbound(stream, sent, { kind, mid, sender }) {
    const id = `O${stream.id}`;
    const { rid, active } = sender.encodings[stream.encoding] ?? {};
    const codecId = this.codec(stream, 'O');
    this.add('outbound-rtp', id, {
      ...pick(sent, kSent),
      kind,
      mid,
      active: active !== false,
      rid,
      ...(kind === 'video'
        ? { ...pick(stream, kEncoded), framesSent: sent.frames, rtxSsrc: sent.rtxSsrc || undefined }
        : {}),
      encodingIndex: stream.encoding,
      mediaSourceId: sender.track ? this.source(sender.track) : undefined,
      transportId: 'T',
      codecId,
      remoteId: `RI${stream.id}`,
    });
    const told = pick(sent, ['ssrc', 'packetsLost', 'fractionLost', 'jitter']);
    const common = { kind, transportId: 'T', codecId, localId: id };
    this.add('remote-inbound-rtp', `RI${stream.id}`, { ...common, ...told, ...roundTrips(sent) });
  }

  source({ kind, id, source }) {
    const { frames, ...values } = source?.meter?.values() ?? {};
    return this.add('media-source', `S${id}`, { kind, trackIdentifier: id, ...values, frames });
  }

  transport(native, connection) {
    const { peer } = native;
    const { path } = peer;
    const transported = pick(peer, kTransported);
    this.add('transport', 'T', {
      ...transported,
      dtlsState: connection.dtlsState,
      dtlsRole: connection.dtlsRole,
      iceState: connection.iceState,
      iceRole: connection.iceRole,
      iceLocalUsernameFragment: connection.iceLocalUsernameFragment,
      selectedCandidatePairId: path && 'P',
      selectedCandidatePairChanges: path?.changes,
      ...pick(peer, ['tlsVersion', 'dtlsCipher', 'srtpCipher']),
      localCertificateId: this.certificate('X', native.localCertificate),
      remoteCertificateId: this.certificate('RX', peer.remoteCertificate),
    });
    if (!path) return;
    const { currentRoundTripTime, responsesReceived } = path;
    this.add('candidate-pair', 'P', {
      ...transported,
      transportId: 'T',
      localCandidateId: this.candidate('local-candidate', 'LC', path.local, connection),
      remoteCandidateId: this.candidate('remote-candidate', 'RC', path.remote, {
        iceLocalUsernameFragment: connection.iceRemoteUsernameFragment,
      }),
      state: connection.iceState === 'failed' ? 'failed' : 'succeeded',
      ...pick(path, kChecked),
      currentRoundTripTime: responsesReceived > 0 ? currentRoundTripTime : undefined,
      availableOutgoingBitrate: peer.sending?.availableOutgoingBitrate,
      availableIncomingBitrate: peer.availableIncomingBitrate,
    });
  }

  /** `servers`: of one that was asked, its URL. */
  candidate(type, id, text, { servers = [], iceLocalUsernameFragment: usernameFragment }) {
    const read = new RTCIceCandidate({ candidate: text, sdpMid: '0' });
    const { address, port, protocol, type: candidateType, priority, foundation, tcpType } = read;
    const { relatedAddress, relatedPort } = read;
    const asked = candidateType === 'relay' || candidateType === 'srflx';
    const url = asked && servers.length === 1 ? servers[0] : undefined;
    const where = { address, port, protocol, candidateType, priority, foundation, tcpType };
    return this.add(type, id, {
      transportId: 'T',
      ...where,
      relatedAddress,
      relatedPort,
      usernameFragment,
      url,
    });
  }

  certificate(id, base64Certificate) {
    if (!base64Certificate) return undefined;
    const digest = createHash('sha256').update(Buffer.from(base64Certificate, 'base64')).digest('hex');
    const fingerprint = digest.toUpperCase().match(/../g).join(':');
    return this.add('certificate', id, { fingerprint, fingerprintAlgorithm: 'sha-256', base64Certificate });
  }
}

/** The sender or receiver that getStats() is asked about; null: everything. */
function selected(selector, transceivers) {
  if (!(selector instanceof MediaStreamTrack)) return selector;
  const found = transceivers
    .flatMap(({ sender, receiver }) => [sender, receiver])
    .filter((each) => each.track === selector);
  if (found.length !== 1) throw invalidAccess('the track is not of exactly one sender or receiver');
  return found[0];
}

/**
 * @param {object} native what Connection.getStats() gave
 * @param {(transceiver: number) => object | undefined} find
 * @param {object | null} selector an RTCRtpSender or RTCRtpReceiver
 * @param {object} connection its states and counts
 */
function makeReport(native, find, selector, connection) {
  const builder = new Builder();
  const { tracks, subscriptions } = native.peer;
  for (const stream of native.receiving) {
    const transceiver = find(stream.transceiver);
    const track = tracks.find((each) => each.id === `t${stream.id}`);
    if (
      !transceiver ||
      transceiver.direction === 'stopped' ||
      !track ||
      (selector && selector !== transceiver.receiver)
    )
      continue;
    builder.inbound(stream, track, transceiver);
  }
  for (const stream of native.sending) {
    const transceiver = find(stream.transceiver);
    const sent = subscriptions.find((each) => each.id === `s${stream.id}`);
    if (
      !transceiver ||
      transceiver.direction === 'stopped' ||
      !sent ||
      (selector && selector !== transceiver.sender)
    )
      continue;
    builder.outbound(stream, sent, transceiver);
  }
  builder.transport(native, connection);
  if (!selector) {
    builder.add('peer-connection', 'PC', connection.channels);
    for (const { identifier, values } of connection.dataChannels)
      builder.add('data-channel', `D${identifier}`, values);
  }
  return new RTCStatsReport(builder.map);
}

module.exports = { RTCStatsReport, makeReport, selected };
