// RTCRtpSender, RTCRtpReceiver, RTCRtpTransceiver.
'use strict';

const { randomUUID } = require('crypto');
const { guarded, invalidState } = require('./errors');
const { AudioMeter, VideoMeter } = require('./meters');
const { capabilitiesOf, ranksOf, readParameters, readPreferences, weightOf } = require('./parameters');
const { MediaStream, MediaStreamTrack } = require('./tracks');

const kMake = Symbol('make');
const kDirections = ['sendrecv', 'sendonly', 'recvonly', 'inactive', 'stopped'];

/** A copy: the bytes may lie anywhere. */
const samplesOf = ({ buffer, byteOffset, length }) =>
  new Int16Array(buffer.slice(byteOffset, byteOffset + length));

const illegal = (token) => {
  if (token !== kMake) throw new TypeError('Illegal constructor');
};

class RTCRtpSender {
  #connection;
  #transceiver;
  #track = null;
  #parameters = null; // of getParameters() in this task
  #encodings;

  constructor(token, connection, transceiver, encodings) {
    illegal(token);
    this.#connection = connection;
    this.#transceiver = transceiver;
    this.#encodings = encodings;
  }
  static getCapabilities(kind) {
    return capabilitiesOf(String(kind));
  }
  get track() {
    return this.#track;
  }
  get transport() {
    return this.#connection.transportOf(this.#transceiver);
  }
  get dtmf() {
    return null;
  }

