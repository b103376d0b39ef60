// Timers and immediates (Node doc: timers).
//
// Timers of one duration form a list in order of expiry, because each new one expires last. A binary heap orders the
// lists by the expiry of their first timer. One uv_timer is armed for the first list. So adding a timer to a duration
// already in use costs a list append and never a system call.
'use strict';

const { fields, kHasTick, kImmediates, kReferencedImmediates, kTracking } = require('internal/engine/hooks');
const binding = internalBinding('timers');
const frame = require('internal/async_hooks/frame');
const { kAsyncId, kTrigger, begin, enter, leave, end } = require('internal/async_hooks/ids');
const { runMicrotasks } = internalBinding('engine');

const kMaxDelay = 2 ** 31 - 1;
let nextId = 1;
let referenced = 0; // timers that keep the loop alive
let armedFor = Infinity;
let running = false; // timers that are due
let current = null; // the one whose callback runs
let currentCounts = 0; // 1 while it counts as one that keeps the loop alive
const byId = new Map(); // timers whose primitive was taken
const lists = new Map(); // duration -> TimerList
const heap = []; // TimerList by expiry

class TimerList {
  constructor(duration, expiry) {
    this.duration = duration;
    this.expiry = expiry;
    this.position = 0;
    this._idleNext = this; // the first; a ring that closes in the list itself
    this._idlePrev = this;
  }

  append(timer) {
    const last = this._idlePrev;
    timer._idlePrev = last;
    timer._idleNext = this;
    last._idleNext = timer;
    this._idlePrev = timer;
    timer._list = this;
  }

  remove(timer) {
    timer._idlePrev._idleNext = timer._idleNext;
    timer._idleNext._idlePrev = timer._idlePrev;
    timer._list = timer._idleNext = timer._idlePrev = null;
  }

  get isEmpty() {
    return this._idleNext === this;
  }
}

function place(list, position) {
  heap[position] = list;
  list.position = position;
}

function siftUp(position) {
  const list = heap[position];
  while (position > 0) {
    const parent = (position - 1) >> 1;
    if (heap[parent].expiry <= list.expiry) break;
    place(heap[parent], position);
    position = parent;
  }
  place(list, position);
}

function siftDown(position) {
  const list = heap[position];
  for (;;) {
    let child = 2 * position + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1].expiry < heap[child].expiry) child++;
    if (heap[child].expiry >= list.expiry) break;
    place(heap[child], position);
    position = child;
  }
  place(list, position);
}

function removeList(list) {
  lists.delete(list.duration);
  const last = heap.pop();
  if (last === list) return;
  place(last, list.position);
  siftDown(last.position);
  siftUp(last.position);
}

function addReference(change) {
  const before = referenced;
  referenced += change;
  if (running) return; // the engine does it at the end
  if (before === 0 && referenced > 0) binding.refTimer(true);
  else if (before > 0 && referenced === 0) binding.refTimer(false);
}

// Puts `timer` at the end of its duration's list, counted from `start`.
function insert(timer, start) {
  const duration = timer._idleTimeout;
  timer._idleStart = start;
  let list = lists.get(duration);
  if (list === undefined) {
    list = new TimerList(duration, start + duration);
    lists.set(duration, list);
    heap.push(list);
    siftUp(heap.length - 1);
    if (list.expiry < armedFor) {
      armedFor = list.expiry;
      binding.schedule(Math.trunc(duration));
    }
  }
  list.append(timer);
}

function withdraw(timer) {
  const list = timer._list;
  if (list === null) return;
  list.remove(timer);
  if (list.isEmpty) removeList(list);
  if (timer._referenced) addReference(-1);
}

class Timeout {
  constructor(callback, after, args, repeat) {
    after = Number(after);
    if (!(after >= 1 && after <= kMaxDelay)) {
      if (after > kMaxDelay) {
        process.emitWarning(
          `${after} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`,
          'TimeoutOverflowWarning',
        );
      }
      after = 1;
    }
    this._idleTimeout = Math.trunc(after);
    this._idleStart = null;
    this._onTimeout = callback;
    this._args = args;
    this._repeat = repeat ? this._idleTimeout : null;
    this._destroyed = false;
    this._referenced = true;
    this._list = this._idleNext = this._idlePrev = null;
    this._context = frame.state.active ? frame.get() : undefined;
    this._id = 0;
    this[kAsyncId] = this[kTrigger] = 0;
    if (fields[kTracking] !== 0) begin(this, 'Timeout');
  }

