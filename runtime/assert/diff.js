'use strict';
// How two inspected values are shown side by side in an AssertionError's message (Node doc: assert, "Strict assertion mode"):
// lines are compared in step, equal ones at the end are taken off first, long runs of equal lines are cut.

const kMaxPrinted = 50; // lines; then the rest is cut
const kTailShown = 3; // equal lines kept at the end
const kEdge = 2; // equal lines shown after a difference, and as many before the next

/** What two lines differ in may be the comma only: then they are the same to a person. Gives the line to show, or undefined. */
function sameLine(actual, expected) {
  if (actual === expected) return actual;
  if (actual.endsWith(',') && actual.slice(0, -1) === expected) return actual;
  if (expected.endsWith(',') && expected.slice(0, -1) === actual) return `${actual},`;
  return undefined;
}

/** Takes the equal lines at the end off both lists; gives their text. */
function takeTail(actual, expected, already, cut) {
  let tail = '';
  let first = ''; // the topmost of those taken off beyond the shown ones
  let count = already;
  while (actual.length > 0 && expected.length > 0 && actual.at(-1) === expected.at(-1)) {
    const line = actual.pop();
    expected.pop();
    if (count++ < kTailShown) tail = `\n  ${line}${tail}`;
    else first = line;
  }
  const skipped = count >= 5;
  if (skipped) tail = `\n${cut}${tail}`;
  if (first !== '') tail = `\n  ${first}${tail}`;
  return { tail, skipped };
}

class Diff {
  constructor(actual, expected, marks) {
    this.actual = actual;
    this.expected = expected;
    this.marks = marks;
    this.text = '';
    this.pending = ''; // expected lines that wait for the end of a run of differences
    this.printed = 0;
    this.equal = 0;
    this.skipped = false;
  }

  print(line) {
    this.text += `\n  ${line}`;
    this.printed++;
  }

  /** Before a difference at `i`: the equal lines above it, the middle of a long run left out. */
  showEqualAbove(lines, i) {
    const { equal } = this;
    this.equal = 0;
    if (equal <= kEdge) return;
    if (equal === 5) this.print(lines[i - 3]);
    else if (equal > 5) {
      this.text += `\n${this.marks.cut}`;
      this.skipped = true;
    }
    if (equal > 3) this.print(lines[i - 2]);
    this.print(lines[i - 1]);
  }

  step(i) {
    const { actual, expected, marks } = this;
    if (i >= expected.length) {
      this.showEqualAbove(actual, i);
      this.text += `\n${marks.plus} ${actual[i]}`;
      this.printed++;
    } else if (i >= actual.length) {
      this.showEqualAbove(expected, i);
      this.pending += `\n${marks.minus} ${expected[i]}`;
      this.printed++;
    } else {
      const same = sameLine(actual[i], expected[i]);
      if (same === undefined) {
        this.showEqualAbove(actual, i);
        // +++--- is easier to read than +-+-+-.
        this.text += `\n${marks.plus} ${actual[i]}`;
        this.pending += `\n${marks.minus} ${expected[i]}`;
        this.printed += 2;
      } else {
        this.text += this.pending;
        this.pending = '';
        if (++this.equal <= kEdge) this.print(same);
      }
    }
  }
}

/**
 * The difference of two lists of lines, or undefined when there is none.
 * @param marks {plus, minus, cut}: how lines are marked
 * @param tailCounted lines at the end that count as shown already
 */
function diff(actual, expected, marks, tailCounted = 0) {
  const { tail, skipped } = takeTail(actual, expected, tailCounted, marks.cut);
  const total = Math.max(actual.length, expected.length);
  if (total === 0) return undefined;
  const state = new Diff(actual, expected, marks);
  for (let i = 0; i < total; i++) {
    state.step(i);
    if (state.printed > kMaxPrinted && i < total - 2) {
      return { skipped: true, text: `${state.text}\n${marks.cut}${state.pending}\n${marks.cut}` };
    }
  }
  return { skipped: skipped || state.skipped, text: `${state.text}${state.pending}${tail}` };
}

module.exports = { diff };
