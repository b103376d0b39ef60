// The controller of one room: who is in it, what they publish, who receives what, and what happens when its worker is lost.
// Served on the bus as `room.<id>`; the portal and the REST API call it, its worker notifies it.
import { Failure } from '../errors.js';
import { logger } from '../log.js';
import { Bridges } from './bridges.js';
import { Participant } from './participant.js';
import { Publication } from './publication.js';
import { permissionOf, permissionOfRole } from './roles.js';
import { Seats } from './seats.js';
import { Speakers } from './speakers.js';

const log = logger('room');
const LOST = new Set(['worker-lost', 'no-endpoint', 'overloaded']);
const RETRY_WARM_MS = 1000;
const kindsOf = (kind) => (kind === 'av' ? ['audio', 'video'] : [kind]);

export const endpointOf = (roomId) => `room.${roomId}`;

export class Room {
  /**
   * @param info      { id, name, participantLimit, destroySeconds, roles }
   * @param settings  `[room]` of the configuration
   * @param onEmpty   (room) when it has been empty for destroySeconds
   */
  constructor(bus, info, settings, onEmpty) {
    this.id = info.id;
    this.info = info;
    this.settings = settings;
    this.endpoint = endpointOf(info.id);
    this.seats = new Seats(bus, { room: info.id, perWorker: settings.participantsPerWorker });
    this.bridges = new Bridges(this);
    this.speakers = new Speakers(this);
    this.bus = bus;
    this.closed = false;
    this.participants = new Map();
    this.streams = new Map();
    this.onEmpty = onEmpty;
    this.emptyTimer = null;
    this.unserve = bus.serve(this.endpoint, this.#handlers());
    this.unsubscribe = bus.subscribe('exit.', (topic, data) => {
      if (data.type === 'node') this.#workerLost(data.id);
    });
    this.#watchEmpty();
  }

  #handlers() {
    const by = (fn) => (args) => fn(this.#participant(args.participantId), args);
    return {
      join: (args) => this.#join(args),
      snapshot: by((p) => this.#snapshot(p)),
      leave: by((p, { reason }) => this.#leave(p, reason)),
      resend: by((p) => p.subscriber.resend()),
      publish: by((p, args) => this.#publish(p, args)),
      renegotiate: by((p, { streamId, offer }) => this.#renegotiate(this.#ownStream(p, streamId), offer)),
      unpublish: by((p, { streamId }) => this.#remove(this.#ownStream(p, streamId))),
      streamControl: by((p, args) => this.#streamControl(p, args)),
      subscribe: by((p, args) => this.#subscribe(p, args)),
      unsubscribe: by((p, args) => this.#unsubscribe(p, args)),
      subscriptionControl: by((p, { streamId, kind, ...change }) =>
        p.subscriber.control(streamId, kindsOf(kind), change),
      ),
      restartIce: by((p, { transportId }) => p.subscriber.restartIce(transportId)),
      answer: by((p, args) => p.subscriber.answer(args)),
      candidate: by((p, args) => this.#candidate(p, args)),
      text: by((p, args) => this.#text(p, args)),
      onPeerEvent: (event) => this.#peerEvent(event),
      getUsers: () => [...this.participants.values()].map((p) => p.describe()),
      getUser: by((p) => ({ ...p.describe(), permission: p.permission })),
      setPermission: by((p, { permission }) => this.#setPermission(p, permission)),
      dropUser: by((p, { reason }) => this.#drop(p, reason)),
      getStreams: () => this.#liveStreams().map((s) => s.describe()),
      dropStream: ({ streamId }) => this.#remove(this.#stream(streamId)),
      update: ({ info }) => void (this.info = info),
      destroy: ({ reason }) => this.close(reason),
    };
  }

  // Calls to the room's worker

  async call(lease, method, args, timeoutMs) {
    try {
      return await this.bus.call(lease.node, method, args, { timeoutMs });
    } catch (error) {
      if (!LOST.has(error.code)) throw error;
      throw new Failure('no-worker', `the media worker does not answer: ${error.message}`);
    }
  }

  closePeer(lease, peerId) {
    if (this.seats.holds(lease)) this.bus.notify(lease.node, 'closePeer', { peerId });
  }

  warn(message) {
    log.warn(`${this.id}: ${message}`);
  }

  // Participants

  #participant(id) {
    const participant = this.participants.get(id);
    if (!participant) throw new Failure('not-found', 'there is no such participant');
    return participant;
  }

  broadcast(event, data, except) {
    for (const p of this.participants.values()) if (p !== except) p.send(event, data);
  }

  #join({ participantId, name, role, portal }) {
    if (this.closed) throw new Failure('not-found', 'the room is closed');
    if (this.participants.size >= this.info.participantLimit)
      throw new Failure('room-full', 'the room is full');
    const permission = permissionOfRole(role, this.info.roles);
    if (!permission) throw new Failure('forbidden', `the room has no role ${role}`);
    const participant = new Participant(this, this.bus, {
      id: participantId,
      name,
      role,
      permission,
      portal,
    });
    this.participants.set(participantId, participant);
    clearTimeout(this.emptyTimer);
    this.broadcast('participant-joined', participant.describe(), participant);
    this.#warm();
    this.seats.get(participantId).catch(() => {}); // asked for again when it is needed
    log.info(`${this.id}: ${participantId} joined as ${role}, ${this.participants.size} now`);
    return this.#snapshot(participant);
  }

  /** Takes the worker before anyone publishes, so that the first picture does not wait for it. */
  #warm() {
    if (this.closed || this.participants.size === 0) return;
    this.seats.primary().catch((error) => {
      log.warn(`${this.id}: ${error.message}`);
      setTimeout(() => this.#warm(), RETRY_WARM_MS);
    });
  }

  #snapshot(participant) {
    const others = [...this.participants.values()].filter((p) => p !== participant);
    return {
      participantId: participant.id,
      name: participant.name,
      role: participant.role,
      permission: participant.permission,
      room: { id: this.id, name: this.info.name, participantLimit: this.info.participantLimit },
      participants: others.map((p) => p.describe()),
      streams: this.#liveStreams()
        .filter((s) => s.participant !== participant)
        .map((s) => s.describe()),
      ...this.speakers.describe(),
    };
  }

  #leave(participant, reason) {
    if (participant.gone) return;
    participant.gone = true;
    this.participants.delete(participant.id);
    for (const stream of [...participant.streams.values()]) this.#remove(stream);
    participant.subscriber.close();
    this.seats.leave(participant.id);
    this.broadcast('participant-left', { id: participant.id, reason });
    log.info(`${this.id}: ${participant.id} left (${reason}), ${this.participants.size} now`);
    this.#watchEmpty();
  }

  #drop(participant, reason) {
    participant.drop(reason);
    this.#leave(participant, 'dropped');
  }

  #setPermission(participant, change) {
    participant.permission = permissionOf(change, participant.permission);
    const { role, permission } = participant;
    participant.send('permission-changed', { role, permission });
    for (const stream of [...participant.streams.values()]) {
      const kinds = Object.keys(stream.tracks);
      if (kinds.some((kind) => !permission.publish[kind])) this.#remove(stream);
    }
    return { ...participant.describe(), permission };
  }

  #text(participant, { to = 'all', message }) {
    if (!participant.permission.text) throw new Failure('forbidden', 'you may not send text');
    const data = { from: participant.id, to, message, time: Date.now() };
    if (to === 'all') this.broadcast('text', data, participant);
    else this.#participant(to).send('text', data);
  }

  // Streams

  stream(id) {
    return this.streams.get(id);
  }

  #stream(id) {
    const stream = this.streams.get(id);
    if (!stream || stream.status === 'negotiating') throw new Failure('not-found', 'there is no such stream');
    return stream;
  }

  #ownStream(participant, id) {
    const stream = this.#stream(id);
    if (stream.participant !== participant) throw new Failure('forbidden', 'this is not your stream');
    return stream;
  }

  #liveStreams() {
    return [...this.streams.values()].filter((s) => s.status !== 'negotiating');
  }

  /** The stream whose audio is the track `trackId` of the worker `node`. */
  streamOfVoice(node, trackId) {
    return this.#liveStreams().find((s) => s.tracks.audio?.id === trackId && s.lease.node === node);
  }

  async #publish(participant, { offer, attributes = {}, streamId, codec }) {
    if (streamId) return this.#republish(this.#ownStream(participant, streamId), offer, codec);
    const stream = new Publication(this, participant, attributes);
    Publication.check(offer, participant.permission);
    if (participant.streams.size >= this.settings.maxStreams) {
      throw new Failure('too-many-streams', `at most ${this.settings.maxStreams} streams a participant`);
    }
    participant.streams.set(stream.id, stream);
    this.streams.set(stream.id, stream);
    try {
      const answer = await stream.negotiate(offer, codec);
      this.broadcast('stream-added', stream.describe(), participant);
      this.speakers.changed();
      return { streamId: stream.id, answer };
    } catch (error) {
      this.#forget(stream);
      throw error;
    }
  }

  async #renegotiate(stream, offer) {
    const before = JSON.stringify(stream.describe());
    try {
      const answer = await stream.renegotiate(offer);
      if (JSON.stringify(stream.describe()) !== before) this.#streamUpdated(stream);
      return { answer };
    } finally {
      this.#resubscribe();
    }
  }

  async #republish(stream, offer, codec) {
    const before = JSON.stringify(stream.describe());
    try {
      const answer = await stream.negotiate(offer, codec);
      if (JSON.stringify(stream.describe()) !== before) this.#streamUpdated(stream);
      return { streamId: stream.id, answer };
    } catch (error) {
      // Its old transport may be gone by now; the client may try again before the deadline.
      if (
        error.code !== 'conflict' &&
        Object.keys(stream.tracks).length === 0 &&
        stream.status !== 'closed'
      ) {
        this.#awaitRestart(stream);
      }
      throw error;
    } finally {
      this.#resubscribe();
    }
  }

