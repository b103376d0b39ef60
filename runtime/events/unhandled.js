// The event 'error' with nobody listening: its error is thrown, and when that ends the process, what is printed tells who emitted it
// (Node doc: events, "Error events").
'use strict';

const HIDDEN = '    [... lines matching original stack trace ...]';
const kWorthHiding = 3; // lines

// From an error to where and by whom it was emitted.
const emitted = new WeakMap();

exports.throwUnhandled = function throwUnhandled(emitter, error) {
  if (error instanceof Error) {
    const place = {};
    Error.captureStackTrace(place, emitter.emit);
    emitted.set(error, { place, name: emitter.constructor?.name });
    throw error; // Unhandled 'error' event
  }
  let text;
  try {
    text = require('internal/util/inspect').inspect(error);
  } catch {
    text = error;
  }
  const unhandled = new (require('internal/errors').codes.ERR_UNHANDLED_ERROR)(text);
  unhandled.context = error;
  throw unhandled;
};

// The lines of `own` without the run at their end that the error's stack ends with, too.
function withoutShared(own, stack) {
  let shared = 0;
  while (shared < own.length && own.at(-1 - shared) === stack.at(-1 - shared)) shared++;
  return shared <= kWorthHiding ? own : [...own.slice(0, own.length - shared), HIDDEN];
}

/** Adds to the stack of an error that ends the process where it was emitted, when it was. */
exports.addOrigin = function addOrigin(error) {
  const origin = emitted.get(error);
  if (origin === undefined || typeof error.stack !== 'string') return;
  const lines = withoutShared(origin.place.stack.split('\n').slice(1), error.stack.split('\n').slice(1));
  const by = origin.name && origin.name !== 'EventEmitter' ? ` on ${origin.name} instance` : '';
  try {
    error.stack += `\nEmitted 'error' event${by} at:\n${lines.join('\n')}`;
  } catch {
    // a stack that cannot be changed is printed as it is
  }
};
