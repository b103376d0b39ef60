// How long the end-to-end tests wait, and what they say of time. A test waits for events, with deadlines that a loaded machine keeps; how
// long something took is printed always and judged only on a quiet machine (`make weather`, which sets PARLEY_TIMED).
import assert from 'node:assert';

/** For one event, in milliseconds. */
export const PATIENCE_MS = 90_000;
/** For one test. The comment `timeout` at the top of a file allows for all of its tests. */
export const TEST_MS = 300_000;

export const isTimed = process.env.PARLEY_TIMED === '1';

/**
 * Says how long it took, and judges that on a quiet machine.
 * @param {number} took in the unit of `limit`
 */
export function judgeTime(what, took, limit, unit = 'ms') {
  console.log(`# ${what}: ${took.toFixed(unit === 'ms' ? 0 : 2)} ${unit}`);
  if (isTimed) assert.ok(took < limit, `${what}: ${took} ${unit}, more than ${limit}`);
}
