// enroll, unenroll, active and _unrefActive: timers made of objects of the program's own (Node doc: deprecations, DEP0095,
// DEP0096, DEP0126, DEP0127).
'use strict';

const { kMaxDelay, insert, withdraw, addReference, now } = require('internal/timers');

function unenroll(item) {
  if (item._list) withdraw(item);
  // active() of what is not enrolled does nothing.
  item._idleTimeout = -1;
}

// A duration of at most kMaxDelay, with a warning where it was longer.
function checkDuration(msecs) {
  const { codes } = require('internal/errors');
  const { validateNumber } = require('internal/errors/validators');
  validateNumber(msecs, 'msecs');
  if (msecs < 0 || !Number.isFinite(msecs)) {
    throw new codes.ERR_OUT_OF_RANGE('msecs', 'a non-negative finite number', msecs);
  }
  if (msecs <= kMaxDelay) return msecs;
  process.emitWarning(
    `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${kMaxDelay}.`,
    'TimeoutOverflowWarning',
  );
  return kMaxDelay;
}

function enroll(item, msecs) {
  msecs = checkDuration(msecs);
  if (item._list) unenroll(item);
  item._idleTimeout = msecs;
}

function begin(item, referenced) {
  if (!(item._idleTimeout >= 0)) return;
  if (item._list) withdraw(item);
  item._referenced = referenced;
  insert(item, now());
  if (referenced) addReference(1);
}

const warned = new Set();

function deprecated(method, code, instead) {
  const name = method.name;
  return {
    [name](...args) {
      if (!warned.has(code)) {
        warned.add(code);
        const text = `timers.${name}() is deprecated. Please use ${instead} instead.`;
        process.emitWarning(text, 'DeprecationWarning', code);
      }
      return method(...args);
    },
  }[name];
}

const active = (item) => begin(item, true);
const _unrefActive = (item) => begin(item, false);

module.exports = {
  checkDuration,
  active: deprecated(active, 'DEP0126', 'timeout.refresh()'),
  _unrefActive: deprecated(_unrefActive, 'DEP0127', 'timeout.refresh()'),
  enroll: deprecated(enroll, 'DEP0095', 'setTimeout'),
  unenroll: deprecated(unenroll, 'DEP0096', 'clearTimeout'),
};
