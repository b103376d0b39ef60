// All that one participant receives: its subscriptions, and the one transport that carries them, on which the server offers.
//
// What is wanted (subscriptions × tracks that exist) and what the transport has are compared whenever either changed; the difference
// becomes one offer. There is one unanswered offer at most; changes meanwhile wait for its answer.
import { Failure } from '../errors.js';
import { newId } from '../ids.js';
import { logger } from '../log.js';

const log = logger('room');
const CALL_MS = 5000;
const MAX_FAILURES = 3;
const RETRY_MS = 500;
const BRIDGE_RETRY_MS = 2000;

export class Subscriber {
  #room;
  #participant;
  #subscriptions = new Map(); // streamId → { id, streamId, audio, video, paused: { audio, video }, layers, priority }
  /** { id, lease, applied, outstanding, lastOfferId, restartWanted }; applied: track → { subscriptionId, streamId, participantId, kind, mid, bridge } */
  #transport = null;
  #bridgeTimer = null;
  #running = false;
  #again = false;
  #closed = false;
  #failures = 0;
  #unanswered = 0;

  constructor(room, participant) {
    this.#room = room;
    this.#participant = participant;
  }

  get transportId() {
    return this.#transport?.id ?? null;
  }

  get size() {
    return this.#subscriptions.size;
  }

