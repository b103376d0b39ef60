'use strict';
// util.inspect() (https://nodejs.org/docs/latest-v20.x/api/util.html#utilinspectobject-options): values as text for people.
// What an object consists of is in inspect_parts.js and inspect_names.js; how text is quoted and laid out in inspect_text.js, the entries
// of collections in inspect_entries.js, errors in inspect_error.js.

const {
  colors,
  escapeKey,
  formatPrimitive,
  isIdentifier,
  kArray,
  kArrayExtras,
  kObject,
  layOut,
  quote,
  styles,
  stylizeNoColor,
  stylizeWithColor,
} = require('internal/util/inspect_text');
const { getStringWidth } = require('internal/util/terminal_text');
const {
  builtInNames,
  fallbackName,
  getConstructorName,
  getPrefix,
  setFrozenGetters,
} = require('internal/util/inspect_names');
const {
  describeIterable,
  describeObject,
  describePlain,
  getOwnNonIndexProperties,
  isNativeError,
  kFields,
  kOther,
} = require('internal/util/inspect_parts');
const { getProxyDetails, getShape } = internalBinding('util');

const kCustom = Symbol.for('nodejs.util.inspect.custom');
const kMaxBudget = 2 ** 27; // 128 Mi characters in one line of nesting: stop going deeper

const defaultOptions = Object.seal({
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
});

// Of old the second was showHidden, and depth and colors followed it.
function inspect(value, options, depth = undefined, withColors = undefined) {
  const ctx = {
    budget: {},
    indentationLvl: 0,
    seen: [],
    currentDepth: 0,
    stylize: stylizeNoColor,
    // One by one: V8 is slow to spread a sealed object.
    showHidden: defaultOptions.showHidden,
    depth: defaultOptions.depth,
    colors: defaultOptions.colors,
    customInspect: defaultOptions.customInspect,
    showProxy: defaultOptions.showProxy,
    maxArrayLength: defaultOptions.maxArrayLength,
    maxStringLength: defaultOptions.maxStringLength,
    breakLength: defaultOptions.breakLength,
    compact: defaultOptions.compact,
    sorted: defaultOptions.sorted,
    getters: defaultOptions.getters,
    numericSeparator: defaultOptions.numericSeparator,
    circular: undefined,
    userOptions: undefined,
  };
  if (depth !== undefined) ctx.depth = depth;
  if (withColors !== undefined) ctx.colors = withColors;
  if (options === true || options === false) ctx.showHidden = options;
  else if (options) takeOptions(ctx, options);
  ctx.maxArrayLength ??= Infinity;
  ctx.maxStringLength ??= Infinity;
  if (ctx.colors) ctx.stylize = stylizeWithColor;
  return formatValue(ctx, value, 0);
}

// Unknown ones go to custom inspection functions.
function takeOptions(ctx, options) {
  for (const key of Object.keys(options)) {
    if (key === 'stylize' || Object.hasOwn(defaultOptions, key)) ctx[key] = options[key];
    else ctx.userOptions ??= options;
  }
}
inspect.custom = kCustom;
Object.defineProperty(inspect, 'defaultOptions', {
  get: () => defaultOptions,
  set(options) {
    require('internal/errors/validators').validateObject(options, 'options');
    Object.assign(defaultOptions, options);
  },
});
inspect.colors = colors;
inspect.styles = styles;

// The options a custom inspection function gets.
function userOptions(ctx, isCrossContext) {
  const result = { stylize: ctx.stylize, showHidden: ctx.showHidden, depth: ctx.depth, ...ctx.userOptions };
  for (const key of Object.keys(defaultOptions)) result[key] = ctx[key];
  result.stylize = ctx.stylize;
  if (!isCrossContext) return result;
  // Nothing of this context's must reach a function of another one.
  Object.setPrototypeOf(result, null);
  for (const key of Object.keys(result)) {
    if ((typeof result[key] === 'object' || typeof result[key] === 'function') && result[key] !== null) {
      delete result[key];
    }
  }
  result.stylize = Object.setPrototypeOf((value, flavour) => {
    try {
      return `${ctx.stylize(`${value}`, flavour)}`;
    } catch {
      return value;
    }
  }, null);
  return result;
}

function formatValue(ctx, value, recurseTimes, typedArray) {
  if (typeof value !== 'object' && typeof value !== 'function')
    return formatPrimitive(ctx.stylize, value, ctx);
  if (value === null) return ctx.stylize('null', 'null');
  const original = value;
  const shape = getShape(value);
  const proxy = shape === kOther ? getProxyDetails(value, !!ctx.showProxy) : undefined;
  if (proxy !== undefined) {
    if (proxy === null || proxy[0] === null) return ctx.stylize('<Revoked Proxy>', 'special');
    if (ctx.showProxy) return formatProxy(ctx, proxy, recurseTimes);
    return formatTarget(ctx, proxy, kOther, original, recurseTimes, typedArray);
  }
  return formatTarget(ctx, value, shape, original, recurseTimes, typedArray);
}

