// Prepares the world every program starts in: `process`, globals, and the hooks the engine calls. All of it runs while
// the start-up snapshot is built, so nothing here may look at the machine, the environment or the command line.
'use strict';

const { hooks, setHook, setFields } = require('internal/engine/hooks');

setFields();
require('internal/engine/newer_library');
require('internal/process');
require('internal/engine/globals');

const ticks = require('internal/process/ticks');
const timers = require('internal/timers');
const rejections = require('internal/process/rejections');
const uncaught = require('internal/process/uncaught');
const exit = require('internal/process/exit');

setHook(hooks.kTick, ticks.processTicks);
setHook(hooks.kTimers, timers.processTimers);
setHook(hooks.kImmediates, timers.processImmediates);
setHook(hooks.kUncaught, uncaught.onUncaught);
setHook(hooks.kPromiseReject, rejections.onPromiseReject);
setHook(hooks.kBeforeExit, exit.onBeforeExit);
setHook(hooks.kExit, exit.onExit);
setHook(hooks.kDescribe, uncaught.describe);
setHook(hooks.kStart, require('internal/main/start').start);
setHook(hooks.kInspect, () => require('internal/inspector').openOnSignal());
setHook(hooks.kImport, (specifier, referrer, attributes, id) =>
  require('internal/modules/import_callbacks').importDynamically(specifier, referrer, attributes, id),
);

// What nearly every program needs besides: in the snapshot it costs nothing to have.
for (const id of [
  'path',
  'internal/modules/cjs',
  'internal/modules/run_main',
  'internal/main/run',
  'internal/util/inspect',
  'fs',
  'buffer',
]) {
  require(id);
}
