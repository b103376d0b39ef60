'use strict';
// The entries of arrays, collections, iterators, promises and memory for util.inspect().

const {
  formatBigInt,
  formatNumber,
  kArray,
  kArrayExtras,
  kObject,
  layOut,
} = require('internal/util/inspect_text');
const { formatField, formatProperty, formatValue } = require('internal/util/inspect');
const binding = internalBinding('util');

const sizeGetter = (prototype) => Object.getOwnPropertyDescriptor(prototype, 'size').get;
const mapSize = sizeGetter(Map.prototype);
const setSize = sizeGetter(Set.prototype);
const sizeOfMap = (map) => mapSize.call(map);
const sizeOfSet = (set) => setSize.call(set);

const more = (count) => `... ${count} more item${count > 1 ? 's' : ''}`;
const shownLength = (ctx, length) => Math.min(Math.max(0, ctx.maxArrayLength), length);

function formatArray(ctx, value, recurseTimes) {
  const length = value.length;
  const shown = shownLength(ctx, length);
  const output = [];
  for (let i = 0; i < shown; i++) {
    const descriptor = Object.getOwnPropertyDescriptor(value, i);
    if (descriptor === undefined) return formatSparse(ctx, value, recurseTimes, shown, output, i);
    output.push(formatProperty(ctx, value, recurseTimes, i, kArray, descriptor));
  }
  if (length > shown) output.push(more(length - shown));
  return output;
}

// Without holes and getters.
function formatPackedArray(ctx, value, recurseTimes) {
  const { length } = value;
  const shown = shownLength(ctx, length);
  const output = [];
  for (let i = 0; i < shown; i++) output.push(formatField(ctx, value[i], recurseTimes, i, kArray));
  if (length > shown) output.push(more(length - shown));
  return output;
}

function formatSparse(ctx, value, recurseTimes, max, output, i) {
  const keys = Object.keys(value);
  const empty = (count) => ctx.stylize(`<${count} empty item${count > 1 ? 's' : ''}>`, 'undefined');
  let index = i;
  for (; i < keys.length && output.length < max; i++) {
    const key = keys[i];
    // Array indexes come first and in order.
    if (!/^(0|[1-9][0-9]*)$/.test(key) || key > 2 ** 32 - 2) break;
    if (`${index}` !== key) {
      output.push(empty(key - index));
      index = Number(key);
      if (output.length === max) break;
    }
    output.push(formatProperty(ctx, value, recurseTimes, key, kArray));
    index++;
  }
  const rest = value.length - index;
  if (output.length !== max) {
    if (rest > 0) output.push(empty(rest));
  } else if (rest > 0) {
    output.push(more(rest));
  }
  return output;
}

function formatTypedArray(ctx, value, length, recurseTimes) {
  const shown = shownLength(ctx, length);
  const output = [];
  const format = length > 0 && typeof value[0] === 'number' ? formatNumber : formatBigInt;
  for (let i = 0; i < shown; i++) output.push(format(ctx.stylize, value[i], ctx.numericSeparator));
  if (length > shown) output.push(more(length - shown));
  if (ctx.showHidden) {
    ctx.indentationLvl += 2;
    for (const key of ['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer']) {
      output.push(`[${key}]: ${formatValue(ctx, value[key], recurseTimes, true)}`);
    }
    ctx.indentationLvl -= 2;
  }
  return output;
}

function formatArrayBuffer(ctx, value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return [ctx.stylize('(detached)', 'special')];
  }
  const shown = Math.min(Math.max(0, ctx.maxArrayLength), bytes.length);
  let text = internalBinding('buffer')
    .hexSlice.call(bytes, 0, shown)
    .replace(/(.{2})/g, '$1 ')
    .trim();
  const rest = bytes.length - shown;
  if (rest > 0) text += ` ... ${rest} more byte${rest > 1 ? 's' : ''}`;
  return [`${ctx.stylize('[Uint8Contents]', 'special')}: <${text}>`];
}

