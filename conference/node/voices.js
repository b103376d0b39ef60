// The voices of the rooms on this worker: one audio group of the engine for each owner (a room's controller), with all the audio that
// is published there. The engine finds who speaks, and forwards the loudest alone where the room wants that.

export class Voices {
  #engine;
  #groups = new Map(); // owner → { id, tracks: trackId → peerId }

  constructor(engine) {
    this.#engine = engine;
  }

  /** @param {{id: string, kind: string}[]} tracks of a publisher @param {number} loudest how many are forwarded at once; 0: all */
  add(owner, peerId, tracks, loudest = 0) {
    if (!this.#engine.createAudioGroup) return; // another engine ([media] engine) that does not find speakers
    for (const { id } of tracks.filter((track) => track.kind === 'audio')) {
      const group = this.#groups.get(owner) ?? this.#open(owner, loudest);
      if (group.tracks.has(id)) continue;
      this.#engine.addToAudioGroup(group.id, id);
      group.tracks.set(id, peerId);
    }
  }

  #open(owner, loudest) {
    const group = { id: this.#engine.createAudioGroup({ forwarded: loudest }), tracks: new Map() };
    this.#groups.set(owner, group);
    return group;
  }

  /** A peer is closed: its tracks have left the engine, and with the last one the group goes. */
  remove(owner, peerId) {
    const group = this.#groups.get(owner);
    if (!group) return;
    for (const [track, peer] of group.tracks) if (peer === peerId) group.tracks.delete(track);
    if (group.tracks.size > 0) return;
    this.#engine.closeAudioGroup(group.id);
    this.#groups.delete(owner);
  }

  /** The owner of the group called `id`, if there is such a group. */
  ownerOf(id) {
    for (const [owner, group] of this.#groups) if (group.id === id) return owner;
    return undefined;
  }
}
