'use strict';
// util.format() and util.formatWithOptions() (https://nodejs.org/docs/latest-v20.x/api/util.html#utilformatformat-args).

const { builtInNames, inspect, inspectDefaultOptions } = require('internal/util/inspect');
const { formatBigInt, formatNumber, stylizeNoColor } = require('internal/util/inspect_text');

let circularMessage;
function tryStringify(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (circularMessage === undefined) {
      try {
        const a = {};
        a.a = a;
        JSON.stringify(a);
      } catch (circular) {
        circularMessage = circular.message.split('\n', 1)[0];
      }
    }
    if (error.name === 'TypeError' && error.message.split('\n', 1)[0] === circularMessage)
      return '[Circular]';
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

function formatS(value, options) {
  switch (typeof value) {
    case 'number':
      return formatNumber(
        stylizeNoColor,
        value,
        options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
      );
    case 'bigint':
      return formatBigInt(
        stylizeNoColor,
        value,
        options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
      );
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
  if (typeof value === 'bigint')
    return formatBigInt(
      stylizeNoColor,
      value,
      options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
    );
  if (typeof value === 'symbol') return 'NaN';
  const number = parse === undefined ? Number(value) : parse(value);
  return formatNumber(
    stylizeNoColor,
    number,
    options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
  );
}

function replacement(kind, value, options) {
  switch (kind) {
    case 's':
      return formatS(value, options);
    case 'j':
      return tryStringify(value);
    case 'd':
      return typeof value === 'object' ? formatD(value, options) : formatD(value, options);
    case 'O':
      return inspect(value, options);
    case 'o':
      return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 'i':
      return formatD(value, options, Number.parseInt);
    case 'f':
      return typeof value === 'symbol'
        ? 'NaN'
        : formatNumber(
            stylizeNoColor,
            Number.parseFloat(value),
            options?.numericSeparator ?? inspectDefaultOptions.numericSeparator,
          );
    default:
      return '';
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
      if (first.charCodeAt(i) !== 37) continue;
      const kind = first[++i];
      if (a + 1 !== args.length && 'sjdOoifc'.includes(kind)) {
        const value = args[++a];
        if (last !== i - 1) text += first.slice(last, i - 1);
        text += replacement(kind, value, options);
        last = i + 1;
      } else if (kind === '%') {
        text += first.slice(last, i);
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
