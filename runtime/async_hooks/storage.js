'use strict';
// AsyncLocalStorage (Node doc: "Asynchronous context tracking"). Stores ride on internal/async_hooks/frame.

const frame = require('internal/async_hooks/frame');
const { AsyncResource } = require('internal/async_hooks/resource');
const { validateFunction, validateObject } = require('internal/errors/validators');

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

module.exports = { AsyncLocalStorage };
