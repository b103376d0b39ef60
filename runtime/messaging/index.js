'use strict';
// MessageChannel, MessagePort and MessageEvent (HTML standard, "Channel messaging"; Node doc: worker_threads) and structuredClone().
// Queues, serialization and transfer are native (port.h, message.h); ports are event targets with Node's on() besides.

const binding = internalBinding('messaging');
const { codes } = require('internal/errors');
const {
  Event,
  NodeEventTarget,
  defineEventHandler,
  initNodeEventTarget,
  kCreateEvent,
  kHybridDispatch,
  kNewListener,
  kRemoveListener,
} = require('internal/events/event_target');
const { NOT_PLAIN, clonePlain } = require('internal/messaging/plain_clone');
const { partsOf, readHost, writeHost } = require('internal/messaging/transferable');

const { MessagePort } = binding;
const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kPorts = Symbol('kCurrentlyReceivingPorts');
const kReceiver = Symbol('kReceiver'); // of a port that is part of a BroadcastChannel: (type, data)
const kClosed = Symbol('kClosed');

const hide = (object, key, value) =>
  Object.defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true });

function emitMessage(data, ports, type) {
  if (this[kReceiver] !== undefined) {
    this[kReceiver](type, data);
  } else if (typeof this[kHybridDispatch] === 'function') {
    hide(this, kPorts, ports);
    try {
      this[kHybridDispatch](data, type);
    } finally {
      this[kPorts] = undefined;
    }
  } else {
    // Moved to another context: there it is no event target.
    const listener = this[`on${type}`];
    if (typeof listener === 'function') listener.call(this, { type, data, ports, target: this });
  }
}

function portClosed() {
  if (typeof this[kHybridDispatch] !== 'function') return;
  hide(this, kClosed, true);
  this.emit('close');
}

function makeDataCloneError(message) {
  const { DOMException } = require('internal/errors/dom_exception');
  return new DOMException(message, 'DataCloneError');
}

// In the order of MessagingState::Handler.
binding.setHandlers([
  emitMessage,
  initNodeEventTarget,
  portClosed,
  makeDataCloneError,
  writeHost,
  readHost,
  (message) => process.emitWarning(message),
  partsOf,
]);

// ---- MessageEvent

function checkPort(value, name) {
  if (!(value instanceof MessagePort)) throw new codes.ERR_INVALID_ARG_TYPE(name, 'MessagePort', value);
}

class MessageEvent extends Event {
  #data;
  #origin;
  #lastEventId;
  #source;
  #ports;

  constructor(type, init = undefined) {
    super(type, init);
    const { data = null, origin = '', lastEventId = '', source = null } = init ?? {};
    const ports = init?.ports === undefined ? [] : [...init.ports];
    this.#data = data;
    this.#origin = `${origin}`;
    this.#lastEventId = `${lastEventId}`;
    if (source !== null) checkPort(source, 'init.source');
    this.#source = source;
    for (const [i, port] of ports.entries()) checkPort(port, `init.ports[${i}]`);
    this.#ports = ports;
  }
  static #check(value) {
    if (typeof value !== 'object' || value === null || !(#data in value)) {
      throw new codes.ERR_INVALID_THIS('MessageEvent');
    }
    return value;
  }
  get data() {
    return MessageEvent.#check(this).#data;
  }
  get origin() {
    return MessageEvent.#check(this).#origin;
  }
  get lastEventId() {
    return MessageEvent.#check(this).#lastEventId;
  }
  get source() {
    return MessageEvent.#check(this).#source;
  }
  get ports() {
    return MessageEvent.#check(this).#ports;
  }
}
for (const name of ['data', 'origin', 'lastEventId', 'source', 'ports']) {
  Object.defineProperty(MessageEvent.prototype, name, { enumerable: true });
}
Object.defineProperty(MessageEvent.prototype, Symbol.toStringTag, {
  value: 'MessageEvent',
  configurable: true,
});

