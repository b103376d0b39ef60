// Promise rejections nobody handled (Node doc: process, 'unhandledRejection', and --unhandled-rejections).
'use strict';

const { fields, kHasRejection } = require('internal/engine/hooks');
const frame = require('internal/async_hooks/frame');
const { kAsyncId, enter, leave } = require('internal/async_hooks/ids');

// v8::PromiseRejectEvent
const kRejectWithNoHandler = 0;
const kHandlerAddedAfterReject = 1;

let reported; // WeakSet: 'unhandledRejection' was emitted, 'rejectionHandled' not yet; made when first needed
const pending = []; // {promise, reason, context}
let handled = []; // promises handled after they were reported
let mode = 'throw';

function onPromiseReject(type, promise, reason) {
  if (type === kRejectWithNoHandler) {
    pending.push({ promise, reason, context: frame.state.active ? frame.get() : undefined });
    fields[kHasRejection] = 1;
  } else if (type === kHandlerAddedAfterReject) {
    const index = pending.findIndex((entry) => entry.promise === promise);
    if (index !== -1) {
      pending.splice(index, 1);
    } else if (reported?.delete(promise)) {
      handled.push(promise);
      fields[kHasRejection] = 1;
    }
  }
}

// What stands for a reason that is no error, so that there is something to print.
class UnhandledPromiseRejection extends Error {
  constructor(reason) {
    super(
      'This error originated either by throwing inside of an async function without a catch block, or by rejecting a ' +
        `promise which was not handled with .catch(). The promise rejected with the reason "${reason}".`,
    );
    this.code = 'ERR_UNHANDLED_REJECTION';
    Object.defineProperty(this, 'name', {
      value: 'UnhandledPromiseRejection',
      configurable: true,
      writable: true,
    });
    this.stack = this.toString();
  }
}

function asError(reason) {
  if (reason instanceof Error) return reason;
  return new UnhandledPromiseRejection(require('internal/util/inspect').inspect(reason));
}

function warn(reason) {
  const text = reason instanceof Error ? reason.stack : String(reason);
  process.emitWarning(
    'Unhandled promise rejection. This error originated either by throwing inside of an async function without a catch ' +
      `block, or by rejecting a promise which was not handled with .catch(). ${text}`,
    'UnhandledPromiseRejectionWarning',
  );
}

function trigger(reason) {
  internalBinding('engine').triggerUncaughtException(asError(reason), true);
}

const modes = {
  throw(promise, reason) {
    if (!process.emit('unhandledRejection', reason, promise)) trigger(reason);
  },
  strict(promise, reason) {
    trigger(reason);
    if (!process.emit('unhandledRejection', reason, promise)) warn(reason);
  },
  warn(promise, reason) {
    process.emit('unhandledRejection', reason, promise);
    warn(reason);
  },
  'warn-with-error-codes'(promise, reason) {
    if (process.emit('unhandledRejection', reason, promise)) return;
    warn(reason);
    process.exitCode = 1;
  },
  none(promise, reason) {
    process.emit('unhandledRejection', reason, promise);
  },
};

// Reports what is left after the microtasks have run. True when that may have queued more ticks or microtasks.
function processRejections() {
  fields[kHasRejection] = 0;
  const worked = pending.length > 0 || handled.length > 0;
  const late = handled;
  handled = [];
  for (const promise of late) process.emit('rejectionHandled', promise);
  while (pending.length > 0) {
    const { promise, reason, context } = pending.shift();
    (reported ??= new WeakSet()).add(promise);
    const outer = frame.enter(context);
    const tracked = promise[kAsyncId] !== undefined;
    if (tracked) enter(promise);
    try {
      modes[mode](promise, reason);
    } finally {
      if (tracked) leave();
      frame.exit(outer);
    }
  }
  return worked;
}

module.exports = {
  onPromiseReject,
  process: processRejections,
  modes: Object.keys(modes),
  setMode: (value) => {
    mode = value;
  },
};
