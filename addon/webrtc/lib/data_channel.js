// RTCDataChannel around the native channel, whose properties it mirrors and whose events are calls of on… properties.
'use strict';

const { invalidState } = require('./errors');
const { defineHandlers } = require('./events');

const kMake = Symbol('make');

class RTCDataChannel extends EventTarget {
  #native;
  #binaryType = 'arraybuffer';
  #opened;
  #counts = { messagesSent: 0, bytesSent: 0, messagesReceived: 0, bytesReceived: 0 };

  constructor(token, native, opened) {
    if (token !== kMake) throw new TypeError('Illegal constructor');
    super();
    this.#native = native;
    this.#opened = opened;
    native.onopen = () => {
      this.#opened();
      this.dispatchEvent(new Event('open'));
    };
    native.onmessage = ({ data }) => {
      this.#counts.messagesReceived++;
      this.#counts.bytesReceived += typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
      const value = typeof data === 'string' || this.#binaryType === 'arraybuffer' ? data : new Blob([data]);
      this.dispatchEvent(new MessageEvent('message', { data: value }));
    };
    native.onbufferedamountlow = () => this.dispatchEvent(new Event('bufferedamountlow'));
    native.onclosing = () => this.dispatchEvent(new Event('closing'));
    native.onclose = () => this.dispatchEvent(new Event('close'));
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
    return this.#native.id;
  }
  get readyState() {
    return this.#native.readyState;
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
    if (data instanceof Blob) throw new TypeError('not implemented: sending a Blob; send its arrayBuffer()');
    const value =
      typeof data === 'string' || ArrayBuffer.isView(data) || isBuffer(data) ? data : String(data);
    try {
      this.#native.send(value);
    } catch (error) {
      if (error.code === 'ERR_CHANNEL_NOT_OPEN') throw invalidState(error.message);
      if (error.code === 'ERR_MESSAGE_TOO_LARGE') throw new TypeError(error.message);
      throw new DOMException(error.message, 'OperationError');
    }
    this.#counts.messagesSent++;
    this.#counts.bytesSent += typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
  }
  close() {
    this.#native.close();
  }

  /** For getStats(). */
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

/** Checks an RTCDataChannelInit as W3C says. */
function readInit(label, init = {}) {
  const { maxPacketLifeTime, maxRetransmits, negotiated = false, id } = init ?? {};
  if (Buffer.byteLength(String(label)) > 65535) throw new TypeError('the label is longer than 65535 bytes');
  if (maxPacketLifeTime !== undefined && maxRetransmits !== undefined)
    throw new TypeError('maxPacketLifeTime and maxRetransmits exclude each other');
  if (negotiated && id === undefined) throw new TypeError('a negotiated channel needs an id');
  if (negotiated && !(id >= 0 && id < 65535)) throw new TypeError('id must be of 0 to 65534');
  return { ordered: true, ...init, negotiated };
}

module.exports = { RTCDataChannel, readInit };
