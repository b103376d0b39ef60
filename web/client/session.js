// A participant's session in a room: login, reconnection, publishing, and the picture of who is there.
//
//   const session = new Session();
//   session.addEventListener('participant', ...);     // see the list at `Session`
//   await session.join({ room: 'garden', name: 'Ada', media });
//   session.leave();
import { Signalling, SignallingError } from './signalling.js';
import { PublishTransport, SubscribeTransport } from './transports.js';

const RECONNECT_DELAYS_MS = [0, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000];
const TICKET_REFRESH_MS = 5 * 60 * 1000;
// Close codes after which there is no way back (docs/protocol.md, "Close codes").
const FINAL_REASONS = {
  'room-deleted': 'The room was closed.',
  kicked: 'You were removed from the room.',
  timeout: 'The connection was lost for too long.',
};

/** Asks the server for a token of a room. Throws a SignallingError with the server's reason. */
async function fetchToken(room, name) {
  let response;
  try {
    response = await fetch('/api/join', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room, name }),
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new SignallingError('unreachable', 'The server cannot be reached.');
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new SignallingError(body.error?.code ?? 'http', body.error?.message ?? `HTTP ${response.status}`);
  return body;
}

/**
 * Events (CustomEvent, `detail` in brackets):
 * - `joined` [{id, name}], `participant` [{id, name}], `participant-left` [{id}]
 * - `media` [{participantId, streamId, attributes, stream: MediaStream, audio: {muted}|null, video: {muted}|null}] whenever a person's
 *   media changed; `attributes.source` is 'screen' for a shared screen
 * - `media-removed` [{participantId, streamId, attributes}]
 * - `speakers` [{streams: [{streamId, participantId}]}] who speaks now, the loudest first
 * - `active-speaker` [{streamId, participantId}] who has the floor
 * - `layers` [{streamId, spatial, temporal}] what is sent of a video in layers
 * - `connection` [{state: 'connected'|'reconnecting'}]
 * - `text` [{from, message}]
 * - `ended` [{reason}] the session is over and not by `leave()`
 */
