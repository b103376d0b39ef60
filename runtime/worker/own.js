'use strict';
// What this thread is: the main thread's values here; a worker fills in its own before anything of the program runs
// (internal/worker/child).

module.exports = {
  isMainThread: true,
  threadId: 0,
  parentPort: null,
  workerData: null,
  resourceLimits: {},
  environmentData: new Map(), // setEnvironmentData(): new workers start with a copy
  folderCounter: undefined, // how often the process changed its working folder, once there are workers
  SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
};
