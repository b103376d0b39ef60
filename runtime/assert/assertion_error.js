'use strict';
// AssertionError (Node doc: assert, "Class: assert.AssertionError"): what was expected, what came, and where they differ.

const { validateObject } = require('internal/errors/validators');

const headers = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values identical but not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};

const kMaxShortLength = 12;
const kMaxLines = 50;

function inspect(value) {
  return require('internal/util/inspect').inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
  });
}

const isObject = (value) => value !== null && (typeof value === 'object' || typeof value === 'function');

// The lines of both sides with what was added and what is missing: by the longest common subsequence while that is cheap.
function diffLines(actual, expected) {
  const a = actual.slice(0, 1000);
  const b = expected.slice(0, 1000);
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] =
        a[i] === b[j]
          ? table[(i + 1) * width + j + 1] + 1
          : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`);
      i++;
      j++;
    } else if (i < a.length && (j === b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      lines.push(`+ ${a[i++]}`);
    } else {
      lines.push(`- ${b[j++]}`);
    }
  }
  return lines;
}

function differenceMessage(actual, expected, operator) {
  const actualText = inspect(actual);
  const expectedText = inspect(expected);
  const a = actualText.split('\n');
  const b = expectedText.split('\n');
  if (operator === 'strictEqual' && isObject(actual) && isObject(expected)) operator = 'strictEqualObject';
  if (a.length === 1 && b.length === 1 && actualText !== expectedText) {
    const simple = !isObject(actual) && !isObject(expected);
    const isShort = actualText.length + expectedText.length <= kMaxShortLength;
    if (simple && isShort && (actual !== 0 || expected !== 0)) {
      return `${headers[operator]}\n\n${actualText} !== ${expectedText}\n`;
    }
  }
  if (actualText === expectedText) {
    const shown = a.length > kMaxLines ? [...a.slice(0, kMaxLines), '...'] : a;
    const header = operator === 'strictEqualObject' ? headers.notIdentical : headers[operator];
    return `${header}\n\n${shown.join('\n')}\n`;
  }
  let lines = diffLines(a, b);
  if (lines.length > kMaxLines) lines = [...lines.slice(0, kMaxLines), '...'];
  return `${headers[operator]}\n+ actual - expected\n\n${lines.join('\n')}`;
}

function samenessMessage(actual, operator) {
  let header = headers[operator];
  if (operator === 'notStrictEqual' && isObject(actual)) header = headers.notStrictEqualObject;
  let lines = inspect(actual).split('\n');
  if (lines.length > kMaxLines) lines = [...lines.slice(0, kMaxLines), '...'];
  if (lines.length === 1) return `${header}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}`;
  return `${header}\n\n${lines.join('\n')}\n`;
}

function looseMessage(actual, expected, operator) {
  let a = inspect(actual);
  let b = inspect(expected);
  if (operator === 'notDeepEqual' && a === b) {
    a = a.length > 1024 ? `${a.slice(0, 1021)}...` : a;
    return `${headers.notDeepEqual}\n\n${a}`;
  }
  if (a.length > 512) a = `${a.slice(0, 509)}...`;
  if (b.length > 512) b = `${b.slice(0, 509)}...`;
  if (operator === 'deepEqual') return `${headers.deepEqual}\n\n${a}\n\nshould loosely deep-equal\n\n${b}`;
  if (operator === 'notDeepEqual')
    return `${headers.notDeepEqualUnequal}\n\n${a}\n\nshould not loosely deep-equal\n\n${b}`;
  return `${a} ${operator} ${b}`;
}

function makeMessage(actual, expected, operator) {
  if (operator === 'deepStrictEqual' || operator === 'strictEqual') {
    return differenceMessage(actual, expected, operator);
  }
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual')
    return samenessMessage(actual, operator);
  return looseMessage(actual, expected, operator);
}

class AssertionError extends Error {
  constructor(options) {
    validateObject(options, 'options');
    const { message, operator, stackStartFn, details, stackStartFunction } = options;
    const { actual, expected } = options;
    super(message != null ? String(message) : makeMessage(actual, expected, operator));
    this.generatedMessage = !message;
    Object.defineProperty(this, 'name', {
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
      details.forEach((detail, i) => {
        this[`message ${i}`] = detail.message;
        this[`actual ${i}`] = detail.actual;
        this[`expected ${i}`] = detail.expected;
        this[`operator ${i}`] = detail.operator;
        this[`stack trace ${i}`] = detail.stack;
      });
    } else {
      this.actual = actual;
      this.expected = expected;
      this.operator = operator;
    }
    Error.captureStackTrace(this, stackStartFn || stackStartFunction);
    void this.stack; // with the code in its first line
    this.name = 'AssertionError';
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

module.exports = AssertionError;
