'use strict';
// Named channels for diagnostics (https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html). A channel without subscribers costs
// one call of an empty method.

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');

// Channels are found by name while somebody holds them or subscribes.
const channels = new Map();
const registry = new FinalizationRegistry((name) => {
  if (channels.get(name)?.weak.deref() === undefined) channels.delete(name);
});

function find(name) {
  return channels.get(name)?.weak.deref();
}

require('internal/util/diagnostics').find = find;

function hold(channel) {
  const entry = channels.get(channel.name);
  if (entry !== undefined) entry.strong = channel;
}

function release(channel) {
  const entry = channels.get(channel.name);
  if (entry !== undefined) entry.strong = undefined;
}

function throwLater(error) {
  process.nextTick(() => {
    throw error;
  });
}

class Channel {
  constructor(name) {
    this._subscribers = undefined;
    this._stores = undefined;
    this.name = name;
    channels.set(name, { weak: new WeakRef(this), strong: undefined });
    registry.register(this, name);
  }

  // Nobody listens: what is published goes nowhere, and there is nothing to take away.
  get hasSubscribers() {
    return false;
  }
  publish() {}
  runStores(data, fn, thisArg, ...args) {
    return Reflect.apply(fn, thisArg, args);
  }
  unsubscribe() {
    return false;
  }
  unbindStore() {
    return false;
  }

  // The first one makes it an active channel.
  bindStore(store, transform) {
    activate(this).bindStore(store, transform);
  }
  subscribe(subscription) {
    activate(this).subscribe(subscription);
  }

  static [Symbol.hasInstance](instance) {
    return [Channel.prototype, ActiveChannel.prototype].includes(Object.getPrototypeOf(instance));
  }
}

// What a channel is while it has subscribers.
class ActiveChannel {
  subscribe(subscription) {
    validateFunction(subscription, 'subscription');
    this._subscribers = [...this._subscribers, subscription];
    hold(this);
  }
  unsubscribe(subscription) {
    const index = this._subscribers.indexOf(subscription);
    if (index === -1) return false;
    this._subscribers = this._subscribers.filter((_, i) => i !== index);
    deactivateIfIdle(this);
    return true;
  }
  bindStore(store, transform) {
    this._stores.set(store, transform);
    hold(this);
  }
  unbindStore(store) {
    if (!this._stores.delete(store)) return false;
    deactivateIfIdle(this);
    return true;
  }
  get hasSubscribers() {
    return true;
  }
  publish(data) {
    for (const subscriber of this._subscribers) {
      try {
        subscriber(data, this.name);
      } catch (error) {
        throwLater(error);
      }
    }
  }
  runStores(data, fn, thisArg, ...args) {
    let run = () => {
      this.publish(data);
      return Reflect.apply(fn, thisArg, args);
    };
    for (const [store, transform] of this._stores) {
      const next = run;
      run = () => {
        let context = data;
        if (transform) {
          try {
            context = transform(data);
          } catch (error) {
            throwLater(error);
            return next();
          }
        }
        return store.run(context, next);
      };
    }
    return run();
  }
}

function activate(channel) {
  Object.setPrototypeOf(channel, ActiveChannel.prototype);
  channel._subscribers = [];
  channel._stores = new Map();
  return channel;
}

function deactivateIfIdle(channel) {
  if (channel._subscribers.length > 0 || channel._stores.size > 0) return;
  Object.setPrototypeOf(channel, Channel.prototype);
  channel._subscribers = undefined;
  channel._stores = undefined;
  release(channel);
}

function channel(name) {
  const existing = find(name);
  if (existing !== undefined) return existing;
  if (typeof name !== 'string' && typeof name !== 'symbol') {
    throw new codes.ERR_INVALID_ARG_TYPE('channel', ['string', 'symbol'], name);
  }
  return new Channel(name);
}

const subscribe = (name, subscription) => channel(name).subscribe(subscription);
const unsubscribe = (name, subscription) => channel(name).unsubscribe(subscription);
const hasSubscribers = (name) => find(name)?.hasSubscribers ?? false;

const TRACE_EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

function tracePart(source, name) {
  if (typeof source === 'string') return channel(`tracing:${source}:${name}`);
  if (typeof source === 'object' && source !== null) {
    const part = source[name];
    if (part instanceof Channel) return part;
    throw new codes.ERR_INVALID_ARG_TYPE(`nameOrChannels.${name}`, ['Channel'], part);
  }
  throw new codes.ERR_INVALID_ARG_TYPE('nameOrChannels', ['string', 'Channel', 'Object'], source);
}

class TracingChannel {
  constructor(source) {
    for (const name of TRACE_EVENTS) {
      Object.defineProperty(this, name, { value: tracePart(source, name), enumerable: true });
    }
  }
  get hasSubscribers() {
    return TRACE_EVENTS.some((name) => this[name].hasSubscribers);
  }
  subscribe(handlers) {
    for (const name of TRACE_EVENTS) if (handlers[name]) this[name].subscribe(handlers[name]);
  }
  unsubscribe(handlers) {
    let done = true;
    for (const name of TRACE_EVENTS) {
      if (handlers[name] && !this[name].unsubscribe(handlers[name])) done = false;
    }
    return done;
  }
  traceSync(fn, context = {}, thisArg, ...args) {
    const { start, end, error } = this;
    return start.runStores(context, () => {
      try {
        const result = Reflect.apply(fn, thisArg, args);
        context.result = result;
        return result;
      } catch (e) {
        context.error = e;
        error.publish(context);
        throw e;
      } finally {
        end.publish(context);
      }
    });
  }
  tracePromise(fn, context = {}, thisArg, ...args) {
    const { start, end, asyncStart, asyncEnd, error } = this;
    const reject = (e) => {
      context.error = e;
      error.publish(context);
      asyncStart.publish(context);
      asyncEnd.publish(context);
      return Promise.reject(e);
    };
    const resolve = (result) => {
      context.result = result;
      asyncStart.publish(context);
      asyncEnd.publish(context);
      return result;
    };
    return start.runStores(context, () => {
      try {
        let promise = Reflect.apply(fn, thisArg, args);
        if (!(promise instanceof Promise)) promise = Promise.resolve(promise);
        return promise.then(resolve, reject);
      } catch (e) {
        context.error = e;
        error.publish(context);
        throw e;
      } finally {
        end.publish(context);
      }
    });
  }
  traceCallback(fn, position = -1, context = {}, thisArg, ...args) {
    const { start, end, asyncStart, asyncEnd, error } = this;
    const callback = args.at(position);
    validateFunction(callback, 'callback');
    function wrapped(...results) {
      const [e, result] = results;
      if (e) {
        context.error = e;
        error.publish(context);
      } else {
        context.result = result;
      }
      asyncStart.runStores(context, () => {
        try {
          return Reflect.apply(callback, this, results);
        } finally {
          asyncEnd.publish(context);
        }
      });
    }
    args.splice(position, 1, wrapped);
    return start.runStores(context, () => {
      try {
        return Reflect.apply(fn, thisArg, args);
      } catch (e) {
        context.error = e;
        error.publish(context);
        throw e;
      } finally {
        end.publish(context);
      }
    });
  }
}

module.exports = {
  channel,
  hasSubscribers,
  subscribe,
  tracingChannel: (source) => new TracingChannel(source),
  unsubscribe,
  Channel,
};