// `original`: what was asked for, a proxy of `value` perhaps.
function formatTarget(ctx, value, shape, original, recurseTimes, typedArray) {
  if (ctx.customInspect) {
    const custom = value[kCustom];
    if (
      typeof custom === 'function' &&
      custom !== inspect &&
      // A class's prototype object is no instance.
      !(value.constructor && value.constructor.prototype === value)
    ) {
      const depth = ctx.depth === null ? null : ctx.depth - recurseTimes;
      const isCrossContext = original !== value || !(original instanceof Object);
      const result = custom.call(original, depth, userOptions(ctx, isCrossContext), inspect);
      if (result !== original) {
        if (result !== null && typeof result === 'object') return formatValue(ctx, result, recurseTimes);
        return `${result}`.replaceAll('\n', `\n${' '.repeat(ctx.indentationLvl)}`);
      }
    }
  }
  if (ctx.seen.includes(value)) {
    ctx.circular ??= new Map();
    let index = ctx.circular.get(value);
    if (index === undefined) {
      index = ctx.circular.size + 1;
      ctx.circular.set(value, index);
    }
    return ctx.stylize(`[Circular *${index}]`, 'special');
  }
  return formatRaw(ctx, value, shape, recurseTimes, typedArray);
}

function formatProxy(ctx, proxy, recurseTimes) {
  if (recurseTimes > ctx.depth && ctx.depth !== null) return ctx.stylize('Proxy [Array]', 'special');
  recurseTimes += 1;
  ctx.indentationLvl += 2;
  const output = [formatValue(ctx, proxy[0], recurseTimes), formatValue(ctx, proxy[1], recurseTimes)];
  ctx.indentationLvl -= 2;
  return layOut(ctx, output, '', ['Proxy [', ']'], kArrayExtras, recurseTimes);
}

// ---- Objects

function formatRaw(ctx, value, shape, recurseTimes, typedArray) {
  let inherited;
  if (ctx.showHidden && (recurseTimes <= ctx.depth || ctx.depth === null)) inherited = [];
  const constructor = getConstructorName(value, ctx, recurseTimes, inherited);
  if (inherited?.length === 0) inherited = undefined;
  let tag = value[Symbol.toStringTag];
  if (typeof tag !== 'string') {
    tag = '';
  } else if (tag !== '') {
    // Shown as a property already when it is one.
    const shown = ctx.showHidden ? Object.prototype.hasOwnProperty : Object.prototype.propertyIsEnumerable;
    if (shown.call(value, Symbol.toStringTag)) tag = '';
  }

  let parts;
  if (value[Symbol.iterator] || constructor === null) {
    parts = describeIterable(ctx, value, shape, constructor, tag, inherited);
  }
  parts ??=
    constructor === 'Object'
      ? describePlain(ctx, value, shape, tag, inherited)
      : describeObject(ctx, value, shape, recurseTimes, constructor, tag, inherited, typedArray);
  if (parts.text !== undefined) return parts.text;

  if (recurseTimes > ctx.depth && ctx.depth !== null) {
    const name = getPrefix(constructor, tag, fallbackName(value, constructor)).slice(0, -1);
    return ctx.stylize(constructor !== null ? `[${name}]` : name, 'special');
  }
  return formatParts(ctx, value, shape, recurseTimes + 1, parts, inherited, constructor, tag);
}

