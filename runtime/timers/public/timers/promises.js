// Node doc: timers, "Timers Promises API".
'use strict';

const timers = require('internal/timers');
const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateBoolean, validateObject } = require('internal/errors/validators');

function checkOptions(options) {
  validateObject(options, 'options');
  const { signal, ref = true } = options;
  if (signal !== undefined) validateAbortSignal(signal, 'options.signal');
  validateBoolean(ref, 'options.ref');
  return { signal, ref };
}

function abortError(signal) {
  return new AbortError(undefined, { cause: signal.reason });
}

// A promise that `begin(resolve)` settles, or the signal's abort rejects.
function wait(options, begin, cancel) {
  let checked;
  try {
    checked = checkOptions(options);
  } catch (error) {
    return Promise.reject(error);
  }
  const { signal, ref } = checked;
  if (signal?.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel(handle);
      reject(abortError(signal));
    };
    const handle = begin((value) => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref) handle.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function setTimeout(delay, value, options = {}) {
  return wait(options, (resolve) => timers.setTimeout(() => resolve(value), delay), timers.clearTimeout);
}

function setImmediate(value, options = {}) {
  return wait(options, (resolve) => timers.setImmediate(() => resolve(value)), timers.clearImmediate);
}

async function* setInterval(delay, value, options = {}) {
  const { signal, ref } = checkOptions(options);
  if (signal?.aborted) throw abortError(signal);
  let due = 0;
  let wake;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const interval = timers.setInterval(() => {
    due++;
    notify();
  }, delay);
  if (!ref) interval.unref();
  signal?.addEventListener('abort', notify, { once: true });
  try {
    for (;;) {
      if (due === 0 && !signal?.aborted) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      for (; due > 0; due--) yield value;
      if (signal?.aborted) throw abortError(signal);
    }
  } finally {
    timers.clearInterval(interval);
    signal?.removeEventListener('abort', notify);
  }
}

class Scheduler {
  constructor() {
    throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }

  yield() {
    return setImmediate();
  }

  wait(delay, options) {
    return setTimeout(delay, undefined, options);
  }
}

module.exports = {
  setTimeout,
  setImmediate,
  setInterval,
  scheduler: Object.create(Scheduler.prototype),
};
