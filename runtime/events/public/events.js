'use strict';
// EventEmitter (https://nodejs.org/docs/latest-v20.x/api/events.html). The module itself is the class.
//
// `_events` maps a name to one function or to an array of functions; an array is copied before it is called, so that
// listeners may add and remove listeners. Waiting for events (once, on) is in internal/events/async.

const core = require('internal/events/core');

const { kCapture, kNamesStay } = core;

const kErrorMonitor = Symbol('events.errorMonitor');
const kRejection = Symbol.for('nodejs.rejection');

let errorsModule;
const errors = () => (errorsModule ??= require('internal/errors'));

let defaultMaxListeners = 10;

function EventEmitter(options) {
  EventEmitter.init.call(this, options);
}
module.exports = EventEmitter;

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;
Object.defineProperty(EventEmitter.prototype, kCapture, { value: false, writable: true, enumerable: false });

EventEmitter.init = function init(options) {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners ??= undefined;
  if (options?.captureRejections) {
    require('internal/errors/validators').validateBoolean(
      options.captureRejections,
      'options.captureRejections',
    );
    this[kCapture] = Boolean(options.captureRejections);
  } else {
    // Assigned in both cases: one hidden class for all emitters.
    this[kCapture] = EventEmitter.prototype[kCapture];
  }
};

function checkListener(listener) {
  if (typeof listener !== 'function') {
    throw new (errors().codes.ERR_INVALID_ARG_TYPE)('listener', 'Function', listener);
  }
}

function checkMaxListeners(n, name) {
  require('internal/errors/validators').validateNumber(n, name, 0);
}

EventEmitter.prototype.setMaxListeners = function setMaxListeners(n) {
  checkMaxListeners(n, 'setMaxListeners');
  this._maxListeners = n;
  return this;
};

function maxListenersOf(emitter) {
  return emitter._maxListeners === undefined ? defaultMaxListeners : emitter._maxListeners;
}

EventEmitter.prototype.getMaxListeners = function getMaxListeners() {
  return maxListenersOf(this);
};

// ---- emit

// A listener of a capturing emitter returned something: a rejection becomes an 'error' event.
function watchResult(emitter, result, type, args) {
  if (!emitter[kCapture]) return;
  try {
    const { then } = result;
    if (typeof then === 'function') {
      then.call(result, undefined, (error) => {
        // Out of the promise, so that a throwing handler is an uncaught exception.
        process.nextTick(emitRejection, emitter, error, type, args);
      });
    }
  } catch (error) {
    emitter.emit('error', error);
  }
}

function emitRejection(emitter, error, type, args) {
  if (typeof emitter[kRejection] === 'function') {
    emitter[kRejection](error, type, ...args);
    return;
  }
  // The error handler's own rejections must not come back here.
  const before = emitter[kCapture];
  try {
    emitter[kCapture] = false;
    emitter.emit('error', error);
  } finally {
    emitter[kCapture] = before;
  }
}

EventEmitter.prototype.emit = function emit(type, ...args) {
  const events = this._events;
  if (type === 'error') {
    if (events?.[kErrorMonitor] !== undefined) this.emit(kErrorMonitor, ...args);
    if (events?.error === undefined) require('internal/events/unhandled').throwUnhandled(this, args[0]);
  }
  const handler = events?.[type];
  if (handler === undefined) return false;
  if (typeof handler === 'function') {
    const result = Reflect.apply(handler, this, args);
    if (result !== undefined && result !== null) watchResult(this, result, type, args);
  } else {
    // Two are copied by hand, which is faster than slice().
    const listeners = handler.length === 2 ? [handler[0], handler[1]] : handler.slice();
    for (let i = 0; i < listeners.length; ++i) {
      const result = Reflect.apply(listeners[i], this, args);
      if (result !== undefined && result !== null) watchResult(this, result, type, args);
    }
  }
  return true;
};

core.originalEmit = EventEmitter.prototype.emit;

// ---- adding and removing

function warnLeak(target, type, count, max, list) {
  list.warned = true;
  const { inspect } = require('internal/util/inspect');
  const warning = new Error(
    `Possible EventEmitter memory leak detected. ${count} ${String(type)} listeners ` +
      `added to ${inspect(target, { depth: -1 })}. MaxListeners is ${max}. Use emitter.setMaxListeners() to ` +
      'increase limit',
  );
  warning.name = 'MaxListenersExceededWarning';
  warning.emitter = target;
  warning.type = type;
  warning.count = count;
  process.emitWarning(warning);
}

const clear = (target) => {
  target._events = { __proto__: null };
  target._eventsCount = 0;
};

function add(target, type, listener, prepend) {
  checkListener(listener);
  if (target._events === undefined) clear(target);
  // Before it is added, so that 'newListener' is not told of itself.
  if (target._events.newListener !== undefined) {
    target.emit('newListener', type, listener.listener ?? listener);
  }
  const events = target._events;
  const known = events[type];
  if (known === undefined) {
    events[type] = listener;
    target._eventsCount++;
  } else {
    const list = withAnother(known, listener, prepend);
    if (list !== known) events[type] = list;
    const max = maxListenersOf(target);
    if (max > 0 && list.length > max && !list.warned) warnLeak(target, type, list.length, max, list);
  }
  return target;
}

function withAnother(known, listener, prepend) {
  if (typeof known === 'function') return prepend ? [listener, known] : [known, listener];
  if (prepend) known.unshift(listener);
  else known.push(listener);
  return known;
}

// `listener`, but it leaves before it is called.
function forOnce(target, type, listener) {
  checkListener(listener);
  let called = false;
  const wrapped = (...args) => {
    if (called) return undefined;
    target.removeListener(type, wrapped);
    called = true;
    return Reflect.apply(listener, target, args);
  };
  wrapped.listener = listener;
  return wrapped;
}

function addListener(type, listener) {
  return add(this, type, listener, false);
}
Object.assign(EventEmitter.prototype, {
  addListener,
  on: addListener,
  prependListener(type, listener) {
    return add(this, type, listener, true);
  },
  once(type, listener) {
    this.on(type, forOnce(this, type, listener));
    return this;
  },
  prependOnceListener(type, listener) {
    this.prependListener(type, forOnce(this, type, listener));
    return this;
  },
});

// The name's last listener is gone.
function forget(target, events, type) {
  target._eventsCount -= 1;
  if (events[kNamesStay] === true) events[type] = undefined;
  else if (target._eventsCount === 0) target._events = { __proto__: null };
  else delete events[type];
}

EventEmitter.prototype.removeListener = function removeListener(type, listener) {
  checkListener(listener);
  const events = this._events;
  const list = events?.[type];
  if (list === undefined) return this;
  if (list === listener || list.listener === listener) {
    forget(this, events, type);
    if (events.removeListener) this.emit('removeListener', type, list.listener ?? listener);
    return this;
  }
  if (typeof list === 'function') return this;
  let position = list.length - 1;
  while (position >= 0 && list[position] !== listener && list[position].listener !== listener) position--;
  if (position < 0) return this;
  if (position === 0) list.shift();
  else list.splice(position, 1);
  if (list.length === 1) events[type] = list[0];
  if (events.removeListener !== undefined) this.emit('removeListener', type, listener);
  return this;
};
EventEmitter.prototype.off = EventEmitter.prototype.removeListener;

EventEmitter.prototype.removeAllListeners = function removeAllListeners(type) {
  const events = this._events;
  if (events === undefined) return this;
  const ofAll = arguments.length === 0;
  const isWatched = events.removeListener !== undefined;
  if (isWatched && ofAll) {
    // Those who want to hear of it are the last to go.
    const others = Reflect.ownKeys(events).filter((name) => name !== 'removeListener');
    for (const name of [...others, 'removeListener']) this.removeAllListeners(name);
  }
  if (ofAll) clear(this);
  else if (isWatched) removeEach(this, type, events[type]);
  else if (events[type] !== undefined) forget(this, events, type);
  return this;
};

function removeEach(target, type, found) {
  if (found === undefined) return;
  if (typeof found === 'function') {
    target.removeListener(type, found);
    return;
  }
  // The list gets shorter meanwhile.
  let left = found.length;
  while (left-- > 0) target.removeListener(type, found[left]);
}

function listenersOf(target, type, unwrap) {
  const found = target._events?.[type];
  if (found === undefined) return [];
  if (typeof found === 'function') return unwrap ? [found.listener ?? found] : [found];
  return unwrap ? found.map((f) => f.listener ?? f) : found.slice();
}

EventEmitter.prototype.listeners = function listeners(type) {
  return listenersOf(this, type, true);
};
EventEmitter.prototype.rawListeners = function rawListeners(type) {
  return listenersOf(this, type, false);
};
EventEmitter.prototype.listenerCount = function listenerCount(type, listener) {
  const found = this._events?.[type];
  if (found === undefined) return 0;
  if (listener != null) {
    const same = (f) => f === listener || f.listener === listener;
    return typeof found === 'function' ? Number(same(found)) : found.filter(same).length;
  }
  return typeof found === 'function' ? 1 : found.length;
};
EventEmitter.prototype.eventNames = function eventNames() {
  return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
};

