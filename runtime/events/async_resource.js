'use strict';
// EventEmitterAsyncResource: an emitter whose listeners run in an async context of their own.
// https://nodejs.org/docs/latest-v20.x/api/events.html#class-eventseventemitterasyncresource-extends-eventemitter

const EventEmitter = require('events');
const { AsyncResource } = require('internal/async_hooks/resource');
const { codes } = require('internal/errors');
const { validateString } = require('internal/errors/validators');

class EventEmitterReferencingAsyncResource extends AsyncResource {
  #emitter;
  constructor(emitter, type, options) {
    super(type, options);
    this.#emitter = emitter;
  }
  get eventEmitter() {
    if (!(#emitter in this)) throw new codes.ERR_INVALID_THIS('EventEmitterReferencingAsyncResource');
    return this.#emitter;
  }
}

class EventEmitterAsyncResource extends EventEmitter {
  #resource;
  constructor(options = undefined) {
    let name;
    if (typeof options === 'string') {
      name = options;
      options = undefined;
    } else {
      if (new.target === EventEmitterAsyncResource) validateString(options?.name, 'options.name');
      name = options?.name || new.target.name;
    }
    super(options);
    this.#resource = new EventEmitterReferencingAsyncResource(this, name, options);
  }
  static #of(value) {
    if (typeof value !== 'object' || value === null || !(#resource in value)) {
      throw new codes.ERR_INVALID_THIS('EventEmitterAsyncResource');
    }
    return value.#resource;
  }
  emit(event, ...args) {
    return EventEmitterAsyncResource.#of(this).runInAsyncScope(super.emit, this, event, ...args);
  }
  emitDestroy() {
    EventEmitterAsyncResource.#of(this).emitDestroy();
  }
  get asyncId() {
    return EventEmitterAsyncResource.#of(this).asyncId();
  }
  get triggerAsyncId() {
    return EventEmitterAsyncResource.#of(this).triggerAsyncId();
  }
  get asyncResource() {
    return EventEmitterAsyncResource.#of(this);
  }
}

module.exports = { EventEmitterAsyncResource };
