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

function eventLoopUtilization(first, second) {
  const { loopStart } = nodeTiming;
  if (loopStart <= 0) return { idle: 0, active: 0, utilization: 0 };
  if (second) {
    const idle = first.idle - second.idle;
    const active = first.active - second.active;
    return { idle, active, utilization: active / (idle + active) };
  }
  const idle = idleTime();
  const active = now() - loopStart - idle;
  if (!first) return { idle, active, utilization: active / (idle + active) };
  const idleSince = idle - first.idle;
  const activeSince = active - first.active;
  return { idle: idleSince, active: activeSince, utilization: activeSince / (idleSince + activeSince) };
}

module.exports = { PerformanceNodeTiming, nodeTiming, eventLoopUtilization };
