// process.nextTick and queueMicrotask (Node doc: process, "process.nextTick()").
//
// Ticks wait in a ring of fixed size chained to the next when full. The engine runs processTicks after every callback
// from the event loop: all ticks, then the microtasks, again until both are empty, then promise rejections.
'use strict';

const { fields, kHasTick, kHasRejection, kTracking } = require('internal/engine/hooks');
const { runMicrotasks, enqueueMicrotask } = internalBinding('engine');
const frame = require('internal/async_hooks/frame');
const { kAsyncId, kTrigger, begin, enter, leave, end } = require('internal/async_hooks/ids');

const kSize = 2048; // a power of two
const kMask = kSize - 1;

class Ring {
  constructor() {
    this.list = new Array(kSize);
    this.head = 0; // where the next tick goes
    this.tail = 0; // where the oldest is
    this.next = null;
  }
}

let newest = new Ring();
let oldest = newest;

class Tick {
  constructor(callback, args) {
    this[kAsyncId] = 0;
    this[kTrigger] = 0;
    this.callback = callback;
    this.args = args;
    this.context = frame.state.active ? frame.get() : undefined;
  }
}

function push(tick) {
  if (((newest.head + 1) & kMask) === newest.tail) newest = newest.next = new Ring();
  newest.list[newest.head] = tick;
  newest.head = (newest.head + 1) & kMask;
}

function shift() {
  if (oldest.head === oldest.tail) {
    if (oldest.next === null) return undefined;
    oldest = oldest.next;
  }
  const tick = oldest.list[oldest.tail];
  oldest.list[oldest.tail] = undefined;
  oldest.tail = (oldest.tail + 1) & kMask;
  return tick;
}

function runTick(tick) {
  const { callback, args } = tick;
  if (args === undefined) callback();
  else if (args.length === 1) callback(args[0]);
  else if (args.length === 2) callback(args[0], args[1]);
  else callback(...args);
}

// A tick that is an asynchronous resource with an id.
function runTracked(tick) {
  enter(tick);
  try {
    runTick(tick);
  } finally {
    end(tick);
  }
  leave();
}

function processTicks() {
  do {
    let tick;
    let checked = false; // the microtasks ran after the last tick
    while ((tick = shift()) !== undefined) {
      if (frame.state.active) frame.set(tick.context);
      if (tick[kAsyncId] === 0) runTick(tick);
      else runTracked(tick);
      if (oldest.head === oldest.tail && oldest.next === null) {
        runMicrotasks();
        checked = true;
      }
    }
    if (frame.state.active) frame.set(undefined);
    fields[kHasTick] = 0;
    if (!checked) runMicrotasks();
  } while (
    fields[kHasTick] !== 0 ||
    (fields[kHasRejection] !== 0 && require('internal/process/rejections').process())
  );
}

function invalidCallback(callback) {
  const { codes } = require('internal/errors');
  return new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
}

function nextTick(callback, ...args) {
  if (typeof callback !== 'function') throw invalidCallback(callback);
  if (process._exiting) return;
  fields[kHasTick] = 1;
  const tick = new Tick(callback, args.length === 0 ? undefined : args);
  if (fields[kTracking] !== 0) begin(tick, 'TickObject');
  push(tick);
}

function trackedMicrotask(callback) {
  const { AsyncResource } = require('internal/async_hooks/resource');
  const resource = new AsyncResource('Microtask', { requireManualDestroy: true });
  resource.callback = callback;
  return () => {
    try {
      resource.runInAsyncScope(callback);
    } finally {
      resource.emitDestroy();
    }
  };
}

function queueMicrotask(callback) {
  if (typeof callback !== 'function') throw invalidCallback(callback);
  if (fields[kTracking] !== 0) callback = trackedMicrotask(callback);
  const context = frame.state.active ? frame.get() : undefined;
  enqueueMicrotask(() => {
    const outer = frame.enter(context);
    try {
      callback();
    } catch (error) {
      internalBinding('engine').triggerUncaughtException(error, false);
    } finally {
      frame.exit(outer);
    }
  });
}

module.exports = { nextTick, queueMicrotask, processTicks };
