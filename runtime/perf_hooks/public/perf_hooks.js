'use strict';
// Node doc: perf_hooks.

const { Performance, performance } = require('internal/perf_hooks/performance');

const constants = Object.freeze({
  __proto__: null,
  // Kinds and flags of garbage collections, as V8 numbers them.
  NODE_PERFORMANCE_GC_MAJOR: 4,
  NODE_PERFORMANCE_GC_MINOR: 1,
  NODE_PERFORMANCE_GC_INCREMENTAL: 8,
  NODE_PERFORMANCE_GC_WEAKCB: 16,
  NODE_PERFORMANCE_GC_FLAGS_NO: 0,
  NODE_PERFORMANCE_GC_FLAGS_CONSTRUCT_RETAINED: 2,
  NODE_PERFORMANCE_GC_FLAGS_FORCED: 4,
  NODE_PERFORMANCE_GC_FLAGS_SYNCHRONOUS_PHANTOM_PROCESSING: 8,
  NODE_PERFORMANCE_GC_FLAGS_ALL_AVAILABLE_GARBAGE: 16,
  NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY: 32,
  NODE_PERFORMANCE_GC_FLAGS_SCHEDULE_IDLE: 64,
});

module.exports = { Performance, performance, constants };

function lazy(id, ...names) {
  for (const name of names) {
    Object.defineProperty(module.exports, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = require(id)[name];
        Object.defineProperty(module.exports, name, {
          value,
          writable: true,
          configurable: true,
          enumerable: true,
        });
        return value;
      },
    });
  }
}
lazy('internal/perf_hooks/entries', 'PerformanceEntry');
lazy('internal/perf_hooks/user_timing', 'PerformanceMark', 'PerformanceMeasure');
lazy('internal/perf_hooks/observer', 'PerformanceObserver', 'PerformanceObserverEntryList');
lazy('internal/perf_hooks/resource_timing', 'PerformanceResourceTiming');
lazy('internal/perf_hooks/histogram', 'createHistogram', 'monitorEventLoopDelay');