  refresh() {
    if (this._idleTimeout === -1) return this; // cleared; one that has fired comes back to life
    this._destroyed = false;
    const wasActive = this._list !== null;
    if (wasActive) {
      const list = this._list;
      list.remove(this);
      if (list.isEmpty) removeList(list);
    } else if (this._referenced) {
      addReference(1);
    }
    insert(this, binding.updateNow());
    return this;
  }

  ref() {
    if (!this._referenced) {
      this._referenced = true;
      if (this._list !== null) addReference(1);
    }
    return this;
  }

  unref() {
    if (this._referenced) {
      this._referenced = false;
      if (this._list !== null) addReference(-1);
    }
    return this;
  }

  hasRef() {
    return this._referenced;
  }

  close() {
    clearTimeout(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    if (this._id === 0) {
      this._id = nextId++;
      if (!this._destroyed) byId.set(this._id, this);
    }
    return this._id;
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return inspect(
      { __proto__: { constructor: Timeout }, _idleTimeout: this._idleTimeout, _repeat: this._repeat },
      options,
    );
  }
}
Symbol.dispose ??= Symbol('Symbol.dispose');
Timeout.prototype[Symbol.dispose] = function dispose() {
  clearTimeout(this);
};

function start(timer) {
  insert(timer, binding.updateNow());
  addReference(1);
  return timer;
}

function destroy(timer) {
  if (!timer._destroyed && timer[kAsyncId] > 0) end(timer);
  timer._destroyed = true;
  if (timer._id > 0) byId.delete(timer._id);
}

function checkCallback(callback) {
  if (typeof callback === 'function') return;
  const { codes } = require('internal/errors');
  throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
}

function setTimeout(callback, after, ...args) {
  checkCallback(callback);
  return start(new Timeout(callback, after, args.length === 0 ? undefined : args, false));
}

function setInterval(callback, repeat, ...args) {
  checkCallback(callback);
  return start(new Timeout(callback, repeat, args.length === 0 ? undefined : args, true));
}

function clearTimeout(timer) {
  if (timer instanceof Timeout) {
    withdraw(timer);
    if (timer === current) stopCounting();
    destroy(timer);
    timer._idleTimeout = -1;
    timer._onTimeout = null;
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    const found = byId.get(Number(timer));
    if (found !== undefined) clearTimeout(found);
  } else if (timer instanceof Immediate) {
    clearImmediate(timer);
  }
}

function call(timer) {
  if (timer._args === undefined) timer._onTimeout();
  else timer._onTimeout(...timer._args);
}

function runTicksBetween() {
  if (fields[kHasTick] !== 0) require('internal/process/ticks').processTicks();
  else {
    runMicrotasks();
    if (fields[kHasTick] !== 0) require('internal/process/ticks').processTicks();
  }
}

// Runs one timer that is due. While its callback runs it still counts as one that keeps the loop alive.
function fire(timer) {
  const list = timer._list;
  list.remove(timer);
  if (list.isEmpty) removeList(list);
  if (typeof timer._onTimeout !== 'function') {
    if (timer._referenced) addReference(-1);
    return;
  }
  current = timer;
  currentCounts = timer._referenced ? 1 : 0;
  if (frame.state.active) frame.set(timer._context);
  let threw = true;
  const tracked = timer[kAsyncId] > 0;
  if (tracked) enter(timer);
  try {
    call(timer);
    threw = false;
  } finally {
    finish(timer);
    stopCounting();
    current = null;
    if (threw) armedFor = Infinity;
  }
  if (tracked) leave();
}

function stopCounting() {
  addReference(-currentCounts);
  currentCounts = 0;
}

// After its callback an interval is begun again, unless the callback stopped it in one of the ways there are; a timeout ends.
function finish(timer) {
  if (timer._list !== null) return;
  if (!timer._repeat) {
    destroy(timer);
  } else if (timer._idleTimeout !== -1 && timer._onTimeout) {
    timer._idleTimeout = timer._repeat;
    insert(timer, binding.updateNow());
    if (timer._referenced) addReference(1);
  }
}

// Called by the engine when the uv_timer fires. Returns the next expiry, negative when nothing referenced waits, or 0.
function processTimers(now) {
  armedFor = 0; // nobody need arm the uv_timer while this runs
  running = true;
  let ran = false;
  while (heap.length > 0) {
    const list = heap[0];
    const timer = list._idleNext;
    if (timer._idleStart + list.duration > now) {
      // Others of the list may be later than the list says.
      const expiry = timer._idleStart + list.duration;
      if (expiry !== list.expiry) {
        list.expiry = expiry;
        siftDown(0);
        continue;
      }
      // What becomes due while others run waits for the next turn of the loop, or timers could keep everything else from it.
      break;
    }
    if (ran) runTicksBetween();
    ran = true;
    // A tick may have removed it.
    if (timer._list === list) fire(timer);
  }
  if (frame.state.active) frame.set(undefined);
  running = false;
  if (heap.length === 0) {
    armedFor = Infinity;
    return 0;
  }
  armedFor = heap[0].expiry;
  return referenced > 0 ? armedFor : -armedFor;
}

// Immediates: a queue that is taken whole, so that those an immediate adds run in the next turn of the loop.
let queue = [];
let unfinished = null; // the rest of the queue being run, kept over an exception

class Immediate {
  constructor(callback, args) {
    this._onImmediate = callback;
    this._args = args;
    this._destroyed = false;
    this._referenced = false;
    this._context = frame.state.active ? frame.get() : undefined;
    this.ref();
    this[kAsyncId] = this[kTrigger] = 0;
    if (fields[kTracking] !== 0) begin(this, 'Immediate');
    fields[kImmediates]++;
    queue.push(this);
  }