  add(stream, { audio, video }) {
    if (this.#subscriptions.has(stream.id))
      throw new Failure('conflict', 'you are subscribed to this stream already');
    const paused = { audio: false, video: false };
    const wishes = { layers: null, priority: null };
    const subscription = { id: newId('b'), streamId: stream.id, audio, video, paused, ...wishes };
    this.#subscriptions.set(stream.id, subscription);
    this.changed();
    return subscription.id;
  }

  /** By a subscription's or a stream's id; says whether there was one. */
  remove(id) {
    const streamId = this.#subscriptions.has(id) ? id : this.#find(id)?.streamId;
    if (!streamId || !this.#subscriptions.delete(streamId)) return false;
    this.changed();
    return true;
  }

  #find(id) {
    return [...this.#subscriptions.values()].find((s) => s.id === id);
  }

  /** Pauses or resumes, and says the highest layers of the video that are wanted, and how important it is beside the others. */
  async control(streamId, kinds, { paused, layers, priority }) {
    const subscription = this.#subscriptions.get(streamId);
    if (!subscription) throw new Failure('not-found', 'you are not subscribed to this stream');
    const calls = [];
    const applied = this.#appliedOf(streamId, kinds);
    if (paused !== undefined) {
      for (const kind of kinds) subscription.paused[kind] = paused;
      calls.push(...applied.map((entry) => this.#pause(entry, paused)));
    }
    if (layers !== undefined && kinds.includes('video')) {
      subscription.layers = layers;
      calls.push(...applied.filter((e) => e.kind === 'video').map((entry) => this.#setLayers(entry, layers)));
    }
    if (priority !== undefined) {
      subscription.priority = priority;
      calls.push(...applied.map((entry) => this.#setPriority(entry, priority)));
    }
    await Promise.all(calls);
  }

  #setPriority({ subscriptionId }, priority) {
    const { id, lease } = this.#transport;
    return this.#room.call(lease, 'setPriority', { peerId: id, id: subscriptionId, priority });
  }

  #setLayers({ subscriptionId }, layers) {
    const { id, lease } = this.#transport;
    return this.#room.call(lease, 'setLayers', { peerId: id, id: subscriptionId, layers });
  }

  /** The worker forwards other layers than before. */
  layersChanged({ subscriptionId, spatial, temporal }) {
    for (const entry of this.#transport?.applied.values() ?? []) {
      if (entry.subscriptionId !== subscriptionId) continue;
      this.#participant.send('layers-changed', { streamId: entry.streamId, spatial, temporal });
    }
  }

  #appliedOf(streamId, kinds) {
    const applied = [...(this.#transport?.applied.values() ?? [])];
    return applied.filter((e) => e.streamId === streamId && kinds.includes(e.kind));
  }

  #pause({ subscriptionId }, paused) {
    const { id, lease } = this.#transport;
    return this.#room.call(lease, 'pause', { peerId: id, id: subscriptionId, paused });
  }

  /** Streams or subscriptions changed: brings the transport up to date, soon. */
  changed() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    this.#run();
  }

  async #run() {
    do {
      this.#again = false;
      try {
        await this.#step();
        this.#failures = 0;
      } catch (error) {
        await this.#failed(error);
      }
    } while (this.#again && !this.#closed);
    this.#running = false;
  }

  async #failed(error) {
    log.warn(`${this.#participant.id}: subscriber transport: ${error.code ?? ''} ${error.message}`);
    this.#dropTransport();
    if (++this.#failures >= MAX_FAILURES || this.#closed) return;
    await new Promise((done) => setTimeout(done, RETRY_MS));
    this.#again = true;
  }

  #wanted() {
    const wanted = new Map();
    for (const subscription of this.#subscriptions.values()) {
      const stream = this.#room.stream(subscription.streamId);
      for (const [kind, track] of Object.entries(stream?.tracks ?? {})) {
        const { lease } = stream;
        // Workers name their tracks without knowing of each other.
        const key = `${lease.node} ${track.id}`;
        if (subscription[kind]) wanted.set(key, { subscription, stream, kind, lease, trackId: track.id });
      }
    }
    return wanted;
  }

  async #step() {
    if (this.#closed || this.#transport?.outstanding) return;
    const wanted = this.#wanted();
    if (!this.#transport) {
      if (wanted.size === 0) return;
      await this.#open();
      return void (this.#again = true); // what is wanted may have changed meanwhile
    }
    const transport = this.#transport;
    const add = [...wanted.keys()].filter((track) => !transport.applied.has(track));
    const remove = [...transport.applied.keys()].filter((track) => !wanted.has(track));
    const restart = transport.restartWanted;
    if (add.length === 0 && remove.length === 0 && !restart) return;
    const subscriptionIds = remove.map((track) => transport.applied.get(track).subscriptionId);
    const here = await this.#bringAll(transport, wanted, add);
    if (this.#transport !== transport) return this.#releaseAll(here.values());
    if (here.size === 0 && remove.length === 0 && !restart) return;
    const call = { peerId: transport.id, add: [...here.keys()], remove: subscriptionIds, restart };
    transport.restartWanted = false;
    let reply;
    try {
      reply = await this.#room.call(transport.lease, 'updateSubscriber', call, CALL_MS);
    } catch (error) {
      this.#releaseAll(here.values());
      throw error;
    }
    if (this.#transport !== transport) return this.#releaseAll(here.values());
    this.#releaseAll(remove.map((key) => transport.applied.get(key)));
    remove.forEach((key) => transport.applied.delete(key));
    this.#apply(transport, here, reply);
    this.#offer(transport, reply.sdp);
  }

  /** The tracks as the transport's own worker calls them: its track's id → { ...wanted, key, bridge }. */
  async #bringAll(transport, wanted, keys) {
    const here = new Map();
    const bring = async (key) => {
      const track = wanted.get(key);
      if (track.lease.node === transport.lease.node) return here.set(track.trackId, { ...track, key });
      const bridge = this.#room.bridges.take(track.lease, track.trackId, transport.lease);
      try {
        here.set(await bridge.ready, { ...track, key, bridge });
      } catch (error) {
        log.warn(`${this.#participant.id}: a track of ${track.lease.node}: ${error.message}`);
        clearTimeout(this.#bridgeTimer);
        this.#bridgeTimer = setTimeout(() => this.changed(), BRIDGE_RETRY_MS);
      }
    };
    await Promise.all(keys.map(bring));
    return here;
  }

  #releaseAll(entries) {
    for (const { bridge } of entries) if (bridge) this.#room.bridges.release(bridge);
  }

  async #open() {
    const lease = await this.#room.seats.get(this.#participant.id);
    const id = newId('t');
    await this.#room.call(lease, 'createSubscriber', { peerId: id, owner: this.#room.endpoint });
    if (this.#closed || !this.#room.seats.holds(lease)) return this.#room.closePeer(lease, id);
    this.#transport = {
      id,
      lease,
      applied: new Map(),
      outstanding: null,
      lastOfferId: 0,
      restartWanted: false,
    };
  }

  /** Finds the m-line of each new track: by its name in a=msid, else the next new m-line of its kind. */
  #apply(transport, here, { added, sections }) {
    const came = new Set(added.map(({ trackId }) => trackId));
    this.#releaseAll([...here].filter(([trackId]) => !came.has(trackId)).map(([, entry]) => entry));
    const taken = new Set([...transport.applied.values()].map((entry) => entry.mid));
    const free = sections.filter((section) => !taken.has(section.mid));
    for (const { trackId, subscriptionId } of added) {
      const { key, bridge, subscription, stream, kind } = here.get(trackId);
      const named = (s) => s.msid.includes(trackId) || s.msid.includes(String(subscriptionId));
      const section = free.find(named) ?? free.find((s) => s.kind === kind);
      if (section) free.splice(free.indexOf(section), 1);
      const entry = {
        subscriptionId,
        streamId: stream.id,
        participantId: stream.participant.id,
        kind,
        mid: section?.mid,
        bridge,
      };
      transport.applied.set(key, entry);
      if (subscription.paused[kind]) this.#pause(entry, true).catch(() => {});
      if (kind === 'video' && subscription.layers)
        this.#setLayers(entry, subscription.layers).catch(() => {});
      if (subscription.priority !== null) this.#setPriority(entry, subscription.priority).catch(() => {});
    }
  }

  #offer(transport, sdp) {
    const streams = [...transport.applied.values()]
      .filter((entry) => entry.mid !== undefined)
      .map(({ mid, kind, streamId, participantId }) => ({ mid, kind, streamId, participantId }));
    const offerId = ++transport.lastOfferId;
    const event = { transportId: transport.id, offerId, sdp, streams };
    const timer = setTimeout(() => this.#noAnswer(transport), this.#room.settings.answerSeconds * 1000);
    transport.outstanding = { offerId, timer, event };
    this.#participant.send('offer', event);
  }

  /** For a client that lost its events: sends the unanswered offer again. */
  resend() {
    const event = this.#transport?.outstanding?.event;
    if (event) this.#participant.send('offer', event);
  }

  async answer({ transportId, offerId, sdp }) {
    const transport = this.#transport;
    const outstanding = transport?.outstanding;
    if (transport?.id !== transportId || outstanding?.offerId !== offerId || outstanding.answering) {
      throw new Failure('stale', 'this is not an answer to the outstanding offer');
    }
    outstanding.answering = true;
    try {
      await this.#room.call(transport.lease, 'acceptAnswer', { peerId: transport.id, sdp }, CALL_MS);
      clearTimeout(outstanding.timer);
      if (this.#transport === transport) transport.outstanding = null;
      this.#unanswered = 0;
    } finally {
      outstanding.answering = false;
      this.changed();
    }
  }

  #noAnswer(transport) {
    if (this.#transport !== transport) return;
    this.#unanswered++;
    if (this.#unanswered > 1) {
      log.info(`${this.#participant.id} does not answer offers: its subscriptions end`);
      this.#subscriptions.clear();
      return this.#dropTransport();
    }
    this.restart('no-answer');
  }

  /** Asks for an offer that restarts ICE (RFC 8445 section 2.4) on the transport that there is. */
  restartIce(transportId) {
    if (this.#transport?.id !== transportId) throw new Failure('not-found', 'there is no such transport');
    this.#transport.restartWanted = true;
    this.changed();
  }

  /** Another transport, for the same subscriptions. */
  restart(reason) {
    this.#dropTransport();
    this.#participant.send('transport-restart', { publish: [], subscribe: true, reason });
    this.changed();
  }

  candidate(candidate) {
    const { id, lease } = this.#transport;
    return this.#room.call(lease, 'addRemoteCandidate', { peerId: id, candidate });
  }

  /** The worker is gone, and the transport with it; says whether there was anything to restart. */
  workerLost() {
    this.#dropTransport();
    this.#failures = 0;
    return this.#subscriptions.size > 0;
  }

  #dropTransport() {
    const transport = this.#transport;
    this.#transport = null;
    if (!transport) return;
    clearTimeout(transport.outstanding?.timer);
    this.#releaseAll(transport.applied.values());
    this.#room.closePeer(transport.lease, transport.id);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#bridgeTimer);
    this.#subscriptions.clear();
    this.#dropTransport();
  }
}
