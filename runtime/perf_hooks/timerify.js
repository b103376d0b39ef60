'use strict';
// performance.timerify(): a function that measures each of its calls (Node doc: perf_hooks).

const { codes } = require('internal/errors');
const { validateFunction, validateObject } = require('internal/errors/validators');
const { now } = require('internal/perf_hooks/clock');
const { createNodeEntry } = require('internal/perf_hooks/entries');
const { enqueue } = require('internal/perf_hooks/observer');

function finish(name, start, args, histogram) {
  const duration = now() - start;
  histogram?.record(Math.max(Math.ceil(duration * 1e6), 1));
  const entry = createNodeEntry(name, 'function', start, duration, args);
  for (let i = 0; i < args.length; i++) entry[i] = args[i];
  enqueue(entry);
}

module.exports = function timerify(fn, options = {}) {
  validateFunction(fn, 'fn');
  validateObject(options, 'options');
  const { histogram } = options;
  if (histogram !== undefined && typeof histogram?.record !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.histogram', 'RecordableHistogram', histogram);
  }
  function timerified(...args) {
    const constructed = new.target !== undefined;
    const start = now();
    const result = constructed ? Reflect.construct(fn, args, fn) : Reflect.apply(fn, this, args);
    if (!constructed && typeof result?.finally === 'function') {
      return result.finally(() => finish(fn.name, start, args, histogram));
    }
    finish(fn.name, start, args, histogram);
    return result;
  }
  Object.defineProperties(timerified, {
    length: { configurable: false, enumerable: true, value: fn.length },
    name: { configurable: false, enumerable: true, value: `timerified ${fn.name}` },
  });
  return timerified;
};
