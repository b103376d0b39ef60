'use strict';
// Observers of the performance timeline, and the entries kept for those that come later (Node doc: perf_hooks, "Class:
// PerformanceObserver").

const { codes } = require('internal/errors');
const { validateFunction, validateObject } = require('internal/errors/validators');
const {
  createNodeEntry,
  createOldStyleEntry,
  inspectAs,
  isEntry,
  kInspect,
  kInternal,
  tag,
} = require('internal/perf_hooks/entries');
const network = require('internal/perf_hooks/network');

const kSupported = Object.freeze([
  'dns',
  'function',
  'gc',
  'http',
  'http2',
  'mark',
  'measure',
  'net',
  'resource',
]);
const kManyEntries = 1e6; // worth a warning: a program that marks and never clears

const observers = new Set();
const pending = new Set(); // observers with entries to deliver
const counts = { __proto__: null }; // entry type → observers

const buffers = { mark: [], measure: [], resource: [] };
const kept = (type) => buffers[type] ?? [];

function count(type, change) {
  counts[type] = (counts[type] ?? 0) + change;
  if (type === 'gc') watchCollections(counts.gc > 0);
  if (type in network.counts) network.counts[type] = counts[type];
}

let watching = false;
function watchCollections(wanted) {
  if (wanted === watching) return;
  watching = wanted;
  const { origin } = require('internal/perf_hooks/clock');
  internalBinding('performance').observeGc(
    wanted
      ? (kind, flags, start, end) =>
          enqueue(createOldStyleEntry('gc', 'gc', start - origin, end - start, { kind, flags }))
      : undefined,
  );
}

function deliverSoon(observer) {
  if (pending.size === 0) {
    setImmediate(() => {
      const batch = [...pending];
      pending.clear();
      for (const one of batch) one[kDeliver]();
    });
  }
  pending.add(observer);
}

const kOffer = Symbol('offer');
const kDeliver = Symbol('deliver');

function byStart(first, second) {
  return first.startTime - second.startTime;
}

const ofName = (entries, name, type) =>
  entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type));

class PerformanceObserverEntryList {
  #entries;

  constructor(key, entries) {
    if (key !== kInternal) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#entries = entries.sort(byStart);
  }

  getEntries() {
    return [...this.#entries];
  }
  getEntriesByType(type) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    type = `${type}`;
    return this.#entries.filter((entry) => entry.entryType === type);
  }
  getEntriesByName(name, type = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    return ofName(this.#entries, `${name}`, type === undefined ? undefined : `${type}`);
  }

  [kInspect](depth, options, inspect) {
    return inspectAs(this, depth, options, inspect, this.#entries);
  }
}
tag(PerformanceObserverEntryList);

class PerformanceObserver {
  #callback;
  #mode; // 'multiple' or 'single', once observe() has told
  #types = new Set();
  #entries = [];

  constructor(callback) {
    validateFunction(callback, 'callback');
    this.#callback = callback;
  }

  static get supportedEntryTypes() {
    return kSupported;
  }

  observe(options = {}) {
    validateObject(options, 'options');
    const { entryTypes, type, buffered } = options;
    if (entryTypes === undefined && type === undefined) {
      throw new codes.ERR_MISSING_ARGS('options.entryTypes', 'options.type');
    }
    if (entryTypes != null && type != null) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'options.entryTypes',
        entryTypes,
        'options.entryTypes can not set with options.type together',
      );
    }
    this.#setMode(entryTypes === undefined ? 'single' : 'multiple');
    if (this.#mode === 'multiple') this.#observeAll(entryTypes);
    else this.#observeOne(type, buffered);
    if (this.#types.size > 0) observers.add(this);
    else this.disconnect();
  }

  #setMode(mode) {
    if (this.#mode !== undefined && this.#mode !== mode) {
      const text = `PerformanceObserver can not change to ${mode} observation${mode === 'single' ? '' : 's'}`;
      throw new codes.ERR_INVALID_STATE(text);
    }
    this.#mode = mode;
  }

  #observeAll(entryTypes) {
    if (!Array.isArray(entryTypes)) {
      throw new codes.ERR_INVALID_ARG_TYPE('options.entryTypes', 'string[]', entryTypes);
    }
    this.#forget();
    for (const type of entryTypes) this.#add(type);
  }

  #observeOne(type, buffered) {
    if (!kSupported.includes(type)) return;
    this.#add(type);
    if (!buffered) return;
    const earlier = kept(type);
    if (earlier.length === 0) return;
    this.#entries.push(...earlier);
    deliverSoon(this);
  }

  #add(type) {
    if (!kSupported.includes(type) || this.#types.has(type)) return;
    this.#types.add(type);
    count(type, 1);
  }

  #forget() {
    for (const type of this.#types) count(type, -1);
    this.#types.clear();
  }

  disconnect() {
    this.#forget();
    observers.delete(this);
    pending.delete(this);
    this.#entries = [];
    this.#mode = undefined;
  }

  takeRecords() {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  [kOffer](entry) {
    if (!this.#types.has(entry.entryType)) return;
    this.#entries.push(entry);
    deliverSoon(this);
  }

  [kDeliver]() {
    const entries = this.takeRecords();
    if (entries.length === 0) return;
    this.#callback(new PerformanceObserverEntryList(kInternal, entries), this);
  }

  [kInspect](depth, options, inspect) {
    return inspectAs(this, depth, options, inspect, {
      connected: observers.has(this),
      pending: pending.has(this),
      entryTypes: [...this.#types],
      buffer: this.#entries,
    });
  }
}
tag(PerformanceObserver);

/** Offers an entry to the observers of its type. */
function enqueue(entry) {
  if (!isEntry(entry)) throw new codes.ERR_INVALID_ARG_TYPE('entry', 'PerformanceEntry', entry);
  for (const observer of observers) observer[kOffer](entry);
}
network.enqueue = (name, type, start, duration, detail) =>
  enqueue(createNodeEntry(name, type, start, duration, detail));

const warned = new Set();

/** Keeps a mark or measure until it is cleared. */
function keep(entry) {
  const { entryType: type } = entry;
  const buffer = buffers[type];
  buffer.push(entry);
  if (buffer.length <= kManyEntries || warned.has(type)) return;
  warned.add(type);
  const warning = new Error(
    `Possible perf_hooks memory leak detected. ${buffer.length} ${type} entries added to the global performance entry ` +
      `buffer. Use performance.clear${type === 'mark' ? 'Marks' : 'Measures'} to clear the buffer.`,
  );
  warning.name = 'MaxPerformanceEntryBufferExceededWarning';
  warning.entryType = type;
  warning.count = buffer.length;
  process.emitWarning(warning);
}

function clear(type, name) {
  buffers[type] = name === undefined ? [] : buffers[type].filter((entry) => entry.name !== name);
}

/** What is kept, of one name and type or of all. */
function entriesOf(name, type) {
  let entries = type === undefined ? Object.values(buffers).flat() : [...kept(type)];
  if (name !== undefined) entries = ofName(entries, name);
  return entries.sort(byStart);
}

module.exports = {
  PerformanceObserver,
  PerformanceObserverEntryList,
  buffers,
  clear,
  enqueue,
  entriesOf,
  keep,
};
