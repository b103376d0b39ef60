// RTCPeerConnection (https://www.w3.org/TR/webrtc/): the operations chain, events and objects around the native JSEP session.
'use strict';

const dns = require('dns');
const { makeCertificate } = require('./certificate');
const { Channels } = require('./channels');
const { gathersAnother, lookUp, readConfiguration } = require('./configuration');
const { acquire } = require('./engine');
const { guarded, invalidAccess, invalidState } = require('./errors');
const events = require('./events');
const { Gathering } = require('./gathering');
const { dtlsRoleIn, negotiatedIn } = require('./negotiated');
const { applyOfferOptions } = require('./offer_options');
const { OperationsChain } = require('./operations');
const { readEncodings } = require('./parameters');
const { RTCIceCandidate, RTCSessionDescription } = require('./descriptions');
const { RTCRtpSender, RTCRtpTransceiver } = require('./rtp');
const { RemoteStreams } = require('./remote_streams');
const { ShownDescriptions } = require('./shown_descriptions');
const { makeReport, selected } = require('./stats');
const { makeTransport } = require('./transports');
const { MediaStream, MediaStreamTrack } = require('./tracks');

const { RTCPeerConnectionIceErrorEvent } = events;

const kConnectionStates = {
  new: 'new',
  checking: 'connecting',
  connected: 'connected',
  disconnected: 'disconnected',
  failed: 'failed',
  closed: 'disconnected', // the other side has said goodbye
};

