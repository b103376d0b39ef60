'use strict';
// Methods that V8 10.2 lacks. Stock Node.js 20 has some of them itself; what both have must agree.
// runs-on: parley
/* global Iterator */
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

test('buffers tell that they keep their size', () => {
  const [buffer, shared] = [new ArrayBuffer(8), new SharedArrayBuffer(16)];
  assert.deepStrictEqual([buffer.resizable, buffer.maxByteLength], [false, 8]);
  assert.deepStrictEqual([shared.growable, shared.maxByteLength], [false, 16]);
  const { get } = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable');
  assert.throws(() => get.call(shared), TypeError);
  assert.throws(() => get.call({}), TypeError);
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

test('additions look native', () => {
  for (const [target, name, length] of [
    [Array.prototype, 'toSpliced', 2],
    [Array, 'fromAsync', 1],
    [Set.prototype, 'union', 1],
    [Promise, 'try', 1],
    [Iterator.prototype, 'reduce', 1],
    [ArrayBuffer.prototype, 'transfer', 0],
  ]) {
    const descriptor = Object.getOwnPropertyDescriptor(target, name);
    assert.strictEqual(descriptor.enumerable, false, name);
    assert.strictEqual(descriptor.value.name, name);
    assert.strictEqual(descriptor.value.length, length, name);
    assert.throws(() => new descriptor.value(), TypeError, name);
  }
  assert.strictEqual(Array.prototype[Symbol.unscopables].toSorted, true);
  assert.strictEqual(typeof Symbol.dispose, 'symbol');
  assert.strictEqual(Symbol.asyncDispose.description, 'Symbol.asyncDispose');
});

test('array copies follow the specification where engines differ', () => {
  // eslint-disable-next-line no-sparse-arrays
  assert.deepStrictEqual([3, , 1].toSorted(), [1, 3, undefined]);
  assert.deepStrictEqual(Array.prototype.toReversed.call({ length: 2, 0: 'a', 1: 'b' }), ['b', 'a']);
  assert.throws(() => Array.prototype.toReversed.call({ length: 2 ** 32 }), RangeError);
  const reversed = Buffer.from('abc').toReversed();
  assert.strictEqual(Object.getPrototypeOf(reversed), Uint8Array.prototype);
  assert.throws(() => new BigInt64Array(1).with(0, 1), TypeError);
  assert.throws(() => new Uint8Array(1).with(1, 0), RangeError);
});

test('iterator helpers close what they stop reading', () => {
  let closed = 0;
  function* numbers() {
    try {
      for (let i = 1; ; i++) yield i;
    } finally {
      closed++;
    }
  }
  assert.deepStrictEqual(
    numbers()
      .filter((n) => n % 2)
      .map((n) => n * 10)
      .drop(1)
      .take(2)
      .toArray(),
    [30, 50],
  );
  assert.strictEqual(closed, 1);
  assert.strictEqual(
    numbers().find((n) => n > 3),
    4,
  );
  assert.strictEqual(closed, 2);
  assert.throws(
    () =>
      numbers()
        .map(() => {
          throw new Error('mapper');
        })
        .next(),
    /mapper/,
  );
  assert.strictEqual(closed, 3);
  assert.throws(() => [].values().take(-1), RangeError);
  assert.throws(() => [].values().reduce((a) => a), TypeError);
  assert.deepStrictEqual(
    [1, 2]
      .values()
      .flatMap((n) => [n, n])
      .toArray(),
    [1, 1, 2, 2],
  );
  assert.throws(() => new Iterator(), TypeError);
  assert.ok(Iterator.from({ next: () => ({ done: true }) }) instanceof Iterator);
});

test('array buffers move', () => {
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  const moved = buffer.transfer(4);
  assert.strictEqual(buffer.detached, true);
  assert.strictEqual(moved.detached, false);
  assert.deepStrictEqual(new Uint8Array(moved), new Uint8Array([1, 2, 3, 0]));
  assert.throws(() => buffer.transfer(), TypeError);
});

test('text for regular expressions, promises of what may throw', async () => {
  assert.ok(new RegExp(`^${RegExp.escape('1+1=(2)\n-')}$`).test('1+1=(2)\n-'));
  await assert.rejects(
    Promise.try(() => {
      throw new Error('sync');
    }),
    /sync/,
  );
  assert.strictEqual(await Promise.try((a, b) => a + b, 1, 2), 3);
  assert.strictEqual(Error.isError(new TypeError()), true);
  assert.strictEqual(Error.isError({ __proto__: Error.prototype }), false);
});
