// Promise rejections nobody handled (Node doc: process, events 'unhandledRejection', 'rejectionHandled' and
// 'multipleResolves'; cli, --unhandled-rejections).
'use strict';

const { fields, kHasRejection } = require('internal/engine/hooks');
const frame = require('internal/async_hooks/frame');
const { kAsyncId, enter, leave } = require('internal/async_hooks/ids');

// v8::PromiseRejectEvent
const kRejectWithNoHandler = 0;
const kHandlerAddedAfterReject = 1;
const kRejectAfterResolved = 2;

const kExplanation =
  'This error originated either by throwing inside of an async function without a catch block, or by rejecting a ' +
  'promise which was not handled with .catch().';

let lastId = 0;
let known; // WeakMap: promise -> its entry, until somebody handles it; made when first needed
const pending = []; // {promise, reason, id, reported, context}
let handledLate = []; // {promise, warning}
let mode = 'throw';

function onPromiseReject(type, promise, reason) {
  if (type === kRejectWithNoHandler) {
    const entry = {
      promise,
      reason,
      id: ++lastId,
      reported: false,
      context: frame.state.active ? frame.get() : undefined,
      domain: process.domain,
    };
    (known ??= new WeakMap()).set(promise, entry);
    pending.push(entry);
    fields[kHasRejection] = 1;
  } else if (type === kHandlerAddedAfterReject) {
    onHandled(promise);
  } else if (process.listenerCount('multipleResolves') > 0) {
    const name = type === kRejectAfterResolved ? 'reject' : 'resolve';
    // Not at once: what the listener throws is not the business of whoever settled the promise.
    process.nextTick(() => process.emit('multipleResolves', name, promise, reason));
  }
}

function onHandled(promise) {
  const entry = known?.get(promise);
  if (entry === undefined) return;
  known.delete(promise);
  if (!entry.reported) {
    pending.splice(pending.indexOf(entry), 1);
    return;
  }
  const warning = new Error(`Promise rejection was handled asynchronously (rejection id: ${entry.id})`);
  warning.name = 'PromiseRejectionHandledWarning';
  warning.id = entry.id;
  handledLate.push({ promise, warning });
  fields[kHasRejection] = 1;
}

const isErrorLike = (value) => typeof value === 'object' && value !== null && Object.hasOwn(value, 'stack');
const describe = (value) => internalBinding('engine').detailString(value);

// What stands for a reason that is no error, so that there is something to throw.
function asError(reason) {
  if (isErrorLike(reason)) return reason;
  const error = new Error(`${kExplanation} The promise rejected with the reason "${describe(reason)}".`);
  error.code = 'ERR_UNHANDLED_REJECTION';
  Object.defineProperty(error, 'name', {
    value: 'UnhandledPromiseRejection',
    configurable: true,
    writable: true,
  });
  error.stack = error.toString();
  return error;
}

// Two warnings: the reason, and what it means.
function warn({ reason, id }) {
  const name = 'UnhandledPromiseRejectionWarning';
  const warning = new Error(
    `Unhandled promise rejection. ${kExplanation} To terminate the node process on unhandled promise rejection, use ` +
      'the CLI flag `--unhandled-rejections=strict` (see https://nodejs.org/api/cli.html#cli_unhandled_rejections_mode). ' +
      `(rejection id: ${id})`,
  );
  warning.name = name;
  try {
    if (isErrorLike(reason)) warning.stack = reason.stack;
    process.emitWarning(isErrorLike(reason) ? reason.stack : describe(reason), name);
  } catch {
    // A reason whose stack cannot be read: the second warning has to do.
  }
  process.emitWarning(warning);
}

function trigger(reason) {
  internalBinding('engine').triggerUncaughtException(asError(reason), true);
}

// In a domain it is that domain's error.
function emit({ reason, promise, domain }) {
  if (domain) return domain.emit('error', reason);
  return process.emit('unhandledRejection', reason, promise);
}

const modes = {
  throw(entry) {
    if (!emit(entry)) trigger(entry.reason);
  },
  strict(entry) {
    trigger(entry.reason);
    if (!emit(entry)) warn(entry);
  },
  warn(entry) {
    emit(entry);
    warn(entry);
  },
  'warn-with-error-code'(entry) {
    if (emit(entry)) return;
    warn(entry);
    process.exitCode = 1;
  },
  none: emit,
};

function report(entry) {
  entry.reported = true;
  const outer = frame.enter(entry.context);
  const tracked = entry.promise[kAsyncId] !== undefined;
  if (tracked) enter(entry.promise);
  try {
    modes[mode](entry);
  } finally {
    if (tracked) leave();
    frame.exit(outer);
  }
}

// Reports what is left after the microtasks have run; what is rejected meanwhile waits for the ticks and microtasks that
// come of it. True when there may be such.
function processRejections() {
  fields[kHasRejection] = 0;
  const worked = pending.length > 0 || handledLate.length > 0;
  const late = handledLate;
  handledLate = [];
  for (let i = 0; i < late.length; i++) {
    const { promise, warning } = late[i];
    if (!process.emit('rejectionHandled', promise)) process.emitWarning(warning);
  }
  for (let left = pending.length; left > 0 && pending.length > 0; left--) report(pending.shift());
  if (pending.length > 0) fields[kHasRejection] = 1;
  return worked;
}

module.exports = {
  onPromiseReject,
  process: processRejections,
  setMode: (value) => {
    mode = value;
  },
};
