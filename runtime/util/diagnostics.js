'use strict';
// Where the runtime publishes on the built-in channels of diagnostics_channel (Node doc: "Built-in Channels"). While no program has
// loaded that module nobody can have subscribed, and a place that could publish looks at one property.

const diagnostics = {
  /** diagnostics_channel's way to find a channel; null until it is loaded */
  find: null,

  /** Publishes what `describe(...args)` gives, if somebody subscribed to `name`. */
  publish(name, describe, ...args) {
    const channel = diagnostics.find(name);
    if (channel?.hasSubscribers) channel.publish(describe(...args));
  },
};

module.exports = diagnostics;
