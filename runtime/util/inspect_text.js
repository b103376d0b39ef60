'use strict';
// The text side of util.inspect(): styles, quoting, numbers, widths, and how entries are laid out in lines.

const { stripVTControlCharacters } = require('internal/util/terminal_text');

const kMinLineWidth = 16;
const kObject = 0;
const kArray = 1;
const kArrayExtras = 2;

// SGR codes: [on, off].
const colors = {
  __proto__: null,
  reset: [0, 0],
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  blink: [5, 25],
  inverse: [7, 27],
  hidden: [8, 28],
  strikethrough: [9, 29],
  doubleunderline: [21, 24],
  framed: [51, 54],
  overlined: [53, 55],
};
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
for (const [i, name] of NAMES.entries()) colors[name] = [30 + i, 39];
for (const [i, name] of NAMES.entries()) {
  colors[`bg${name[0].toUpperCase()}${name.slice(1)}`] = [40 + i, 49];
}
colors.gray = [90, 39];
for (const [i, name] of NAMES.slice(1).entries()) {
  const capital = `${name[0].toUpperCase()}${name.slice(1)}`;
  colors[`${name}Bright`] = [91 + i, 39];
  colors[`bg${capital}Bright`] = [101 + i, 49];
}
colors.bgGray = [100, 49];

const ALIASES = {
  grey: 'gray',
  blackBright: 'gray',
  bgGrey: 'bgGray',
  bgBlackBright: 'bgGray',
  faint: 'dim',
  crossedout: 'strikethrough',
  strikeThrough: 'strikethrough',
  crossedOut: 'strikethrough',
  conceal: 'hidden',
  swapColors: 'inverse',
  swapcolors: 'inverse',
  doubleUnderline: 'doubleunderline',
};
for (const alias of Object.keys(ALIASES)) {
  Object.defineProperty(colors, alias, {
    get() {
      return this[ALIASES[alias]];
    },
    set(value) {
      this[ALIASES[alias]] = value;
    },
    configurable: true,
    enumerable: false,
  });
}

const styles = {
  __proto__: null,
  special: 'cyan',
  number: 'yellow',
  bigint: 'yellow',
  boolean: 'yellow',
  undefined: 'grey',
  null: 'bold',
  string: 'green',
  symbol: 'green',
  date: 'magenta',
  regexp: 'red',
  module: 'underline',
};

function stylizeNoColor(text) {
  return text;
}

