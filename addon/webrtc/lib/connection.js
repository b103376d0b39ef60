// RTCPeerConnection (https://www.w3.org/TR/webrtc/): the operations chain, events and objects around the native JSEP session.
'use strict';

const dns = require('dns');
const { lookUp, readConfiguration } = require('./configuration');
const { RTCDataChannel, readInit } = require('./data_channel');
const { acquire } = require('./engine');
const { guarded, invalidAccess, invalidState } = require('./errors');
const events = require('./events');
const { RTCIceCandidate, RTCSessionDescription } = require('./descriptions');
const { RTCRtpSender, RTCRtpTransceiver, readEncodings } = require('./rtp');
const { makeReport } = require('./stats');
const { MediaStream, MediaStreamTrack } = require('./tracks');

const { RTCDataChannelEvent, RTCPeerConnectionIceErrorEvent, RTCPeerConnectionIceEvent, RTCTrackEvent } =
  events;

const kConnectionStates = {
  new: 'new',
  checking: 'connecting',
  connected: 'connected',
  disconnected: 'disconnected',
  failed: 'failed',
  closed: 'closed',
};

class RTCPeerConnection extends EventTarget {
  #configuration;
  #handle;
  #closed = false;
  #operations = Promise.resolve();
  #pending = 0; // operations chained and not done
  #negotiationNeeded = false;
  #checkAfterOperations = false;
  #signalingState = 'stable';
  #peerState = 'new';
  #gatheringState = 'new';
  #transceivers = new Map();
  #streams = new Map(); // remote ones, by id
  #channels = new Set();
  #channelCounts = { dataChannelsOpened: 0, dataChannelsClosed: 0 };
  #servers = null; // a promise: their names are looked up

