'use strict';
// The object `performance` (W3C High Resolution Time; Node doc: perf_hooks, perf_hooks.performance). What is rarely used is loaded when
// first touched: most programs only ask for the time.

const { codes } = require('internal/errors');
const { EventTarget, defineEventHandler } = require('internal/events/event_target');
const { now, timeOrigin } = require('internal/perf_hooks/clock');
const { inspectAs, kInspect, kInternal, tag } = require('internal/perf_hooks/entries');

const timing = () => require('internal/perf_hooks/user_timing');
const resources = () => require('internal/perf_hooks/resource_timing');
const observer = () => require('internal/perf_hooks/observer');

class Performance extends EventTarget {
  #own = true;

  constructor(key) {
    if (key !== kInternal) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    super();
  }

  static check(value) {
    if (typeof value !== 'object' || value === null || !(#own in value)) {
      throw new codes.ERR_INVALID_THIS('Performance');
    }
  }

  get timeOrigin() {
    check(this);
    return timeOrigin;
  }

  get nodeTiming() {
    check(this);
    return require('internal/perf_hooks/node_timing').nodeTiming;
  }

  get eventLoopUtilization() {
    return require('internal/perf_hooks/node_timing').eventLoopUtilization;
  }

  get timerify() {
    return require('internal/perf_hooks/timerify');
  }

  get markResourceTiming() {
    return resources().markResourceTiming;
  }

  now() {
    check(this);
    return now();
  }

  mark(name, options = undefined) {
    check(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    return timing().mark(name, options);
  }

  measure(name, startOrOptions = undefined, endMark = undefined) {
    check(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    return timing().measure(name, startOrOptions, endMark);
  }

  clearMarks(name = undefined) {
    check(this);
    timing().clearMarks(name);
  }

  clearMeasures(name = undefined) {
    check(this);
    timing().clearMeasures(name);
  }

  clearResourceTimings(name = undefined) {
    check(this);
    resources().clearResourceTimings(name);
  }

  setResourceTimingBufferSize(maxSize) {
    check(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('maxSize');
    // WebIDL: unsigned long
    resources().setBufferSize(Number(maxSize) >>> 0);
  }

  getEntries() {
    check(this);
    return observer().entriesOf();
  }

  getEntriesByName(name, type = undefined) {
    check(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    return observer().entriesOf(`${name}`, type === undefined ? undefined : `${type}`);
  }

  getEntriesByType(type) {
    check(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    return observer().entriesOf(undefined, `${type}`);
  }

  [kInspect](depth, options, inspect) {
    const { nodeTiming } = this;
    return inspectAs(this, depth, options, inspect, { nodeTiming, timeOrigin });
  }

  toJSON() {
    check(this);
    const { nodeTiming, eventLoopUtilization } = this;
    return { nodeTiming, timeOrigin, eventLoopUtilization: eventLoopUtilization() };
  }
}
const { check } = Performance;
delete Performance.check;
tag(Performance);
for (const name of Object.getOwnPropertyNames(Performance.prototype)) {
  if (name !== 'constructor') Object.defineProperty(Performance.prototype, name, { enumerable: true });
}
defineEventHandler(Performance.prototype, 'resourcetimingbufferfull');

const performance = new Performance(kInternal);

module.exports = { Performance, performance };
