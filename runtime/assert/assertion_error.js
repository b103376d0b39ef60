'use strict';
// AssertionError (https://nodejs.org/docs/latest-v20.x/api/assert.html#class-assertassertionerror): its message shows both values, line by line.

const { inspect } = require('internal/util/inspect');

const READABLE = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};
const kMaxShortLength = 12;
const kMaxLines = 50;

const inspectValue = (value) =>
  inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
  });

const useColors = () => Boolean(process.stderr?.isTTY && process.stderr.getColorDepth?.() !== 1);
const paint = (code) => (useColors() ? `\u001b[${code}m` : '');

// Longest common subsequence by backtracking through a table; beyond its limit, line against line.
const kTableLimit = 1_000_000;

function diffLines(actual, expected) {
  let start = 0;
  while (start < actual.length && start < expected.length && actual[start] === expected[start]) start++;
  let endA = actual.length;
  let endB = expected.length;
  while (endA > start && endB > start && actual[endA - 1] === expected[endB - 1]) {
    endA--;
    endB--;
  }
  const result = actual.slice(0, start).map((line) => [' ', line]);
  const a = actual.slice(start, endA);
  const b = expected.slice(start, endB);
  if (a.length * b.length > kTableLimit) {
    for (const line of a) result.push(['+', line]);
    for (const line of b) result.push(['-', line]);
  } else {
    const width = b.length + 1;
    const table = new Uint32Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        table[i * width + j] =
          a[i] === b[j]
            ? table[(i + 1) * width + j + 1] + 1
            : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
      }
    }
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) {
        result.push([' ', a[i]]);
        i++;
        j++;
      } else if (i < a.length && (j === b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) {
        result.push(['+', a[i++]]);
      } else {
        result.push(['-', b[j++]]);
      }
    }
  }
  for (const line of actual.slice(endA)) result.push([' ', line]);
  return result;
}

// Runs of more than five equal lines are cut to the two next to a difference on each side.
function renderDiff(diff) {
  const [green, red, white] = [paint(32), paint(31), paint(39)];
  const lines = [];
  let skipped = false;
  const isNearChange = (index) => {
    for (let k = Math.max(0, index - 2); k <= Math.min(diff.length - 1, index + 2); k++) {
      if (diff[k][0] !== ' ') return true;
    }
    return false;
  };
  for (let i = 0; i < diff.length; i++) {
    const [kind, text] = diff[i];
    if (kind === ' ' && !isNearChange(i)) {
      let end = i;
      while (end < diff.length && !isNearChange(end)) end++;
      if (end - i > 3) {
        skipped = true;
        lines.push('...');
        i = end - 1;
        continue;
      }
    }
    if (kind === ' ') lines.push(`  ${text}`);
    else lines.push(`${kind === '+' ? green : red}${kind}${white} ${text}`);
    if (lines.length >= kMaxLines && i < diff.length - 1) {
      skipped = true;
      lines.push('...');
      break;
    }
  }
  return { text: lines.join('\n'), skipped };
}

