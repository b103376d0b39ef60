'use strict';
// The entries 'http', 'net' and 'dns' of the performance timeline: who does such a thing calls start() and stop() when somebody observes
// it (counts), which costs the others one look.

const network = {
  counts: { __proto__: null, dns: 0, http: 0, http2: 0, net: 0 },

  /** (name, type, start, duration, detail): set by internal/perf_hooks/observer. */
  enqueue: undefined,

  /** @returns {object} to give to stop() */
  start(type, name, detail) {
    const { now } = require('internal/perf_hooks/clock');
    return { type, name, detail, start: now() };
  },

  stop(context, detail) {
    if (!(network.counts[context.type] > 0)) return;
    const { now } = require('internal/perf_hooks/clock');
    const duration = now() - context.start;
    network.enqueue(context.name, context.type, context.start, duration, { ...context.detail, ...detail });
  },
};

module.exports = network;
