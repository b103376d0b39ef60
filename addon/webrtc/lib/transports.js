// RTCIceTransport, RTCDtlsTransport and RTCSctpTransport: one of each at most, for all sections share one transport.
'use strict';

const { RTCIceCandidate } = require('./descriptions');
const { defineHandlers } = require('./events');

const kMake = Symbol('make');
const illegal = (token) => {
  if (token !== kMake) throw new TypeError('Illegal constructor');
};

const ICE_LINES = { usernameFragment: /^a=ice-ufrag:(\S+)/m, password: /^a=ice-pwd:(\S+)/m };

/** The ICE parameters of a description; null where it has none. */
function iceParameters(description) {
  const found = Object.entries(ICE_LINES).map(([name, line]) => [name, line.exec(description?.sdp)?.[1]]);
  return found.every(([, value]) => value !== undefined) ? Object.fromEntries(found) : null;
}

/** The candidate as it was signalled, where it was. */
const find = (candidates, text) =>
  candidates.find((each) => each.candidate.startsWith(text)) ??
  new RTCIceCandidate({ candidate: text, sdpMid: '0', sdpMLineIndex: 0 });

class RTCIceTransport extends EventTarget {
  #connection;
  #state = 'new';
  #gatheringState = 'new';
  #role = 'unknown';
  #local = [];
  #remote = [];
  #pair = null;

  constructor(token, connection) {
    illegal(token);
    super();
    this.#connection = connection;
  }
  get role() {
    return this.#role;
  }
  get component() {
    return 'rtp';
  }
  get state() {
    return this.#state;
  }
  get gatheringState() {
    return this.#gatheringState;
  }
  getLocalCandidates() {
    return [...this.#local];
  }
  getRemoteCandidates() {
    return [...this.#remote];
  }
  getSelectedCandidatePair() {
    return this.#pair;
  }
  getLocalParameters() {
    return iceParameters(this.#connection.localDescription);
  }
  getRemoteParameters() {
    return iceParameters(this.#connection.remoteDescription);
  }

  /** The rest is for this module's other files. */
  setRole(role) {
    if (this.#role === 'unknown') this.#role = role;
  }
  setState(state) {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.dispatchEvent(new Event('statechange'));
  }
  setGatheringState(state) {
    if (this.#gatheringState === state || this.#state === 'closed') return;
    this.#gatheringState = state;
    this.dispatchEvent(new Event('gatheringstatechange'));
  }
  addLocal(candidate) {
    this.#local.push(candidate);
  }
  addRemote(candidate) {
    const known = this.#remote.some((each) => each.candidate === candidate.candidate);
    if (candidate.candidate !== '' && !known) this.#remote.push(candidate);
  }
  /** Candidates of another generation mean nothing any more. */
  restart(which) {
    if (which === 'local') this.#local = [];
    else this.#remote = [];
  }
  /** @param {{local: string, remote: string}} path candidates as in SDP */
  select({ local, remote }) {
    const pair = { local: find(this.#local, local), remote: find(this.#remote, remote) };
    const same = (which) => this.#pair?.[which].candidate === pair[which].candidate;
    if (same('local') && same('remote')) return;
    this.#pair = Object.freeze(pair);
    this.dispatchEvent(new Event('selectedcandidatepairchange'));
  }
  /** Of the connection's close(): nobody is told. */
  close() {
    this.#state = 'closed';
    this.#pair = null;
  }
}
defineHandlers(RTCIceTransport, ['statechange', 'gatheringstatechange', 'selectedcandidatepairchange']);

class RTCDtlsTransport extends EventTarget {
  #iceTransport;
  #state = 'new';
  #certificates = [];

  constructor(token, iceTransport) {
    illegal(token);
    super();
    this.#iceTransport = iceTransport;
  }
  get iceTransport() {
    return this.#iceTransport;
  }
  get state() {
    return this.#state;
  }
  getRemoteCertificates() {
    return this.#certificates.map((each) => each.slice(0));
  }

  /** The rest is for this module's other files. */
  setState(state) {
    if (this.#state === state || this.#state === 'closed' || this.#state === 'failed') return;
    this.#state = state;
    this.dispatchEvent(new Event('statechange'));
  }
  setRemoteCertificate(base64) {
    const bytes = Buffer.from(base64, 'base64');
    this.#certificates = [bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)];
  }
  close() {
    this.#state = 'closed';
    this.#iceTransport.close();
  }
}
defineHandlers(RTCDtlsTransport, ['statechange', 'error']);

const MAX_CHANNELS = 65535;

class RTCSctpTransport extends EventTarget {
  #transport;
  #state = 'connecting';
  #maxMessageSize;

  constructor(token, transport, maxMessageSize) {
    illegal(token);
    super();
    this.#transport = transport;
    this.setMaxMessageSize(maxMessageSize);
  }
  get transport() {
    return this.#transport;
  }
  get state() {
    return this.#state;
  }
  get maxMessageSize() {
    return this.#maxMessageSize;
  }
  get maxChannels() {
    return this.#state === 'connected' ? MAX_CHANNELS : null;
  }

  /** The rest is for this module's other files. 0: the other side takes any size. */
  setMaxMessageSize(bytes) {
    this.#maxMessageSize = bytes === 0 ? Infinity : bytes;
  }
  setState(state) {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}
defineHandlers(RTCSctpTransport, ['statechange']);

const makeTransport = (connection) => new RTCDtlsTransport(kMake, new RTCIceTransport(kMake, connection));
const makeSctp = (transport, maxMessageSize) => new RTCSctpTransport(kMake, transport, maxMessageSize);

module.exports = { RTCDtlsTransport, RTCIceTransport, RTCSctpTransport, makeSctp, makeTransport };
