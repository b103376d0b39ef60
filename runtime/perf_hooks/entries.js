'use strict';
// Entries of the performance timeline (W3C Performance Timeline; Node doc: perf_hooks, "Class: PerformanceEntry").

const { codes } = require('internal/errors');

const kInternal = Symbol('internal');
const kInspect = Symbol.for('nodejs.util.inspect.custom');

function inspectAs(target, depth, options, inspect, shown) {
  if (depth < 0) return target;
  const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
  return `${target.constructor.name} ${inspect(shown, inner)}`;
}

class PerformanceEntry {
  #name;
  #type;
  #start;
  #duration;

  constructor(key, name, type, start, duration) {
    if (key !== kInternal) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this.#name = name;
    this.#type = type;
    this.#start = start;
    this.#duration = duration;
  }

  static isEntry(value) {
    return typeof value === 'object' && value !== null && #name in value;
  }

  #check() {
    if (!(#name in this)) throw new codes.ERR_INVALID_THIS('PerformanceEntry');
  }

  get name() {
    this.#check();
    return this.#name;
  }
  get entryType() {
    this.#check();
    return this.#type;
  }
  get startTime() {
    this.#check();
    return this.#start;
  }
  get duration() {
    this.#check();
    return this.#duration;
  }

  [kInspect](depth, options, inspect) {
    return inspectAs(this, depth, options, inspect, this.toJSON());
  }

  toJSON() {
    const { name, entryType, startTime, duration } = this;
    return { name, entryType, startTime, duration };
  }
}
const { isEntry } = PerformanceEntry;
delete PerformanceEntry.isEntry;
for (const name of ['name', 'entryType', 'startTime', 'duration', 'toJSON']) {
  Object.defineProperty(PerformanceEntry.prototype, name, { enumerable: true });
}

// What the runtime itself measures: 'gc', 'function', 'http', 'net', 'dns'.
class PerformanceNodeEntry extends PerformanceEntry {
  #detail;

  constructor(key, name, type, start, duration, detail) {
    super(key, name, type, start, duration);
    this.#detail = detail;
  }

  get detail() {
    return this.#detail;
  }

  toJSON() {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}

const createNodeEntry = (name, type, start, duration, detail) =>
  new PerformanceNodeEntry(kInternal, name, type, start, duration, detail);

/** An entry whose `detail` can also be read the old way, from the entry itself. */
function createOldStyleEntry(name, type, start, duration, detail) {
  const entry = createNodeEntry(name, type, start, duration, detail);
  const { deprecate } = require('util');
  const text = 'Custom PerformanceEntry accessors are deprecated. Please use the detail property.';
  for (const key of Object.keys(detail)) {
    const get = deprecate(() => detail[key], text, 'DEP0152');
    Object.defineProperty(entry, key, { configurable: true, enumerable: true, get });
  }
  return entry;
}

/** Gives a class the name that Object.prototype.toString shows. */
function tag(type) {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { value: type.name, configurable: true });
}

module.exports = {
  PerformanceEntry,
  createNodeEntry,
  createOldStyleEntry,
  inspectAs,
  isEntry,
  kInspect,
  kInternal,
  tag,
};