  async replaceTrack(track) {
    if (track !== null && !(track instanceof MediaStreamTrack)) throw new TypeError('not a MediaStreamTrack');
    if (track && track.kind !== this.#transceiver.kind)
      throw new TypeError(`a track of kind ${track.kind} for a sender of ${this.#transceiver.kind}`);
    await this.#connection.chain(async () => {
      const { stopped, direction } = this.#transceiver;
      if (stopped || direction === 'stopped') throw invalidState('the transceiver is stopped');
      await new Promise((done) => setImmediate(done));
      if (this.#connection.closed) return;
      this.attach(track);
      this.#connection.native.replaceTrack(this.#transceiver.nativeId, track !== null);
    });
  }
  setStreams(...streams) {
    if (this.#connection.closed) throw invalidState('the connection is closed');
    for (const each of streams) if (!(each instanceof MediaStream)) throw new TypeError('not a MediaStream');
    this.#connection.native.setStreams(
      this.#transceiver.nativeId,
      [...new Set(streams)].map((each) => each.id),
    );
    this.#connection.updateNegotiationNeeded();
  }
  getParameters() {
    if (this.#parameters === null) {
      // The same until the event loop is at its next task, as W3C says.
      this.#parameters = {
        transactionId: randomUUID(),
        encodings: this.#shownEncodings(),
        ...this.#connection.negotiatedOf(this.#transceiver, 'sending'),
      };
      setImmediate(() => (this.#parameters = null));
    }
    this.#parameters.encodings = this.#shownEncodings();
    return structuredClone(this.#parameters);
  }
  /** A rid tells encodings apart: of one there is none to show. */
  #shownEncodings() {
    return this.#encodings.map(({ rid, ...each }) =>
      this.#encodings.length > 1 ? { rid, ...each } : structuredClone(each),
    );
  }
  async setParameters(parameters, { encodingOptions = [] } = {}) {
    const last = this.#parameters;
    const kind = this.#transceiver.kind;
    if (parameters?.transactionId === undefined) throw new TypeError('transactionId must be given');
    if (!Array.isArray(parameters.encodings)) throw new TypeError('encodings must be given');
    if (this.#transceiver.stopped || this.#transceiver.direction === 'stopped')
      throw invalidState('the transceiver is stopped');
    if (last === null) throw invalidState('getParameters() was not called in this task');
    if (encodingOptions.length > 0 && encodingOptions.length !== parameters.encodings.length)
      throw new DOMException('encodingOptions are not as many as encodings', 'InvalidModificationError');
    const known = this.#connection.codecsToSend(this.#transceiver);
    const encodings = readParameters(kind, parameters, last, known);
    await new Promise((done) => setImmediate(done));
    const rids = this.#encodings.map(({ rid }) => rid);
    this.#encodings = encodings.map((each, i) => (rids[i] === undefined ? each : { ...each, rid: rids[i] }));
    this.configure();
    for (const [i, { keyFrame = false }] of encodingOptions.entries())
      if (keyFrame && !this.#connection.closed)
        this.#connection.native.forceKeyFrame(this.#transceiver.nativeId, i);
  }
  getStats() {
    return this.#connection.getStats(this);
  }

  /** The rest is for this module's other files. */
  static make(...init) {
    return new RTCRtpSender(kMake, ...init);
  }
  get transceiver() {
    return this.#transceiver;
  }
  get connection() {
    return this.#connection;
  }
  get encodings() {
    return this.#encodings;
  }
  /** The connection ends: the track stays to be seen. */
  detach() {
    this.#track?.source?.detach?.(this);
  }
  /** A description was set: what getParameters() gave is old. An answer may have taken fewer encodings than offered. */
  keepEncodings(rids) {
    this.#parameters = null;
    if (this.#encodings.length < 2 || rids.length === this.#encodings.length) return;
    const kept = this.#encodings.filter(({ rid }) => rids.includes(rid));
    this.#encodings = kept.length > 0 ? kept : this.#encodings.slice(0, 1);
    this.configure();
  }
  attach(track) {
    this.#track?.source?.detach?.(this);
    this.#track = track;
    track?.source?.attach?.(this, track);
  }
  /** Tells the native encoders. */
  configure() {
    if (this.#connection.closed) return;
    const ranks = ranksOf(this.#encodings);
    for (const [i, each] of this.#encodings.entries()) {
      const { active = true, maxBitrate = 0, scaleResolutionDownBy = 1, maxFramerate = 0 } = each;
      this.#connection.native.configureEncoding(
        this.#transceiver.nativeId,
        i,
        active,
        maxBitrate,
        scaleResolutionDownBy,
        maxFramerate,
        ranks[i],
        weightOf(each),
      );
    }
  }
  #send(call) {
    return this.#connection.closed
      ? false
      : guarded(() => call(this.#connection.native, this.#transceiver.nativeId));
  }
  sendRtp(packet, encoding) {
    if (this.#encodings[encoding]?.active === false) return false;
    return this.#send((native, id) => native.sendRtp(id, encoding, packet));
  }
  sendVideo(data, width, height, timestamp) {
    return this.#send((native, id) => native.sendVideo(id, data, width, height, timestamp));
  }
  sendAudio(data, channels) {
    return this.#send((native, id) => native.sendAudio(id, data, channels));
  }
}

class RTCRtpReceiver {
  #connection;
  #transceiver;
  #track;
  #onMedia = null;
  #meter;
  #channels = 1;

  constructor(token, connection, transceiver, trackId) {
    illegal(token);
    this.#connection = connection;
    this.#transceiver = transceiver;
    this.#meter = transceiver.kind === 'video' ? new VideoMeter() : new AudioMeter();
    this.#track = MediaStreamTrack.make({
      kind: transceiver.kind,
      id: trackId || randomUUID(),
      label: `remote ${transceiver.kind}`,
      muted: true,
      source: this,
    });
  }
  static getCapabilities(kind) {
    return capabilitiesOf(String(kind));
  }
  get track() {
    return this.#track;
  }
  get transport() {
    return this.#connection.transportOf(this.#transceiver);
  }
  getParameters() {
    const { codecs, headerExtensions, rtcp } = this.#connection.negotiatedOf(this.#transceiver, 'receiving');
    return { codecs, headerExtensions, rtcp: { reducedSize: rtcp.reducedSize } };
  }
  getContributingSources() {
    return [];
  }
  getSynchronizationSources() {
    return [];
  }
  getStats() {
    return this.#connection.getStats(this);
  }

  /** The rest is for this module's other files. */
  static make(...init) {
    return new RTCRtpReceiver(kMake, ...init);
  }
  get transceiver() {
    return this.#transceiver;
  }
  get connection() {
    return this.#connection;
  }
  /** Ids of the streams that its track is shown in. */
  streams = [];
  listen(kind, channels, callback) {
    this.#onMedia = callback;
    this.#channels = channels;
    if (this.#connection.closed) return;
    guarded(() => this.#connection.native.setSink(this.#transceiver.nativeId, kind, channels));
  }
  onMedia(type, payload) {
    this.#track.setMuted(false);
    if (type === 'video') this.#meter.add(payload.width, payload.height);
    if (type !== 'audio') return void this.#onMedia?.(payload);
    const samples = samplesOf(payload.data);
    this.#meter.add(samples, this.#channels);
    this.#onMedia?.({ samples });
  }
  counts() {
    const { frames, width, height, framesPerSecond, ...heard } = this.#meter.values();
    if (frames === undefined) return { ...heard, totalSamplesReceived: this.#meter.samples };
    const size = width === undefined ? {} : { frameWidth: width, frameHeight: height };
    return { framesDecoded: frames, framesPerSecond, ...size };
  }
  requestKeyFrame() {
    if (!this.#connection.closed) this.#connection.native.requestKeyFrame(this.#transceiver.nativeId);
  }
}

class RTCRtpTransceiver {
  #connection;
  #state; // the native side's: {id, kind, mid, direction, currentDirection, …}
  #stopping = false;
  #stopped = false;

  constructor(token, connection, state, encodings) {
    illegal(token);
    this.#connection = connection;
    this.#state = state;
    this.sender = RTCRtpSender.make(connection, this, encodings);
    this.receiver = RTCRtpReceiver.make(connection, this, state.trackId);
  }
  get mid() {
    return this.#state.mid ?? null;
  }
  get direction() {
    return this.#stopping || this.#connection.closed ? 'stopped' : this.#state.direction;
  }
  set direction(direction) {
    if (!kDirections.includes(direction)) return; // as WebIDL does with unknown enumeration values
    if (direction === 'stopped') throw new TypeError('stop() stops a transceiver');
    if (this.#stopping || this.#connection.closed) throw invalidState('the transceiver is stopped');
    if (direction === this.#state.direction) return;
    this.#connection.native.setDirection(this.nativeId, direction);
    this.#state.direction = direction;
    this.#connection.updateNegotiationNeeded();
  }
  get currentDirection() {
    return this.stopped ? 'stopped' : (this.#state.currentDirection ?? null);
  }
  get stopped() {
    return this.#stopped || this.#connection.closed;
  }
  stop() {
    if (this.#connection.closed) throw invalidState('the connection is closed');
    if (this.#stopping) return;
    this.#connection.native.stop(this.nativeId);
    this.#stopping = true;
    this.sender.detach();
    setImmediate(() => this.receiver.track.end());
    if (this.mid === null) this.markStopped();
    this.#connection.updateNegotiationNeeded();
  }
  setCodecPreferences(codecs) {
    const wanted = readPreferences(this.kind, codecs);
    guarded(() => this.#connection.native.setCodecPreferences(this.nativeId, wanted));
  }

  /** The rest is for this module's other files. */
  static make(...init) {
    return new RTCRtpTransceiver(kMake, ...init);
  }
  get nativeId() {
    return this.#state.id;
  }
  get kind() {
    return this.#state.kind;
  }
  get remoteStreams() {
    return this.#state.streams;
  }
  update(state) {
    this.#state = state;
    this.sender.keepEncodings(state.rids);
  }
  /** A remote offer has rejected its section; it is there, with its mid, until that is answered. */
  stopRemotely() {
    this.#stopping = this.#stopped = true;
    this.sender.detach();
    setImmediate(() => this.receiver.track.end());
  }
  markStopped() {
    this.stopRemotely();
    this.#state = { ...this.#state, mid: undefined };
    this.#connection.forget(this);
  }
}

module.exports = { RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver };
