'use strict';
// AbortController and AbortSignal (https://dom.spec.whatwg.org/#aborting-ongoing-activities).

const { codes } = require('internal/errors');
const {
  Event,
  EventTarget,
  defineEventHandler,
  initEventTarget,
  kEvents,
  kNewListener,
  kRemoveListener,
  kTrustEvent,
} = require('internal/events/event_target');
const {
  validateAbortSignal,
  validateAbortSignalArray,
  validateUint32,
} = require('internal/errors/validators');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kCreate = Symbol('kCreateSignal');
const kAborted = Symbol('kAborted');
const kReason = Symbol('kReason');
const kTimeout = Symbol('kTimeout');
const kSources = Symbol('kSourceSignals');
const kDependants = Symbol('kDependantSignals');
const kComposite = Symbol('kComposite');

function domException(message, name) {
  const { DOMException } = require('internal/errors/dom_exception');
  return new DOMException(message, name);
}
const abortError = () => domException('This operation was aborted', 'AbortError');

// Signals with a timeout or with sources, while somebody listens: they must outlive the listener's interest.
const kept = new Set();

function checkSignal(value) {
  if (typeof value !== 'object' || value === null || !(kAborted in value)) {
    throw new codes.ERR_INVALID_THIS('AbortSignal');
  }
}

function customInspect(self, shown, depth, options, inspect) {
  if (depth < 0) return self;
  const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
  return `${self.constructor.name} ${(inspect ?? require('internal/util/inspect').inspect)(shown, inner)}`;
}

function addState(signal) {
  const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });
  return Object.defineProperties(signal, { [kAborted]: hidden(false), [kReason]: hidden(undefined) });
}

/** Makes an object that inherits from AbortSignal.prototype a signal. */
function initSignal(object) {
  initEventTarget(object);
  return addState(object);
}

class AbortSignal extends EventTarget {
  constructor(token) {
    if (token !== kCreate) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    super();
    addState(this);
  }

  get aborted() {
    checkSignal(this);
    return this[kAborted];
  }
  get reason() {
    checkSignal(this);
    return this[kReason];
  }
  throwIfAborted() {
    checkSignal(this);
    if (this[kAborted]) throw this[kReason];
  }

  [kInspect](depth, options, inspect) {
    return customInspect(this, { aborted: this.aborted }, depth, options, inspect);
  }

  static abort(reason = abortError()) {
    const signal = new AbortSignal(kCreate);
    signal[kAborted] = true;
    signal[kReason] = reason;
    return signal;
  }

  static timeout(delay) {
    validateUint32(delay, 'delay', false);
    const signal = new AbortSignal(kCreate);
    Object.defineProperty(signal, kTimeout, { value: true });
    // Weak: a signal that nobody keeps or listens to needs no abort.
    const weak = new WeakRef(signal);
    const { setTimeout } = require('timers');
    const timer = setTimeout(() => {
      const target = weak.deref();
      if (target === undefined) return;
      kept.delete(target);
      abortSignal(target, domException('The operation was aborted due to timeout', 'TimeoutError'));
    }, delay);
    timer.unref();
    return signal;
  }

  static any(signals) {
    const list = Array.isArray(signals) ? signals : signals?.[Symbol.iterator] ? [...signals] : signals;
    validateAbortSignalArray(list, 'signals');
    const result = new AbortSignal(kCreate);
    const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });
    Object.defineProperties(result, { [kComposite]: hidden(true), [kSources]: hidden(new Set()) });
    const self = new WeakRef(result);
    for (const signal of list) {
      if (signal.aborted) {
        result[kAborted] = true;
        result[kReason] = signal.reason;
        return result;
      }
      // A source that has sources itself is replaced by them: no chains.
      const origins = signal[kComposite] ? [...signal[kSources]].map((ref) => ref.deref()) : [signal];
      for (const origin of origins) {
        if (origin === undefined) continue;
        result[kSources].add(new WeakRef(origin));
        if (origin[kDependants] === undefined) {
          Object.defineProperty(origin, kDependants, {
            value: new Set(),
            enumerable: false,
            configurable: true,
          });
        }
        origin[kDependants].add(self);
      }
    }
    return result;
  }

  [kNewListener](size, type, listener, once, capture, passive, weak) {
    super[kNewListener](size, type, listener, once, capture, passive, weak);
    if ((this[kTimeout] || this[kComposite]) && type === 'abort' && !this[kAborted] && !weak && size === 1) {
      kept.add(this);
    }
  }
  [kRemoveListener](size, type, listener, capture) {
    super[kRemoveListener](size, type, listener, capture);
    if ((this[kTimeout] || this[kComposite]) && type === 'abort' && size === 0) kept.delete(this);
  }
}

function makeSignal() {
  return new AbortSignal(kCreate);
}

function announce(signal) {
  if (signal[kEvents].size === 0) return;
  signal.dispatchEvent(new Event('abort', { [kTrustEvent]: true }));
}

function abortSignal(signal, reason) {
  if (signal[kAborted]) return;
  signal[kAborted] = true;
  signal[kReason] = reason;
  const dependants = [];
  for (const ref of signal[kDependants] ?? []) {
    const dependant = ref.deref();
    if (dependant === undefined || dependant[kAborted]) continue;
    dependant[kAborted] = true;
    dependant[kReason] = reason;
    dependants.push(dependant);
  }
  announce(signal);
  for (const dependant of dependants) {
    kept.delete(dependant);
    announce(dependant);
  }
}

class AbortController {
  #signal;

  get signal() {
    if (typeof this !== 'object' || this === null || !(#signal in this)) {
      throw new codes.ERR_INVALID_THIS('AbortController');
    }
    return (this.#signal ??= makeSignal());
  }
  abort(reason = abortError()) {
    abortSignal(AbortController.#signalOf(this), reason);
  }
  static attach(controller, signal) {
    controller.#signal = signal;
    return controller;
  }
  static #signalOf(controller) {
    if (typeof controller !== 'object' || controller === null || !(#signal in controller)) {
      throw new codes.ERR_INVALID_THIS('AbortController');
    }
    return (controller.#signal ??= makeSignal());
  }
  [kInspect](depth, options, inspect) {
    return customInspect(this, { signal: this.signal }, depth, options, inspect);
  }
}

const attachSignal = AbortController.attach;
delete AbortController.attach;

const tag = (value) => ({ value, writable: false, enumerable: false, configurable: true });
Object.defineProperties(AbortSignal.prototype, {
  aborted: { enumerable: true },
  reason: { enumerable: true },
  throwIfAborted: { enumerable: true },
  [Symbol.toStringTag]: tag('AbortSignal'),
});
Object.defineProperties(AbortController.prototype, {
  signal: { enumerable: true },
  abort: { enumerable: true },
  [Symbol.toStringTag]: tag('AbortController'),
});
defineEventHandler(AbortSignal.prototype, 'abort');

// util.aborted(): resolves when `signal` aborts while `resource` is alive.
async function aborted(signal, resource) {
  if (signal === undefined) throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  validateAbortSignal(signal, 'signal');
  if (resource === null || typeof resource !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('resource', 'object', resource);
  }
  if (signal.aborted) return undefined;
  const { kResistStopPropagation, kWeakHandler } = require('internal/events/event_target');
  return new Promise((resolve) => {
    const listener = () => resolve();
    signal.addEventListener('abort', listener, {
      once: true,
      [kWeakHandler]: resource,
      [kResistStopPropagation]: true,
    });
  });
}

module.exports = {
  AbortController,
  AbortSignal,
  aborted,
  abortSignal,
  attachSignal,
  initSignal,
  makeSignal,
};
