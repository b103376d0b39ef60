'use strict';
// A small TAP test harness that needs nothing but a console and a process, so that the same file runs on `parley` from its
// first day and on stock Node.js.
//
//   const { test } = require('../../tests/harness');
//   test('a pipe closes both ends', async (t) => { ... });          // 60 s by default
//   test('slow one', { timeout: 120000 }, async (t) => { ... });
//
// Tests run one after the other; a rejected promise, a throw or the deadline fails one. `t.after(fn)` runs at its end.

const LEAST_TIMEOUT_MS = 60000; // a deadline for what hangs, not a judge of speed: machines are busy
const queue = [];
let running = false;
let count = 0;
let failures = 0;

function test(name, options, fn) {
  if (typeof options === 'function') [fn, options] = [options, {}];
  queue.push({ name, fn, timeout: Math.max(options.timeout ?? 0, LEAST_TIMEOUT_MS) });
  if (!running) {
    running = true;
    setImmediate(runAll);
  }
}

async function runOne({ name, fn, timeout }) {
  const cleanups = [];
  const t = { after: (cleanup) => cleanups.push(cleanup) };
  let timer;
  const deadline = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no result within ${timeout} ms`)), timeout);
  });
  let error;
  try {
    await Promise.race([fn(t), deadline]);
  } catch (e) {
    error = e ?? new Error('rejected without a reason');
  }
  clearTimeout(timer);
  for (const cleanup of cleanups.reverse()) {
    try {
      await cleanup();
    } catch (e) {
      error ??= e;
    }
  }
  count++;
  if (error) failures++;
  console.log(`${error ? 'not ok' : 'ok'} ${count} - ${name}`);
  if (error) console.log(String(error.stack ?? error).replace(/^/gm, '# '));
}

async function runAll() {
  while (queue.length > 0) await runOne(queue.shift());
  console.log(`1..${count}`);
  process.exit(failures > 0 ? 1 : 0);
}

process.on('exit', () => {
  if (queue.length > 0 || !running) console.log('not ok 999 - the process ended before its tests did');
});

module.exports = { test };
