'use strict';
// Node doc: domain. A domain takes the errors of the emitters, timers and callbacks that began while it was active. It follows
// asynchronous resources with a hook, and claims the process's capture callback while a domain with an 'error' listener is active.

const EventEmitter = require('events');
const { AsyncHook } = require('internal/async_hooks/dispatch');
const { codes } = require('internal/errors');
const uncaught = require('internal/process/uncaught');

const { setUncaughtExceptionCaptureCallback, hasUncaughtExceptionCaptureCallback } = uncaught;

if (hasUncaughtExceptionCaptureCallback()) throw new codes.ERR_DOMAIN_CALLBACK_NOT_AVAILABLE();

const whereLoaded = new Error('require(`domain`) at this point').stack;
process.setUncaughtExceptionCaptureCallback = function setUncaughtExceptionCaptureCallback(callback) {
  const error = new codes.ERR_DOMAIN_CANNOT_SET_UNCAUGHT_EXCEPTION_CAPTURE();
  error.stack += `\n${'-'.repeat(40)}\n${whereLoaded}`;
  throw error;
};

let active = null;
Object.defineProperty(process, 'domain', {
  configurable: true,
  enumerable: true,
  get: () => active,
  set(domain) {
    active = domain;
  },
});

// The domains entered and not yet left; one may be there more than once.
let stack = [];

function replaceStack(domains, domain) {
  stack = exports._stack = domains;
  exports.active = process.domain = domain;
  updateCapture();
}

function updateCapture() {
  setUncaughtExceptionCaptureCallback(null);
  if (stack.some((domain) => domain.listenerCount('error') > 0)) {
    setUncaughtExceptionCaptureCallback((error) => process.domain._errorHandler(error));
  }
}

// A property that neither shows nor travels.
function hide(target, name, value) {
  Object.defineProperty(target, name, { configurable: true, enumerable: false, value, writable: true });
}

// ---- asynchronous resources begun in a domain run in it

const domainOf = new Map(); // async id → WeakRef of its domain

const hook = new AsyncHook({
  init(id, type, trigger, resource) {
    const domain = process.domain;
    if (domain === null || domain === undefined) return;
    domainOf.set(id, domain._weak);
    // A promise of another context could lead a sandboxed program to the outside.
    if (type !== 'PROMISE' || resource instanceof Promise) hide(resource, 'domain', domain);
  },
  before(id) {
    domainOf.get(id)?.deref()?.enter();
  },
  after(id) {
    domainOf.get(id)?.deref()?.exit();
  },
  destroy(id) {
    domainOf.delete(id);
  },
});

// ---- 'uncaughtException' listeners run outside of all domains

function leaveAll() {
  stack.length = 0;
  exports.active = process.domain = null;
  updateCapture();
}

process.on('newListener', (name, listener) => {
  if (name !== 'uncaughtException' || listener === leaveAll) return;
  process.removeListener(name, leaveAll);
  process.prependListener(name, leaveAll);
});
process.on('removeListener', (name, listener) => {
  if (name !== 'uncaughtException' || listener === leaveAll) return;
  const left = process.listeners('uncaughtException');
  if (left.length === 1 && left[0] === leaveAll) process.removeListener(name, leaveAll);
});

class Domain extends EventEmitter {
  constructor() {
    super();
    this.members = [];
    hide(this, '_weak', new WeakRef(this));
    hook.enable();
    this.on('removeListener', updateCapture);
    this.on('newListener', updateCapture);
  }

  // An exception nobody caught. True when an 'error' listener has taken it.
  _errorHandler(error) {
    if ((typeof error === 'object' && error !== null) || typeof error === 'function') {
      hide(error, 'domain', this);
      error.domainThrown = true;
    }
    // A listener must not run in the domain whose errors it takes.
    while (exports.active === this) this.exit();
    const caught = stack.length === 0 ? this._emitOutermost(error) : this._emitInner(error);
    leaveAll();
    return caught;
  }

