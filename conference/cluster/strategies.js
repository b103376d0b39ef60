// Which of several workers takes the next task (OWT's cluster-manager strategies), or a user's own policy file.
//
// A strategy is (candidates, task, preference) → candidate. Candidates are { id, load, tasks, lastUsed, info } in the order
// they joined; `load` is 0…1, `tasks` a count, `lastUsed` rises with each schedule.
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { randomInt } from 'node:crypto';

const byMost = (score) => (candidates) =>
  candidates.reduce((best, c) => (score(c) > score(best) ? c : best), candidates[0]);

function roundRobin() {
  let last = null;
  return (candidates) => {
    const sorted = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
    const next = sorted.find((c) => last !== null && c.id > last) ?? sorted[0];
    last = next.id;
    return next;
  };
}

/** A worker's chance is its free capacity: one at load 0.2 is taken four times as often as one at 0.8. */
function weightRobin(random) {
  return (candidates) => {
    const weights = candidates.map((c) => Math.max(1, Math.round((1 - c.load) * 1000)));
    let ticket = random(weights.reduce((a, b) => a + b, 0));
    return candidates[weights.findIndex((w) => (ticket -= w) < 0)];
  };
}

const makers = {
  'least-used': () => byMost((c) => -c.load),
  'most-used': () => byMost((c) => c.load),
  'last-used': () => byMost((c) => c.lastUsed),
  'round-robin': roundRobin,
  'randomly-pick': (random) => (candidates) => candidates[random(candidates.length)],
  'weight-robin': weightRobin,
};

export const strategyNames = Object.keys(makers);

/**
 * @param {string} name   a strategy's name
 * @param {(n: number) => number} random an integer in [0, n); a test injects a seeded one
 */
export function strategy(name, random = (n) => randomInt(n)) {
  if (!Object.hasOwn(makers, name))
    throw new Error(`no such strategy: ${name} (there are ${strategyNames.join(', ')})`);
  return makers[name](random);
}

/** A strategy by name, or the default export of a JavaScript file. A policy that throws or answers nonsense counts as none. */
export async function loadPolicy(nameOrPath) {
  if (Object.hasOwn(makers, nameOrPath)) return strategy(nameOrPath);
  const policy = (await import(pathToFileURL(resolve(nameOrPath)).href)).default;
  if (typeof policy !== 'function') throw new Error(`${nameOrPath} has no default export that is a function`);
  return policy;
}
