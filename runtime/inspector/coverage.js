'use strict';
// NODE_V8_COVERAGE: which code ran how often, written when the process ends or v8.takeCoverage() is called (Node doc: cli).

const path = require('path');
const connect = require('internal/inspector/quiet_session');

let send; // while code is counted
let folder;
let written = 0;

/** @param {string} directory may be relative; child processes get it absolute */
function start(directory) {
  folder = path.resolve(directory);
  process.env.NODE_V8_COVERAGE = folder;
  send = connect();
  send('Profiler.enable');
  send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  require('internal/process/exit').atEnd(take);
}

function take() {
  if (send === undefined) return;
  const { result, timestamp } = send('Profiler.takePreciseCoverage');
  const programs = result.filter(({ url }) => url !== '' && !url.startsWith('node:'));
  const fs = require('fs');
  const file = path.join(folder, `coverage-${process.pid}-${Date.now()}-${written++}.json`);
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, JSON.stringify({ result: programs, timestamp }));
  } catch (error) {
    process._rawDebug(`${file}: Failed to write the coverage: ${error.message}`);
  }
}

function stop() {
  send?.('Profiler.stopPreciseCoverage');
  send = undefined;
}

module.exports = { start, stop, take };
