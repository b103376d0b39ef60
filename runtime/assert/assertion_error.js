'use strict';
// AssertionError (https://nodejs.org/docs/latest-v20.x/api/assert.html#class-assertassertionerror): its message shows both values, line by line.

const { diff } = require('internal/assert/diff');
const { inspect } = require('internal/util/inspect');
const { stripVTControlCharacters } = require('internal/util/terminal_text');

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
  const shown = inspectValue(actual);
  const actualLines = shown.split('\n');
  const expectedLines = inspectValue(expected).split('\n');
  let indicator = '';
  let compared = 0;
  const visible = inspect.defaultOptions.colors ? stripVTControlCharacters : (text) => text;
  const [a, b] = [visible(actualLines[0]), visible(expectedLines[0])];
  if (actualLines.length === 1 && expectedLines.length === 1 && actualLines[0] !== expectedLines[0]) {
    const length = a.length + b.length;
    if (length <= kMaxShortLength) {
      if (isSimple(actual) && isSimple(expected) && (actual !== 0 || expected !== 0)) {
        return `${READABLE[operator]}\n\n${actualLines[0]} !== ${expectedLines[0]}\n`;
      }
    } else if (operator !== 'strictEqualObject') {
      const columns = process.stderr.isTTY ? process.stderr.columns : 80;
      if (length < columns) {
        while (a[compared] === b[compared]) compared++;
        if (compared > 2) {
          indicator = `\n  ${' '.repeat(compared)}^`;
          compared = 0;
        }
      }
    }
  }
  const white = paint(39);
  const marks = {
    plus: `${paint(32)}+${white}`,
    minus: `${paint(31)}-${white}`,
    cut: `${paint(34)}...${white}`,
  };
  const result = diff(actualLines, expectedLines, marks, compared);
  if (result === undefined) {
    const lines = shown.split('\n');
    if (lines.length > kMaxLines) lines.splice(46, Infinity, marks.cut);
    return `${READABLE.notIdentical}\n\n${lines.join('\n')}\n`;
  }
  const header = `${READABLE[operator]}\n${paint(32)}+ actual${white} ${paint(31)}- expected${white}`;
  const skipped = result.skipped ? ` ${marks.cut} Lines skipped` : '';
  return `${header}${skipped}\n${result.text}${indicator}`;
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
      return value.length > 512 ? `${value.slice(0, 488)}...` : value;
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