  #resubscribe() {
    this.speakers.changed();
    for (const p of this.participants.values()) p.subscriber.changed();
  }

  #streamUpdated(stream) {
    this.broadcast('stream-updated', stream.describe(), stream.participant);
  }

  #forget(stream) {
    stream.close();
    this.streams.delete(stream.id);
    stream.participant.streams.delete(stream.id);
  }

  #remove(stream) {
    const announced = stream.status !== 'negotiating';
    this.#forget(stream);
    for (const p of this.participants.values()) p.subscriber.remove(stream.id);
    const data = { id: stream.id, participantId: stream.participant.id };
    if (announced) this.broadcast('stream-removed', data, stream.participant);
    this.speakers.changed();
  }

  async #streamControl(participant, { streamId, kind, muted }) {
    const stream = this.#stream(streamId);
    const own = stream.participant === participant;
    if (!own && !participant.permission.manage) throw new Failure('forbidden', 'this is not your stream');
    await stream.mute(kindsOf(kind), muted);
    this.broadcast('stream-updated', stream.describe(), participant);
  }

  #subscribe(participant, { streamId, audio = true, video = true }) {
    const stream = this.#stream(streamId);
    if (stream.participant === participant) throw new Failure('forbidden', 'this is your own stream');
    const allowed = participant.permission.subscribe;
    const wants = { audio: audio && allowed.audio, video: video && allowed.video };
    if (!wants.audio && !wants.video) throw new Failure('forbidden', 'you may not subscribe to this');
    return { subscriptionId: participant.subscriber.add(stream, wants) };
  }

  #unsubscribe(participant, { subscriptionId, streamId }) {
    if (!participant.subscriber.remove(subscriptionId ?? streamId))
      throw new Failure('not-found', 'there is no such subscription');
  }

  #candidate(participant, { transportId, candidate }) {
    if (participant.subscriber.transportId === transportId)
      return participant.subscriber.candidate(candidate);
    return this.#ownStream(participant, transportId).candidate(candidate);
  }

  // What the worker tells, and its loss

  #peerEvent({ node, peerId, type, payload }) {
    for (const p of this.participants.values()) {
      if (p.subscriber.transportId !== peerId) continue;
      if (type === 'state') this.#transportState(p, peerId, 'subscribe', payload);
      if (type === 'layers-changed') p.subscriber.layersChanged(payload);
      return;
    }
    if (type === 'dominant-speaker') return this.speakers.dominant(node, payload.trackId);
    if (type === 'active-speakers') return this.speakers.speaking(node, payload.trackIds);
    if (type !== 'state') return;
    const stream = this.streams.get(peerId.split('.')[0]);
    if (stream?.peerId === peerId)
      this.#transportState(stream.participant, stream.id, 'publish', payload, stream);
  }

  #transportState(participant, transportId, direction, state, stream) {
    if (!['connected', 'disconnected', 'failed'].includes(state)) return;
    participant.send('progress', { transportId, direction, state });
    if (state !== 'failed') return;
    if (!stream) return participant.subscriber.restart('transport-failed');
    this.#awaitRestart(stream);
    this.#resubscribe();
    participant.send('transport-restart', {
      publish: [stream.id],
      subscribe: false,
      reason: 'transport-failed',
    });
  }

  #awaitRestart(stream) {
    stream.restarting(this.settings.restartSeconds * 1000, () => this.#remove(stream));
  }

  #workerLost(node) {
    const primary = this.seats.isPrimary(node);
    const seated = this.seats.lost(node);
    if (!seated) return;
    this.bridges.lost(node, this.seats.nodes);
    const hit = seated.map((id) => this.participants.get(id)).filter(Boolean);
    log.warn(`${this.id}: its worker ${node} is lost with the transports of ${hit.length} participants`);
    for (const participant of hit) {
      const subscribe = participant.subscriber.workerLost();
      const streams = [...participant.streams.values()].filter((s) => s.status !== 'negotiating');
      streams.forEach((stream) => this.#awaitRestart(stream));
      if (streams.length === 0 && !subscribe) continue;
      const publish = streams.map((s) => s.id);
      participant.send('transport-restart', { publish, subscribe, reason: 'worker-lost' });
    }
    if (primary) {
      this.speakers.lost();
      for (const stream of this.#liveStreams()) stream.hearAnew();
    }
    this.#resubscribe();
    this.#warm();
  }

  // The end

  #watchEmpty() {
    clearTimeout(this.emptyTimer);
    if (this.participants.size > 0 || this.closed) return;
    this.emptyTimer = setTimeout(() => this.onEmpty(this), this.info.destroySeconds * 1000);
  }

  close(reason = 'room-deleted') {
    if (this.closed) return;
    this.closed = true;
    for (const participant of [...this.participants.values()]) this.#drop(participant, reason);
    clearTimeout(this.emptyTimer);
    this.unsubscribe();
    this.unserve();
    this.seats.release();
  }
}
