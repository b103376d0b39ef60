'use strict';
// AsyncLocalStorage (Node doc: "Asynchronous context tracking"). Stores ride on internal/async_hooks/frame.

const frame = require('internal/async_hooks/frame');
const { AsyncResource } = require('internal/async_hooks/resource');
const { validateFunction, validateObject } = require('internal/errors/validators');

const kEmpty = new Map();

class AsyncLocalStorage {
  #onPropagate;
  #enabled = false; // disable() takes the stores out of all contexts, until run() or enterWith()

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
    this.#enabled = true;
    return new Map(frame.get() ?? kEmpty).set(this, store);
  }

  run(store, callback, ...args) {
    const outer = frame.state.active ? frame.get() : undefined;
    if (this.#enabled && outer?.has(this) && Object.is(outer.get(this), store))
      return Reflect.apply(callback, null, args);
    frame.set(this.#with(store));
    try {
      return Reflect.apply(callback, null, args);
    } finally {
      frame.set(outer);
    }
  }

  exit(callback, ...args) {
    if (!this.#enabled) return Reflect.apply(callback, null, args);
    const outer = frame.get();
    this.disable();
    try {
      return Reflect.apply(callback, null, args);
    } finally {
      this.#enabled = true;
      frame.set(outer);
    }
  }

  enterWith(store) {
    frame.set(this.#with(store));
  }

  getStore() {
    return this.#enabled ? frame.get()?.get(this) : undefined;
  }

  disable() {
    if (!this.#enabled) return;
    this.#enabled = false;
    const current = frame.get();
    if (!current?.has(this)) return;
    const without = new Map(current);
    without.delete(this);
    frame.set(without);
  }
}

module.exports = { AsyncLocalStorage };
