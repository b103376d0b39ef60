// Tracks of other workers on this one: an encrypted pipe to each worker that has some, and the tracks that came through it.
//
// Both ends make one pipe for the other, whoever asks first, and tell each other address and key in the same call; so two
// workers that reach for each other at once end up with the same pair of ends.
import { Failure } from '../errors.js';

const CALL_MS = 2000;
const GOODBYE_MS = 300;
const MAX_TRACKS = 2000;

const keyOf = (node, trackId) => `${node} ${trackId}`;
const sameAddress = (a, b) => a.ip === b.ip && a.port === b.port;

export class Pipes {
  #engine;
  #bus;
  #id;
  #ip;
  #log;
  #onGone;
  #ends = new Map(); // node → { pipe, remote: null | { ip, port, key }, reaching: null | Promise }
  #tracks = new Map(); // node and trackId there → { owner, node, trackId, pipe, ready: Promise<Track>, localId }

  /** @param ip where other workers reach this one's engine @param onGone ({ owner, node, trackId }) of a track that is here no more */
  constructor(engine, { bus, id, ip, log, onGone = () => {} }) {
    this.#engine = engine;
    this.#bus = bus;
    this.#id = id;
    this.#ip = ip;
    this.#log = log;
    this.#onGone = onGone;
  }

  #open(node) {
    let end = this.#ends.get(node);
    if (!end) {
      if (!this.#engine.createPipe)
        throw new Failure('no-worker', 'this media engine has no pipes to other workers');
      end = { pipe: this.#engine.createPipe(), remote: null, reaching: null };
      this.#ends.set(node, end);
    }
    return end;
  }

  #connect(node, end, remote) {
    if (end.remote) return;
    // A worker that is gone may have left its address to another.
    for (const [other, { remote: theirs }] of this.#ends)
      if (other !== node && theirs && sameAddress(theirs, remote)) this.forgetNode({ node: other });
    end.pipe.connect(remote);
    end.remote = remote;
  }

  #parameters(end) {
    return { ip: this.#ip, port: this.#engine.bindings()[0].port, key: end.pipe.key };
  }

  /** Another worker says where its end is, and is told of ours. */
  connectPipe({ node, remote }) {
    const end = this.#open(node);
    this.#connect(node, end, remote);
    return this.#parameters(end);
  }

  async #reach(node) {
    const end = this.#open(node);
    if (end.remote) return end;
    end.reaching ??= this.#bus
      .call(node, 'connectPipe', { node: this.#id, remote: this.#parameters(end) }, { timeoutMs: CALL_MS })
      .then((remote) => this.#connect(node, end, remote))
      .finally(() => (end.reaching = null));
    await end.reaching;
    return end;
  }

  /** Another worker wants a track of ours. */
  sendTrack({ node, trackId }) {
    const end = this.#ends.get(node);
    if (!end?.remote) throw new Failure('not-found', `there is no pipe to ${node}`);
    try {
      return { description: end.pipe.send(trackId) };
    } catch (error) {
      throw new Failure(error.code === 'ERR_NO_TRACK' ? 'not-found' : 'no-worker', error.message);
    }
  }

  stopTrack({ node, trackId }) {
    try {
      this.#ends.get(node)?.pipe.stopSending(trackId);
    } catch (error) {
      this.#log.debug(`a track for ${node}: ${error.message}`); // has ended here
    }
  }

  /** Brings a track of another worker here; resolves with the track as it is called here. Once for all who ask. */
  bring({ node, trackId, owner }) {
    const key = keyOf(node, trackId);
    const known = this.#tracks.get(key);
    if (known) return known.ready;
    if (this.#tracks.size >= MAX_TRACKS) throw new Failure('no-worker', 'too many tracks of other workers');
    const entry = { owner, node, trackId, pipe: null, localId: null, ready: null };
    this.#tracks.set(key, entry);
    entry.ready = this.#bring(key, entry);
    entry.ready.catch(() => {});
    return entry.ready;
  }

  async #bring(key, entry) {
    const { node, trackId } = entry;
    try {
      const { pipe } = await this.#reach(node);
      const call = { node: this.#id, trackId };
      const { description } = await this.#bus.call(node, 'sendTrack', call, { timeoutMs: CALL_MS });
      if (this.#tracks.get(key) !== entry) {
        this.#bus.notify(node, 'stopTrack', call);
        throw new Failure('not-found', 'the track is not wanted any more');
      }
      const track = pipe.receive(description, { affinity: entry.owner }); // with the room's other voices
      Object.assign(entry, { pipe, localId: track.id });
      return track;
    } catch (error) {
      if (this.#tracks.get(key) === entry) this.#tracks.delete(key);
      throw error instanceof Failure ? error : new Failure('no-worker', error.message);
    }
  }

  /** Nobody here wants the track any more. */
  drop({ node, trackId }) {
    const key = keyOf(node, trackId);
    const entry = this.#tracks.get(key);
    if (!entry) return;
    this.#tracks.delete(key);
    if (entry.pipe) {
      this.#stopReceiving(entry);
      this.#bus.notify(node, 'stopTrack', { node: this.#id, trackId });
    } // else on its way: let go when it comes
    this.#onGone(entry);
  }

  #stopReceiving({ pipe, localId }) {
    try {
      pipe.stopReceiving(localId);
    } catch (error) {
      this.#log.debug(`a piped track: ${error.message}`); // went with its pipe
    }
  }

  dropOwner(owner) {
    for (const entry of [...this.#tracks.values()]) if (entry.owner === owner) this.drop(entry);
  }

  /** A worker is gone, and with it its tracks. */
  forgetNode({ node }) {
    for (const [key, entry] of [...this.#tracks]) {
      if (entry.node !== node) continue;
      this.#tracks.delete(key);
      this.#onGone(entry);
    }
    this.#ends.get(node)?.pipe.close();
    this.#ends.delete(node);
  }

  /** This worker ends: the others close their ends. */
  async close() {
    const tell = (node) => this.#bus.call(node, 'forgetNode', { node: this.#id }, { timeoutMs: GOODBYE_MS });
    await Promise.allSettled([...this.#ends.keys()].map(tell));
  }

  /** How the pipes do, by worker. */
  async stats() {
    const entries = [...this.#ends].map(async ([node, { pipe }]) => [node, await pipe.getStats()]);
    return Object.fromEntries(await Promise.all(entries));
  }
}