export class Session extends EventTarget {
  #signalling = null;
  #url = null;
  #ticket = null;
  #lastSeq = 0;
  #left = false;
  #dropReason = null;
  #refreshTimer = null;
  #configuration = {}; // RTCConfiguration of all connections
  #publication = null; // camera and microphone
  #muted = { audio: false, video: false }; // as wanted, also before there is something to mute
  #others = new Map(); // what else is published: MediaStream → PublishTransport
  #subscription = new SubscribeTransport(
    (method, data) => this.#request(method, data),
    (streamId, track) => this.#takeTrack(streamId, track),
  );
  #streams = new Map(); // streamId → { info, media: MediaStream }
  #people = new Map(); // participantId → { id, name }
  #selfId = null;

  /**
   * Joins a room. `media` is what to publish, or a promise of it: the others are seen while the camera still opens.
   * Without it, or without tracks, one only watches. `send` says how it is sent (codecs.js); `iceTransportPolicy` as in RTCConfiguration.
   */
  async join({ room, name, media, send = {}, iceTransportPolicy = 'all' }) {
    const { token, url } = await fetchToken(room, name);
    this.#url = new URL(url, location.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    await this.#connect();
    const welcome = await this.#request('login', { token, name });
    this.#configuration = { iceServers: welcome.iceServers ?? [], iceTransportPolicy };
    this.#subscription.configuration = this.#configuration;
    this.#welcome(welcome);
    this.#emit('joined', { id: welcome.participantId, name: welcome.name });
    this.#reconcile(welcome);
    const own = await media;
    if (own?.getTracks().length > 0 && !this.#left) {
      this.#publication = this.#transportFor(own, send);
      this.#muteTracks();
      await this.#publication.start();
      this.#watch(this.#publication);
      for (const track of own.getTracks()) if (this.#muted[track.kind]) await this.#tellMuted(track.kind);
    }
  }

  /** Publishes another stream, such as a screen: `attributes` are shown to the others. */
  async publish(media, { attributes = {}, ...send } = {}) {
    const publication = this.#transportFor(media, { ...send, attributes });
    this.#others.set(media, publication);
    try {
      await publication.start();
      this.#watch(publication);
    } catch (error) {
      this.#others.delete(media);
      publication.stop();
      throw error;
    }
  }

  /** Ends what `publish` began. */
  async unpublish(media) {
    const publication = this.#others.get(media);
    if (!publication) return;
    this.#others.delete(media);
    publication.stop();
    if (publication.streamId) await this.#request('unpublish', { streamId: publication.streamId });
  }

  /** Looks for a way to the server anew on all connections, as after a change of networks. */
  async restartIce() {
    const transports = [...this.#publications(), this.#subscription];
    await Promise.all(transports.map((transport) => transport.restartIce()));
  }

  #transportFor(media, send) {
    const request = (method, data) => this.#request(method, data);
    return new PublishTransport(media, request, { ...send, configuration: this.#configuration });
  }

  #publications() {
    return [...(this.#publication ? [this.#publication] : []), ...this.#others.values()];
  }

  /** Mutes or unmutes one's own 'audio' or 'video', at the source and in the room. */
  async setMuted(kind, muted) {
    this.#muted[kind] = muted;
    this.#muteTracks();
    if (this.#publication?.streamId) await this.#tellMuted(kind);
  }

  #muteTracks() {
    for (const track of this.#publication?.media.getTracks() ?? []) track.enabled = !this.#muted[track.kind];
  }

  #tellMuted(kind) {
    const { streamId } = this.#publication;
    return this.#request('stream-control', { streamId, kind, muted: this.#muted[kind] });
  }

  /** The highest layers wanted of a stream's video, such as { spatial: 0 } for a small tile; {} for all. */
  setLayers(streamId, layers) {
    return this.#request('subscription-control', { streamId, kind: 'video', layers });
  }

  /** How important a stream is beside the others where not all of them fit, 0 to 255; 128 without it. */
  setPriority(streamId, priority) {
    return this.#request('subscription-control', { streamId, kind: 'video', priority });
  }

  sendText(message) {
    return this.#request('text', { message });
  }

  /** Leaves the room. The server is told at once, so that the others see it at once. */
  leave() {
    this.#signalling?.request('logout').catch(() => {});
    this.#stop();
  }

  /** The ids of the others' streams. */
  get streamIds() {
    return [...this.#streams.keys()];
  }

  /** The live RTCPeerConnections, for statistics. */
  get connections() {
    return { publish: this.#publication?.connection ?? null, subscribe: this.#subscription.connection };
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #request(method, data) {
    return this.#signalling.request(method, data);
  }

  async #connect() {
    const signalling = new Signalling({
      onEvent: (event, data, seq) => {
        if (signalling !== this.#signalling) return;
        if (seq !== undefined) this.#lastSeq = seq;
        this.#handle(event, data);
      },
      onClose: () => {
        if (signalling === this.#signalling && this.#ticket !== null) this.#lost();
      },
    });
    this.#signalling = signalling;
    await signalling.open(this.#url);
  }

  #welcome(welcome) {
    this.#selfId = welcome.participantId;
    this.#ticket = welcome.ticket;
    clearInterval(this.#refreshTimer);
    this.#refreshTimer = setInterval(() => {
      this.#request('refresh-ticket').then(
        ({ ticket }) => (this.#ticket = ticket),
        () => {}, // the socket is going; relogin brings a new one
      );
    }, TICKET_REFRESH_MS);
  }

  // Brings the picture in line with the server's lists: at login, and after a relogin that could not replay.
  #reconcile({ participants, streams, speakers, activeSpeaker, seq }) {
    this.#lastSeq = seq;
    const present = new Set(participants.map((p) => p.id));
    for (const id of [...this.#people.keys()]) if (!present.has(id)) this.#removePerson(id);
    for (const person of participants) this.#addPerson(person);
    const live = new Set(streams.map((s) => s.id));
    for (const id of [...this.#streams.keys()]) if (!live.has(id)) this.#removeStream(id);
    for (const stream of streams) this.#addStream(stream);
    this.#emit('speakers', { streams: speakers });
    if (activeSpeaker) this.#emit('active-speaker', activeSpeaker);
  }

  async #lost() {
    if (this.#left) return;
    if (this.#dropReason)
      return this.#end(FINAL_REASONS[this.#dropReason] ?? 'The server ended the session.');
    this.#emit('connection', { state: 'reconnecting' });
    for (const delay of RECONNECT_DELAYS_MS) {
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (this.#left) return;
      try {
        await this.#connect();
        const welcome = await this.#request('relogin', { ticket: this.#ticket, lastSeq: this.#lastSeq });
        this.#welcome(welcome);
        if (!welcome.resumed) this.#reconcile(welcome);
        this.#emit('connection', { state: 'connected' });
        return;
      } catch (error) {
        if (error.code === 'session-gone' || error.code?.startsWith('ticket-')) break;
      }
    }
    this.#end('The connection to the server was lost.');
  }

  #end(reason) {
    this.#stop();
    this.#emit('ended', { reason });
  }

  #stop() {
    this.#left = true;
    clearInterval(this.#refreshTimer);
    for (const publication of this.#publications()) publication.stop();
    this.#subscription.stop();
    this.#signalling?.close();
  }

  #handle(event, data) {
    switch (event) {
      case 'participant-joined':
        return this.#addPerson(data);
      case 'participant-left':
        return this.#removePerson(data.id);
      case 'stream-added':
        return this.#addStream(data);
      case 'stream-updated':
        return this.#updateStream(data);
      case 'stream-removed':
        return this.#removeStream(data.id);
      case 'offer':
        return void this.#subscription
          .accept(data)
          .catch((error) => console.error('offer not answered:', error));
      case 'transport-restart':
        return this.#restart(data);
      case 'text':
      case 'speakers':
      case 'active-speaker':
        return this.#emit(event, data);
      case 'layers-changed':
        return this.#emit('layers', data);
      case 'drop':
        this.#dropReason = data.reason;
    }
  }

  #restart({ publish = [], subscribe }) {
    if (subscribe) this.#subscription.stop();
    for (const publication of this.#publications().filter((p) => publish.includes(p.streamId))) {
      publication.start().then(
        () => this.#watch(publication),
        (error) => console.error('could not publish again:', error),
      );
    }
  }

  // A publishing connection that fails for a reason of the network's is replaced under the same stream id.
  #watch(publication) {
    const { connection } = publication;
    if (!connection) return;
    connection.addEventListener('connectionstatechange', () => {
      const current = connection === publication.connection;
      if (current && connection.connectionState === 'failed')
        this.#restart({ publish: [publication.streamId] });
    });
  }

  #addPerson({ id, name }) {
    if (this.#people.has(id) || id === this.#selfId) return;
    this.#people.set(id, { id, name });
    this.#emit('participant', { id, name });
  }

  #removePerson(id) {
    if (this.#people.delete(id)) this.#emit('participant-left', { id });
  }

  #addStream(info) {
    if (info.participantId === this.#selfId) return;
    const known = this.#streams.get(info.id);
    if (known) return this.#updateStream(info);
    this.#streams.set(info.id, { info, media: new MediaStream() });
    this.#announce(info.id);
    this.#request('subscribe', { streamId: info.id }).catch((error) => {
      if (error.code !== 'conflict' && error.code !== 'not-found')
        console.error(`cannot watch ${info.id}:`, error);
    });
  }

  #updateStream(info) {
    const stream = this.#streams.get(info.id);
    if (!stream) return;
    stream.info = info;
    this.#announce(info.id);
  }

  #removeStream(id) {
    const stream = this.#streams.get(id);
    if (!stream) return;
    this.#streams.delete(id);
    const { participantId, attributes = {} } = stream.info;
    this.#emit('media-removed', { participantId, streamId: id, attributes });
  }

  #takeTrack(streamId, track) {
    const stream = this.#streams.get(streamId);
    if (!stream || stream.media.getTracks().includes(track)) return;
    for (const old of stream.media.getTracks()) if (old.kind === track.kind) stream.media.removeTrack(old);
    stream.media.addTrack(track);
    this.#announce(streamId);
  }

  #announce(streamId) {
    const { info, media } = this.#streams.get(streamId);
    const { participantId, attributes = {}, media: kinds } = info;
    this.#emit('media', { participantId, streamId, attributes, stream: media, ...kinds });
  }
}
