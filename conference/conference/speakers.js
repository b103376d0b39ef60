// Who speaks in a room, kept for those who come later: what the room's first worker said last of its voices, as streams of the room. A
// voice may be heard before its stream is known here and a stream may go without a word from the worker, so the list is made anew
// whenever streams change.

export class Speakers {
  #room;
  #node = null; // whose words these are
  #dominantId = null; // tracks on that worker
  #speakingIds = [];
  #active = null; // as last told: { streamId, participantId }
  #speaking = [];

  constructor(room) {
    this.#room = room;
  }

  /** For one who joins now. */
  describe() {
    return { activeSpeaker: this.#active, speakers: this.#speaking };
  }

  /** The worker `node` says who has the floor. */
  dominant(node, trackId) {
    if (!this.#listenTo(node)) return;
    this.#dominantId = trackId;
    this.changed();
  }

  /** The worker `node` says whose voices it hears, the loudest first. */
  speaking(node, trackIds) {
    if (!this.#listenTo(node)) return;
    this.#speakingIds = trackIds;
    this.changed();
  }

  // The first worker alone has all voices.
  #listenTo(node) {
    if (!this.#room.seats.isPrimary(node)) return false;
    if (node !== this.#node) this.lost();
    this.#node = node;
    return true;
  }

  /** The first worker is gone; the next one begins without having heard anybody. */
  lost() {
    this.#node = null;
    this.#dominantId = null;
    this.#speakingIds = [];
  }

  /** Streams, or the tracks by which they come, are others: tells the room if that makes a difference. */
  changed() {
    const active = this.#streamOf(this.#dominantId);
    if (active?.streamId !== this.#active?.streamId) {
      this.#active = active;
      if (active) this.#room.broadcast('active-speaker', active);
    }
    const speaking = this.#speakingIds.map((id) => this.#streamOf(id)).filter(Boolean);
    const ids = (list) => list.map(({ streamId }) => streamId).join();
    if (ids(speaking) === ids(this.#speaking)) return;
    this.#speaking = speaking;
    this.#room.broadcast('speakers', { streams: speaking });
  }

  #streamOf(trackId) {
    if (trackId === null) return null;
    const at = this.#room.bridges.origin(this.#node, trackId);
    const stream = this.#room.streamOfVoice(at.node, at.trackId);
    return stream ? { streamId: stream.id, participantId: stream.participant.id } : null;
  }
}
