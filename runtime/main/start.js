// Starts a program: makes `process` this process's own, then runs what the command line says. The engine calls `start`
// once, after the snapshot was loaded.
'use strict';

const binding = internalBinding('process');

function prepareProcess(options) {
  process.argv = options.argv;
  process.argv0 = options.argv0;
  process.execArgv = options.execArgv;
  process.execPath = options.execPath;
  process.env = internalBinding('env').create();
  process.pid = binding.pid();
  Object.defineProperty(process, 'ppid', { enumerable: true, configurable: true, get: binding.ppid });
  process.debugPort = 9229;
}

function start(options) {
  prepareProcess(options);
  if (options.unhandledRejections)
    require('internal/process/rejections').setMode(options.unhandledRejections);
  require('internal/main/options').set(options);
  const { has } = require('internal/engine/loader');
  if (has('internal/modules/run_main')) return require('internal/main/run').run(options);
  return require('internal/main/plain').run(options);
}

exports.start = start;
