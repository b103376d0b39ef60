'use strict';
// Waiting for events: events.once() and events.on(), for EventEmitter and EventTarget.

const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateInteger, validateObject } = require('internal/errors/validators');

const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype);

function abortReason(signal) {
  return new AbortError(undefined, { cause: signal?.reason });
}

function addTo(emitter, name, listener, { once = false } = {}) {
  if (typeof emitter.on === 'function') {
    if (once) emitter.once(name, listener);
    else emitter.on(name, listener);
  } else if (typeof emitter.addEventListener === 'function') {
    emitter.addEventListener(name, listener, { once });
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', emitter);
  }
}

function removeFrom(emitter, name, listener) {
  if (typeof emitter.removeListener === 'function') {
    emitter.removeListener(name, listener);
  } else if (typeof emitter.removeEventListener === 'function') {
    emitter.removeEventListener(name, listener);
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', emitter);
  }
}

function listenForAbort(signal, listener) {
  const { kResistStopPropagation } = require('internal/events/event_target');
  signal.addEventListener('abort', listener, { once: true, [kResistStopPropagation]: true });
}

async function once(emitter, name, options = {}) {
  validateObject(options, 'options');
  const { signal } = options;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortReason(signal);
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      if (typeof emitter.removeListener === 'function') emitter.removeListener(name, onEvent);
      signal?.removeEventListener('abort', onAbort);
      reject(error);
    };
    const onEvent = (...args) => {
      emitter.removeListener?.('error', onError);
      signal?.removeEventListener('abort', onAbort);
      resolve(args);
    };
    const onAbort = () => {
      removeFrom(emitter, name, onEvent);
      if (typeof emitter.removeListener === 'function') removeFrom(emitter, 'error', onError);
      reject(abortReason(signal));
    };
    addTo(emitter, name, onEvent, { once: true });
    if (name !== 'error' && typeof emitter.once === 'function') emitter.once('error', onError);
    if (signal != null) listenForAbort(signal, onAbort);
  });
}

function readWaterMark(options, primary, legacy, otherwise) {
  const value = options[primary] ?? options[legacy] ?? otherwise;
  validateInteger(value, `options.${primary}`, 1);
  return value;
}

// Readers waiting for events, and events waiting for readers; the emitter is paused above the high mark.
function on(emitter, name, options = {}) {
  validateObject(options, 'options');
  const { signal } = options;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortReason(signal);
  const high = readWaterMark(options, 'highWaterMark', 'highWatermark', Number.MAX_SAFE_INTEGER);
  const low = readWaterMark(options, 'lowWaterMark', 'lowWatermark', 1);

  const { FixedQueue } = require('internal/util/fixed_queue');
  const events = new FixedQueue();
  const readers = new FixedQueue();
  const listeners = [];
  let size = 0;
  let paused = false;
  let finished = false;
  let failure = null;

  const listen = (target, event, listener) => {
    addTo(target, event, listener);
    listeners.push([target, event, listener]);
  };
  const done = () => ({ value: undefined, done: true });
  const onEvent = (...args) => {
    const reader = readers.shift();
    if (reader) {
      reader.resolve({ value: args, done: false });
      return;
    }
    events.push(args);
    if (++size > high && !paused) {
      paused = true;
      emitter.pause?.();
    }
  };
  const onError = (error) => {
    const reader = readers.shift();
    if (reader) reader.reject(error);
    else failure = error;
    finish();
  };
  const onAbort = () => onError(abortReason(signal));
  const finish = () => {
    signal?.removeEventListener('abort', onAbort);
    for (const [target, event, listener] of listeners.splice(0)) removeFrom(target, event, listener);
    finished = true;
    while (!readers.isEmpty()) readers.shift().resolve(done());
    return Promise.resolve(done());
  };

  const iterator = Object.setPrototypeOf(
    {
      next() {
        if (size > 0) {
          const value = events.shift();
          size--;
          if (paused && size < low) {
            emitter.resume?.();
            paused = false;
          }
          return Promise.resolve({ value, done: false });
        }
        if (failure) {
          const rejection = Promise.reject(failure);
          failure = null;
          return rejection;
        }
        if (finished) return finish();
        return new Promise((resolve, reject) => readers.push({ resolve, reject }));
      },
      return() {
        return finish();
      },
      throw(error) {
        if (!error || !(error instanceof Error)) {
          throw new codes.ERR_INVALID_ARG_TYPE('EventEmitter.AsyncIterator', 'Error', error);
        }
        onError(error);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
    AsyncIteratorPrototype,
  );

  listen(emitter, name, onEvent);
  if (name !== 'error' && typeof emitter.on === 'function') listen(emitter, 'error', onError);
  for (const closing of options.close ?? []) listen(emitter, closing, finish);
  if (signal) listenForAbort(signal, onAbort);
  return iterator;
}

module.exports = { on, once };