function formatSet(ctx, set, recurseTimes) {
  const length = sizeOfSet(set);
  const shown = shownLength(ctx, length);
  const output = [];
  ctx.indentationLvl += 2;
  for (const value of Set.prototype.values.call(set)) {
    if (output.length >= shown) break;
    output.push(formatValue(ctx, value, recurseTimes));
  }
  ctx.indentationLvl -= 2;
  if (length > shown) output.push(more(length - shown));
  return output;
}

function formatMap(ctx, map, recurseTimes) {
  const length = sizeOfMap(map);
  const shown = shownLength(ctx, length);
  const output = [];
  ctx.indentationLvl += 2;
  for (const [key, value] of Map.prototype.entries.call(map)) {
    if (output.length >= shown) break;
    output.push(`${formatValue(ctx, key, recurseTimes)} => ${formatValue(ctx, value, recurseTimes)}`);
  }
  ctx.indentationLvl -= 2;
  if (length > shown) output.push(more(length - shown));
  return output;
}

// Single values, of an iterator or of a WeakSet; the latter has no order, so they are sorted.
function formatValues(ctx, recurseTimes, entries, isWeak) {
  const shown = shownLength(ctx, entries.length);
  const output = [];
  ctx.indentationLvl += 2;
  for (let i = 0; i < shown; i++) output.push(formatValue(ctx, entries[i], recurseTimes));
  if (isWeak && !ctx.sorted) output.sort();
  if (entries.length > shown) output.push(more(entries.length - shown));
  ctx.indentationLvl -= 2;
  return output;
}

function formatPairs(ctx, recurseTimes, entries, isWeak) {
  const length = entries.length / 2;
  const shown = shownLength(ctx, length);
  const output = [];
  ctx.indentationLvl += 2;
  for (let i = 0; i < shown; i++) {
    const pair = [
      formatValue(ctx, entries[i * 2], recurseTimes),
      formatValue(ctx, entries[i * 2 + 1], recurseTimes),
    ];
    output.push(
      isWeak ? `${pair[0]} => ${pair[1]}` : layOut(ctx, pair, '', ['[', ']'], kArrayExtras, recurseTimes),
    );
  }
  if (isWeak && !ctx.sorted) output.sort();
  ctx.indentationLvl -= 2;
  if (length > shown) output.push(more(length - shown));
  return output;
}

const formatWeakSet = (ctx, value, recurseTimes) =>
  formatValues(ctx, recurseTimes, binding.previewEntries(value), true);
const formatWeakMap = (ctx, value, recurseTimes) =>
  formatPairs(ctx, recurseTimes, binding.previewEntries(value), true);

function formatIterator(braces, ctx, value, recurseTimes) {
  const [entries, arePairs] = binding.previewEntries(value, true);
  if (!arePairs) return formatValues(ctx, recurseTimes, entries, false);
  braces[0] = braces[0].replace(/ Iterator] {$/, ' Entries] {');
  return formatPairs(ctx, recurseTimes, entries, false);
}

function formatPromise(ctx, value, recurseTimes) {
  const [state, result] = binding.getPromiseDetails(value);
  if (state === 0) return [ctx.stylize('<pending>', 'special')];
  ctx.indentationLvl += 2;
  const text = formatValue(ctx, result, recurseTimes);
  ctx.indentationLvl -= 2;
  return [state === 2 ? `${ctx.stylize('<rejected>', 'special')} ${text}` : text];
}

const formatUnknown = (ctx) => [ctx.stylize('<items unknown>', 'special')];

// Bindings of a module may not be initialised yet; reading such a one throws.
function formatNamespace(ctx, value, recurseTimes, keys) {
  const output = new Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    try {
      output[i] = formatProperty(ctx, value, recurseTimes, keys[i], kObject);
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      const text = formatProperty(ctx, { [keys[i]]: '' }, recurseTimes, keys[i], kObject);
      output[i] = text.slice(0, text.lastIndexOf(' ') + 1) + ctx.stylize('<uninitialized>', 'special');
    }
  }
  keys.length = 0;
  return output;
}

module.exports = {
  formatArray,
  formatArrayBuffer,
  formatIterator,
  formatMap,
  formatNamespace,
  formatPackedArray,
  formatPromise,
  formatSet,
  formatTypedArray,
  formatUnknown,
  formatWeakMap,
  formatWeakSet,
  sizeOfMap,
  sizeOfSet,
};
