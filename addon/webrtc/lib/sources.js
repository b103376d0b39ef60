// Where a program's tracks come from, and where received ones go. Not W3C's: documented in docs/webrtc-api.md.
'use strict';

const { defineHandlers } = require('./events');
const { AudioMeter, VideoMeter } = require('./meters');
const { MediaStreamTrack } = require('./tracks');

/** What feeds tracks: knows the senders that its tracks are attached to. */
class Source extends EventTarget {
  #kind;
  #senders = new Map(); // RTCRtpSender → its track
  #live = 0;
  #meter;

  constructor(kind) {
    super();
    if (kind !== 'audio' && kind !== 'video') throw new TypeError(`not a kind of media: ${kind}`);
    this.#kind = kind;
    this.#meter = kind === 'audio' ? new AudioMeter() : new VideoMeter();
  }
  get meter() {
    return this.#meter;
  }
  get kind() {
    return this.#kind;
  }
  createTrack() {
    this.#live++;
    return MediaStreamTrack.make({ kind: this.#kind, label: this.constructor.name, source: this });
  }
  /** Ends all tracks. */
  close() {
    for (const track of new Set(this.#senders.values())) track.end();
  }

  attach(sender, track) {
    this.#senders.set(sender, track);
  }
  detach(sender) {
    this.#senders.delete(sender);
  }
  onClone() {
    this.#live++;
  }
  onStop() {
    this.#live--;
    if (this.#live === 0) this.dispatchEvent(new Event('stop'));
  }
  /** Somebody who watches needs a key frame. */
  keyFrameWanted(encoding) {
    this.dispatchEvent(Object.assign(new Event('keyframewanted'), { encoding }));
  }
  /** The senders that media goes to now. */
  *targets() {
    for (const [sender, track] of this.#senders) {
      if (track.enabled && track.readyState === 'live') yield sender;
    }
  }
}
defineHandlers(Source, ['stop', 'keyframewanted']);

/**
 * RTP packets of the program's own: payload, timestamp and marker are sent as they are; payload type, SSRC, sequence
 * numbers and header extensions are the connection's.
 */
class RtpSource extends Source {
  /** @param {Buffer} packet @param {number} encoding of a simulcast. */
  send(packet, encoding = 0) {
    let sent = false;
    for (const sender of this.targets()) sent = sender.sendRtp(packet, encoding) || sent;
    return sent;
  }
}

const bytesOf = (data) => {
  if (Buffer.isBuffer(data)) return data;
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw new TypeError('data must be a Buffer or a typed array');
};

/** Pictures that the connection encodes, for each connection and encoding in its own bitrate and size. */
class VideoSource extends Source {
  constructor() {
    super('video');
  }
  /**
   * @param {{width: number, height: number, data: Buffer | Uint8Array, timestamp?: number}} frame I420 without padding;
   *   the timestamp is in microseconds and never goes back
   * @returns {boolean} whether some connection takes it: otherwise nobody watches, or the encoders are behind
   */
  onFrame({ width, height, data, timestamp = Math.round(performance.now() * 1000) }) {
    const bytes = bytesOf(data);
    this.meter.add(width, height);
    let sent = false;
    for (const sender of this.targets()) sent = sender.sendVideo(bytes, width, height, timestamp) || sent;
    return sent;
  }
}

/** Sound that the connection encodes. */
class AudioSource extends Source {
  constructor() {
    super('audio');
  }
  /** @param {{samples: Int16Array, channels?: number}} data 48 kHz, channels interleaved, usually 10 ms at a time. */
  onData({ samples, channels = 1 }) {
    if (!(samples instanceof Int16Array)) throw new TypeError('samples must be an Int16Array');
    this.meter.add(samples, channels);
    let sent = false;
    for (const sender of this.targets()) sent = sender.sendAudio(bytesOf(samples), channels) || sent;
    return sent;
  }
}

/** What takes a received track's media; one at a time. */
class Sink {
  #receiver;
  constructor(track, kind, channels, callback) {
    if (typeof track?.source?.listen !== 'function')
      throw new TypeError('not the track of an RTCRtpReceiver');
    if (kind !== 'rtp' && track.kind !== kind) throw new TypeError(`not a track of ${kind}`);
    this.#receiver = track.source;
    this.#receiver.listen(kind, channels, callback);
  }
  close() {
    this.#receiver.listen('', 1, null);
  }
  /** Asks the sender for a key frame. */
  requestKeyFrame() {
    this.#receiver.requestKeyFrame();
  }
}

/** A receiver's packets, behind duplicates and retransmissions, in the order of arrival: Buffers, several at a time. */
class RtpSink extends Sink {
  constructor(track, onPackets) {
    super(track, 'rtp', 1, ({ packets }) => onPackets(packets));
  }
}

/** Decoded pictures: {width, height, data: Buffer (I420), rtpTimestamp}. */
class VideoSink extends Sink {
  constructor(track, onFrame) {
    super(track, 'video', 1, ({ width, height, data, rtpTimestamp }) =>
      onFrame({ width, height, data, rtpTimestamp }),
    );
  }
}

/** Decoded sound in pieces of 10 ms: {samples: Int16Array, channels, sampleRate: 48000}. */
class AudioSink extends Sink {
  constructor(track, onData, { channels = 1 } = {}) {
    if (channels !== 1 && channels !== 2) throw new RangeError('channels must be 1 or 2');
    super(track, 'audio', channels, ({ samples }) => onData({ samples, channels, sampleRate: 48000 }));
  }
}

module.exports = { AudioSink, AudioSource, RtpSink, RtpSource, VideoSink, VideoSource };