// ---- MessagePort

const prototype = MessagePort.prototype;
const { hasRef } = prototype;
delete prototype.getAsyncId;
Object.setPrototypeOf(MessagePort, NodeEventTarget);
Object.setPrototypeOf(prototype, NodeEventTarget.prototype);

hide(
  prototype,
  'close',
  {
    close(callback) {
      if (typeof callback === 'function') this.once('close', callback);
      binding.close(this);
    },
  }.close,
);
hide(prototype, kCreateEvent, function createEvent(data, type) {
  if (type !== 'message' && type !== 'messageerror') {
    return NodeEventTarget.prototype[kCreateEvent].call(this, data, type);
  }
  return new MessageEvent(type, { data, ports: this[kPorts] });
});
// A listener for messages starts the port and keeps the program alive.
hide(prototype, kNewListener, function newListener(size, type, ...rest) {
  if (type === 'message' && size === 1) {
    this.ref();
    this.start();
  }
  NodeEventTarget.prototype[kNewListener].call(this, size, type, ...rest);
});
hide(prototype, kRemoveListener, function removeListener(size, type, ...rest) {
  if (type === 'message' && size === 0) {
    this.unref();
    binding.stop(this);
  }
  NodeEventTarget.prototype[kRemoveListener].call(this, size, type, ...rest);
});
hide(prototype, kInspect, function inspect() {
  let referenced;
  try {
    referenced = hasRef.call(this);
  } catch {
    return this; // the prototype itself
  }
  const state = this[kClosed] ? { active: false } : { active: true, refed: referenced };
  return { __proto__: prototype, ...state, ...this };
});
defineEventHandler(prototype, 'message');
defineEventHandler(prototype, 'messageerror');

// A function, and not a class, for the error it throws when called.
function MessageChannel() {
  if (new.target === undefined) throw new codes.ERR_CONSTRUCT_CALL_REQUIRED('MessageChannel');
  [this.port1, this.port2] = binding.createChannel();
}
Object.defineProperty(MessageChannel.prototype, Symbol.toStringTag, {
  value: 'MessageChannel',
  configurable: true,
});

// ---- Functions

function receiveMessageOnPort(port) {
  const { BroadcastChannel, portOf } = require('internal/messaging/broadcast_channel');
  const message = binding.receive(port instanceof BroadcastChannel ? portOf(port) : port);
  if (message === null) {
    const error = new TypeError('The "port" argument must be a MessagePort instance');
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
  return message === undefined ? undefined : { message: message[0] };
}

function moveMessagePortToContext(port, contextified) {
  if (contextified === null || typeof contextified !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('contextifiedObject', 'Object', contextified);
  }
  const moved = binding.moveToContext(port, contextified);
  if (moved === null) throw new codes.ERR_INVALID_ARG_TYPE('port', 'MessagePort', port);
  if (moved === undefined)
    throw new codes.ERR_INVALID_ARG_TYPE('contextifiedObject', 'vm.Context', contextified);
  return moved;
}

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('The value argument');
  if (options != null && typeof options !== 'object' && typeof options !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('options', ['object', 'null', 'undefined'], options);
  }
  let transfer = options?.transfer;
  if (transfer != null) {
    if (typeof transfer !== 'object' || typeof transfer[Symbol.iterator] !== 'function') {
      throw new codes.ERR_INVALID_ARG_TYPE('options.transfer', 'iterable', transfer);
    }
    transfer = [...transfer];
  }
  if (transfer == null && typeof value === 'object' && value !== null) {
    const copy = clonePlain(value);
    if (copy !== NOT_PLAIN) return copy;
  }
  return binding.structuredClone(value, transfer);
}

module.exports = {
  MessageChannel,
  MessageEvent,
  MessagePort,
  kReceiver,
  markAsUntransferable: binding.markAsUntransferable,
  moveMessagePortToContext,
  receiveMessageOnPort,
  structuredClone,
};