function isSimple(value) {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

function makeDiff(actual, expected, operator) {
  if (
    operator === 'strictEqual' &&
    ((typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null) ||
      (typeof actual === 'function' && typeof expected === 'function'))
  ) {
    operator = 'strictEqualObject';
  }
  const shownActual = inspectValue(actual);
  const shownExpected = inspectValue(expected);
  const linesA = shownActual.split('\n');
  const linesB = shownExpected.split('\n');
  if (linesA.length === 1 && linesB.length === 1 && linesA[0] !== linesB[0]) {
    const length = linesA[0].length + linesB[0].length;
    const [a, b] = [linesA[0], linesB[0]];
    if (length <= kMaxShortLength) {
      if (isSimple(actual) && isSimple(expected) && (actual !== 0 || expected !== 0)) {
        return `${READABLE[operator]}\n\n${a} !== ${b}\n`;
      }
    } else if (operator !== 'strictEqualObject' && length < 80) {
      let same = 0;
      while (a[same] === b[same]) same++;
      if (same > 2) {
        return `${READABLE[operator]}\n${header()}\n\n+ ${a}\n- ${b}\n${' '.repeat(same + 2)}^`;
      }
    }
  }
  if (shownActual === shownExpected) {
    const lines = linesA.length > kMaxLines ? [...linesA.slice(0, 46), '...'] : linesA;
    return `${READABLE.notIdentical}\n\n${lines.join('\n')}\n`;
  }
  const { text, skipped } = renderDiff(diffLines(linesA, linesB));
  return `${READABLE[operator]}\n${header()}${skipped ? ' ... Lines skipped' : ''}\n\n${text}`;
}

function header() {
  return `${paint(32)}+ actual${paint(39)} ${paint(31)}- expected${paint(39)}`;
}

function makeNegatedMessage(actual, operator) {
  let base = READABLE[operator];
  const lines = inspectValue(actual).split('\n');
  if (
    operator === 'notStrictEqual' &&
    ((typeof actual === 'object' && actual !== null) || typeof actual === 'function')
  ) {
    base = READABLE.notStrictEqualObject;
  }
  if (lines.length > kMaxLines) {
    lines[46] = `${paint(34)}...${paint(39)}`;
    lines.length = 47;
  }
  if (lines.length === 1) return `${base}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}`;
  return `${base}\n\n${lines.join('\n')}\n`;
}

function makeLooseMessage(actual, expected, operator) {
  let first = inspectValue(actual);
  let second = inspectValue(expected);
  const known = READABLE[operator];
  if (operator === 'notDeepEqual' && first === second) {
    first = `${known}\n\n${first}`;
    if (first.length > 1024) first = `${first.slice(0, 1021)}...`;
    return first;
  }
  if (first.length > 512) first = `${first.slice(0, 509)}...`;
  if (second.length > 512) second = `${second.slice(0, 509)}...`;
  if (operator === 'deepEqual') return `${known}\n\n${first}\n\nshould loosely deep-equal\n\n${second}`;
  if (operator === 'notDeepEqual') {
    return `${READABLE.notDeepEqualUnequal}\n\n${first}\n\nshould not loosely deep-equal\n\n${second}`;
  }
  return `${first} ${operator} ${second}`;
}

function makeMessage({ actual, expected, operator }) {
  if (operator === 'deepStrictEqual' || operator === 'strictEqual')
    return makeDiff(actual, expected, operator);
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual') {
    return makeNegatedMessage(actual, operator);
  }
  return makeLooseMessage(actual, expected, operator);
}

// Of errors only their text is compared: their stacks always differ.
const isErrorLike = (value) =>
  value !== null && typeof value === 'object' && 'stack' in value && value instanceof Error;
function withoutStack(error) {
  const copy = Object.assign({ __proto__: Object.getPrototypeOf(error) }, error);
  Object.defineProperty(copy, 'message', { __proto__: null, value: error.message });
  return copy;
}

class AssertionError extends Error {
  constructor(options) {
    require('internal/errors/validators').validateObject(options, 'options');
    const { message, operator, stackStartFn, details, stackStartFunction } = options;
    let { actual, expected } = options;
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    if (message != null) {
      super(String(message));
    } else {
      if (isErrorLike(actual) && isErrorLike(expected)) {
        actual = withoutStack(actual);
        expected = withoutStack(expected);
      }
      super(makeMessage({ actual, expected, operator }));
    }
    Error.stackTraceLimit = limit;
    this.generatedMessage = !message;
    Object.defineProperty(this, 'name', {
      __proto__: null,
      value: 'AssertionError [ERR_ASSERTION]',
      enumerable: false,
      writable: true,
      configurable: true,
    });
    this.code = 'ERR_ASSERTION';
    if (details) {
      this.actual = undefined;
      this.expected = undefined;
      this.operator = undefined;
      for (const [i, detail] of details.entries()) {
        this[`message ${i}`] = detail.message;
        this[`actual ${i}`] = detail.actual;
        this[`expected ${i}`] = detail.expected;
        this[`operator ${i}`] = detail.operator;
        this[`stack trace ${i}`] = detail.stack;
      }
    } else {
      this.actual = options.actual;
      this.expected = options.expected;
      this.operator = operator;
    }
    Error.captureStackTrace(this, stackStartFn || stackStartFunction);
    // The code belongs into the stack's first line only.
    void this.stack;
    this.name = 'AssertionError';
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
  [inspect.custom](recurseTimes, ctx) {
    // Long values are cut: the message shows them already.
    const [actual, expected] = [this.actual, this.expected];
    const cut = (value) => {
      if (typeof value !== 'string') return value;
      const lines = value.split('\n', 11);
      if (lines.length > 10) return `${lines.slice(0, 10).join('\n')}\n...`;
      return value.length > 512 ? `${value.slice(0, 512)}...` : value;
    };
    this.actual = cut(actual);
    this.expected = cut(expected);
    const text = inspect(this, { ...ctx, customInspect: false, depth: 0 });
    this.actual = actual;
    this.expected = expected;
    return text;
  }
}

module.exports = { AssertionError };
