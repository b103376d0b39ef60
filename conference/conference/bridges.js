// The tracks that a room takes from one of its workers to another, each once however many want it there.
const CALL_MS = 5000;

/** @typedef {{ from: object, to: object, trackId: string, users: number, ready: Promise<string>, localId: string | null }} Bridge */

export class Bridges {
  #room;
  #bridges = new Map(); // → Bridge

  constructor(room) {
    this.#room = room;
  }

  /** @param from, to leases @returns {Bridge} `ready` resolves with the track's id on the worker of `to`; give it back */
  take(from, trackId, to) {
    const key = `${from.node} ${trackId} ${to.node}`;
    let bridge = this.#bridges.get(key);
    if (!bridge) {
      bridge = { key, from, to, trackId, users: 0, ready: null, localId: null };
      this.#bridges.set(key, bridge);
      bridge.ready = this.#build(bridge);
      bridge.ready.catch(() => this.#forget(bridge));
    }
    bridge.users++;
    return bridge;
  }

  async #build(bridge) {
    const { endpoint, settings } = this.#room;
    const { from, to, trackId } = bridge;
    const call = { node: from.node, trackId, owner: endpoint, loudest: settings.loudest };
    const { id } = await this.#room.call(to, 'bringTrack', call, CALL_MS);
    bridge.localId = id;
    this.#room.speakers.changed();
    return id;
  }

  #forget(bridge) {
    if (this.#bridges.get(bridge.key) === bridge) this.#bridges.delete(bridge.key);
  }

  release(bridge) {
    if (--bridge.users > 0 || this.#bridges.get(bridge.key) !== bridge) return;
    this.#forget(bridge);
    this.#room.bus.notify(bridge.to.node, 'dropTrack', { node: bridge.from.node, trackId: bridge.trackId });
  }

  /** Where the track called `localId` on the worker `node` comes from: { node, trackId }. */
  origin(node, localId) {
    for (const { from, to, trackId, localId: id } of this.#bridges.values())
      if (to.node === node && id === localId) return { node: from.node, trackId };
    return { node, trackId: localId };
  }

  /** A worker is gone; those that are left close their pipes to it. */
  lost(node, left) {
    for (const bridge of [...this.#bridges.values()])
      if (bridge.from.node === node || bridge.to.node === node) this.#forget(bridge);
    for (const other of left) this.#room.bus.notify(other, 'forgetNode', { node });
  }
}