function stylizeWithColor(text, styleType) {
  const color = colors[styles[styleType]];
  return color === undefined ? text : `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
}

// ---- Strings

// Half a surrogate pair: a first without a second, or a second without a first.
const [HIGH, LOW] = ['[\\ud800-\\udbff]', '[\\udc00-\\udfff]'];
const LONE = `${HIGH}(?!${LOW})|(?<!${HIGH})${LOW}`;
const escapedIn = (quotes, flags) => new RegExp(`[${quotes}\\\\\\0-\\x1f\\x7f-\\x9f]|${LONE}`, flags);
const NEEDS_ESCAPE = escapedIn("'");
const NEEDS_ESCAPE_ALL = escapedIn("'", 'g');
const NEEDS_ESCAPE_EXCEPT_SINGLE = escapedIn('');
const NEEDS_ESCAPE_EXCEPT_SINGLE_ALL = escapedIn('', 'g');

const NAMED_ESCAPES = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  "'": "\\'",
  '\\': '\\\\',
};

function escapeCharacter(c) {
  const named = NAMED_ESCAPES[c];
  if (named !== undefined) return named;
  const code = c.charCodeAt(0);
  if (code < 0x100) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  return `\\u${code.toString(16)}`;
}

const kMaxScanned = 64; // characters; of more the expression is faster

// Whether it is ASCII without quotation marks, backslashes and control characters.
function isPlain(text) {
  if (text.length > kMaxScanned) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c === 0x27 || c === 0x5c || c > 0x7e) return false;
  }
  return true;
}

// Whether a key is written without quotation marks.
function isIdentifier(key) {
  for (let i = 0; i < key.length; i++) {
    const c = key.charCodeAt(i);
    const isLetter = (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x5f;
    if (!isLetter && (i === 0 || c < 0x30 || c > 0x39)) return false;
  }
  return key.length > 0;
}

// Quoted as a person would: with the quote that needs no escaping.
function quote(text) {
  if (isPlain(text)) return `'${text}'`;
  let test = NEEDS_ESCAPE;
  let all = NEEDS_ESCAPE_ALL;
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes('`') && !text.includes('${')) mark = '`';
    if (mark !== "'") {
      test = NEEDS_ESCAPE_EXCEPT_SINGLE;
      all = NEEDS_ESCAPE_EXCEPT_SINGLE_ALL;
    }
  }
  if (!test.test(text)) return `${mark}${text}${mark}`;
  return `${mark}${text.replace(all, escapeCharacter)}${mark}`;
}

function escapeKey(key) {
  return key.replace(NEEDS_ESCAPE_ALL, escapeCharacter);
}

// ---- Numbers

function separateInteger(digits) {
  let result = '';
  let i = digits.length;
  const start = digits.startsWith('-') ? 1 : 0;
  for (; i >= start + 4; i -= 3) result = `_${digits.slice(i - 3, i)}${result}`;
  return i === digits.length ? digits : `${digits.slice(0, i)}${result}`;
}

function separateFraction(digits) {
  let result = '';
  let i = 0;
  for (; i < digits.length - 3; i += 3) result += `${digits.slice(i, i + 3)}_`;
  return i === 0 ? digits : `${result}${digits.slice(i)}`;
}

function formatNumber(stylize, number, separator) {
  if (!separator) return stylize(Object.is(number, -0) ? '-0' : `${number}`, 'number');
  const integer = Math.trunc(number);
  const text = String(integer);
  if (integer === number) {
    if (!Number.isFinite(number) || text.includes('e')) return stylize(text, 'number');
    return stylize(Object.is(number, -0) ? '-0' : separateInteger(text), 'number');
  }
  if (Number.isNaN(number)) return stylize(text, 'number');
  const fraction = String(number).slice(text.length + (Object.is(integer, -0) ? 1 : 0) + 1);
  const sign = Object.is(integer, -0) ? '-' : '';
  return stylize(`${sign}${separateInteger(text)}.${separateFraction(fraction)}`, 'number');
}

function formatBigInt(stylize, bigint, separator) {
  const text = String(bigint);
  return stylize(separator ? `${separateInteger(text)}n` : `${text}n`, 'bigint');
}

function formatPrimitive(stylize, value, ctx) {
  switch (typeof value) {
    case 'string':
      return formatString(stylize, value, ctx);
    case 'number':
      return formatNumber(stylize, value, ctx.numericSeparator);
    case 'bigint':
      return formatBigInt(stylize, value, ctx.numericSeparator);
    case 'boolean':
      return stylize(`${value}`, 'boolean');
    case 'undefined':
      return stylize('undefined', 'undefined');
    default:
      return stylize(Symbol.prototype.toString.call(value), 'symbol');
  }
}

function formatString(stylize, value, ctx) {
  let trailer = '';
  if (value.length > ctx.maxStringLength) {
    const rest = value.length - ctx.maxStringLength;
    value = value.slice(0, ctx.maxStringLength);
    trailer = `... ${rest} more character${rest > 1 ? 's' : ''}`;
  }
  if (
    ctx.compact !== true &&
    value.length > kMinLineWidth &&
    value.length > ctx.breakLength - ctx.indentationLvl - 4
  ) {
    const lines = value.split(/(?<=\n)/).map((line) => stylize(quote(line), 'string'));
    return lines.join(` +\n${' '.repeat(ctx.indentationLvl + 2)}`) + trailer;
  }
  return stylize(quote(value), 'string') + trailer;
}

// ---- Lines

function lengthOf(ctx, text) {
  return ctx.colors ? stripVTControlCharacters(text).length : text.length;
}

function fitsOneLine(ctx, output, start, base) {
  let total = output.length + start;
  if (total + output.length > ctx.breakLength) return false;
  for (const entry of output) {
    total += lengthOf(ctx, entry);
    if (total > ctx.breakLength) return false;
  }
  return base === '' || !base.includes('\n');
}

// More than six short entries of an array become a table.
function groupArrayElements(ctx, output, value) {
  let total = 0;
  let longest = 0;
  let count = output.length;
  // The last entry says how many are left out.
  if (ctx.maxArrayLength < output.length) count--;
  const separator = 2;
  const lengths = new Array(count);
  for (let i = 0; i < count; i++) {
    lengths[i] = lengthOf(ctx, output[i]);
    total += lengths[i] + separator;
    if (longest < lengths[i]) longest = lengths[i];
  }
  const cell = longest + separator;
  if (cell * 3 + ctx.indentationLvl >= ctx.breakLength || !(total / cell > 5 || longest <= 6)) return output;
  // A table that looks square: characters are about 2.5 times as high as wide.
  const bias = Math.sqrt(cell - total / output.length);
  const biased = Math.max(cell - 3 - bias, 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * biased * count) / biased),
    Math.floor((ctx.breakLength - ctx.indentationLvl) / cell),
    ctx.compact * 4,
    15,
  );
  if (columns <= 1) return output;
  const widths = [];
  for (let i = 0; i < columns; i++) {
    let width = 0;
    for (let j = i; j < count; j += columns) if (lengths[j] > width) width = lengths[j];
    widths.push(width + separator);
  }
  let alignRight = value !== undefined;
  for (let i = 0; alignRight && i < output.length; i++) {
    if (typeof value[i] !== 'number' && typeof value[i] !== 'bigint') alignRight = false;
  }
  const lines = [];
  for (let i = 0; i < count; i += columns) {
    const end = Math.min(i + columns, count);
    let line = '';
    let j = i;
    for (; j < end - 1; j++) {
      const width = widths[j - i] + output[j].length - lengths[j];
      const text = `${output[j]}, `;
      line += alignRight ? text.padStart(width) : text.padEnd(width);
    }
    line += alignRight
      ? output[j].padStart(widths[j - i] + output[j].length - lengths[j] - separator)
      : output[j];
    lines.push(line);
  }
  if (ctx.maxArrayLength < output.length) lines.push(output[count]);
  return lines;
}

// What join() makes, without a call into V8's runtime and without copying the texts: those of nested objects would be
// copied once for each level.
function chain(output, separator) {
  let text = output.length > 0 ? output[0] : '';
  for (let i = 1; i < output.length; i++) text += separator + output[i];
  return text;
}

// Entries, what comes before them and the braces, on one line where that reads well.
function layOut(ctx, output, base, braces, kind, depth, value) {
  const before = base ? `${base} ` : '';
  if (ctx.compact === true) {
    if (fitsOneLine(ctx, output, 0, base)) {
      return `${braces[0]}${base ? ` ${base}` : ''} ${output.join(', ')} ${braces[1]}`;
    }
    const indentation = ' '.repeat(ctx.indentationLvl);
    const first = base === '' && braces[0].length === 1 ? ' ' : `${base ? ` ${base}` : ''}\n${indentation}  `;
    return `${braces[0]}${first}${chain(output, `,\n${indentation}  `)} ${braces[1]}`;
  }
  if (typeof ctx.compact === 'number' && ctx.compact >= 1) {
    const entries = output.length;
    if (kind === kArrayExtras && entries > 6) output = groupArrayElements(ctx, output, value);
    if (ctx.currentDepth - depth < ctx.compact && entries === output.length) {
      const start = output.length + ctx.indentationLvl + braces[0].length + base.length + 10;
      if (fitsOneLine(ctx, output, start, base)) {
        const joined = chain(output, ', ');
        if (!joined.includes('\n')) return `${before}${braces[0]} ${joined} ${braces[1]}`;
      }
    }
  }
  const indentation = `\n${' '.repeat(ctx.indentationLvl)}`;
  return `${before}${braces[0]}${indentation}  ${chain(output, `,${indentation}  `)}${indentation}${braces[1]}`;
}

module.exports = {
  colors,
  escapeKey,
  formatBigInt,
  formatNumber,
  formatPrimitive,
  isIdentifier,
  kArray,
  kArrayExtras,
  kObject,
  layOut,
  lengthOf,
  quote,
  styles,
  stylizeNoColor,
  stylizeWithColor,
};