class RTCPeerConnection extends EventTarget {
  #configuration;
  #handle;
  #closed = false;
  #operations = new OperationsChain(() => {
    if (!this.#checkAfterOperations) return;
    this.#checkAfterOperations = false;
    this.updateNegotiationNeeded();
  });
  #negotiationNeeded = false;
  #checkAfterOperations = false;
  #signalingState = 'stable';
  #peerState = 'new';
  #transceivers = new Map();
  #descriptions = new ShownDescriptions((which) => this.native.description(which));
  #transport = makeTransport(this);
  #gathering = new Gathering(this, this.#transport.iceTransport);
  #remoteStreams = new RemoteStreams(this);
  #channels = new Channels(this, this.#transport);
  #told = null; // the configuration whose servers the native side knows

  /** The second argument is this module's own: an engine that several connections share, and which of them share a thread of it. */
  constructor(configuration = {}, shared = {}) {
    super();
    this.#configuration = readConfiguration(configuration);
    this.#handle = acquire(this.#configuration, shared ?? {}, (...event) => this.#onNative(...event));
  }

  static generateCertificate(algorithm) {
    return makeCertificate(algorithm);
  }

  // --- states
  get signalingState() {
    return this.#closed ? 'closed' : this.#signalingState;
  }
  get iceGatheringState() {
    return this.#gathering.state;
  }
  get iceConnectionState() {
    if (this.#closed) return 'closed';
    return this.#peerState === 'closed' ? 'disconnected' : this.#peerState;
  }
  get connectionState() {
    if (this.#closed) return 'closed';
    // ICE may be connected before DTLS is.
    const waits = this.#peerState === 'connected' && this.#transport.state !== 'connected';
    return waits ? 'connecting' : kConnectionStates[this.#peerState];
  }
  get canTrickleIceCandidates() {
    const remote = this.remoteDescription;
    return remote ? /^a=ice-options:.*\btrickle\b/m.test(remote.sdp) : null;
  }
  get currentLocalDescription() {
    return this.#descriptions.get('currentLocal');
  }
  get pendingLocalDescription() {
    return this.#descriptions.get('pendingLocal');
  }
  get localDescription() {
    return this.pendingLocalDescription ?? this.currentLocalDescription;
  }
  get currentRemoteDescription() {
    return this.#descriptions.get('currentRemote');
  }
  get pendingRemoteDescription() {
    return this.#descriptions.get('pendingRemote');
  }
  get remoteDescription() {
    return this.pendingRemoteDescription ?? this.currentRemoteDescription;
  }
  get sctp() {
    return this.#channels.sctp;
  }
  getConfiguration() {
    const { certificates, ...rest } = this.#configuration;
    return { ...structuredClone(rest), certificates: [...certificates] };
  }
  setConfiguration(configuration) {
    this.#refuseClosed();
    const before = this.#configuration;
    this.#configuration = readConfiguration(configuration, before, this.localDescription !== null);
    if (gathersAnother(before, this.#configuration)) this.native.needIceRestart();
    else if (this.#told === before) this.#told = this.#configuration;
  }

  // --- offer and answer
  createOffer(options = {}) {
    return this.chain(async () => {
      applyOfferOptions(this, options);
      const sdp = guarded(() => this.native.createOffer(Boolean(options?.iceRestart)));
      await nextTask();
      return { type: 'offer', sdp };
    });
  }
  createAnswer() {
    return this.chain(async () => {
      const sdp = guarded(() => this.native.createAnswer());
      await nextTask();
      return { type: 'answer', sdp };
    });
  }
  setLocalDescription(description = {}) {
    return this.chain(async () => {
      const { type, sdp = '' } = description ?? {};
      if (type !== undefined) new RTCSessionDescription({ type }); // checks the type
      if (type === 'rollback') this.#checkRollback('have-local-offer', 'have-local-pranswer');
      await this.#findServers();
      await nextTask();
      if (this.#closed) return;
      const changes = guarded(() => this.native.setLocal(type ?? '', String(sdp ?? '')));
      this.#transport.iceTransport.setRole(
        type === 'answer' || this.#isAnswer() ? 'controlled' : 'controlling',
      );
      this.#settle(changes, { rollback: type === 'rollback' });
    });
  }
  setRemoteDescription(description) {
    return this.chain(async () => {
      const { type, sdp } = new RTCSessionDescription(description);
      if (type === 'rollback') this.#checkRollback('have-remote-offer', 'have-remote-pranswer');
      await nextTask();
      if (this.#closed) return;
      // Glare: the own offer is taken back first, whatever becomes of the other one (W3C section 4.4.1.5).
      if (type === 'offer' && this.#signalingState === 'have-local-offer') {
        this.#settle(
          guarded(() => this.native.setLocal('rollback', '')),
          { rollback: true, more: true },
        );
        await nextTask();
        if (this.#closed) return;
      }
      this.#settle(
        guarded(() => this.native.setRemote(type, sdp)),
        { rollback: type === 'rollback' },
      );
      this.#learnCandidates();
    });
  }
  /** Only the side whose description is pending takes it back. */
  #checkRollback(...states) {
    if (!states.includes(this.#signalingState))
      throw invalidState(`there is nothing to roll back in ${this.#signalingState}`);
  }
  #isAnswer() {
    return this.localDescription?.type !== 'offer';
  }
  addIceCandidate(candidate) {
    const init = candidate ?? {};
    const text = String(init.candidate ?? '');
    if (text !== '' && (init.sdpMid ?? null) === null && (init.sdpMLineIndex ?? null) === null)
      return Promise.reject(new TypeError('sdpMid or sdpMLineIndex must be given'));
    return this.chain(async () => {
      if (this.remoteDescription === null) throw invalidState('there is no remote description yet');
      await nextTask();
      if (this.#closed) return;
      guarded(() =>
        this.native.addRemoteCandidate(
          text,
          init.sdpMid ?? undefined,
          init.sdpMLineIndex ?? undefined,
          init.usernameFragment ?? '',
        ),
      );
      this.#learnCandidates();
    });
  }
  restartIce() {
    if (this.#closed) return;
    this.native.restartIce();
    this.updateNegotiationNeeded();
  }

  // --- media
  getTransceivers() {
    return [...this.#transceivers.values()];
  }
  getSenders() {
    return this.getTransceivers().map((each) => each.sender);
  }
  getReceivers() {
    return this.getTransceivers().map((each) => each.receiver);
  }
  addTransceiver(trackOrKind, init = {}) {
    const track = trackOrKind instanceof MediaStreamTrack ? trackOrKind : null;
    const kind = track ? track.kind : String(trackOrKind);
    if (kind !== 'audio' && kind !== 'video') throw new TypeError(`not a kind of media: ${kind}`);
    const { direction = 'sendrecv', streams = [], sendEncodings = [] } = init ?? {};
    if (!['sendrecv', 'sendonly', 'recvonly', 'inactive'].includes(direction))
      throw new TypeError(`not a direction: ${direction}`);
    const encodings = readEncodings(kind, sendEncodings);
    this.#refuseClosed();
    const rids = encodings.length > 1 ? encodings.map((each) => each.rid) : [];
    const id = guarded(() =>
      this.native.addTransceiver(
        kind,
        direction,
        track?.id ?? '',
        [...streams].map((each) => each.id),
        rids,
      ),
    );
    this.#follow(encodings);
    const transceiver = this.#transceivers.get(id);
    if (track) transceiver.sender.attach(track);
    transceiver.sender.configure();
    this.updateNegotiationNeeded();
    return transceiver;
  }
  addTrack(track, ...streams) {
    if (!(track instanceof MediaStreamTrack)) throw new TypeError('not a MediaStreamTrack');
    for (const each of streams) if (!(each instanceof MediaStream)) throw new TypeError('not a MediaStream');
    this.#refuseClosed();
    if (this.getSenders().some((each) => each.track === track))
      throw invalidAccess('the track has a sender already');
    const id = guarded(() =>
      this.native.addTrack(
        track.kind,
        track.id,
        [...new Set(streams)].map((each) => each.id),
      ),
    );
    this.#follow();
    const { sender } = this.#transceivers.get(id);
    sender.attach(track);
    this.updateNegotiationNeeded();
    return sender;
  }
  removeTrack(sender) {
    if (!(sender instanceof RTCRtpSender)) throw new TypeError('not an RTCRtpSender');
    this.#refuseClosed();
    const { transceiver } = sender;
    if (sender.connection !== this) throw invalidAccess('a sender of another connection');
    if (sender.track === null || transceiver.direction === 'stopped') return;
    sender.attach(null);
    this.native.removeTrack(transceiver.nativeId);
    this.#follow();
    this.updateNegotiationNeeded();
  }

  createDataChannel(label, init = {}) {
    if (arguments.length === 0) throw new TypeError('a label must be given');
    this.#refuseClosed();
    return this.#channels.create(String(label), init);
  }

  async getStats(selector = null) {
    const chosen = selected(selector, this.getTransceivers());
    const native = this.#closed ? kNothing : await guarded(() => this.native.getStats());
    return makeReport(native, (id) => this.#transceivers.get(id), chosen, {
      iceState: this.iceConnectionState,
      iceRole: this.#transport.iceTransport.role,
      iceLocalUsernameFragment: this.#transport.iceTransport.getLocalParameters()?.usernameFragment,
      iceRemoteUsernameFragment: this.#transport.iceTransport.getRemoteParameters()?.usernameFragment,
      dtlsState: this.#transport.state,
      dtlsRole: dtlsRoleIn(this.currentLocalDescription, this.currentRemoteDescription),
      servers: this.#configuration.iceServers.flatMap(({ urls }) => urls),
      channels: this.#channels.counts,
      dataChannels: this.#channels.stats(),
    });
  }

  close() {
    if (this.#closed) return;
    this.#descriptions.keep();
    this.#closed = true;
    this.#operations.close();
    for (const each of this.getTransceivers()) {
      each.sender.detach();
      each.receiver.track.end();
    }
    this.#channels.close();
    this.#transport.close();
    this.#handle.release();
  }

  // --- for this module's other files
  get native() {
    return this.#handle.native;
  }
  get closed() {
    return this.#closed;
  }
  forget(transceiver) {
    this.#transceivers.delete(transceiver.nativeId);
  }
  /** Every section that is in a local description, and not only offered to us, has the one transport. */
  transportOf({ mid, stopped }) {
    if (mid === null || stopped) return null;
    return this.localDescription?.sdp.includes(`a=mid:${mid}\r\n`) ? this.#transport : null;
  }
  /** What the last answer left for a transceiver: codecs, header extensions and RTCP. */
  negotiatedOf(transceiver, direction) {
    return negotiatedIn(this.currentLocalDescription, this.currentRemoteDescription, transceiver, direction);
  }
  codecsToSend(transceiver) {
    const { codecs } = this.negotiatedOf(transceiver, 'sending');
    return codecs.length > 0 || this.currentRemoteDescription
      ? codecs
      : RTCRtpSender.getCapabilities(transceiver.kind).codecs;
  }
  chain(operation) {
    if (this.#closed) return Promise.reject(invalidState('the connection is closed'));
    return this.#operations.run(operation);
  }
  updateNegotiationNeeded() {
    if (this.#closed) return;
    if (!this.#operations.empty) {
      this.#checkAfterOperations = true;
      return;
    }
    // A task, behind those of the program that are due already.
    setTimeout(() => {
      if (this.#closed) return;
      if (!this.#operations.empty) {
        this.#checkAfterOperations = true;
        return;
      }
      if (this.#signalingState !== 'stable') return;
      const needed = this.native.negotiationNeeded();
      const told = this.#negotiationNeeded;
      this.#negotiationNeeded = needed;
      if (needed && !told) this.dispatchEvent(new Event('negotiationneeded'));
    }, 0);
  }

  /** Of a candidate with a name (mDNS): the system's resolver may know it. */
  #resolve(name) {
    dns.lookup(name, (error, ip) => {
      if (!this.#closed) this.native.resolved(name, error ? '' : ip);
    });
  }
  #refuseClosed() {
    if (this.#closed) throw invalidState('the connection is closed');
  }
  /** Brings the transceivers up to what the native side has. */
  #follow(encodings) {
    for (const state of this.native.transceivers()) {
      const known = this.#transceivers.get(state.id);
      if (known) known.update(state);
      else
        this.#transceivers.set(
          state.id,
          RTCRtpTransceiver.make(this, state, encodings ?? [{ active: true }]),
        );
    }
  }
  /** What setting a description did, in the order of W3C's section 4.4.1.5. `more` changes follow at once. */
  #settle(changes, { rollback = false, more = false } = {}) {
    this.#follow();
    const state = this.native.signalingState();
    const changed = state !== this.#signalingState;
    this.#signalingState = state;
    if (changed) this.#negotiationNeeded = false;
    this.#channels.onSettled(changes);
    const events = [];
    for (const each of this.getTransceivers()) events.push(...this.#remoteStreams.follow(each, changes));
    for (const id of [...changes.stopped, ...changes.removed]) this.#transceivers.get(id)?.markStopped();
    for (const id of changes.rejected) this.#transceivers.get(id)?.stopRemotely();
    this.#gathering.onSettled(changes, rollback);
    if (changed) this.dispatchEvent(new Event('signalingstatechange'));
    for (const tell of events) tell();
    if (this.#signalingState === 'stable' && !more) this.updateNegotiationNeeded();
  }
  /** Those of the remote description, in the order in which they came. */
  #learnCandidates() {
    const ice = this.#transport.iceTransport;
    const { sdp } = this.remoteDescription ?? {};
    if (!sdp) return;
    ice.restart('remote');
    const sdpMid = /^a=mid:(\S+)/m.exec(sdp)?.[1] ?? '0';
    for (const [, candidate] of sdp.matchAll(/^a=(candidate:.*)\r$/gm))
      ice.addRemote(new RTCIceCandidate({ candidate, sdpMid, sdpMLineIndex: 0 }));
  }
  /** Looks the servers' names up, once for each configuration, and tells the native side of them; it takes addresses. */
  async #findServers() {
    while (!this.#closed && this.#told !== this.#configuration) {
      const wanted = this.#configuration;
      const servers = await lookUp(wanted.iceServers);
      if (this.#closed || wanted !== this.#configuration) continue; // others were set meanwhile
      this.native.setIceServers(servers, wanted.iceTransportPolicy === 'relay');
      this.#told = wanted;
    }
  }
  #onNative(type, payload) {
    if (this.#closed) return;
    if (type === 'state') return this.#setPeerState(payload);
    if (type === 'candidate') return this.#gathering.onCandidate(payload);
    if (type === 'gathering') return this.#gathering.onState(payload);
    if (type === 'resolve') return this.#resolve(payload);
    if (type === 'selected') return void this.#followPath();
    if (type === 'candidate-error') {
      const { server, ...init } = payload;
      const event = new RTCPeerConnectionIceErrorEvent('icecandidateerror', { ...init, url: server });
      return void this.dispatchEvent(event);
    }
    if (type === 'data-channel') return this.#channels.onOpened(payload);
    if (type === 'track-active' || type === 'track-inactive')
      return void this.#followActivity(payload.trackId, type === 'track-inactive');
    const transceiver = this.#transceivers.get(payload.transceiver);
    if (type === 'rtp' || type === 'video' || type === 'audio') {
      transceiver?.receiver.onMedia(type, payload);
    } else if (type === 'key-frame-wanted') {
      transceiver?.sender.track?.source?.keyFrameWanted?.(payload.encoding, transceiver.sender);
    }
  }
  async #followActivity(trackId, muted) {
    const { receiving } = await this.#nativeStats();
    const stream = receiving.find(({ id }) => `t${id}` === trackId);
    if (!this.#closed) this.#transceivers.get(stream?.transceiver)?.receiver.track.setMuted(muted);
  }
  async #followPath() {
    const { peer } = await this.#nativeStats();
    if (!this.#closed && peer.path) this.#transport.iceTransport.select(peer.path);
  }
  async #nativeStats() {
    try {
      return await this.native.getStats();
    } catch {
      return kNothing; // closed meanwhile
    }
  }
  async #setPeerState(state) {
    // Media and data flow: looks at what was agreed on, then tells.
    const { peer } = state === 'connected' ? await this.#nativeStats() : kNothing;
    if (this.#closed || state === this.#peerState) return;
    const before = this.connectionState;
    this.#peerState = state;
    const { iceTransport } = this.#transport;
    if (peer.path) iceTransport.select(peer.path);
    iceTransport.setState(this.iceConnectionState);
    this.dispatchEvent(new Event('iceconnectionstatechange'));
    if (state === 'connected') {
      if (this.#transport.state === 'new') this.#transport.setState('connecting');
      if (peer.remoteCertificate) this.#transport.setRemoteCertificate(peer.remoteCertificate);
      this.#transport.setState('connected');
    }
    if (state === 'closed' || state === 'failed') {
      this.#transport.setState(state);
      this.#channels.onEnd();
    }
    if (this.connectionState !== before) this.dispatchEvent(new Event('connectionstatechange'));
  }
}
events.defineHandlers(RTCPeerConnection, [
  'negotiationneeded',
  'icecandidate',
  'icecandidateerror',
  'signalingstatechange',
  'iceconnectionstatechange',
  'icegatheringstatechange',
  'connectionstatechange',
  'track',
  'datachannel',
]);

/** Of a connection that is closed. */
const kNothing = { peer: { tracks: [], subscriptions: [] }, receiving: [], sending: [] };
const nextTask = () => new Promise((done) => setImmediate(done));

module.exports = { RTCPeerConnection };
