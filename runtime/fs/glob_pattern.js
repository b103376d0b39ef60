'use strict';
// Glob patterns (the shell's, as fs.glob of Node.js 22 takes them): braces, *, ?, [classes], **, and the extended forms
// ?(a|b) *(a|b) +(a|b) @(a|b) !(a|b). A pattern becomes lists of segments: a string that stands for itself, a RegExp for one
// name, or kAnyDepth.

const { codes } = require('internal/errors');

const kAnyDepth = Symbol('**');
const kMostExpansions = 10_000; // of a pattern's braces
const kMostLength = 65_536;

// ---- braces ----

// Where the brace at `start` ends and its commas are; undefined when it is no pair.
function findBrace(text, start) {
  const commas = [];
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '{') depth++;
    else if (c === ',' && depth === 1) commas.push(i);
    else if (c === '}' && --depth === 0) return { end: i, commas };
  }
  return undefined;
}

// {1..5}, {a..e}, {1..9..2}
function rangeOf(body) {
  const match = /^(-?\d+|[a-zA-Z])\.\.(-?\d+|[a-zA-Z])(?:\.\.(-?\d+))?$/.exec(body);
  if (match === null) return undefined;
  const [, first, last, by] = match;
  const numeric = /\d/.test(first);
  if (numeric !== /\d/.test(last)) return undefined;
  const [from, to] = numeric ? [Number(first), Number(last)] : [first.charCodeAt(0), last.charCodeAt(0)];
  const step = Math.max(1, Math.abs(Number(by ?? 1)));
  if (Math.abs(to - from) / step > kMostExpansions) throw tooMany(body);
  const width = numeric && /^-?0\d/.test(first) ? first.length : 0;
  const list = [];
  for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? step : -step) {
    list.push(numeric ? String(n).padStart(width, '0') : String.fromCharCode(n));
  }
  return list;
}

const tooMany = (pattern) =>
  new codes.ERR_INVALID_ARG_VALUE('pattern', pattern, `expands to more than ${kMostExpansions} patterns`);

function expandBraces(text) {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    if (text[i] !== '{') continue;
    const brace = findBrace(text, i);
    if (brace === undefined) continue;
    const body = text.slice(i + 1, brace.end);
    let choices = brace.commas.length === 0 ? rangeOf(body) : undefined;
    if (brace.commas.length > 0) {
      const cuts = [i, ...brace.commas, brace.end];
      choices = cuts.slice(1).flatMap((cut, n) => expandBraces(text.slice(cuts[n] + 1, cut)));
    }
    if (choices === undefined) continue; // {a} stands for itself
    const before = text.slice(0, i);
    const after = expandBraces(text.slice(brace.end + 1));
    if (choices.length * after.length > kMostExpansions) throw tooMany(text);
    return choices.flatMap((choice) => after.map((end) => before + choice + end));
  }
  return [text];
}

// ---- one name ----

const kClasses = {
  alnum: '\\p{L}\\p{Nd}',
  alpha: '\\p{L}',
  blank: ' \\t',
  cntrl: '\\p{Cc}',
  digit: '\\p{Nd}',
  graph: '\\x21-\\x7e',
  lower: '\\p{Ll}',
  print: '\\x20-\\x7e',
  punct: '\\p{P}',
  space: '\\s',
  upper: '\\p{Lu}',
  word: '\\p{L}\\p{Nd}_',
  xdigit: 'A-Fa-f0-9',
};

const escapeChar = (c) => c.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');

// [abc], [!a-z], [[:alpha:]]: { source, end }, or undefined when it is no class.
function parseClass(text, start) {
  let i = start + 1;
  const negated = text[i] === '!' || text[i] === '^';
  if (negated) i++;
  let source = '';
  for (const first = i; i < text.length; i++) {
    if (text[i] === ']' && i > first) return { source: `[${negated ? '^' : ''}${source}]`, end: i };
    const named = text[i] === '[' && /^\[:(\w+):\]/.exec(text.slice(i));
    if (named && Object.hasOwn(kClasses, named[1])) {
      source += kClasses[named[1]];
      i += named[0].length - 1;
      continue;
    }
    if (text[i] === '\\' && i + 1 < text.length) i++;
    if (text[i + 1] === '-' && i + 2 < text.length && text[i + 2] !== ']') {
      if (text[i] > text[i + 2]) return undefined; // no such range
      source += `${escapeChar(text[i])}-${escapeChar(text[i + 2])}`;
      i += 2;
    } else {
      source += escapeChar(text[i]);
    }
  }
  return undefined;
}

