'use strict';
// EventTarget (https://dom.spec.whatwg.org/#interface-eventtarget) with Node's deviations: no tree to bubble in, and what
// a listener throws becomes an uncaught exception. NodeEventTarget adds on/off/emit for objects that offer both.

const { codes } = require('internal/errors');
const {
  validateAbortSignal,
  validateObject,
  validateString,
  kValidateObjectAllowObjects,
} = require('internal/errors/validators');

const {
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
} = require('internal/events/event');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kEvents = Symbol('kEvents');
const kMaxListeners = Symbol('events.maxEventTargetListeners');
const kMaxListenersWarned = Symbol('events.maxEventTargetListenersWarned');
const kHandlers = Symbol('kHandlers');
const kIsEventTarget = Symbol.for('nodejs.event_target');
const kIsNodeEventTarget = Symbol('kIsNodeEventTarget');
const kCreateEvent = Symbol('kCreateEvent');
const kNewListener = Symbol('kNewListener');
const kRemoveListener = Symbol('kRemoveListener');
const kHybridDispatch = Symbol.for('nodejs.internal.kHybridDispatch');
const kWeakHandler = Symbol('kWeak');
const kResistStopPropagation = Symbol('kResistStopPropagation');

// One registered listener; listeners of a type form a doubly linked list whose first node is the root.
class Listener {
  constructor(previous, listener, options) {
    const { capture, isNodeStyleListener, once, passive, resists, weak } = options;
    this.weak = Boolean(weak);
    // The listener of a weak one lives at least as long as the object it was registered for.
    if (weak) holders.set(weak, listener);
    this.callback = weak ? new WeakRef(listener) : callable(listener);
    this.listener = weak ? this.callback : listener;
    this.capture = capture;
    this.passive = passive;
    this.once = once;
    this.resists = resists;
    this.isNodeStyleListener = isNodeStyleListener;
    this.removed = false;
    this.next = undefined;
    this.previous = previous;
    if (previous !== undefined) previous.next = this;
  }
  remove() {
    const { next, previous } = this;
    this.removed = true;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
  }
  same(listener, capture) {
    if (this.capture !== capture) return false;
    return listener === (this.weak ? this.listener.deref() : this.listener);
  }
}
const holders = new WeakMap();

function callHandleEvent(object, event) {
  const { handleEvent } = object;
  if (typeof handleEvent === 'function') return Reflect.apply(handleEvent, object, [event]);
  return undefined;
}

const callable = (listener) =>
  typeof listener === 'function' ? listener : callHandleEvent.bind(undefined, listener);

function initEventTarget(self) {
  self[kEvents] = new Map();
  self[kMaxListeners] = require('events').defaultMaxListeners;
  self[kMaxListenersWarned] = false;
  self[kHandlers] = new Map();
}

function isEventTarget(value) {
  return Boolean(value?.constructor?.[kIsEventTarget]);
}

function checkTarget(value) {
  if (!isEventTarget(value)) throw new codes.ERR_INVALID_THIS('EventTarget');
}

function acceptsListener(listener) {
  if (typeof listener === 'function' || (typeof listener === 'object' && listener !== null)) return true;
  if (listener == null) return false;
  throw new codes.ERR_INVALID_ARG_TYPE('listener', 'EventListener', listener);
}

function readOptions(options) {
  if (typeof options === 'boolean') return { capture: options, once: false, passive: false };
  if (options === null || options === undefined) return { capture: false, once: false, passive: false };
  validateObject(options, 'options', kValidateObjectAllowObjects);
  return {
    once: Boolean(options.once),
    capture: Boolean(options.capture),
    passive: Boolean(options.passive),
    signal: options.signal,
    isNodeStyleListener: Boolean(options[kIsNodeEventTarget]),
    weak: options[kWeakHandler],
    resists: options[kResistStopPropagation] ?? false,
  };
}

function begin(event, target) {
  event[kTarget] = target;
  event[kBeingDispatched] = true;
  return event;
}

function forget(target, root, type, handler) {
  handler.remove();
  if (--root.size === 0) target[kEvents].delete(type);
  target[kRemoveListener](root.size, type, handler.listener, handler.capture);
}

function callListener(callback, target, handler, argument, event) {
  if (event !== undefined) event[kPassiveCall] = handler.passive;
  const result = Reflect.apply(callback, target, [argument]);
  if (event !== undefined) event[kPassiveCall] = false;
  if (!handler.isNodeStyleListener && result !== undefined && result !== null) {
    const { then } = result;
    if (typeof then === 'function') then.call(result, undefined, throwLater);
  }
}

function throwLater(error) {
  process.nextTick(() => {
    throw error;
  });
}

class EventTarget {
  static [kIsEventTarget] = true;

