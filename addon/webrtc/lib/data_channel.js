// RTCDataChannel around the native channel, whose properties it mirrors and whose events are calls of on… properties.
'use strict';

const { RTCError, invalidState } = require('./errors');
const { RTCErrorEvent, defineHandlers } = require('./events');

const kMake = Symbol('make');
const MAX_ID = 65534;

class RTCDataChannel extends EventTarget {
  #native;
  #binaryType = 'arraybuffer';
  #opened;
  #waiting = []; // messages behind a Blob whose bytes are being read
  #closing = false; // by us
  #closingSeen = false; // by the other side
  #abandoned = false;
  #id = null;
  #counts = { messagesSent: 0, bytesSent: 0, messagesReceived: 0, bytesReceived: 0 };

  constructor(token, native, opened) {
    if (token !== kMake) throw new TypeError('Illegal constructor');
    super();
    this.#native = native;
    this.#opened = opened;
    native.onopen = () => this.#onOpen();
    native.onmessage = ({ data }) => this.#onMessage(data);
    native.onbufferedamountlow = () => this.#tell(new Event('bufferedamountlow'));
    native.onclosing = () => {
      this.#closingSeen = true;
      this.#tell(new Event('closing'));
    };
    native.onclose = () => this.#onClose();
  }
  static make(native, opened = () => {}) {
    return new RTCDataChannel(kMake, native, opened);
  }

