'use strict';
// AsyncResource: an asynchronous resource that a program defines (Node doc: async_hooks, "Class: AsyncResource").

const frame = require('internal/async_hooks/frame');
const engine = require('internal/engine/hooks');
const { fields, ids, kExecutionId, kTriggerId, kNativeResource } = engine;
const { kAsyncId, kTrigger, current, begin, defaultTrigger } = require('internal/async_hooks/ids');
const { codes } = require('internal/errors');
const { validateFunction, validateString } = require('internal/errors/validators');

const dispatch = () => require('internal/async_hooks/dispatch');
const kDestroyed = Symbol('destroyed');

/** Runs `fn` on behalf of `resource`, whatever runs now. */
function runIn(resource, context, fn, thisArg, args) {
  const outerContext = frame.enter(context);
  const outerId = ids[kExecutionId];
  const outerTrigger = ids[kTriggerId];
  const outerResource = current.resource;
  const outerOwner = fields[kNativeResource];
  const id = resource[kAsyncId];
  ids[kExecutionId] = id;
  ids[kTriggerId] = resource[kTrigger];
  current.resource = resource;
  fields[kNativeResource] = 0;
  if (fields[engine.kBeforeHooks] !== 0) dispatch().before(id);
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    if (fields[engine.kAfterHooks] !== 0) dispatch().after(id);
    ids[kExecutionId] = outerId;
    ids[kTriggerId] = outerTrigger;
    current.resource = outerResource;
    fields[kNativeResource] = outerOwner;
    frame.exit(outerContext);
  }
}

class AsyncResource {
  #context;

  constructor(type, options = {}) {
    validateString(type, 'type');
    let trigger = options;
    let manual = false;
    if (typeof options !== 'number') {
      trigger = options.triggerAsyncId === undefined ? defaultTrigger() : options.triggerAsyncId;
      manual = !!options.requireManualDestroy;
    }
    if (!Number.isSafeInteger(trigger) || trigger < -1)
      throw new codes.ERR_INVALID_ASYNC_ID('triggerAsyncId', trigger);
    if (type.length === 0 && fields[engine.kInitHooks] !== 0) throw new codes.ERR_ASYNC_TYPE(type);
    this.#context = frame.state.active ? frame.get() : undefined;
    begin(this, type, trigger);
    if (!manual && fields[engine.kDestroyHooks] !== 0) {
      this[kDestroyed] = { destroyed: false };
      internalBinding('async_hooks').registerDestroy(this, this[kAsyncId], this[kDestroyed]);
    }
  }

  runInAsyncScope(fn, thisArg, ...args) {
    return runIn(this, this.#context, fn, thisArg, args);
  }

  emitDestroy() {
    if (this[kDestroyed] !== undefined) this[kDestroyed].destroyed = true;
    if (fields[engine.kDestroyHooks] !== 0) internalBinding('async_hooks').queueDestroy(this[kAsyncId]);
    return this;
  }

  asyncId() {
    return this[kAsyncId];
  }

  triggerAsyncId() {
    return this[kTrigger];
  }

  bind(fn, thisArg) {
    validateFunction(fn, 'fn');
    const resource = this;
    const bound =
      thisArg === undefined
        ? function (...args) {
            return resource.runInAsyncScope(fn, this, ...args);
          }
        : this.runInAsyncScope.bind(this, fn, thisArg);
    let shown = this;
    const { deprecate } = require('internal/util');
    const message = 'The asyncResource property on bound functions is deprecated';
    Object.defineProperties(bound, {
      length: { configurable: true, enumerable: false, value: fn.length, writable: false },
      asyncResource: {
        configurable: true,
        enumerable: true,
        get: deprecate(() => shown, message, 'DEP0172'),
        set: deprecate(
          (value) => {
            shown = value;
          },
          message,
          'DEP0172',
        ),
      },
    });
    return bound;
  }

  static bind(fn, type, thisArg) {
    type ||= fn.name;
    return new AsyncResource(type || 'bound-anonymous-fn').bind(fn, thisArg);
  }
}

module.exports = { AsyncResource };