  constructor(configuration) {
    super();
    this.#configuration = readConfiguration(configuration);
    this.#handle = acquire({ bundlePolicy: this.#configuration.bundlePolicy }, (...event) =>
      this.#onNative(...event),
    );
  }

  // --- states
  get signalingState() {
    return this.#closed ? 'closed' : this.#signalingState;
  }
  get iceGatheringState() {
    return this.#gatheringState;
  }
  get iceConnectionState() {
    return this.#closed ? 'closed' : this.#peerState;
  }
  get connectionState() {
    return this.#closed ? 'closed' : kConnectionStates[this.#peerState];
  }
  get canTrickleIceCandidates() {
    const remote = this.remoteDescription;
    return remote ? /^a=ice-options:.*\btrickle\b/m.test(remote.sdp) : null;
  }
  #description(which) {
    if (this.#closed) return null;
    const found = this.native.description(which);
    return found ? new RTCSessionDescription(found) : null;
  }
  get currentLocalDescription() {
    return this.#description('currentLocal');
  }
  get pendingLocalDescription() {
    return this.#description('pendingLocal');
  }
  get localDescription() {
    return this.pendingLocalDescription ?? this.currentLocalDescription;
  }
  get currentRemoteDescription() {
    return this.#description('currentRemote');
  }
  get pendingRemoteDescription() {
    return this.#description('pendingRemote');
  }
  get remoteDescription() {
    return this.pendingRemoteDescription ?? this.currentRemoteDescription;
  }
  get sctp() {
    return null;
  }
  getConfiguration() {
    return structuredClone(this.#configuration);
  }
  setConfiguration(configuration) {
    this.#refuseClosed();
    const next = readConfiguration(configuration);
    if (next.bundlePolicy !== this.#configuration.bundlePolicy)
      throw new DOMException('bundlePolicy cannot change', 'InvalidModificationError');
    this.#configuration = next;
  }

  // --- offer and answer
  createOffer(options = {}) {
    return this.chain(() => ({
      type: 'offer',
      sdp: guarded(() => this.native.createOffer(Boolean(options?.iceRestart))),
    }));
  }
  createAnswer() {
    return this.chain(() => ({ type: 'answer', sdp: guarded(() => this.native.createAnswer()) }));
  }
  setLocalDescription(description = {}) {
    return this.chain(async () => {
      const { type, sdp = '' } = description ?? {};
      if (type !== undefined) new RTCSessionDescription({ type }); // checks the type
      if (this.#configuration.iceServers.length > 0) await this.#findServers();
      if (this.#closed) return;
      this.#settle(guarded(() => this.native.setLocal(type ?? '', String(sdp))));
    });
  }
  setRemoteDescription(description) {
    return this.chain(() => {
      const { type, sdp } = new RTCSessionDescription(description);
      this.#settle(guarded(() => this.native.setRemote(type, sdp)));
    });
  }
  addIceCandidate(candidate) {
    const init = candidate ?? {};
    const text = String(init.candidate ?? '');
    if (text !== '' && (init.sdpMid ?? null) === null && (init.sdpMLineIndex ?? null) === null)
      return Promise.reject(new TypeError('sdpMid or sdpMLineIndex must be given'));
    return this.chain(() => {
      guarded(() =>
        this.native.addRemoteCandidate(
          text,
          init.sdpMid ?? undefined,
          init.sdpMLineIndex ?? undefined,
          init.usernameFragment ?? '',
        ),
      );
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
    const rids = encodings.map((each) => each.rid).filter((rid) => rid !== undefined);
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
    if (this.#transceivers.get(transceiver.nativeId) !== transceiver) {
      if (transceiver.stopped) return;
      throw invalidAccess('a sender of another connection');
    }
    if (sender.track === null) return;
    sender.attach(null);
    this.native.removeTrack(transceiver.nativeId);
    this.#follow();
    this.updateNegotiationNeeded();
  }

  createDataChannel(label, init) {
    this.#refuseClosed();
    const options = readInit(label, init);
    const native = guarded(() => this.native.createDataChannel(String(label), options));
    const first = this.#channels.size === 0;
    const channel = this.#adopt(native);
    if (first) this.updateNegotiationNeeded();
    return channel;
  }

  async getStats(selector = null) {
    let chosen = selector;
    if (selector instanceof MediaStreamTrack) {
      const found = this.getTransceivers()
        .flatMap(({ sender, receiver }) => [sender, receiver])
        .filter((each) => each.track === selector);
      if (found.length !== 1) throw invalidAccess('the track is not of exactly one sender or receiver');
      [chosen] = found;
    }
    if (this.#closed) throw invalidState('the connection is closed');
    const native = await guarded(() => this.native.getStats());
    return makeReport(native, (id) => this.#transceivers.get(id), chosen, {
      iceState: this.iceConnectionState,
      dtlsState: { connected: 'connected', closed: 'closed', failed: 'failed' }[this.#peerState] ?? 'new',
      servers: this.#configuration.iceServers.flatMap(({ urls }) => [urls].flat()),
      channels: this.#channelCounts,
      dataChannels: [...this.#channels].map((each) => each.stats()),
    });
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    for (const each of this.getTransceivers()) {
      each.sender.attach(null);
      each.receiver.track.end();
    }
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
  transportOf() {
    return null; // not implemented: RTCDtlsTransport
  }
  codecsOf(transceiver, direction) {
    const description =
      direction === 'sending' ? this.currentRemoteDescription : this.currentLocalDescription;
    return description && transceiver.mid !== null ? codecsIn(description.sdp, transceiver) : [];
  }
  /** W3C's operations chain: one after the other, never two at a time. */
  chain(operation) {
    if (this.#closed) return Promise.reject(invalidState('the connection is closed'));
    this.#pending++;
    const done = this.#operations.then(() => {
      if (this.#closed) return new Promise(() => {}); // as W3C says: never settled
      return operation();
    });
    const after = () => {
      this.#pending--;
      if (this.#pending > 0 || !this.#checkAfterOperations) return;
      this.#checkAfterOperations = false;
      this.updateNegotiationNeeded();
    };
    this.#operations = done.then(after, after);
    return done;
  }
  updateNegotiationNeeded() {
    if (this.#pending > 0) {
      this.#checkAfterOperations = true;
      return;
    }
    queueMicrotask(() => {
      if (this.#closed) return;
      if (this.#pending > 0) {
        this.#checkAfterOperations = true;
        return;
      }
      if (this.#signalingState !== 'stable') return;
      const needed = this.native.negotiationNeeded();
      const told = this.#negotiationNeeded;
      this.#negotiationNeeded = needed;
      if (needed && !told) this.dispatchEvent(new Event('negotiationneeded'));
    });
  }

  /** Of a candidate with a name (mDNS): the system's resolver may know it. */
  #resolve(name) {
    dns.lookup(name, (error, ip) => {
      if (!this.#closed) this.native.resolved(name, error ? '' : ip);
    });
  }
  #adopt(native) {
    const channel = RTCDataChannel.make(native, () => this.#channelCounts.dataChannelsOpened++);
    this.#channels.add(channel);
    channel.addEventListener('close', () => {
      this.#channels.delete(channel);
      this.#channelCounts.dataChannelsClosed++;
    });
    return channel;
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
  /** What setting a description did, in the order of W3C's section 4.4.1.5. */
  #settle(changes) {
    this.#follow();
    const state = this.native.signalingState();
    const changed = state !== this.#signalingState;
    this.#signalingState = state;
    if (changed) this.#negotiationNeeded = false;
    const events = [];
    for (const id of changes.tracksRemoved) this.#removeRemote(this.#transceivers.get(id), events);
    for (const id of changes.tracksAdded) this.#addRemote(this.#transceivers.get(id), events);
    for (const id of [...changes.stopped, ...changes.removed]) this.#transceivers.get(id)?.markStopped();
    if (changed) this.dispatchEvent(new Event('signalingstatechange'));
    for (const tell of events) tell();
    if (this.#signalingState === 'stable') this.updateNegotiationNeeded();
  }
  #addRemote(transceiver, events) {
    if (!transceiver) return;
    const { receiver } = transceiver;
    const streams = transceiver.remoteStreams.map((id) => {
      if (!this.#streams.has(id)) this.#streams.set(id, MediaStream.withId(id));
      return this.#streams.get(id);
    });
    for (const each of streams) events.push(() => each.change(receiver.track, true));
    events.push(() =>
      this.dispatchEvent(
        new RTCTrackEvent('track', { receiver, track: receiver.track, streams, transceiver }),
      ),
    );
  }
  #removeRemote(transceiver, events) {
    if (!transceiver) return;
    const { track } = transceiver.receiver;
    for (const [id, stream] of this.#streams) {
      events.push(() => {
        stream.change(track, false);
        if (stream.getTracks().length === 0) this.#streams.delete(id);
      });
    }
    events.push(() => track.setMuted(true));
  }
  #onCandidate(candidate) {
    const { sdp } = this.localDescription ?? {};
    if (!sdp) return;
    if (this.#gatheringState !== 'gathering') this.#setGathering('gathering');
    const init = {
      candidate,
      sdpMid: /^a=mid:(\S+)/m.exec(sdp)?.[1] ?? '0',
      sdpMLineIndex: 0,
      usernameFragment: /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1],
    };
    this.dispatchEvent(
      new RTCPeerConnectionIceEvent('icecandidate', { candidate: new RTCIceCandidate(init) }),
    );
  }
  #onGathering(state) {
    if (state === this.#gatheringState) return;
    this.#setGathering(state);
    if (state === 'complete')
      this.dispatchEvent(new RTCPeerConnectionIceEvent('icecandidate', { candidate: null }));
  }
  /** Looks the servers' names up once; the native side takes addresses. */
  #findServers() {
    this.#servers ??= lookUp(this.#configuration.iceServers).then((servers) => {
      if (!this.#closed)
        this.native.setIceServers(servers, this.#configuration.iceTransportPolicy === 'relay');
    });
    return this.#servers;
  }
  #setGathering(state) {
    this.#gatheringState = state;
    this.dispatchEvent(new Event('icegatheringstatechange'));
  }
  #onNative(type, payload) {
    if (this.#closed) return;
    if (type === 'state') return this.#setPeerState(payload);
    if (type === 'candidate') return this.#onCandidate(payload);
    if (type === 'gathering') return this.#onGathering(payload);
    if (type === 'resolve') return this.#resolve(payload);
    if (type === 'candidate-error') {
      const { server, ...init } = payload;
      const event = new RTCPeerConnectionIceErrorEvent('icecandidateerror', { ...init, url: server });
      return void this.dispatchEvent(event);
    }
    if (type === 'data-channel') {
      this.#channelCounts.dataChannelsOpened++;
      this.dispatchEvent(new RTCDataChannelEvent('datachannel', { channel: this.#adopt(payload) }));
      return;
    }
    if (type === 'track-active' || type === 'track-inactive') return;
    const transceiver = this.#transceivers.get(payload.transceiver);
    if (type === 'rtp' || type === 'video' || type === 'audio') {
      transceiver?.receiver.onMedia(type, payload);
    } else if (type === 'key-frame-wanted') {
      transceiver?.sender.track?.source?.keyFrameWanted?.(payload.encoding, transceiver.sender);
    }
  }
  #setPeerState(state) {
    if (state === this.#peerState) return;
    const before = this.connectionState;
    this.#peerState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
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

/** The codecs of a transceiver's section, as RTCRtpCodecParameters. */
function codecsIn(sdp, { kind, mid }) {
  const section = sdp.split(/^(?=m=)/m).find((each) => each.includes(`a=mid:${mid}\r\n`)) ?? '';
  const fmtp = Object.fromEntries([...section.matchAll(/^a=fmtp:(\d+) (.*)\r$/gm)].map((m) => [m[1], m[2]]));
  return [...section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\/(\d+)(?:\/(\d+))?\r$/gm)].map(
    ([, payloadType, name, clockRate, channels]) => ({
      payloadType: Number(payloadType),
      mimeType: `${kind}/${name}`,
      clockRate: Number(clockRate),
      ...(channels ? { channels: Number(channels) } : {}),
      ...(fmtp[payloadType] ? { sdpFmtpLine: fmtp[payloadType] } : {}),
    }),
  );
}

module.exports = { RTCPeerConnection };