  _emitOutermost(error) {
    if (this.listenerCount('error') === 0) return false;
    // What the listener throws is an uncaught exception like any other.
    setUncaughtExceptionCaptureCallback(null);
    try {
      return this.emit('error', error);
    } finally {
      updateCapture();
    }
  }

  _emitInner(error) {
    try {
      return this.emit('error', error);
    } catch (second) {
      // The listener's own failure is for the domain around this one.
      updateCapture();
      if (stack.length === 0) throw second;
      exports.active = process.domain = stack.at(-1);
      return process.domain._errorHandler(second);
    }
  }

  enter() {
    exports.active = process.domain = this;
    stack.push(this);
    updateCapture();
  }

  // Leaves this domain and all that were entered in it.
  exit() {
    const index = stack.lastIndexOf(this);
    if (index === -1) return;
    stack.splice(index);
    exports.active = stack.length === 0 ? undefined : stack.at(-1);
    process.domain = exports.active;
    updateCapture();
  }

  add(emitter) {
    if (emitter.domain === this) return;
    if (emitter.domain) emitter.domain.remove(emitter);
    // A domain cannot be in a domain that is in it.
    if (this.domain && emitter instanceof Domain) {
      for (let outer = this.domain; outer; outer = outer.domain) if (outer === emitter) return;
    }
    hide(emitter, 'domain', this);
    this.members.push(emitter);
  }

  remove(emitter) {
    emitter.domain = null;
    const index = this.members.indexOf(emitter);
    if (index !== -1) this.members.splice(index, 1);
  }

  run(fn, ...args) {
    this.enter();
    const result = Reflect.apply(fn, this, args);
    this.exit();
    return result;
  }

  intercept(callback) {
    const domain = this;
    return function runIntercepted(error, ...args) {
      if (error && error instanceof Error) {
        error.domainBound = callback;
        error.domainThrown = false;
        hide(error, 'domain', domain);
        domain.emit('error', error);
        return undefined;
      }
      domain.enter();
      const result = Reflect.apply(callback, this, args);
      domain.exit();
      return result;
    };
  }

  bind(callback) {
    const domain = this;
    function runBound(...args) {
      domain.enter();
      const result = Reflect.apply(callback, this, args);
      domain.exit();
      return result;
    }
    hide(runBound, 'domain', this);
    return runBound;
  }
}

// ---- emitters belong to the domain they were made in

const { init, prototype } = EventEmitter;
const { emit } = prototype;

EventEmitter.usingDomains = true;
EventEmitter.init = function initInDomain(options) {
  hide(this, 'domain', null);
  if (exports.active && !(this instanceof Domain)) this.domain = exports.active;
  return Reflect.apply(init, this, [options]);
};

function emitErrorToDomain(emitter, domain, value) {
  const error = value ? value : new codes.ERR_UNHANDLED_ERROR(value);
  if (typeof error === 'object') {
    error.domainEmitter = emitter;
    hide(error, 'domain', domain);
    error.domainThrown = false;
  }
  // Meanwhile the active domain is the first other one around it.
  const before = { stack: [...stack], active: process.domain };
  let keep = stack.length;
  while (keep > 0 && stack[keep - 1] === process.domain) keep--;
  stack.splice(keep);
  process.domain = keep > 0 ? stack[keep - 1] : null;
  domain.emit('error', error);
  replaceStack(before.stack, before.active);
  return false;
}

prototype.emit = function emitInDomain(...args) {
  const { domain } = this;
  const [type] = args;
  const handled = type === 'error' && this.listenerCount(type) > 0;
  if (handled || domain === null || domain === undefined || this === process) {
    return Reflect.apply(emit, this, args);
  }
  if (type === 'error') return emitErrorToDomain(this, domain, args[1]);
  domain.enter();
  const result = Reflect.apply(emit, this, args);
  domain.exit();
  return result;
};

exports.Domain = Domain;
exports.create = exports.createDomain = () => new Domain();
exports._stack = stack;
exports.active = null;
