// The data channels of a connection and its RTCSctpTransport.
'use strict';

const { RTCDataChannel, expectIds, readInit } = require('./data_channel');
const { guarded } = require('./errors');
const { RTCDataChannelEvent } = require('./events');
const { dtlsRoleIn } = require('./negotiated');
const { makeSctp } = require('./transports');

const kAssumedMessageSize = 65536; // until the other side says: RFC 8841 section 6.1

/** Port 0 is a rejected section, or one that is there when it is bundled (RFC 9143 section 6). */
const hasData = (sdp = '') =>
  sdp
    .split(/^(?=m=)/m)
    .some((each) => /^m=application (?!0 )|^m=application 0 [^]*^a=bundle-only/m.test(each));

class Channels {
  #connection;
  #transport;
  #sctp = null;
  #channels = new Set();
  #counts = { dataChannelsOpened: 0, dataChannelsClosed: 0 };

  constructor(connection, transport) {
    this.#connection = connection;
    this.#transport = transport;
  }
  get sctp() {
    return this.#sctp;
  }
  get counts() {
    return this.#counts;
  }
  stats() {
    return [...this.#channels].map((each) => each.stats());
  }
  create(label, init) {
    const options = readInit(label, init);
    if ([...this.#channels].some((each) => options.id !== undefined && each.id === options.id))
      throw new DOMException(`the id ${options.id} is in use`, 'OperationError');
    const native = guarded(() => this.#connection.native.createDataChannel(label, options));
    const first = this.#channels.size === 0;
    const channel = this.#adopt(native);
    this.#number();
    if (first) this.#connection.updateNegotiationNeeded();
    return channel;
  }
  /** The other side has opened one. */
  onOpened(native) {
    this.#onOpen();
    const channel = this.#adopt(native);
    this.#connection.dispatchEvent(new RTCDataChannelEvent('datachannel', { channel }));
    channel.announce();
  }
  /** A description was set, or taken back. */
  onSettled({ hasTransport, maxMessageSize }) {
    const { localDescription, remoteDescription } = this.#connection;
    const shown = [localDescription, remoteDescription].some((each) => hasData(each?.sdp));
    const described = shown && (hasTransport === undefined || maxMessageSize !== undefined);
    if (!described && this.#sctp?.state === 'connecting') this.#sctp = null; // rolled back, or rejected
    if (!described) return;
    this.#sctp ??= makeSctp(this.#transport, kAssumedMessageSize);
    if (!hasTransport || maxMessageSize === undefined) return;
    this.#sctp.setMaxMessageSize(maxMessageSize);
    this.#number();
  }
  /** The other side has ended the transport. */
  onEnd() {
    this.#sctp?.setState('closed');
  }
  close() {
    for (const each of this.#channels) each.abandon();
    this.#sctp?.setState('closed');
  }

  #onOpen() {
    this.#counts.dataChannelsOpened++;
    this.#sctp?.setState('connected');
  }
  #adopt(native) {
    const channel = RTCDataChannel.make(native, () => this.#onOpen());
    this.#channels.add(channel);
    channel.addEventListener('close', () => {
      this.#channels.delete(channel);
      this.#counts.dataChannelsClosed++;
    });
    return channel;
  }
  #number() {
    if (!this.#sctp) return;
    const { currentLocalDescription, currentRemoteDescription } = this.#connection;
    const role = dtlsRoleIn(currentLocalDescription, currentRemoteDescription);
    if (role !== 'unknown') expectIds(this.#channels, role);
  }
}

module.exports = { Channels };