// ---- statics

EventEmitter.usingDomains = false;
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.captureRejectionSymbol = kRejection;
Object.defineProperties(EventEmitter, {
  captureRejections: {
    get: () => EventEmitter.prototype[kCapture],
    set: (value) => {
      require('internal/errors/validators').validateBoolean(value, 'EventEmitter.captureRejections');
      EventEmitter.prototype[kCapture] = value;
    },
    enumerable: true,
    configurable: true,
  },
  errorMonitor: { value: kErrorMonitor, writable: false, configurable: true, enumerable: true },
  defaultMaxListeners: {
    get: () => defaultMaxListeners,
    set: (n) => {
      checkMaxListeners(n, 'defaultMaxListeners');
      defaultMaxListeners = n;
    },
    enumerable: true,
  },
  EventEmitterAsyncResource: {
    get: () => require('internal/events/async_resource').EventEmitterAsyncResource,
    set: undefined,
    enumerable: true,
    configurable: true,
  },
});

EventEmitter.once = function once(emitter, name, options) {
  return require('internal/events/async').once(emitter, name, options);
};
EventEmitter.on = function on(emitter, name, options) {
  return require('internal/events/async').on(emitter, name, options);
};

const isEventTarget = (value) => typeof value?.addEventListener === 'function';

EventEmitter.getEventListeners = function getEventListeners(emitterOrTarget, type) {
  if (typeof emitterOrTarget?.listeners === 'function') return emitterOrTarget.listeners(type);
  const { listenersOfTarget, isEventTarget: isOurs } = require('internal/events/event_target');
  if (isOurs(emitterOrTarget)) return listenersOfTarget(emitterOrTarget, type);
  throw new (errors().codes.ERR_INVALID_ARG_TYPE)(
    'emitter',
    ['EventEmitter', 'EventTarget'],
    emitterOrTarget,
  );
};

EventEmitter.getMaxListeners = function getMaxListeners(emitterOrTarget) {
  if (typeof emitterOrTarget?.getMaxListeners === 'function') return maxListenersOf(emitterOrTarget);
  if (isEventTarget(emitterOrTarget)) {
    return (
      require('internal/events/event_target').maxListenersOfTarget(emitterOrTarget) ?? defaultMaxListeners
    );
  }
  throw new (errors().codes.ERR_INVALID_ARG_TYPE)(
    'emitter',
    ['EventEmitter', 'EventTarget'],
    emitterOrTarget,
  );
};

EventEmitter.setMaxListeners = function setMaxListeners(n = defaultMaxListeners, ...targets) {
  checkMaxListeners(n, 'setMaxListeners');
  if (targets.length === 0) {
    defaultMaxListeners = n;
    return;
  }
  for (const target of targets) {
    if (isEventTarget(target)) {
      require('internal/events/event_target').setMaxListenersOfTarget(target, n);
    } else if (typeof target.setMaxListeners === 'function') {
      target.setMaxListeners(n);
    } else {
      throw new (errors().codes.ERR_INVALID_ARG_TYPE)(
        'eventTargets',
        ['EventEmitter', 'EventTarget'],
        target,
      );
    }
  }
};

EventEmitter.listenerCount = function listenerCount(emitter, type) {
  if (typeof emitter.listenerCount === 'function') return emitter.listenerCount(type);
  return EventEmitter.prototype.listenerCount.call(emitter, type);
};

EventEmitter.addAbortListener = function addAbortListener(signal, listener) {
  if (signal === undefined) {
    throw new (errors().codes.ERR_INVALID_ARG_TYPE)('signal', 'AbortSignal', signal);
  }
  const { validateAbortSignal, validateFunction } = require('internal/errors/validators');
  validateAbortSignal(signal, 'signal');
  validateFunction(listener, 'listener');
  let remove;
  if (signal.aborted) {
    queueMicrotask(() => listener());
  } else {
    const { kResistStopPropagation } = require('internal/events/event_target');
    signal.addEventListener('abort', listener, {
      __proto__: null,
      once: true,
      [kResistStopPropagation]: true,
    });
    remove = () => signal.removeEventListener('abort', listener);
  }
  const disposeSymbol = Symbol.dispose ?? Symbol.for('nodejs.dispose');
  return {
    __proto__: null,
    [disposeSymbol]() {
      remove?.();
    },
  };
};