  constructor() {
    initEventTarget(this);
  }

  [kNewListener](size, type, listener, once, capture, passive, weak) {
    if (this[kMaxListeners] > 0 && size > this[kMaxListeners] && !this[kMaxListenersWarned]) {
      this[kMaxListenersWarned] = true;
      const { inspect } = require('internal/util/inspect');
      const warning = new Error(
        `Possible EventTarget memory leak detected. ${size} ${type} listeners ` +
          `added to ${inspect(this, { depth: -1 })}. MaxListeners is ${this[kMaxListeners]}. Use ` +
          'events.setMaxListeners() to increase limit',
      );
      warning.name = 'MaxListenersExceededWarning';
      warning.target = this;
      warning.type = type;
      warning.count = size;
      process.emitWarning(warning);
    }
  }
  [kRemoveListener](size, type, listener, capture) {}

  addEventListener(type, listener, options = undefined) {
    checkTarget(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('type', 'listener');
    const settings = readOptions(options);
    if (settings.signal !== undefined) validateAbortSignal(settings.signal, 'options.signal');
    if (!acceptsListener(listener)) {
      const warning = new Error(`addEventListener called with ${listener} which has no effect.`);
      warning.name = 'AddEventListenerArgumentTypeWarning';
      warning.target = this;
      warning.type = type;
      process.emitWarning(warning);
      return;
    }
    type = `${type}`;
    if (settings.signal !== undefined) {
      if (settings.signal.aborted) return;
      settings.signal.addEventListener('abort', () => this.removeEventListener(type, listener, options), {
        once: true,
        [kWeakHandler]: this,
        [kResistStopPropagation]: true,
      });
    }
    let root = this[kEvents].get(type);
    if (root === undefined) {
      root = { size: 1, next: undefined, resisting: Boolean(settings.resists) };
      new Listener(root, listener, settings);
      this[kEvents].set(type, root);
    } else {
      let last = root;
      for (let at = root.next; at !== undefined; at = at.next) {
        if (at.same(listener, settings.capture)) return;
        last = at;
      }
      new Listener(last, listener, settings);
      root.size++;
      root.resisting ||= Boolean(settings.resists);
    }
    this[kNewListener](
      root.size,
      type,
      listener,
      settings.once,
      settings.capture,
      settings.passive,
      settings.weak,
    );
  }

  removeEventListener(type, listener, options = undefined) {
    checkTarget(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('type', 'listener');
    if (!acceptsListener(listener)) return;
    type = `${type}`;
    const capture = options?.capture === true || options === true;
    const root = this[kEvents].get(type);
    for (let at = root?.next; at !== undefined; at = at.next) {
      if (!at.same(listener, capture)) continue;
      at.remove();
      if (--root.size === 0) this[kEvents].delete(type);
      this[kRemoveListener](root.size, type, listener, capture);
      return;
    }
  }

  dispatchEvent(event) {
    checkTarget(this);
    if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('event');
    if (!(event instanceof Event)) throw new codes.ERR_INVALID_ARG_TYPE('event', 'Event', event);
    if (event[kBeingDispatched]) throw new codes.ERR_EVENT_RECURSION(event.type);
    this[kHybridDispatch](event, event.type, event);
    return event.defaultPrevented !== true;
  }

  // With `event` undefined, node-style listeners get the bare value and an Event is made only for the others.
  [kHybridDispatch](value, type, event) {
    if (event !== undefined) begin(event, this);
    const root = this[kEvents].get(type);
    let next;
    for (let handler = root?.next; handler !== undefined; handler = next) {
      // Read before the call: the listener may remove itself.
      next = handler.next;
      if (handler.removed || (event !== undefined && event[kStop] && !handler.resists)) continue;
      if (handler.once) forget(this, root, type, handler);
      try {
        const callback = handler.weak ? handler.callback.deref() : handler.callback;
        if (event === undefined && !handler.isNodeStyleListener) {
          event = begin(this[kCreateEvent](value, type), this);
        }
        if (callback)
          callListener(callback, this, handler, handler.isNodeStyleListener ? value : event, event);
      } catch (error) {
        throwLater(error);
      }
    }
    if (event !== undefined) event[kBeingDispatched] = false;
    return true;
  }

  [kCreateEvent](value, type) {
    return new NodeCustomEvent(type, { detail: value });
  }

  [kInspect](depth, options, inspect = require('internal/util/inspect').inspect) {
    checkTarget(this);
    const name = this.constructor.name;
    if (depth < 0) return name;
    const inner = { ...options, depth: Number.isInteger(options.depth) ? options.depth - 1 : options.depth };
    return `${name} ${inspect({}, inner)}`;
  }
}
makeEnumerable(EventTarget.prototype, ['addEventListener', 'removeEventListener', 'dispatchEvent']);
Object.defineProperty(EventTarget.prototype, Symbol.toStringTag, tag('EventTarget'));

function checkNodeTarget(value) {
  if (!value?.constructor?.[kIsNodeEventTarget]) throw new codes.ERR_INVALID_THIS('NodeEventTarget');
}

class NodeEventTarget extends EventTarget {
  static [kIsNodeEventTarget] = true;
  static defaultMaxListeners = 10;

  setMaxListeners(n) {
    checkNodeTarget(this);
    require('events').setMaxListeners(n, this);
  }
  getMaxListeners() {
    checkNodeTarget(this);
    return this[kMaxListeners];
  }
  eventNames() {
    checkNodeTarget(this);
    return [...this[kEvents].keys()];
  }
  listenerCount(type) {
    checkNodeTarget(this);
    return this[kEvents].get(String(type))?.size ?? 0;
  }
  off(type, listener, options) {
    checkNodeTarget(this);
    this.removeEventListener(type, listener, options);
    return this;
  }
  removeListener(type, listener, options) {
    checkNodeTarget(this);
    this.removeEventListener(type, listener, options);
    return this;
  }
  on(type, listener) {
    checkNodeTarget(this);
    this.addEventListener(type, listener, { [kIsNodeEventTarget]: true });
    return this;
  }
  addListener(type, listener) {
    return this.on(type, listener);
  }
  emit(type, value) {
    checkNodeTarget(this);
    validateString(type, 'type');
    const heard = this.listenerCount(type) > 0;
    this[kHybridDispatch](value, type);
    return heard;
  }
  once(type, listener) {
    checkNodeTarget(this);
    this.addEventListener(type, listener, { once: true, [kIsNodeEventTarget]: true });
    return this;
  }
  removeAllListeners(type) {
    checkNodeTarget(this);
    if (type !== undefined) this[kEvents].delete(String(type));
    else this[kEvents].clear();
    return this;
  }
}
makeEnumerable(
  NodeEventTarget.prototype,
  Object.getOwnPropertyNames(NodeEventTarget.prototype).filter((name) => name !== 'constructor'),
);

// Defines the attribute `on<name>` (https://html.spec.whatwg.org/#event-handler-attributes).
function defineEventHandler(prototype, name, event = name) {
  const property = `on${name}`;
  const getter = {
    [property]() {
      return this[kHandlers]?.get(event)?.handler ?? null;
    },
  }[property];
  function set(value) {
    if (this[kHandlers] === undefined) initEventTarget(this);
    const handlers = this[kHandlers];
    let wrapped = handlers.get(event);
    if (wrapped !== undefined) {
      if (typeof wrapped.handler === 'function') {
        const root = this[kEvents].get(event);
        if (root !== undefined) root.size--;
        this[kRemoveListener](root?.size ?? 0, event, wrapped.handler, false);
      }
      wrapped.handler = value;
    } else {
      wrapped = function (...args) {
        if (typeof wrapped.handler !== 'function') return undefined;
        return Reflect.apply(wrapped.handler, this, args);
      };
      wrapped.handler = value;
      handlers.set(event, wrapped);
      this.addEventListener(event, wrapped);
      // Counted below, only while there is a function.
      this[kEvents].get(event).size--;
    }
    if (typeof value === 'function') {
      const root = this[kEvents].get(event);
      root.size++;
      this[kNewListener](root.size, event, value, false, false, false, false);
    }
  }
  Object.defineProperty(set, 'name', { value: `set ${property}` });
  Object.defineProperty(getter, 'name', { value: `get ${property}` });
  Object.defineProperty(prototype, property, { get: getter, set, configurable: true, enumerable: true });
}

function listenersOfTarget(target, type) {
  const result = [];
  for (let at = target[kEvents].get(String(type))?.next; at !== undefined; at = at.next) {
    const listener = at.weak ? at.listener.deref() : at.listener;
    if (listener !== undefined) result.push(listener);
  }
  return result;
}

module.exports = {
  CustomEvent,
  Event,
  EventTarget,
  NodeEventTarget,
  defineEventHandler,
  initEventTarget,
  initNodeEventTarget: initEventTarget,
  isEventTarget,
  kCreateEvent,
  kEvents,
  kHybridDispatch,
  kNewListener,
  kRemoveListener,
  kResistStopPropagation,
  kTrustEvent: kTrust,
  kWeakHandler,
  listenersOfTarget,
  maxListenersOfTarget: (target) => target[kMaxListeners],
  setMaxListenersOfTarget(target, n) {
    target[kMaxListeners] = n;
    target[kMaxListenersWarned] = false;
  },
};
