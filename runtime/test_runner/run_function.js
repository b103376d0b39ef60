'use strict';
// Runs a test's or a hook's function to its end: returned promise or callback, deadline, abort signal.

const addListener = (signal, fn) => signal.addEventListener('abort', fn, { once: true });
const { AbortError } = require('internal/errors');
const { kinds, makeFailure } = require('internal/test_runner/failure');
const { setTimeout: startTimer, clearTimeout: stopTimer } = require('timers');

// A function that takes one argument more than it is given wants a callback.
function callWithCallback(resource, fn, receiver, args) {
  let settle;
  const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
  promise.catch(() => {});
  let calls = 0;
  const done = (error) => {
    calls++;
    if (calls > 1) {
      const failure = makeFailure('callback invoked multiple times', kinds.multipleCallback);
      if (calls === 2) process.nextTick(() => settle.reject(failure));
      // It may have passed already: then it is nobody's error but the program's.
      throw failure;
    }
    if (error) settle.reject(error);
    else settle.resolve();
  };
  const result = resource.runInAsyncScope(fn, receiver, ...args, done);
  if (typeof result?.then !== 'function') return promise;
  result.then(undefined, () => {});
  throw makeFailure('passed a callback but also returned a Promise', kinds.callbackAndPromise);
}

function abortReason(signal) {
  return makeFailure(signal.reason ?? new AbortError(undefined), kinds.aborted);
}

// {promise, stop}: rejects when the time is over or a signal aborts.
function makeDeadline(timeout, signals) {
  let reject;
  const promise = new Promise((_, fail) => (reject = fail));
  promise.catch(() => {});
  const stops = [];
  if (timeout !== null && timeout !== undefined && timeout !== Infinity) {
    const timer = startTimer(
      () => reject(makeFailure(`test timed out after ${timeout}ms`, kinds.timeout)),
      timeout,
    );
    timer.unref();
    stops.push(() => stopTimer(timer));
  }
  for (const signal of signals) {
    if (!signal) continue;
    const onAbort = () => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else addListener(signal, onAbort);
    stops.push(() => signal.removeEventListener('abort', onAbort));
  }
  return { promise, stop: () => stops.forEach((stop) => stop()) };
}

// undefined where the function has already ended, else a promise of its end.
function runFunction({ resource, fn, receiver, args, timeout, signals }) {
  for (const signal of signals) if (signal?.aborted) throw abortReason(signal);
  const result =
    fn.length === args.length + 1
      ? callWithCallback(resource, fn, receiver, args)
      : resource.runInAsyncScope(fn, receiver, ...args);
  if (typeof result?.then !== 'function') return undefined;
  const deadline = makeDeadline(timeout, signals);
  return Promise.race([result, deadline.promise]).finally(deadline.stop);
}

module.exports = { abortReason, runFunction };
