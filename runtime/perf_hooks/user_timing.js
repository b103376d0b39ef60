'use strict';
// Marks and measures (W3C User Timing; Node doc: perf_hooks, performance.mark() and performance.measure()).

const { codes } = require('internal/errors');
const { validateNumber, validateObject, validateString } = require('internal/errors/validators');
const { now } = require('internal/perf_hooks/clock');
const { PerformanceEntry, kInternal, tag } = require('internal/perf_hooks/entries');
const { clear, enqueue, keep } = require('internal/perf_hooks/observer');
const { nodeTiming } = require('internal/perf_hooks/node_timing');

const lastMarks = new Map(); // name → start of the last mark of that name

// Names that measure() takes as the stages of the process; marks cannot have them.
const stages = new Set(['nodeStart', 'v8Start', 'environment', 'loopStart', 'loopExit', 'bootstrapComplete']);

function copyOf(detail) {
  if (detail == null) return null;
  return require('internal/messaging').structuredClone(detail);
}

class PerformanceMark extends PerformanceEntry {
  #detail;

  constructor(name, options = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    name = `${name}`;
    if (stages.has(name)) throw new codes.ERR_INVALID_ARG_VALUE('name', name);
    if (options != null) validateObject(options, 'options');
    const startTime = options?.startTime ?? now();
    validateNumber(startTime, 'startTime');
    if (startTime < 0) throw new codes.ERR_PERFORMANCE_INVALID_TIMESTAMP(startTime);
    super(kInternal, name, 'mark', startTime, 0);
    this.#detail = copyOf(options?.detail);
    lastMarks.set(name, startTime);
  }

  get detail() {
    if (!(#detail in this)) throw new codes.ERR_INVALID_THIS('PerformanceMark');
    return this.#detail;
  }

  toJSON() {
    return { ...super.toJSON(), detail: this.#detail };
  }
}

class PerformanceMeasure extends PerformanceEntry {
  #detail;

  constructor(key, name, start, duration, detail) {
    super(key, name, 'measure', start, duration);
    this.#detail = copyOf(detail);
  }

  get detail() {
    if (!(#detail in this)) throw new codes.ERR_INVALID_THIS('PerformanceMeasure');
    return this.#detail;
  }

  toJSON() {
    return { ...super.toJSON(), detail: this.#detail };
  }
}
for (const type of [PerformanceMark, PerformanceMeasure]) {
  tag(type);
  Object.defineProperty(type.prototype, 'detail', { enumerable: true });
}

function mark(name, options) {
  const entry = new PerformanceMark(name, options);
  enqueue(entry);
  keep(entry);
  return entry;
}

// A point in time: a number, or the name of a mark or a stage.
function timeOf(point) {
  if (point === undefined) return undefined;
  if (typeof point === 'number') {
    if (point < 0) throw new codes.ERR_PERFORMANCE_INVALID_TIMESTAMP(point);
    return point;
  }
  const name = `${point}`;
  if (stages.has(name)) return nodeTiming[name];
  const time = lastMarks.get(name);
  if (time === undefined) {
    const { DOMException } = require('internal/errors/dom_exception');
    throw new DOMException(`The "${name}" performance mark has not been set`, 'SyntaxError');
  }
  return time;
}

function checkMeasure({ start, end, duration }, endMark) {
  const invalid = (text) => new codes.ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS(text);
  if (endMark !== undefined) throw invalid('endMark must not be specified');
  if (start === undefined && end === undefined)
    throw invalid('One of options.start or options.end is required');
  if (start !== undefined && end !== undefined && duration !== undefined)
    throw invalid('Must not have options.start, options.end, and options.duration specified');
}

function measure(name, startOrOptions, endMark) {
  validateString(name, 'name');
  startOrOptions ??= 0;
  let options = { start: typeof startOrOptions === 'object' ? undefined : startOrOptions, end: endMark };
  if (typeof startOrOptions === 'object' && Object.keys(startOrOptions).length > 0) {
    options = startOrOptions;
    checkMeasure(options, endMark);
  }
  const { duration } = options;
  let end = timeOf(options.end);
  if (end === undefined) {
    const lasts = options.start !== undefined && duration !== undefined;
    end = lasts ? timeOf(options.start) + timeOf(duration) : now();
  }
  let start = timeOf(options.start);
  if (start === undefined) start = duration === undefined ? 0 : end - timeOf(duration);
  const entry = new PerformanceMeasure(kInternal, name, start, end - start, options.detail);
  enqueue(entry);
  keep(entry);
  return entry;
}

function clearMarks(name) {
  if (name !== undefined) {
    name = `${name}`;
    if (stages.has(name)) throw new codes.ERR_INVALID_ARG_VALUE('name', name);
    lastMarks.delete(name);
  } else {
    lastMarks.clear();
  }
  clear('mark', name);
}

function clearMeasures(name) {
  clear('measure', name === undefined ? undefined : `${name}`);
}

module.exports = { PerformanceMark, PerformanceMeasure, mark, measure, clearMarks, clearMeasures };
