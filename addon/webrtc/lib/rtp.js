// RTCRtpSender, RTCRtpReceiver, RTCRtpTransceiver.
'use strict';

const { randomUUID } = require('crypto');
const { capabilities } = require('./native');
const { guarded, invalidAccess, invalidState } = require('./errors');
const { AudioMeter, VideoMeter } = require('./meters');
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
  #parameters = null; // of the last getParameters()
  #encodings;

  constructor(token, connection, transceiver, encodings) {
    illegal(token);
    this.#connection = connection;
    this.#transceiver = transceiver;
    this.#encodings = encodings;
  }
  static getCapabilities(kind) {
    return structuredClone(capabilities[kind] ?? null);
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
    await this.#connection.chain(() => {
      if (this.#transceiver.stopped) throw invalidState('the transceiver is stopped');
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
    const parameters = {
      transactionId: randomUUID(),
      encodings: structuredClone(this.#encodings),
      codecs: this.#connection.codecsOf(this.#transceiver, 'sending'),
      headerExtensions: [],
      rtcp: { cname: '', reducedSize: true },
    };
    this.#parameters = structuredClone(parameters);
    return parameters;
  }
  async setParameters(parameters) {
    const last = this.#parameters;
    if (this.#transceiver.stopped) throw invalidState('the transceiver is stopped');
    if (last === null) throw invalidState('getParameters() was not called');
    if (
      parameters.transactionId !== last.transactionId ||
      parameters.encodings.length !== last.encodings.length
    )
      throw new DOMException('not what getParameters() gave', 'InvalidModificationError');
    for (const [i, each] of parameters.encodings.entries()) {
      if (each.rid !== last.encodings[i].rid)
        throw new DOMException('a rid cannot be changed', 'InvalidModificationError');
      if (each.scaleResolutionDownBy !== undefined && !(each.scaleResolutionDownBy >= 1))
        throw new RangeError('scaleResolutionDownBy must be at least 1');
      if (each.maxBitrate !== undefined && !(each.maxBitrate > 0))
        throw new RangeError('maxBitrate must be positive');
    }
    this.#parameters = null;
    this.#encodings = structuredClone(parameters.encodings);
    this.configure();
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
  get encodings() {
    return this.#encodings;
  }
  attach(track) {
    this.#track?.source?.detach?.(this);
    this.#track = track;
    track?.source?.attach?.(this, track);
  }
  /** Tells the native encoders. */
  configure() {
    if (this.#connection.closed) return;
    for (const [i, each] of this.#encodings.entries()) {
      const { active = true, maxBitrate = 0, scaleResolutionDownBy = 1 } = each;
      const bitrate = Math.min(Math.round(maxBitrate), 0xffffffff);
      this.#connection.native.configureEncoding(
        this.#transceiver.nativeId,
        i,
        active,
        bitrate,
        scaleResolutionDownBy,
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
    return structuredClone(capabilities[kind] ?? null);
  }
  get track() {
    return this.#track;
  }
  get transport() {
    return this.#connection.transportOf(this.#transceiver);
  }
  getParameters() {
    return {
      codecs: this.#connection.codecsOf(this.#transceiver, 'receiving'),
      headerExtensions: [],
      rtcp: { cname: '', reducedSize: true },
    };
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
    if (frames === undefined) return heard;
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
    return this.#stopping ? 'stopped' : this.#state.direction;
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
    return this.#stopped ? 'stopped' : (this.#state.currentDirection ?? null);
  }
  get stopped() {
    return this.#stopped;
  }
  stop() {
    if (this.#connection.closed) throw invalidState('the connection is closed');
    if (this.#stopping) return;
    this.#connection.native.stop(this.nativeId);
    this.#stopping = true;
    this.sender.attach(null);
    this.receiver.track.end();
    if (this.mid === null) this.markStopped();
    this.#connection.updateNegotiationNeeded();
  }
  setCodecPreferences(codecs) {
    for (const each of codecs)
      if (!String(each?.mimeType).startsWith(`${this.kind}/`))
        throw new DOMException(`not a codec of ${this.kind}`, 'InvalidModificationError');
    guarded(() => this.#connection.native.setCodecPreferences(this.nativeId, [...codecs]));
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
  }
  markStopped() {
    this.#stopping = this.#stopped = true;
    this.#state = { ...this.#state, mid: undefined };
    this.sender.attach(null);
    this.receiver.track.end();
    this.#connection.forget(this);
  }
}

/** Checks an RTCRtpTransceiverInit; gives its encodings as RTCRtpEncodingParameters. */
function readEncodings(kind, encodings = []) {
  if (encodings.length === 0) return [{ active: true }];
  const rids = encodings.map((each) => each.rid);
  if (encodings.length > 1 && rids.some((rid) => rid === undefined))
    throw new TypeError('each of several encodings needs a rid');
  for (const rid of rids) {
    if (rid !== undefined && !/^[A-Za-z0-9]{1,16}$/.test(rid)) throw new TypeError(`not a rid: ${rid}`);
  }
  if (new Set(rids).size !== rids.length) throw new TypeError('rids must be distinct');
  if (kind === 'audio' && encodings.length > 1) return [{ active: true }];
  if (encodings.length > 4) throw invalidAccess('at most four encodings');
  for (const { scaleResolutionDownBy } of encodings)
    if (scaleResolutionDownBy !== undefined && !(scaleResolutionDownBy >= 1))
      throw new RangeError('scaleResolutionDownBy must be at least 1');
  return encodings.map((each) => ({ active: true, ...each }));
}

module.exports = { RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver, readEncodings };
