// Where a program's tracks come from, and where received ones go. Not W3C's: documented in docs/webrtc-api.md.
'use strict';

const { defineHandlers } = require('./events');
const { MediaStreamTrack } = require('./tracks');

/** What feeds tracks: knows the senders that its tracks are attached to. */
class Source extends EventTarget {
  #kind;
  #senders = new Map(); // RTCRtpSender → its track
  #live = 0;

  constructor(kind) {
    super();
    if (kind !== 'audio' && kind !== 'video') throw new TypeError(`not a kind of media: ${kind}`);
    this.#kind = kind;
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

/** A receiver's packets, behind duplicates and retransmissions, in the order of arrival. */
class RtpSink {
  #receiver;
  constructor(track, onPackets) {
    if (typeof track?.source?.listenRtp !== 'function')
      throw new TypeError('not the track of an RTCRtpReceiver');
    this.#receiver = track.source;
    this.#receiver.listenRtp(onPackets);
  }
  requestKeyFrame() {
    this.#receiver.requestKeyFrame();
  }
  close() {
    this.#receiver.listenRtp(null);
  }
}

module.exports = { RtpSink, RtpSource, Source };
