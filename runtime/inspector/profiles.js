'use strict';
// --cpu-prof and --heap-prof: a profile of the whole run, written when the process ends (Node doc: cli).

const path = require('path');
const connect = require('internal/inspector/quiet_session');
const options = require('internal/main/options');

const kinds = {
  cpu: {
    start(send, interval = 1000) {
      send('Profiler.enable');
      send('Profiler.setSamplingInterval', { interval });
      send('Profiler.start');
    },
    stop: (send) => send('Profiler.stop').profile,
  },
  heap: {
    start(send, samplingInterval = 512 * 1024) {
      send('HeapProfiler.enable');
      send('HeapProfiler.startSampling', { samplingInterval });
    },
    stop: (send) => send('HeapProfiler.stopSampling').profile,
  },
};

function defaultName(kind) {
  const now = new Date();
  const digits = (...parts) => parts.map((part) => `${part}`.padStart(2, '0')).join('');
  const day = digits(now.getFullYear(), now.getMonth() + 1, now.getDate());
  const time = digits(now.getHours(), now.getMinutes(), now.getSeconds());
  return `${kind === 'cpu' ? 'CPU' : 'Heap'}.${day}.${time}.${process.pid}.0.001.${kind}profile`;
}

function write(kind, folder, profile) {
  const fs = require('fs');
  const file = path.join(folder, options.get(`--${kind}-prof-name`) ?? defaultName(kind));
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, JSON.stringify(profile));
  } catch (error) {
    process._rawDebug(`${file}: Failed to write the ${kind} profile: ${error.message}`);
  }
}

/** Starts what the command line asks for. */
function start() {
  const folder = process.cwd();
  for (const [kind, { start: begin, stop }] of Object.entries(kinds)) {
    if (!options.get(`--${kind}-prof`)) continue;
    const into = options.get(`--${kind}-prof-dir`) ?? options.get('--diagnostic-dir') ?? '';
    const send = connect();
    begin(send, options.get(`--${kind}-prof-interval`));
    require('internal/process/exit').atEnd(() => write(kind, path.resolve(folder, into), stop(send)));
  }
}

module.exports = { start };
