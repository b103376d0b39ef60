'use strict';
// Event and CustomEvent (https://dom.spec.whatwg.org/#interface-event), without a tree to bubble in.

const { codes } = require('internal/errors');
const { validateObject, kValidateObjectAllowObjects } = require('internal/errors/validators');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kTarget = Symbol('kTarget');
const kTrust = Symbol('kTrustEvent');
const kStop = Symbol('kStop');
const kPassiveCall = Symbol('kInPassiveListener');
const kBeingDispatched = Symbol('kIsBeingDispatched');

let clock;
const now = () => (clock ??= require('internal/perf_hooks/clock').now)();

function checkEvent(value) {
  if (typeof value !== 'object' || value === null || !(kBeingDispatched in value)) {
    throw new codes.ERR_INVALID_THIS('Event');
  }
}

class Event {
  #cancelable = false;
  #bubbles = false;
  #composed = false;
  #defaultPrevented = false;
  #timestamp = now();
  #propagationStopped = false;
  #type;
  #trusted = false;

  constructor(type, options = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    if (options != null) {
      validateObject(options, 'options', kValidateObjectAllowObjects);
      this.#bubbles = !!options.bubbles;
      this.#cancelable = !!options.cancelable;
      this.#composed = !!options.composed;
      this.#trusted = options[kTrust] === true;
    }
    this.#type = typeof type === 'string' ? type : `${type}`;
    this[kTarget] = null;
    this[kBeingDispatched] = false;
    this[kStop] = false;
    this[kPassiveCall] = false;
  }

  initEvent(type, bubbles = false, cancelable = false) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    if (this[kBeingDispatched]) return;
    this.#type = `${type}`;
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
  }

  [kInspect](depth, options, inspect = require('internal/util/inspect').inspect) {
    checkEvent(this);
    const name = this.constructor.name;
    if (depth < 0) return name;
    const inner = { ...options, depth: Number.isInteger(options.depth) ? options.depth - 1 : options.depth };
    const shown = {
      type: this.#type,
      defaultPrevented: this.#defaultPrevented,
      cancelable: this.#cancelable,
      timeStamp: this.#timestamp,
    };
    return `${name} ${inspect(shown, inner)}`;
  }

  stopImmediatePropagation() {
    checkEvent(this);
    this.stopPropagation();
    this[kStop] = true;
  }
  preventDefault() {
    checkEvent(this);
    if (this.#cancelable && !this[kPassiveCall]) this.#defaultPrevented = true;
  }
  get isTrusted() {
    checkEvent(this);
    return this.#trusted;
  }
  get target() {
    checkEvent(this);
    return this[kTarget];
  }
  get currentTarget() {
    checkEvent(this);
    return this[kBeingDispatched] ? this[kTarget] : null;
  }
  get srcElement() {
    checkEvent(this);
    return this[kTarget];
  }
  get type() {
    checkEvent(this);
    return this.#type;
  }
  get cancelable() {
    checkEvent(this);
    return this.#cancelable;
  }
  get defaultPrevented() {
    checkEvent(this);
    return this.#cancelable && this.#defaultPrevented;
  }
  get timeStamp() {
    checkEvent(this);
    return this.#timestamp;
  }
  composedPath() {
    checkEvent(this);
    return this[kBeingDispatched] ? [this[kTarget]] : [];
  }
  get returnValue() {
    checkEvent(this);
    return !this.#cancelable || !this.#defaultPrevented;
  }
  get bubbles() {
    checkEvent(this);
    return this.#bubbles;
  }
  get composed() {
    checkEvent(this);
    return this.#composed;
  }
  get eventPhase() {
    checkEvent(this);
    return this[kBeingDispatched] ? Event.AT_TARGET : Event.NONE;
  }
  get cancelBubble() {
    checkEvent(this);
    return this.#propagationStopped;
  }
  set cancelBubble(value) {
    checkEvent(this);
    if (value) this.#propagationStopped = true;
  }
  stopPropagation() {
    checkEvent(this);
    this.#propagationStopped = true;
  }
}

function makeEnumerable(prototype, names) {
  for (const name of names) Object.defineProperty(prototype, name, { enumerable: true });
}
const constant = (value) => ({ value, writable: false, configurable: false, enumerable: true });
const tag = (value) => ({ value, writable: false, enumerable: false, configurable: true });

makeEnumerable(
  Event.prototype,
  Object.getOwnPropertyNames(Event.prototype).filter((name) => name !== 'constructor'),
);
Object.defineProperty(Event.prototype, 'isTrusted', { configurable: false });
Object.defineProperty(Event.prototype, Symbol.toStringTag, tag('Event'));
for (const [i, phase] of ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE'].entries()) {
  Object.defineProperty(Event, phase, constant(i));
  Object.defineProperty(Event.prototype, phase, constant(i));
}

class CustomEvent extends Event {
  #detail;
  constructor(type, options) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    super(type, options);
    this.#detail = options?.detail ?? null;
  }
  get detail() {
    if (typeof this !== 'object' || this === null || !(#detail in this)) {
      throw new codes.ERR_INVALID_THIS('CustomEvent');
    }
    return this.#detail;
  }
}
makeEnumerable(CustomEvent.prototype, ['detail']);
Object.defineProperty(CustomEvent.prototype, Symbol.toStringTag, tag('CustomEvent'));

class NodeCustomEvent extends Event {
  constructor(type, options) {
    super(type, options);
    if (options?.detail) this.detail = options.detail;
  }
}

module.exports = {
  CustomEvent,
  Event,
  NodeCustomEvent,
  kBeingDispatched,
  kPassiveCall,
  kStop,
  kTarget,
  kTrust,
  makeEnumerable,
  tag,
};