  ref() {
    if (this._referenced || this._destroyed) return this;
    this._referenced = true;
    if (fields[kReferencedImmediates]++ === 0) binding.refImmediates(true);
    return this;
  }

  unref() {
    if (!this._referenced) return this;
    this._referenced = false;
    if (--fields[kReferencedImmediates] === 0) binding.refImmediates(false);
    return this;
  }

  hasRef() {
    return this._referenced;
  }
}
Immediate.prototype[Symbol.dispose] = function dispose() {
  clearImmediate(this);
};

function setImmediate(callback, ...args) {
  checkCallback(callback);
  return new Immediate(callback, args.length === 0 ? undefined : args);
}

function clearImmediate(immediate) {
  if (!(immediate instanceof Immediate) || immediate._destroyed) return;
  if (immediate[kAsyncId] !== 0) end(immediate);
  immediate.unref();
  immediate._destroyed = true;
  immediate._onImmediate = null;
  fields[kImmediates]--;
}

function runImmediate(immediate, callback) {
  if (immediate._args === undefined) Reflect.apply(callback, immediate, []);
  else Reflect.apply(callback, immediate, immediate._args);
}

// An immediate that is an asynchronous resource with an id.
function runTracked(immediate, callback) {
  enter(immediate);
  try {
    runImmediate(immediate, callback);
  } finally {
    end(immediate);
  }
  leave();
}

function processImmediates() {
  const again = unfinished !== null;
  const batch = again ? unfinished : { list: queue, next: 0 };
  if (!again) queue = [];
  unfinished = batch;
  let ran = false;
  while (batch.next < batch.list.length) {
    const immediate = batch.list[batch.next++];
    if (immediate._destroyed) continue;
    if (ran) {
      runTicksBetween();
      if (immediate._destroyed) continue;
    }
    ran = true;
    immediate.unref();
    immediate._destroyed = true;
    fields[kImmediates]--;
    if (frame.state.active) frame.set(immediate._context);
    const callback = immediate._onImmediate;
    immediate._onImmediate = null;
    if (immediate[kAsyncId] === 0) runImmediate(immediate, callback);
    else runTracked(immediate, callback);
  }
  unfinished = null;
  if (frame.state.active) frame.set(undefined);
}

// util.promisify(setTimeout) and its like.
for (const [name, method] of Object.entries({ setTimeout, setImmediate })) {
  Object.defineProperty(method, Symbol.for('nodejs.util.promisify.custom'), {
    enumerable: true,
    get: () => require('timers/promises')[name],
  });
}

module.exports = {
  kMaxDelay,
  insert,
  withdraw,
  addReference,
  now: binding.updateNow,
  Timeout,
  Immediate,
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval: clearTimeout,
  clearImmediate,
  processTimers,
  processImmediates,
  countActive: () => ({ timeouts: referenced, immediates: fields[kReferencedImmediates] }),
};