// The end of the group whose bracket is at `start`, and its choices.
function findGroup(text, start) {
  const choices = [];
  let depth = 0;
  let from = start + 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '(') depth++;
    else if (text[i] === '|' && depth === 1) {
      choices.push(text.slice(from, i));
      from = i + 1;
    } else if (text[i] === ')' && --depth === 0) {
      choices.push(text.slice(from, i));
      return { end: i, choices };
    }
  }
  return undefined;
}

const kRepeats = { '?': '?', '*': '*', '+': '+', '@': '' };

// The source of a regular expression for `text`, and whether there is anything in it that is not itself.
function translate(text) {
  let source = '';
  let magic = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const group = '?*+@!'.includes(c) && text[i + 1] === '(' ? findGroup(text, i + 1) : undefined;
    const set = c === '[' ? parseClass(text, i) : undefined;
    if (group) {
      const inner = group.choices.map((choice) => translate(choice).source).join('|');
      const rest = translate(text.slice(group.end + 1)).source;
      magic = true;
      if (c === '!') return { source: `${source}(?!(?:${inner})${rest}$)[^/]*?${rest}`, magic };
      source += `(?:${inner})${kRepeats[c]}`;
      i = group.end;
    } else if (set) {
      source += set.source;
      magic = true;
      i = set.end;
    } else if (c === '*') {
      while (text[i + 1] === '*') i++;
      source += '[^/]*?';
      magic = true;
    } else if (c === '?') {
      source += '[^/]';
      magic = true;
    } else {
      if (c === '\\' && i + 1 < text.length) i++;
      source += escapeChar(text[i]);
    }
  }
  return { source, magic };
}

const unescape = (text) => text.replace(/\\(.)/g, '$1');

function parseSegment(text) {
  if (text === '**') return kAnyDepth;
  const { source, magic } = translate(text);
  if (!magic) return unescape(text);
  // A wildcard at the start takes no hidden name, and no name is empty.
  const noDot = /^(\\?\.|@\(\.|\+\(\.)/.test(text) ? '' : '(?!\\.)';
  return new RegExp(`^(?=.)${noDot}${source}$`, 'su');
}

// Each of the expansions as { absolute, segments }.
function parsePattern(pattern) {
  if (pattern.length > kMostLength) {
    throw new codes.ERR_INVALID_ARG_VALUE('pattern', pattern, 'is too long');
  }
  return expandBraces(pattern).map((text) => {
    const absolute = text.startsWith('/');
    const folderOnly = text.endsWith('/') && text.length > 1;
    const parts = text.split('/').filter((part) => part !== '');
    // ** next to ** is one.
    const segments = parts.filter((part, i) => part !== '**' || parts[i - 1] !== '**').map(parseSegment);
    return { absolute, folderOnly, segments };
  });
}

// Does a path match? For lists of what is left out.
function matchSegments(segments, names, s = 0, n = 0) {
  for (; s < segments.length; s++, n++) {
    if (segments[s] === kAnyDepth) {
      if (s === segments.length - 1) return names.slice(n).every((name) => !name.startsWith('.'));
      for (let skip = n; skip <= names.length; skip++) {
        if (matchSegments(segments, names, s + 1, skip)) return true;
        if (skip < names.length && names[skip].startsWith('.')) return false;
      }
      return false;
    }
    if (n === names.length) return false;
    const fits = typeof segments[s] === 'string' ? segments[s] === names[n] : segments[s].test(names[n]);
    if (!fits) return false;
  }
  return n === names.length;
}

function matches(pattern, path) {
  const names = path.split('/').filter((part) => part !== '' && part !== '.');
  return parsePattern(pattern).some(
    ({ absolute, segments }) =>
      absolute === path.startsWith('/') &&
      matchSegments(
        segments.filter((segment) => segment !== '.'),
        names,
      ),
  );
}

module.exports = { kAnyDepth, matches, parsePattern };
