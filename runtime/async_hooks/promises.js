'use strict';
// Promises as asynchronous resources. V8's promise hooks are set only while an async hook is enabled.

const engine = require('internal/engine/hooks');
const { fields, ids, kExecutionId, kTriggerId, kNativeResource } = engine;
const { kAsyncId, kTrigger, current, newId, defaultTrigger } = require('internal/async_hooks/ids');

let stop = null;
let wanted = false;
const outer = []; // what ran before each promise that runs now
const dispatch = () => require('internal/async_hooks/dispatch');

function track(promise, parent) {
  if (promise[kAsyncId] !== undefined) return false;
  promise[kAsyncId] = newId();
  if (parent) {
    track(parent);
    promise[kTrigger] = parent[kAsyncId];
  } else {
    promise[kTrigger] = defaultTrigger();
  }
  return true;
}

function init(promise, parent) {
  track(promise, parent);
  dispatch().init(promise[kAsyncId], 'PROMISE', promise[kTrigger], promise);
}

function initAndWatch(promise, parent) {
  track(promise, parent);
  if (fields[engine.kInitHooks] !== 0)
    dispatch().init(promise[kAsyncId], 'PROMISE', promise[kTrigger], promise);
  internalBinding('async_hooks').registerDestroy(promise, promise[kAsyncId]);
}

function before(promise) {
  track(promise);
  outer.push(ids[kExecutionId], ids[kTriggerId], current.resource, fields[kNativeResource]);
  ids[kExecutionId] = promise[kAsyncId];
  ids[kTriggerId] = promise[kTrigger];
  current.resource = promise;
  fields[kNativeResource] = 0;
  if (fields[engine.kBeforeHooks] !== 0) dispatch().before(promise[kAsyncId]);
}

function after(promise) {
  track(promise);
  if (fields[engine.kAfterHooks] !== 0) dispatch().after(promise[kAsyncId]);
  // Not so when the hook was enabled while this promise's callback ran.
  if (promise[kAsyncId] !== ids[kExecutionId]) return;
  fields[kNativeResource] = outer.pop() ?? 0;
  current.resource = outer.pop();
  ids[kTriggerId] = outer.pop() ?? 0;
  ids[kExecutionId] = outer.pop() ?? 0;
}

function settled(promise) {
  track(promise);
  dispatch().promiseResolve(promise[kAsyncId]);
}

function reset() {
  stop?.();
  stop = null;
  outer.length = 0;
}

/** Told when hooks were enabled or disabled. */
function update(anyEnabled) {
  wanted = anyEnabled;
  if (!anyEnabled) {
    // The promise that runs now still ends what it began.
    internalBinding('engine').enqueueMicrotask(() => {
      if (!wanted) reset();
    });
    return;
  }
  stop?.();
  let onInit;
  if (fields[engine.kDestroyHooks] !== 0) onInit = initAndWatch;
  else if (fields[engine.kInitHooks] !== 0) onInit = init;
  stop = require('internal/async_hooks/promise_hooks').createHook({
    init: onInit,
    before,
    after,
    settled: fields[engine.kPromiseResolveHooks] !== 0 ? settled : undefined,
  });
}

module.exports = { update };
