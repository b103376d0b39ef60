'use strict';
// Tells the inspector of asynchronous resources, so that its stack traces go on where they began. V8 follows promises itself.

const { taskCanceled, taskFinished, taskScheduled, taskStarted } = internalBinding('inspector');

let hook;

function create() {
  const { AsyncHook } = require('internal/async_hooks/dispatch');
  return new AsyncHook({
    trackPromises: false,
    // Of most resources nobody knows how often they will call back.
    init: (id, type) => taskScheduled(type, id, type !== 'TickObject'),
    before: taskStarted,
    after: taskFinished,
    destroy: taskCanceled,
  });
}

module.exports = {
  enable: () => (hook ??= create()).enable(),
  disable: () => hook?.disable(),
};
