// A stream that a participant publishes: its peer on the room's worker, its tracks, what is muted. It outlives its transport: a new
// offer for the same stream gives it another one.
import { Failure } from '../errors.js';
import { newId } from '../ids.js';
import { offeredKinds } from '../node/sdp.js';

const CALL_MS = 5000;
const MAX_WAITING = 3;

const gone = (status) =>
  status === 'closed'
    ? new Failure('not-found', 'the stream is gone')
    : new Failure('no-worker', 'the worker of the stream is gone: publish again');

export class Publication {
  id = newId('s');
  participant;
  attributes;
  /** 'negotiating' | 'active' | 'restarting' | 'closed' */
  status = 'negotiating';
  /** kind → { id, codec } of the tracks that may be subscribed to now */
  tracks = {};
  #room;
  #muted = { audio: false, video: false };
  #codecs = {}; // kind → codec, kept while restarting so that nobody sees the stream change
  #peerId = null;
  #lease = null;
  #generation = 0;
  #waiting = 0;
  #last = Promise.resolve();
  #restartTimer = null;
  #heard = null; // the bridge by which the room's first worker hears the voice

  constructor(room, participant, attributes) {
    this.#room = room;
    this.participant = participant;
    this.attributes = attributes;
  }

  get peerId() {
    return this.#peerId;
  }

  /** Of the worker that it is on; null without a transport. */
  get lease() {
    return this.#lease;
  }

  describe() {
    const media = (kind) =>
      this.#codecs[kind] ? { codec: this.#codecs[kind], muted: this.#muted[kind] } : null;
    return {
      id: this.id,
      participantId: this.participant.id,
      type: 'forward',
      attributes: this.attributes,
      media: { audio: media('audio'), video: media('video') },
    };
  }

  /** Checks what an offer wants to send. @throws {Failure} */
  static check(offer, permission) {
    const kinds = offeredKinds(offer);
    if (kinds.length === 0) throw new Failure('bad-sdp', 'the offer sends nothing');
    for (const kind of kinds) {
      if (kind !== 'audio' && kind !== 'video')
        throw new Failure('bad-sdp', `the offer has an m-line of kind ${kind}`);
      if (!permission.publish[kind]) throw new Failure('forbidden', `you may not publish ${kind}`);
    }
    if (new Set(kinds).size !== kinds.length)
      throw new Failure('bad-sdp', 'at most one m-line of audio and one of video');
  }

  /**
   * Gives the stream a transport, in place of the one it may have; resolves with the answer. @param {string} [codec] of video, which
   * the client would rather send
   */
  async negotiate(offer, codec) {
    return this.#inTurn(offer, () => this.#negotiate(offer, codec));
  }

  /** Another offer on the transport that the stream has; resolves with the answer. */
  async renegotiate(offer) {
    return this.#inTurn(offer, () => this.#renegotiate(offer));
  }

  // One negotiation after the other.
  async #inTurn(offer, negotiation) {
    if (this.#waiting >= MAX_WAITING) throw new Failure('conflict', 'this stream is being negotiated');
    Publication.check(offer, this.participant.permission);
    this.#waiting++;
    const turn = this.#last.then(negotiation).finally(() => this.#waiting--);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #renegotiate(offer) {
    const peerId = this.#peerId;
    if (this.status !== 'active' || !peerId) throw gone(this.status);
    const call = { peerId, offer };
    const { answer, tracks } = await this.#room.call(this.#lease, 'renegotiate', call, CALL_MS);
    if (this.#peerId !== peerId) throw gone(this.status);
    this.#adopt(tracks);
    return answer;
  }

  async #negotiate(offer, codec) {
    this.#dropPeer();
    const lease = await this.#room.seats.get(this.participant.id);
    if (this.status === 'closed') throw gone(this.status);
    const peerId = `${this.id}.${++this.#generation}`;
    // Known before it is asked for: the worker may tell of its state sooner than the answer is taken here.
    this.#lease = lease;
    this.#peerId = peerId;
    try {
      const call = { peerId, owner: this.#room.endpoint, offer, codec, loudest: this.#room.settings.loudest };
      const { answer, tracks } = await this.#room.call(lease, 'publish', call, CALL_MS);
      if (this.#peerId !== peerId || !this.#room.seats.holds(lease)) throw gone(this.status);
      this.#adopt(tracks);
      return answer;
    } catch (error) {
      if (this.#peerId === peerId) this.#dropPeer();
      throw error;
    }
  }

  #adopt(tracks) {
    clearTimeout(this.#restartTimer);
    this.tracks = {};
    this.#codecs = {};
    for (const { id, kind, codec } of tracks) {
      this.tracks[kind] = { id, codec };
      this.#codecs[kind] = codec;
    }
    this.status = 'active';
    for (const kind of Object.keys(this.tracks)) if (this.#muted[kind]) this.#pause(kind).catch(() => {});
    this.beHeard();
  }

  /** The room's first worker tells who speaks, so it must have every voice. */
  async beHeard() {
    const [lease, voice] = [this.#lease, this.tracks.audio?.id];
    if (!voice || this.#heard?.trackId === voice) return;
    const primary = await this.#room.seats.primary().catch(() => null);
    if (!primary || this.#lease !== lease || this.tracks.audio?.id !== voice) return;
    if (primary.node === lease.node) return;
    this.#silence();
    this.#heard = this.#room.bridges.take(lease, voice, primary);
    this.#heard.ready.catch((error) => {
      if (this.#lease === lease) this.#room.warn(`${this.id} is not heard: ${error.message}`);
    });
  }

  /** The first worker is another one now. */
  hearAnew() {
    this.#heard = null;
    this.beHeard();
  }

  #silence() {
    if (this.#heard) this.#room.bridges.release(this.#heard);
    this.#heard = null;
  }

  async mute(kinds, muted) {
    const there = kinds.filter((kind) => this.#codecs[kind]);
    if (there.length === 0) throw new Failure('not-found', 'the stream has no such media');
    for (const kind of there) this.#muted[kind] = muted;
    if (this.status === 'active') await Promise.all(there.map((kind) => this.#pause(kind)));
  }

  async #pause(kind) {
    if (!this.tracks[kind]) return; // being negotiated anew: told when that is done
    const call = { peerId: this.#peerId, id: this.tracks[kind].id, paused: this.#muted[kind] };
    return this.#room.call(this.#lease, 'pause', call);
  }

  /** The transport is gone; the stream waits for a new offer, for so long. */
  restarting(deadlineMs, onDeadline) {
    this.status = 'restarting';
    this.#dropPeer();
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(onDeadline, deadlineMs);
  }

  candidate(candidate) {
    if (!this.#peerId) throw new Failure('not-found', 'the stream has no transport now');
    return this.#room.call(this.#lease, 'addRemoteCandidate', { peerId: this.#peerId, candidate });
  }

  close() {
    this.status = 'closed';
    clearTimeout(this.#restartTimer);
    this.#dropPeer();
  }

  #dropPeer() {
    this.tracks = {};
    this.#silence();
    if (this.#peerId) this.#room.closePeer(this.#lease, this.#peerId);
    this.#peerId = null;
    this.#lease = null;
  }
}
