'use strict';
// util.format() and util.formatWithOptions() (https://nodejs.org/docs/latest-v20.x/api/util.html#utilformatformat-args).

const { builtInNames, inspect, inspectDefaultOptions } = require('internal/util/inspect');
const { formatBigInt, formatNumber, stylizeNoColor } = require('internal/util/inspect_text');
const { getShape, jsonOfIntegers } = internalBinding('util');

// Of runtime/engine/object_shape.h.
const kPackedArray = 2;
const kHoleyArray = 3;
const kMaxCopied = 4096; // elements

// V8 is slow to write arrays that have or had holes (all that Array.from() and new Array(n) make): a copy without is written three times
// as fast. Undefined where there are objects, which would see when they are asked for their JSON.
function withoutHoles(array) {
  if (array.length > kMaxCopied) return undefined;
  const copy = [];
  for (let i = 0; i < array.length; i++) {
    const element = array[i];
    const type = typeof element;
    if (type !== 'number' && type !== 'string' && type !== 'boolean' && element !== null) return undefined;
    copy.push(element);
  }
  return copy;
}

function stringify(value) {
  const shape = getShape(value);
  if (shape >= kPackedArray && value.toJSON === undefined) {
    const json = jsonOfIntegers(value);
    if (json !== undefined) return json;
    if (shape === kHoleyArray) value = withoutHoles(value) ?? value;
  }
  return `${JSON.stringify(value)}`; // undefined of functions
}

let circularMessage;
function isCircularError(error) {
  if (circularMessage === undefined) {
    try {
      const a = {};
      a.a = a;
      JSON.stringify(a);
    } catch (circular) {
      circularMessage = circular.message.split('\n', 1)[0];
    }
  }
  return error.name === 'TypeError' && error.message.split('\n', 1)[0] === circularMessage;
}

function formatJ(value) {
  try {
    return stringify(value);
  } catch (error) {
    if (isCircularError(error)) return '[Circular]';
    throw error;
  }
}

// One of the language's own, whatever a program gives that name to.
function isBuiltInConstructor(object) {
  return builtInNames.has(object.constructor?.name);
}

// Whether String(value) gives what the program's class says, and not "[object Object]".
function hasOwnToString(value) {
  if (internalBinding('util').getProxyDetails(value, false) !== undefined) return false;
  if (typeof value[Symbol.toPrimitive] === 'function' && !(value instanceof Date)) return true;
  if (typeof value.toString !== 'function') return false;
  if (Object.hasOwn(value, 'toString')) return true;
  let pointer = value;
  do {
    pointer = Object.getPrototypeOf(pointer);
    if (pointer === null) return false;
  } while (!Object.hasOwn(pointer, 'toString'));
  return !isBuiltInConstructor({ constructor: pointer.constructor }) || pointer.constructor === undefined;
}

function asNumber(number, options) {
  return formatNumber(
    stylizeNoColor,
    number,
    options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
  );
}

function asBigInt(bigint, options) {
  return formatBigInt(
    stylizeNoColor,
    bigint,
    options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
  );
}

function formatS(value, options) {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return asNumber(value, options);
    case 'bigint':
      return asBigInt(value, options);
    case 'object':
      if (value !== null && !hasOwnToString(value)) {
        return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
      }
      return String(value);
    default:
      return String(value);
  }
}

function formatD(value, options, parse) {
  if (typeof value === 'bigint') return asBigInt(value, options);
  if (typeof value === 'symbol') return 'NaN';
  return asNumber(parse === undefined ? Number(value) : parse(value), options);
}

// What the character after a % makes of a value; undefined for one that means nothing.
function replacement(kind, value, options) {
  switch (kind) {
    case 0x73: // s
      return formatS(value, options);
    case 0x6a: // j
      return formatJ(value);
    case 0x64: // d
      return formatD(value, options);
    case 0x4f: // O
      return inspect(value, options);
    case 0x6f: // o
      return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 0x69: // i
      return formatD(value, options, Number.parseInt);
    case 0x66: // f
      return typeof value === 'symbol' ? 'NaN' : asNumber(Number.parseFloat(value), options);
    case 0x63: // c: styles of a browser's console
      return '';
    default:
      return undefined;
  }
}

function formatInternal(options, args) {
  const [first] = args;
  let text = '';
  let join = '';
  let a = 0;
  if (typeof first === 'string') {
    if (args.length === 1) return first;
    let last = 0;
    for (let i = 0; i < first.length - 1; i++) {
      if (first.charCodeAt(i) !== 0x25) continue;
      const kind = first.charCodeAt(++i);
      if (kind === 0x25) {
        text += first.slice(last, i);
        last = i + 1;
      } else if (a + 1 !== args.length) {
        const shown = replacement(kind, args[a + 1], options);
        if (shown === undefined) continue;
        a++;
        if (last !== i - 1) text += first.slice(last, i - 1);
        text += shown;
        last = i + 1;
      }
    }
    if (last !== 0) {
      a++;
      join = ' ';
      if (last < first.length) text += first.slice(last);
    }
  }
  while (a < args.length) {
    const value = args[a];
    text += join;
    text += typeof value !== 'string' ? inspect(value, options) : value;
    join = ' ';
    a++;
  }
  return text;
}

function format(...args) {
  return formatInternal(undefined, args);
}

function formatWithOptions(inspectOptions, ...args) {
  if (typeof inspectOptions !== 'object' || inspectOptions === null) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_TYPE('inspectOptions', 'object', inspectOptions);
  }
  return formatInternal(inspectOptions, args);
}

module.exports = { format, formatWithOptions };
