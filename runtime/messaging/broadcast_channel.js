'use strict';
// BroadcastChannel (HTML standard, "Broadcasting to other browsing contexts"): reaches all channels of that name in all threads.

const binding = internalBinding('messaging');
const { codes } = require('internal/errors');
const { EventTarget, defineEventHandler } = require('internal/events/event_target');
const { MessageEvent, kReceiver } = require('internal/messaging');

const kInspect = Symbol.for('nodejs.util.inspect.custom');

class BroadcastChannel extends EventTarget {
  #name;
  #port;

  constructor(name) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    super();
    this.#name = `${name}`;
    this.#port = binding.broadcastChannel(this.#name);
    this.#port[kReceiver] = (type, data) => this.dispatchEvent(new MessageEvent(type, { data }));
    this.#port.ref();
    this.#port.start();
  }

  static #check(value) {
    if (typeof value !== 'object' || value === null || !(#name in value)) {
      throw new codes.ERR_INVALID_THIS('BroadcastChannel');
    }
    return value;
  }
  static portOf(channel) {
    return BroadcastChannel.#check(channel).#port;
  }

  [kInspect](depth, options) {
    BroadcastChannel.#check(this);
    if (depth < 0) return 'BroadcastChannel';
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    const { inspect } = require('internal/util/inspect');
    return `BroadcastChannel ${inspect({ name: this.#name, active: this.#port !== undefined }, inner)}`;
  }

  get name() {
    return BroadcastChannel.#check(this).#name;
  }

  close() {
    BroadcastChannel.#check(this);
    if (this.#port === undefined) return;
    this.#port.close();
    this.#port[kReceiver] = () => {};
    this.#port = undefined;
  }

  postMessage(message) {
    BroadcastChannel.#check(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('message');
    if (this.#port === undefined) {
      const { DOMException } = require('internal/errors/dom_exception');
      throw new DOMException('BroadcastChannel is closed.', 'InvalidStateError');
    }
    this.#port.postMessage(message);
  }

  ref() {
    BroadcastChannel.#check(this);
    this.#port?.ref();
    return this;
  }
  unref() {
    BroadcastChannel.#check(this);
    this.#port?.unref();
    return this;
  }
}

const { portOf } = BroadcastChannel;
delete BroadcastChannel.portOf;
for (const name of ['name', 'close', 'postMessage']) {
  Object.defineProperty(BroadcastChannel.prototype, name, { enumerable: true });
}
Object.defineProperty(BroadcastChannel.prototype, Symbol.toStringTag, {
  value: 'BroadcastChannel',
  configurable: true,
});
defineEventHandler(BroadcastChannel.prototype, 'message');
defineEventHandler(BroadcastChannel.prototype, 'messageerror');

module.exports = { BroadcastChannel, portOf };
