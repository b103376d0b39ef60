'use strict';
// Methods that V8 10.2 lacks. Stock Node.js 20 has some of them itself; what both have must agree.
// runs-on: parley
const assert = require('assert');
const { test } = require('../../tests/harness');

test('arrays change by copy', () => {
  const a = [3, 1, 2];
  assert.deepStrictEqual(a.toReversed(), [2, 1, 3]);
  assert.deepStrictEqual(a.toSorted(), [1, 2, 3]);
  assert.deepStrictEqual(
    a.toSorted((x, y) => y - x),
    [3, 2, 1],
  );
  assert.deepStrictEqual(a.with(-1, 9), [3, 1, 9]);
  assert.deepStrictEqual(a.toSpliced(1, 1, 7, 8), [3, 7, 8, 2]);
  assert.deepStrictEqual(a.toSpliced(1), [3]);
  assert.deepStrictEqual(a.toSpliced(), a);
  assert.deepStrictEqual(a, [3, 1, 2]);
  assert.throws(() => a.with(3, 0), RangeError);
  assert.throws(() => a.toSorted(5), TypeError);
  assert.deepStrictEqual(new Uint8Array([3, 1]).toSorted(), new Uint8Array([1, 3]));
  assert.deepStrictEqual(Object.keys(Array.prototype), []);
});

test('grouping, promises with their resolvers, Array.fromAsync', async () => {
  const groups = Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even'));
  assert.deepStrictEqual({ ...groups }, { odd: [1, 3], even: [2] });
  assert.deepStrictEqual(Map.groupBy([1, 2, 3], (n) => n % 2).get(1), [1, 3]);
  const { promise, resolve } = Promise.withResolvers();
  resolve(5);
  assert.strictEqual(await promise, 5);
  assert.deepStrictEqual(await Array.fromAsync([1, Promise.resolve(2)], (n) => n * 2), [2, 4]);
});

test('sets combine', () => {
  const [a, b] = [new Set([1, 2, 3]), new Set([2, 3, 4])];
  assert.deepStrictEqual([...a.union(b)], [1, 2, 3, 4]);
  assert.deepStrictEqual([...a.intersection(b)], [2, 3]);
  assert.deepStrictEqual([...a.difference(b)], [1]);
  assert.deepStrictEqual([...a.symmetricDifference(b)], [1, 4]);
  assert.ok(new Set([2]).isSubsetOf(a) && a.isSupersetOf(new Set([2])) && a.isDisjointFrom(new Set([9])));
  assert.strictEqual('a\ud800'.isWellFormed(), false);
  assert.strictEqual('a\ud800'.toWellFormed(), 'a\ufffd');
});
