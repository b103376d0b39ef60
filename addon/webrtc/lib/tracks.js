// MediaStreamTrack and MediaStream (https://www.w3.org/TR/mediacapture-streams/), as far as they mean something without
// devices: tracks come from sources (sources.js) and from receivers.
'use strict';

const { randomUUID } = require('crypto');
const { MediaStreamTrackEvent, defineHandlers } = require('./events');

const kMake = Symbol('make');

class MediaStreamTrack extends EventTarget {
  #enabled = true;
  #muted;
  #state = 'live';
  // What feeds it: a source of sources.js, or an RTCRtpReceiver.
  #source;

  constructor(token, { kind, id = randomUUID(), label = '', muted = false, source }) {
    if (token !== kMake) throw new TypeError('Illegal constructor');
    super();
    Object.defineProperties(this, {
      kind: { enumerable: true, value: kind },
      id: { enumerable: true, value: id },
      label: { enumerable: true, value: label },
    });
    this.contentHint = '';
    this.#muted = muted;
    this.#source = source;
  }
  static make(init) {
    return new MediaStreamTrack(kMake, init);
  }

  get enabled() {
    return this.#enabled;
  }
  set enabled(value) {
    this.#enabled = Boolean(value);
  }
  get muted() {
    return this.#muted;
  }
  get readyState() {
    return this.#state;
  }
  get source() {
    return this.#source;
  }
  clone() {
    const { kind, label } = this;
    const copy = MediaStreamTrack.make({ kind, label, muted: this.#muted, source: this.#source });
    copy.enabled = this.#enabled;
    this.#source?.onClone?.(this, copy);
    if (this.#state === 'ended') copy.stop();
    return copy;
  }
  stop() {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#source?.onStop?.(this);
  }
  getSettings() {
    return {};
  }
  getConstraints() {
    return {};
  }
  getCapabilities() {
    return {};
  }

  /** For this module's other files: not W3C. */
  setMuted(muted) {
    if (this.#muted === muted || this.#state === 'ended') return;
    this.#muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
  end() {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}
defineHandlers(MediaStreamTrack, ['mute', 'unmute', 'ended']);

class MediaStream extends EventTarget {
  #tracks = new Set();
  #id;

  constructor(from = []) {
    super();
    this.#id = randomUUID();
    const tracks = from instanceof MediaStream ? from.getTracks() : from;
    for (const track of tracks) this.addTrack(track);
  }
  static withId(id) {
    const stream = new MediaStream();
    stream.#id = id;
    return stream;
  }
  get id() {
    return this.#id;
  }
  get active() {
    return [...this.#tracks].some((each) => each.readyState === 'live');
  }
  getTracks() {
    return [...this.#tracks];
  }
  getAudioTracks() {
    return this.getTracks().filter((each) => each.kind === 'audio');
  }
  getVideoTracks() {
    return this.getTracks().filter((each) => each.kind === 'video');
  }
  getTrackById(id) {
    return this.getTracks().find((each) => each.id === id) ?? null;
  }
  addTrack(track) {
    if (!(track instanceof MediaStreamTrack)) throw new TypeError('not a MediaStreamTrack');
    this.#tracks.add(track);
  }
  removeTrack(track) {
    this.#tracks.delete(track);
  }
  clone() {
    return new MediaStream(this.getTracks().map((each) => each.clone()));
  }

  /** For this module's other files: as addTrack() and removeTrack(), told by an event. */
  change(track, added) {
    if (this.#tracks.has(track) === added) return;
    if (added) this.#tracks.add(track);
    else this.#tracks.delete(track);
    this.dispatchEvent(new MediaStreamTrackEvent(added ? 'addtrack' : 'removetrack', { track }));
  }
}
defineHandlers(MediaStream, ['addtrack', 'removetrack']);

module.exports = { MediaStream, MediaStreamTrack };
