'use strict';
// Node doc: async_hooks and "Asynchronous context tracking". Whoever asks for this module wants to know who runs: from now on
// resources get ids.

const { fields, kTracking } = require('internal/engine/hooks');
const ids = require('internal/async_hooks/ids');

fields[kTracking] = 1;

module.exports = {
  AsyncLocalStorage: require('internal/async_hooks/storage').AsyncLocalStorage,
  createHook: (callbacks) => new (require('internal/async_hooks/dispatch').AsyncHook)(callbacks),
  executionAsyncId: ids.executionAsyncId,
  triggerAsyncId: ids.triggerAsyncId,
  executionAsyncResource: ids.executionAsyncResource,
  asyncWrapProviders: Object.freeze({ __proto__: null, ...internalBinding('async_hooks').providers() }),
  AsyncResource: require('internal/async_hooks/resource').AsyncResource,
};
