// The async context: one immutable Map from AsyncLocalStorage to its store, current while a callback and all that it
// starts run. V8 carries it through promises; timers, ticks, immediates and native objects capture and restore it.
'use strict';

const { getAsyncContext, setAsyncContext } = internalBinding('engine');

// Nobody pays for contexts before the first AsyncLocalStorage runs something.
const state = { active: false };

exports.state = state;
exports.get = getAsyncContext;
exports.set = setAsyncContext;

// Makes `context` current and returns the one to give to exit().
exports.enter = function enter(context) {
  if (!state.active) return undefined;
  const outer = getAsyncContext();
  if (outer !== context) setAsyncContext(context);
  return outer;
};

exports.exit = function exit(outer) {
  if (state.active) setAsyncContext(outer);
};
