'use strict';
// The workloads of bench/timers, run by the contender itself: `program timers_cases.cjs CASE` prints nanoseconds of CPU time per operation,
// after one round that warms up.
const cases = {
  'setTimeout + clearTimeout, 1M': [1e6, createAndClear],
  'timers of 50 durations fire': [2e5, mixedDurations],
  'setImmediate chain': [2e5, chain((next) => setImmediate(next))],
  'setImmediate, all at once': [2e5, together((callback) => setImmediate(callback))],
  'process.nextTick chain': [5e5, chain((next) => process.nextTick(next))],
  'process.nextTick, all at once': [2e5, together((callback) => process.nextTick(callback, 1))],
  'await chain': [5e5, awaits],
  'queueMicrotask chain': [5e5, chain((next) => queueMicrotask(next))],
};

function nothing() {}

function createAndClear(count) {
  for (let i = 0; i < count; i++) clearTimeout(setTimeout(nothing, 1000 + (i & 7)));
}

function mixedDurations(count) {
  return new Promise((resolve) => {
    let left = count;
    const fired = () => {
      if (--left === 0) resolve();
    };
    for (let i = 0; i < count; i++) setTimeout(fired, 1 + (i % 50));
  });
}

function chain(queue) {
  return (count) =>
    new Promise((resolve) => {
      let left = count;
      const step = () => {
        if (--left === 0) resolve();
        else queue(step);
      };
      queue(step);
    });
}

function together(queue) {
  return (count) =>
    new Promise((resolve) => {
      let left = count;
      const ran = () => {
        if (--left === 0) resolve();
      };
      for (let i = 0; i < count; i++) queue(ran);
    });
}

async function awaits(count) {
  const give = async (value) => value;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await give(i);
  return sum;
}

async function measure(name) {
  const [count, run] = cases[name];
  await run(count);
  const start = process.cpuUsage();
  await run(count);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / count;
}

module.exports = Object.keys(cases);
if (require.main === module) measure(process.argv[2]).then((figure) => console.log(figure));
