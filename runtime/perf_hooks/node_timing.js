'use strict';
// The stages of the process as a performance entry, and how busy its event loop is (Node doc: perf_hooks, performance.nodeTiming and
// performance.eventLoopUtilization()).

const { milestones, idleTime } = internalBinding('performance');
const { origin, now } = require('internal/perf_hooks/clock');
const { PerformanceEntry, kInspect, kInternal } = require('internal/perf_hooks/entries');

const names = ['nodeStart', 'v8Start', 'environment', 'bootstrapComplete', 'loopStart', 'loopExit'];

function milestone(name) {
  const time = milestones()[names.indexOf(name)];
  return time === 0 ? -1 : time - origin;
}

class PerformanceNodeTiming extends PerformanceEntry {
  constructor() {
    super(kInternal, 'node', 'node', 0, 0);
    const own = (name, get) =>
      Object.defineProperty(this, name, { enumerable: true, configurable: true, get });
    own('name', () => 'node');
    own('entryType', () => 'node');
    own('startTime', () => 0);
    own('duration', now);
    for (const name of names) own(name, () => milestone(name));
    own('idleTime', idleTime);
  }

  [kInspect](depth, options, inspect) {
    if (depth < 0) return this;
    const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
    return `PerformanceNodeTiming ${inspect(this.toJSON(), inner)}`;
  }

  toJSON() {
    const json = { name: 'node', entryType: 'node', startTime: 0, duration: this.duration };
    for (const name of names) json[name] = this[name];
    json.idleTime = this.idleTime;
    return json;
  }
}

const nodeTiming = new PerformanceNodeTiming();

// Of a loop that began at `loopStart` (milliseconds from this thread's origin; none yet: not above 0).
function utilizationOf(loopStart, idle, first, second) {
  if (loopStart <= 0) return { idle: 0, active: 0, utilization: 0 };
  if (second) {
    const idleBetween = first.idle - second.idle;
    const active = first.active - second.active;
    return { idle: idleBetween, active, utilization: active / (idleBetween + active) };
  }
  const active = now() - loopStart - idle;
  if (!first) return { idle, active, utilization: active / (idle + active) };
  const idleSince = idle - first.idle;
  const activeSince = active - first.active;
  return { idle: idleSince, active: activeSince, utilization: activeSince / (idleSince + activeSince) };
}

const eventLoopUtilization = (first, second) =>
  utilizationOf(nodeTiming.loopStart, idleTime(), first, second);

// The same of another thread's loop: `loopStart` in milliseconds of the machine's clock, `idle` in nanoseconds.
const otherUtilization = (loopStart, idle, first, second) =>
  utilizationOf(loopStart <= 0 ? -1 : loopStart - origin, idle / 1e6, first, second);

module.exports = { PerformanceNodeTiming, nodeTiming, eventLoopUtilization, otherUtilization };