function formatParts(ctx, value, shape, recurseTimes, parts, inherited, constructor, tag) {
  const { keys, braces, kind, format } = parts;
  let { base } = parts;
  ctx.seen.push(value);
  ctx.currentDepth = recurseTimes;
  const { indentationLvl } = ctx;
  let output;
  try {
    output = format === undefined ? [] : format(ctx, value, recurseTimes);
    if (shape === kFields) {
      for (let i = 0; i < keys.length; i++) {
        output.push(formatField(ctx, value[keys[i]], recurseTimes, keys[i], kind));
      }
    } else {
      for (let i = 0; i < keys.length; i++) {
        output.push(formatProperty(ctx, value, recurseTimes, keys[i], kind));
      }
    }
    if (inherited !== undefined) output.push(...inherited);
  } catch (error) {
    if (!require('internal/errors').isStackOverflowError(error)) throw error;
    ctx.seen.pop();
    ctx.indentationLvl = indentationLvl;
    const name = getPrefix(constructor, tag, fallbackName(value, constructor)).slice(0, -1);
    return ctx.stylize(
      `[${name}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`,
      'special',
    );
  }
  const index = ctx.circular?.get(value);
  if (index !== undefined) {
    const reference = ctx.stylize(`<ref *${index}>`, 'special');
    if (ctx.compact !== true) base = base === '' ? reference : `${reference} ${base}`;
    else braces[0] = `${reference} ${braces[0]}`;
  }
  ctx.seen.pop();
  if (ctx.sorted) {
    const order = ctx.sorted === true ? undefined : ctx.sorted;
    if (kind === kObject) {
      output.sort(order);
    } else if (keys.length > 1) {
      const from = output.length - keys.length;
      output.splice(from, keys.length, ...output.slice(from).sort(order));
    }
  }
  const result = layOut(ctx, output, base, braces, kind, recurseTimes, value);
  const total = (ctx.budget[ctx.indentationLvl] || 0) + result.length;
  ctx.budget[ctx.indentationLvl] = total;
  if (total > kMaxBudget) ctx.depth = -1;
  return result;
}

// ---- Properties

function formatGetter(ctx, descriptor, recurseTimes, original) {
  const label = descriptor.set !== undefined ? 'Getter/Setter' : 'Getter';
  const special = (text) => ctx.stylize(text, 'special');
  const wanted =
    ctx.getters &&
    (ctx.getters === true ||
      (ctx.getters === 'get' && descriptor.set === undefined) ||
      (ctx.getters === 'set' && descriptor.set !== undefined));
  if (!wanted) return special(`[${label}]`);
  try {
    const value = descriptor.get.call(original);
    ctx.indentationLvl += 2;
    let text;
    if (value === null) {
      text = `${special(`[${label}:`)} ${ctx.stylize('null', 'null')}${special(']')}`;
    } else if (typeof value === 'object') {
      text = `${special(`[${label}]`)} ${formatValue(ctx, value, recurseTimes)}`;
    } else {
      text = `${special(`[${label}:`)} ${formatPrimitive(ctx.stylize, value, ctx)}${special(']')}`;
    }
    ctx.indentationLvl -= 2;
    return text;
  } catch (error) {
    return `${special(`[${label}:`)} <Inspection threw (${error.message})>${special(']')}`;
  }
}

function formatProperty(ctx, value, recurseTimes, key, kind, descriptor, original = value) {
  descriptor ??= Object.getOwnPropertyDescriptor(value, key) ?? {
    value: value[key],
    configurable: true,
    enumerable: true,
  };
  const isEnumerable = descriptor.enumerable !== false;
  let text;
  if (descriptor.get !== undefined) {
    text = formatGetter(ctx, descriptor, recurseTimes, original);
  } else if (descriptor.set !== undefined) {
    text = ctx.stylize('[Setter]', 'special');
  } else {
    return formatField(ctx, descriptor.value, recurseTimes, key, kind, isEnumerable);
  }
  return kind === kArray ? text : `${formatKey(ctx, key, isEnumerable)}: ${text}`;
}

// A property that is data.
function formatField(ctx, field, recurseTimes, key, kind, isEnumerable = true) {
  const indent = ctx.compact !== true || kind !== kObject ? 2 : 3;
  ctx.indentationLvl += indent;
  const text = formatValue(ctx, field, recurseTimes);
  let space = ' ';
  if (indent === 3 && ctx.breakLength < getStringWidth(text, ctx.colors)) {
    space = `\n${' '.repeat(ctx.indentationLvl)}`;
  }
  ctx.indentationLvl -= indent;
  return kind === kArray ? text : `${formatKey(ctx, key, isEnumerable)}:${space}${text}`;
}

function formatKey(ctx, key, isEnumerable) {
  if (typeof key === 'symbol') {
    return `[${ctx.stylize(escapeKey(Symbol.prototype.toString.call(key)), 'symbol')}]`;
  }
  if (key === '__proto__') return "['__proto__']";
  if (!isEnumerable) return `[${escapeKey(key)}]`;
  return isIdentifier(key) ? ctx.stylize(key, 'name') : ctx.stylize(quote(key), 'string');
}

module.exports = {
  builtInNames,
  formatField,
  formatProperty,
  formatValue,
  getOwnNonIndexProperties,
  inspect,
  inspectDefaultOptions: defaultOptions,
  isNativeError,
  setFrozenGetters,
  get format() {
    return require('internal/util/format').format;
  },
  get formatWithOptions() {
    return require('internal/util/format').formatWithOptions;
  },
};
