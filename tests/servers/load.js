'use strict';
// What tests of servers under load share: numbers that are waited for, what the process holds, and a condition that comes true.
const fs = require('fs');
const v8 = require('v8');
const vm = require('vm');

const DEADLINE_MS = 30000;
const LOOK_AGAIN_MS = 20;

/** A set of what was done, whose growth can be waited for. */
class Tally extends Set {
  #waiting = [];

  add(value) {
    super.add(value);
    const due = this.#waiting.filter((w) => this.size >= w.size);
    if (due.length === 0) return this;
    this.#waiting = this.#waiting.filter((w) => this.size < w.size);
    for (const { resolve } of due) resolve();
    return this;
  }

  reaches(size) {
    if (this.size >= size) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ size, resolve }));
  }
}

/** How many sockets this process has open. */
function sockets() {
  let count = 0;
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    try {
      if (fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:')) count++;
    } catch {
      // the descriptor of the listing itself
    }
  }
  return count;
}

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

/** What a program keeps: bytes of the heap and of buffers after a collection. */
async function memory() {
  await new Promise(setImmediate);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Waits for what no event tells of: a peer's end, the system's own tables. */
async function settled(condition, what) {
  const end = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it does not come true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Bytes that `rounds` rounds leave behind after five to warm up; waits until the sockets of all of them are closed. */
async function growthOf(round, rounds) {
  const before = sockets();
  for (let i = 0; i < 5; i++) await round();
  const kept = await memory();
  for (let i = 0; i < rounds; i++) await round();
  await settled(() => sockets() <= before, 'the sockets of closed connections are closed');
  return (await memory()) - kept;
}

module.exports = { Tally, growthOf, memory, sockets, settled };
