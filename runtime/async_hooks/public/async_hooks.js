// Node doc: async_hooks and "Asynchronous context tracking". Contexts ride on internal/async_hooks/frame.
//
// createHook() is there for programs that only register hooks when they find it; its hooks see AsyncResource objects,
// not the runtime's own resources.
'use strict';

const frame = require('internal/async_hooks/frame');
const { codes } = require('internal/errors');
const { validateFunction, validateString, validateObject } = require('internal/errors/validators');

const topLevel = {};
let lastId = 1; // 1 is the main script
let execution = { id: 1, trigger: 0, resource: topLevel };
const hooks = new Set();

function emit(name, ...args) {
  if (hooks.size === 0) return;
  for (const hook of [...hooks]) hook[name]?.(...args);
}

const kCallbacks = ['init', 'before', 'after', 'destroy', 'promiseResolve'];

class AsyncHook {
  #callbacks = {};

  constructor(callbacks) {
    for (const name of kCallbacks) {
      const callback = callbacks[name];
      if (callback !== undefined && typeof callback !== 'function')
        throw new codes.ERR_ASYNC_CALLBACK(`hook.${name}`);
      this.#callbacks[name] = callback;
    }
  }

  enable() {
    hooks.add(this.#callbacks);
    return this;
  }

  disable() {
    hooks.delete(this.#callbacks);
    return this;
  }
}

function createHook(callbacks) {
  validateObject(callbacks, 'callbacks');
  return new AsyncHook(callbacks);
}

const kDestroyed = Symbol('destroyed');
const collected = new FinalizationRegistry(({ id, state }) => {
  if (!state.destroyed) emit('destroy', id);
});

class AsyncResource {
  #id;
  #trigger;
  #context;

  constructor(type, options = {}) {
    validateString(type, 'type');
    let triggerAsyncId = execution.id;
    let manual = false;
    if (typeof options === 'number') {
      triggerAsyncId = options;
    } else {
      if (options.triggerAsyncId !== undefined) triggerAsyncId = options.triggerAsyncId;
      manual = !!options.requireManualDestroy;
    }
    if (!Number.isSafeInteger(triggerAsyncId) || triggerAsyncId < -1) {
      throw new codes.ERR_INVALID_ASYNC_ID('triggerAsyncId', triggerAsyncId);
    }
    if (type.length === 0 && hooks.size > 0) throw new codes.ERR_ASYNC_TYPE(type);
    this.#id = ++lastId;
    this.#trigger = triggerAsyncId;
    this.#context = frame.state.active ? frame.get() : undefined;
    this[kDestroyed] = { destroyed: false };
    if (hooks.size > 0) {
      emit('init', this.#id, type, triggerAsyncId, this);
      if (!manual) collected.register(this, { id: this.#id, state: this[kDestroyed] });
    }
  }

  runInAsyncScope(fn, thisArg, ...args) {
    const outer = frame.enter(this.#context);
    const outerExecution = execution;
    execution = { id: this.#id, trigger: this.#trigger, resource: this };
    emit('before', this.#id);
    try {
      return Reflect.apply(fn, thisArg, args);
    } finally {
      emit('after', this.#id);
      execution = outerExecution;
      frame.exit(outer);
    }
  }

  emitDestroy() {
    this[kDestroyed].destroyed = true;
    emit('destroy', this.#id);
    return this;
  }

  asyncId() {
    return this.#id;
  }

  triggerAsyncId() {
    return this.#trigger;
  }

  bind(fn, thisArg) {
    validateFunction(fn, 'fn');
    const resource = this;
    const bound =
      thisArg === undefined
        ? function (...args) {
            return resource.runInAsyncScope(fn, this, ...args);
          }
        : (...args) => resource.runInAsyncScope(fn, thisArg, ...args);
    Object.defineProperties(bound, {
      length: { configurable: true, enumerable: false, value: fn.length, writable: false },
      asyncResource: { configurable: true, enumerable: true, value: this, writable: true },
    });
    return bound;
  }

  static bind(fn, type, thisArg) {
    return new AsyncResource(type || fn.name || 'bound-anonymous-fn').bind(fn, thisArg);
  }
}

const kEmpty = new Map();

class AsyncLocalStorage {
  #onPropagate;

  constructor(options = {}) {
    validateObject(options, 'options');
    this.#onPropagate = options.onPropagate;
    if (this.#onPropagate !== undefined) validateFunction(this.#onPropagate, 'options.onPropagate');
  }

  static bind(fn) {
    return AsyncResource.bind(fn);
  }

  static snapshot() {
    return AsyncLocalStorage.bind((callback, ...args) => callback(...args));
  }

  #with(store) {
    frame.state.active = true;
    return new Map(frame.get() ?? kEmpty).set(this, store);
  }

  run(store, callback, ...args) {
    const outer = frame.state.active ? frame.get() : undefined;
    if (outer?.has(this) && Object.is(outer.get(this), store)) return Reflect.apply(callback, null, args);
    frame.set(this.#with(store));
    try {
      return Reflect.apply(callback, null, args);
    } finally {
      frame.set(outer);
    }
  }

  exit(callback, ...args) {
    if (!frame.state.active) return Reflect.apply(callback, null, args);
    const outer = frame.get();
    this.disable();
    try {
      return Reflect.apply(callback, null, args);
    } finally {
      frame.set(outer);
    }
  }

  enterWith(store) {
    frame.set(this.#with(store));
  }

  getStore() {
    return frame.state.active ? frame.get()?.get(this) : undefined;
  }

  // Forgets the store in the present context and all that starts from it.
  disable() {
    if (!frame.state.active) return;
    const current = frame.get();
    if (!current?.has(this)) return;
    const without = new Map(current);
    without.delete(this);
    frame.set(without);
  }
}

module.exports = {
  AsyncLocalStorage,
  AsyncResource,
  createHook,
  executionAsyncId: () => execution.id,
  triggerAsyncId: () => execution.trigger,
  executionAsyncResource: () => execution.resource,
  asyncWrapProviders: Object.freeze(Object.create(null)),
};
