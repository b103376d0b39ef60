'use strict';
// Callbacks about promises (Node doc: v8, "Promise hooks"): V8 takes one function of each kind, this hands it on to many. Slots that
// nobody wants stay empty, so that V8 need not call.

const { setPromiseHooks } = internalBinding('async_hooks');
const { validatePlainFunction } = require('internal/errors/validators');

const kinds = ['init', 'before', 'after', 'settled'];
const lists = { init: [], before: [], after: [], settled: [] };

// A callback that throws is the program's error, not the promise's.
function guarded(list) {
  return (promise, parent) => {
    for (const callback of list) {
      try {
        callback(promise, parent);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
  };
}

function refresh() {
  setPromiseHooks(...kinds.map((kind) => (lists[kind].length === 0 ? undefined : guarded(lists[kind]))));
}

function add(kind, callback) {
  lists[kind] = [...lists[kind], callback];
  refresh();
  let present = true;
  return () => {
    if (!present) return;
    present = false;
    const rest = [...lists[kind]];
    rest.splice(rest.indexOf(callback), 1);
    lists[kind] = rest;
    refresh();
  };
}

function adder(kind, name) {
  return (callback) => {
    validatePlainFunction(callback, name); // one that is async would make promises while it is told of one
    return add(kind, callback);
  };
}

const onInit = adder('init', 'initHook');
const onBefore = adder('before', 'beforeHook');
const onAfter = adder('after', 'afterHook');
const onSettled = adder('settled', 'settledHook');

function createHook({ init, before, after, settled } = {}) {
  const stops = [];
  if (init) stops.push(onInit(init));
  if (before) stops.push(onBefore(before));
  if (after) stops.push(onAfter(after));
  if (settled) stops.push(onSettled(settled));
  return () => stops.forEach((stop) => stop());
}

module.exports = { createHook, onInit, onBefore, onAfter, onSettled };
