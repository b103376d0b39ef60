// For tests only: the WebRTC engine's JavaScript interface without media. Offers and answers look like SDP; a peer is `connected` once it
// has both sides; a "failed" peer is made by an answer or offer that holds the line a=x-fail.

const session = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
const badSdp = (why) => Object.assign(new Error(why), { code: 'ERR_SDP' });

class Peer {
  #engine;
  #sections = []; // { mid, kind, trackId, subscriptionId }
  #next = 0;

  constructor(engine, id, { role, codecs, flexfec = 'auto' }) {
    Object.assign(this, { id, role, codecs, flexfec, closed: false, paused: new Set() });
    this.#engine = engine;
  }

  #connect(sdp) {
    if (sdp.includes('a=x-fail')) setTimeout(() => this.#state('failed'), 50);
    else setImmediate(() => this.#state('connected'));
  }

  #state(state) {
    if (!this.closed) this.#engine.emit('state', this.id, state);
  }

  acceptOffer(sdp) {
    if (!sdp.startsWith('v=0')) throw badSdp('line 1: v=0 expected');
    const kinds = [...sdp.matchAll(/^m=(audio|video) /gm)].map((m) => m[1]);
    const tracks = kinds.map((kind, n) => {
      const track = {
        id: `${this.id}/${n}`,
        kind,
        mid: String(n),
        codec: kind === 'audio' ? 'opus' : (this.codecs?.[0] ?? 'VP8'),
      };
      this.#engine.tracks.set(track.id, { ...track, peer: this });
      return track;
    });
    this.#connect(sdp);
    return {
      answer:
        session +
        kinds.map((k, n) => `m=${k} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:${n}\r\na=recvonly\r\n`).join(''),
      tracks,
    };
  }

  subscribe(trackId) {
    const track = this.#engine.tracks.get(trackId);
    if (!track) throw new Error(`there is no track ${trackId}`);
    const subscriptionId = `${this.id}#${this.#next++}`;
    this.#sections.push({ mid: String(this.#sections.length), kind: track.kind, trackId, subscriptionId });
    if (track.kind === 'audio') setImmediate(() => this.#engine.hear());
    return subscriptionId;
  }

  unsubscribe(id) {
    const section = this.#sections.find((s) => s.subscriptionId === id);
    if (!section) throw new Error(`there is no subscription ${id}`);
    section.subscriptionId = null;
  }

  createOffer() {
    const line = (s) =>
      `m=${s.kind} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:${s.mid}\r\n` +
      (s.kind === 'video' && this.flexfec === 'auto' ? 'a=rtpmap:35 flexfec-03/90000\r\n' : '') +
      (s.subscriptionId ? `a=msid:parley ${s.trackId}\r\na=sendonly\r\n` : 'a=inactive\r\n');
    const ufrag = `a=ice-ufrag:u${this.restarts ?? 0}\r\n`;
    return session + ufrag + this.#sections.map(line).join('');
  }

  acceptAnswer(sdp) {
    if (!sdp.startsWith('v=0')) throw badSdp('line 1: v=0 expected');
    this.#connect(sdp);
  }

  setPreferredLayers(id, { spatial = 2, temporal = 2 }) {
    if (!this.#sections.some((s) => s.subscriptionId === id))
      throw new Error(`there is no subscription ${id}`);
    const payload = { subscriptionId: id, spatial, temporal };
    setImmediate(() => this.#engine.emit('layers-changed', this.id, payload));
  }

  setPriority(id, priority) {
    if (!this.#sections.some((s) => s.subscriptionId === id))
      throw new Error(`there is no subscription ${id}`);
    setImmediate(() =>
      this.#engine.emit('layers-changed', this.id, { subscriptionId: id, spatial: priority, temporal: 0 }),
    );
  }

  restartIce() {
    this.restarts = (this.restarts ?? 0) + 1;
  }

  addRemoteCandidate(text) {
    if (text !== '' && !text.startsWith('candidate:')) throw new Error('not a candidate');
  }

  pause(id, paused) {
    if (paused) this.paused.add(id);
    else this.paused.delete(id);
  }

  async getStats() {
    return { id: this.id, paused: [...this.paused] };
  }

  close() {
    this.closed = true;
    this.#engine.peers.delete(this.id);
    for (const [id, track] of this.#engine.tracks) if (track.peer === this) this.#engine.tracks.delete(id);
  }
}

export class Engine {
  constructor({ bindings }, onEvent) {
    Object.assign(this, { tracks: new Map(), peers: new Map(), emit: onEvent });
    this.list = bindings.map((b, n) => ({ ...b, port: b.port || 40000 + n }));
  }
  bindings() {
    return this.list;
  }

  candidates() {
    return this.bindings();
  }
  createPeer(id, options) {
    const peer = new Peer(this, id, options);
    this.peers.set(id, peer);
    return peer;
  }
  createAudioGroup() {
    this.group = [];
    return 'g1';
  }
  addToAudioGroup(group, trackId) {
    this.group.push(trackId);
  }
  /** The latest voice of the group is heard. */
  hear() {
    this.emit('dominant-speaker', 'g1', { trackId: this.group.at(-1) });
    this.emit('active-speakers', 'g1', { trackIds: this.group });
  }
  closeAudioGroup() {}
  stats() {
    return { peers: this.peers.size, tracks: this.tracks.size };
  }
  async close() {}
}
