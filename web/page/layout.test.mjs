// Where the page puts its tiles.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { layOut } from './layout.js';

const { test } = createRequire(import.meta.url)('../../tests/harness');

const SIZES = [
  { width: 1280, height: 660 },
  { width: 374, height: 640 },
  { width: 800, height: 250 },
  { width: 0, height: 0 },
];
const right = (box) => box.left + box.width;
const bottom = (box) => box.top + box.height;
const overlap = (a, b) =>
  a.left < right(b) - 0.01 &&
  b.left < right(a) - 0.01 &&
  a.top < bottom(b) - 0.01 &&
  b.top < bottom(a) - 0.01;

test('tiles are in the window, apart from each other, and of a camera’s shape', () => {
  for (const size of SIZES) {
    for (let people = 1; people <= 30; people++) {
      for (let screens = 0; screens <= 2; screens++) {
        const boxes = layOut(size, people, screens);
        assert.deepStrictEqual([boxes.people.length, boxes.screens.length], [people, screens]);
        const all = [...boxes.people, ...boxes.screens];
        if (size.width === 0) continue;
        for (const box of all) {
          const inside = box.left >= -0.01 && box.top >= -0.01;
          assert.ok(inside && right(box) <= size.width + 0.01 && bottom(box) <= size.height + 0.01);
          assert.ok(all.every((other) => other === box || !overlap(box, other)));
        }
        for (const { width, height } of boxes.people)
          assert.ok(width / height > 1.33 && width / height < 1.78, `${width} x ${height}`);
      }
    }
  }
});

test('a shared screen gets most of the window', () => {
  for (const size of SIZES.slice(0, 3)) {
    const [screen] = layOut(size, 9, 1).screens;
    assert.ok(screen.width * screen.height > 0.7 * size.width * size.height);
  }
});

test('an incomplete last row is in the middle', () => {
  const { people } = layOut({ width: 1280, height: 660 }, 3, 0);
  const [first, second, third] = people;
  assert.strictEqual(first.top, second.top);
  assert.ok(Math.abs(third.left + third.width / 2 - 640) < 0.01);
});
