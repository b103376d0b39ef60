// Node doc: perf_hooks: the clock, marks and measures, and histograms of the event loop's delay (not implemented).
'use strict';

const { codes } = require('internal/errors');
const { validateFunction, validateObject } = require('internal/errors/validators');
const { nowMilliseconds, startMilliseconds } = internalBinding('process');

const origin = startMilliseconds();
const timeOrigin = Date.now() - (nowMilliseconds() - origin);
const now = () => nowMilliseconds() - origin;

class PerformanceEntry {
  constructor(name, entryType, startTime, duration, detail) {
    this.name = name;
    this.entryType = entryType;
    this.startTime = startTime;
    this.duration = duration;
    if (entryType === 'mark' || entryType === 'measure') this.detail = detail ?? null;
  }

  toJSON() {
    return { ...this };
  }
}
class PerformanceMark extends PerformanceEntry {
  constructor(name, options = {}) {
    super(`${name}`, 'mark', options.startTime ?? now(), 0, options.detail);
  }
}
class PerformanceMeasure extends PerformanceEntry {}

const kMaxEntries = 10000; // marks and measures a program never clears must not fill the memory
let entries = [];
const observers = new Set();

function enqueue(entry) {
  entries.push(entry);
  if (entries.length > kMaxEntries) entries.shift();
  for (const observer of observers) observer._notice(entry);
  return entry;
}

function mark(name, options) {
  return enqueue(new PerformanceMark(name, options));
}

function pointInTime(value) {
  if (typeof value === 'number') return value;
  const found = entries.filter((e) => e.entryType === 'mark' && e.name === value).pop();
  if (found === undefined) throw new codes.ERR_INVALID_PERFORMANCE_MARK(value);
  return found.startTime;
}

function measure(name, startOrOptions, endMark) {
  const options =
    startOrOptions !== null && typeof startOrOptions === 'object'
      ? startOrOptions
      : { start: startOrOptions, end: endMark };
  const end = options.end !== undefined ? pointInTime(options.end) : now();
  const start = options.start !== undefined ? pointInTime(options.start) : 0;
  return enqueue(
    new PerformanceMeasure(name, 'measure', start, options.duration ?? end - start, options.detail),
  );
}

function clear(type) {
  return (name) => {
    entries = entries.filter((e) => e.entryType !== type || (name !== undefined && e.name !== name));
  };
}

class PerformanceObserver {
  #callback;
  #types = new Set();
  #buffer = [];

  constructor(callback) {
    validateFunction(callback, 'callback');
    this.#callback = callback;
  }

  observe(options) {
    validateObject(options, 'options');
    if (options.entryTypes === undefined && options.type === undefined) {
      throw new codes.ERR_MISSING_ARGS('options.entryTypes', 'options.type');
    }
    for (const type of options.entryTypes ?? [options.type]) this.#types.add(type);
    observers.add(this);
  }

  disconnect() {
    observers.delete(this);
    this.#types.clear();
  }

  takeRecords() {
    const records = this.#buffer;
    this.#buffer = [];
    return records;
  }

  _notice(entry) {
    if (!this.#types.has(entry.entryType)) return;
    if (this.#buffer.push(entry) > 1) return;
    setImmediate(() => {
      const records = this.takeRecords();
      if (records.length === 0) return;
      const list = {
        getEntries: () => records,
        getEntriesByName: (name, type) =>
          records.filter((e) => e.name === name && (type === undefined || e.entryType === type)),
        getEntriesByType: (type) => records.filter((e) => e.entryType === type),
      };
      this.#callback(list, this);
    });
  }

  static get supportedEntryTypes() {
    return ['mark', 'measure'];
  }
}

function notImplemented(name) {
  return () => {
    throw new codes.ERR_METHOD_NOT_IMPLEMENTED(`perf_hooks.${name}()`);
  };
}

class Performance {
  get timeOrigin() {
    return timeOrigin;
  }
  now() {
    return now();
  }
  toJSON() {
    return { timeOrigin, nodeTiming: undefined, eventLoopUtilization: undefined };
  }
  getEntries() {
    return [...entries];
  }
  getEntriesByName(name, type) {
    return entries.filter((e) => e.name === name && (type === undefined || e.entryType === type));
  }
  getEntriesByType(type) {
    return entries.filter((e) => e.entryType === type);
  }
}
Object.assign(Performance.prototype, {
  mark,
  measure,
  clearMarks: clear('mark'),
  clearMeasures: clear('measure'),
  timerify: notImplemented('timerify'),
  eventLoopUtilization: notImplemented('eventLoopUtilization'),
});

module.exports = {
  Performance,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  PerformanceObserver,
  performance: new Performance(),
  monitorEventLoopDelay: notImplemented('monitorEventLoopDelay'),
  createHistogram: notImplemented('createHistogram'),
  constants: Object.freeze({ __proto__: null }),
};
