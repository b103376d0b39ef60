'use strict';
// Which asynchronous resource runs (Node doc: async_hooks, "Execution and trigger ids"). Ticks, timers and whatever else is
// JavaScript's own begin, run and end their resources here; native ones do the same in runtime/engine/async_state.cc. While nobody
// has asked for `async_hooks` (kTracking) callers skip all of it.

const hooks = require('internal/engine/hooks');
const { fields, ids, kExecutionId, kTriggerId, kLastId, kDefaultTrigger } = hooks;
const { kInitHooks, kBeforeHooks, kAfterHooks, kDestroyHooks, kNativeResource } = hooks;

const kAsyncId = Symbol('asyncId');
const kTrigger = Symbol('triggerId');

const topLevel = {};
const current = { resource: topLevel };

const dispatch = () => require('internal/async_hooks/dispatch');

const newId = () => ++ids[kLastId];
const defaultTrigger = () => (ids[kDefaultTrigger] >= 0 ? ids[kDefaultTrigger] : ids[kExecutionId]);

/** `resource` begins: it gets its ids, and hooks are told. */
function begin(resource, type, trigger = defaultTrigger()) {
  const id = newId();
  resource[kAsyncId] = id;
  resource[kTrigger] = trigger;
  if (fields[kInitHooks] !== 0) dispatch().init(id, type, trigger, resource);
}

/** Runs from now on behalf of `resource`, at the bottom of the stack: nothing else runs. */
function enter(resource) {
  ids[kExecutionId] = resource[kAsyncId];
  ids[kTriggerId] = resource[kTrigger];
  current.resource = resource;
  fields[kNativeResource] = 0;
  if (fields[kBeforeHooks] !== 0) dispatch().before(resource[kAsyncId]);
}

/** Ends what enter() began. */
function leave() {
  if (fields[kAfterHooks] !== 0) dispatch().after(ids[kExecutionId]);
  clear();
}

function clear() {
  ids[kExecutionId] = ids[kTriggerId] = 0;
  current.resource = topLevel;
  fields[kNativeResource] = 0;
}

function end(resource) {
  if (fields[kDestroyHooks] !== 0) internalBinding('async_hooks').queueDestroy(resource[kAsyncId]);
}

/** A handled exception has torn through whatever was running. */
function unwind() {
  if (fields[kAfterHooks] !== 0 && ids[kExecutionId] > 0) dispatch().after(ids[kExecutionId]);
  clear();
}

/** Runs `callback` with resources it begins triggered by the resource `id`. */
function withDefaultTrigger(id, callback, ...args) {
  if (id === undefined) return Reflect.apply(callback, null, args);
  const outer = ids[kDefaultTrigger];
  ids[kDefaultTrigger] = id;
  try {
    return Reflect.apply(callback, null, args);
  } finally {
    ids[kDefaultTrigger] = outer;
  }
}

module.exports = {
  kAsyncId,
  kTrigger,
  current,
  newId,
  defaultTrigger,
  begin,
  enter,
  leave,
  end,
  unwind,
  withDefaultTrigger,
  executionAsyncId: () => ids[kExecutionId],
  triggerAsyncId: () => ids[kTriggerId],
  executionAsyncResource: () =>
    fields[kNativeResource] !== 0
      ? (internalBinding('async_hooks').executionResource() ?? topLevel)
      : current.resource,
};