  get label() {
    return this.#native.label;
  }
  get ordered() {
    return this.#native.ordered;
  }
  get maxPacketLifeTime() {
    return this.#native.maxPacketLifeTime;
  }
  get maxRetransmits() {
    return this.#native.maxRetransmits;
  }
  get protocol() {
    return this.#native.protocol;
  }
  get negotiated() {
    return this.#native.negotiated;
  }
  get id() {
    return this.#native.id ?? this.#id;
  }
  get priority() {
    return 'low';
  }
  get readyState() {
    if (this.#abandoned) return 'closed';
    const state = this.#native.readyState;
    return this.#closing && state !== 'closed' ? 'closing' : state;
  }
  get bufferedAmount() {
    return this.#native.bufferedAmount;
  }
  get bufferedAmountLowThreshold() {
    return this.#native.bufferedAmountLowThreshold;
  }
  set bufferedAmountLowThreshold(bytes) {
    this.#native.bufferedAmountLowThreshold = bytes;
  }
  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(type) {
    if (type === 'blob' || type === 'arraybuffer') this.#binaryType = type;
  }

  send(data) {
    if (this.readyState !== 'open') throw invalidState(`the channel is ${this.readyState}`);
    const blob = data instanceof Blob;
    const value = blob || ArrayBuffer.isView(data) || isBuffer(data) ? data : String(data);
    if (!blob && this.#waiting.length === 0) return this.#send(value);
    // What is sent later may change: its bytes are taken now.
    const copy = blob || typeof value === 'string' ? value : bytesOf(value).slice();
    this.#waiting.push(copy);
    this.#native.heldAmount += sizeOf(copy);
    if (this.#waiting.length === 1) this.#sendWaiting();
  }
  close() {
    if (this.#closing || this.readyState === 'closed') return;
    this.#closing = true;
    if (this.#waiting.length === 0) this.#native.close();
  }

  #send(value) {
    try {
      this.#native.send(value);
    } catch (error) {
      if (error.code === 'ERR_CHANNEL_NOT_OPEN') throw invalidState(error.message);
      if (error.code === 'ERR_MESSAGE_TOO_LARGE') throw new TypeError(error.message);
      throw new DOMException(error.message, 'OperationError');
    }
    this.#counts.messagesSent++;
    this.#counts.bytesSent += sizeOf(value);
  }
  async #sendWaiting() {
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      const value = first instanceof Blob ? await first.arrayBuffer() : first;
      this.#waiting.shift();
      if (this.#abandoned || this.#native.readyState !== 'open') continue;
      this.#native.heldAmount -= sizeOf(first);
      try {
        this.#send(value);
      } catch (error) {
        // Nobody is there any more to throw it to.
        this.#waiting = [];
        this.#closing = true;
        this.#fail({ errorDetail: 'data-channel-failure' }, error.message);
      }
    }
    if (this.#closing) this.#native.close();
  }
  #onOpen() {
    this.#opened();
    this.#tell(new Event('open'));
  }
  #onMessage(data) {
    this.#counts.messagesReceived++;
    this.#counts.bytesReceived += sizeOf(data);
    const value = typeof data === 'string' || this.#binaryType === 'arraybuffer' ? data : new Blob([data]);
    this.#tell(new MessageEvent('message', { data: value }));
  }
  #onClose() {
    // Not closed by either side: what it was on has broken.
    if (!this.#closing && !this.#closingSeen)
      this.#fail({ errorDetail: 'sctp-failure' }, 'the association has ended');
    this.#tell(new Event('close'));
  }
  #fail(init, message) {
    this.#tell(new RTCErrorEvent('error', { error: new RTCError(init, message) }));
  }
  #tell(event) {
    if (!this.#abandoned) this.dispatchEvent(event);
  }

  /** The rest is for this module's other files. It was opened by the other side, and the program knows it now. */
  announce() {
    if (this.readyState === 'open') this.#tell(new Event('open'));
  }
  /** The connection is closed: no more events. */
  abandon() {
    this.#abandoned = true;
  }
  /** As the native side will number it: known as soon as the DTLS role is. */
  expectId(id) {
    this.#id = id;
  }
  stats() {
    const { label, protocol, id, readyState } = this;
    return {
      identifier: id,
      values: { label, protocol, dataChannelIdentifier: id, state: readyState, ...this.#counts },
    };
  }
}
defineHandlers(RTCDataChannel, ['open', 'message', 'bufferedamountlow', 'error', 'closing', 'close']);

const isBuffer = (data) => data instanceof ArrayBuffer || data instanceof SharedArrayBuffer;
const bytesOf = (data) =>
  isBuffer(data) ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const sizeOf = (data) =>
  typeof data === 'string' ? Buffer.byteLength(data) : (data.size ?? data.byteLength);

function unsignedShort(value, name) {
  const number = Math.trunc(Number(value));
  if (!(number >= 0 && number <= 65535)) throw new TypeError(`${name} must be of 0 to 65535`);
  return number;
}

/** Checks an RTCDataChannelInit as W3C says. */
function readInit(label, init) {
  const { ordered = true, negotiated = false, protocol = '' } = init ?? {};
  const read = { ordered: Boolean(ordered), negotiated: Boolean(negotiated), protocol: String(protocol) };
  for (const name of ['maxPacketLifeTime', 'maxRetransmits', 'id']) {
    const value = init?.[name];
    if (value !== undefined) read[name] = unsignedShort(value, name);
  }
  if (Buffer.byteLength(label) > 65535) throw new TypeError('the label is longer than 65535 bytes');
  if (Buffer.byteLength(read.protocol) > 65535)
    throw new TypeError('the protocol is longer than 65535 bytes');
  if (read.maxPacketLifeTime !== undefined && read.maxRetransmits !== undefined)
    throw new TypeError('maxPacketLifeTime and maxRetransmits exclude each other');
  if (!read.negotiated) delete read.id;
  else if (read.id === undefined) throw new TypeError('a negotiated channel needs an id');
  else if (read.id > MAX_ID) throw new TypeError(`id must be of 0 to ${MAX_ID}`);
  return read;
}

/**
 * Gives channels without one the id that they will have: RFC 8832 section 6, even for the DTLS client; the lowest free
 * one in the order of creation, as the native side does when the association begins.
 */
function expectIds(channels, role) {
  const used = new Set([...channels].map((each) => each.id).filter((id) => id !== null));
  let next = role === 'client' ? 0 : 1;
  for (const channel of channels) {
    if (channel.id !== null || channel.readyState === 'closed') continue;
    while (used.has(next)) next += 2;
    if (next > MAX_ID) return;
    used.add(next);
    channel.expectId(next);
  }
}

module.exports = { RTCDataChannel, expectIds, readInit };
