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
  process._preload_modules = options.preload;
  if (options.noDeprecation) process.noDeprecation = true;
  if (options.throwDeprecation) process.throwDeprecation = true;
  if (options.traceDeprecation || options.traceWarnings) process.traceDeprecation = true;
  if (options.traceWarnings) process.traceProcessWarnings = true;
}

// A process that was forked with a message channel finds its descriptor in the environment.
function openParentChannel() {
  const { NODE_CHANNEL_FD: fd, NODE_CHANNEL_SERIALIZATION_MODE: mode } = process.env;
  if (fd === undefined) return;
  delete process.env.NODE_CHANNEL_FD;
  delete process.env.NODE_CHANNEL_SERIALIZATION_MODE;
  require('internal/child_process/channel').setupFromEnvironment(
    Number.parseInt(fd, 10),
    mode === 'advanced',
  );
}

function start(options) {
  prepareProcess(options);
  if (options.unhandledRejections)
    require('internal/process/rejections').setMode(options.unhandledRejections);
  require('internal/main/options').set(options);
  openParentChannel();
  const { has } = require('internal/engine/loader');
  if (has('path') && has('fs') && has('internal/stdio') && has('vm'))
    return require('internal/main/run').run(options);
  return require('internal/main/plain').run(options);
}

exports.start = start;
