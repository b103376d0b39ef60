'use strict';
// What posix and Windows paths have in common (https://nodejs.org/docs/latest-v20.x/api/path.html).

const { validateObject, validateString } = require('internal/errors/validators');

// True when nothing in a path between separators is empty, "." or "..": most paths a program has.
function isNormal(path, splitter) {
  if (typeof splitter !== 'string') return false;
  const slash = splitter.charCodeAt(0);
  let before = slash;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    // A name may begin with a dot; whether it is one of the two is for the slow way to see.
    if (before === slash && (code === 46 || (code === slash && i > 0))) return false;
    before = code;
  }
  return true;
}

// Resolves "." and ".." in a path without its root. `above` keeps leading ".."s.
function normalizeSegments(path, above, separator, splitter) {
  if (isNormal(path, splitter)) {
    const start = path.startsWith(splitter) ? 1 : 0;
    return path.slice(start, path.length > start && path.endsWith(splitter) ? -1 : undefined);
  }
  return typeof splitter === 'string'
    ? normalizeText(path, above, splitter)
    : normalizeList(path.split(splitter), above, separator);
}

// lastIndexOf() for one character, which V8 calls its runtime for; names are short.
function lastIndexOfCode(text, code, from = text.length - 1) {
  let i = from;
  while (i >= 0 && text.charCodeAt(i) !== code) i--;
  return i;
}

const joinNames = (a, separator, b) => (a === '' ? b : a + separator + b);

// Names that stand together in the path stay together.
function normalizeText(path, above, separator) {
  const slash = separator.charCodeAt(0);
  let result = '';
  let start = -1; // of names that are not in the result yet
  let stop = 0;
  let names = 0; // that ".." can take away
  for (let from = 0, end; from < path.length; from = end + 1) {
    end = from;
    while (end < path.length && path.charCodeAt(end) !== slash) end++;
    const length = end - from;
    if (length === 0 || (length === 1 && path.charCodeAt(from) === 46)) continue;
    if (length === 2 && path.charCodeAt(from) === 46 && path.charCodeAt(from + 1) === 46) {
      if (names > 0) {
        names--;
        if (start === -1) {
          result = result.slice(0, Math.max(0, lastIndexOfCode(result, slash)));
        } else {
          stop = lastIndexOfCode(path, slash, stop - 1);
          if (stop <= start) start = -1;
        }
        continue;
      }
      if (!above) continue;
    } else {
      names++;
    }
    if (start !== -1 && stop !== from - 1) {
      result = joinNames(result, separator, path.slice(start, stop));
      start = -1;
    }
    if (start === -1) start = from;
    stop = end;
  }
  return start === -1 ? result : joinNames(result, separator, path.slice(start, stop));
}

function normalizeList(segments, above, separator) {
  const result = [];
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i];
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') result.push(segment);
    else if (result.length > 0 && result[result.length - 1] !== '..') result.pop();
    else if (above) result.push('..');
  }
  return result.join(separator);
}

// The name at [start, end) without its suffix, unless the suffix is all of it. As in Node, a suffix that is longer than the name
// and ends with it keeps the slashes behind the name.
function withoutSuffix(path, start, end, suffix) {
  const base = path.slice(start, end);
  if (suffix === undefined || suffix.length === 0 || suffix.length > path.length || base === suffix)
    return base;
  if (base.endsWith(suffix)) return base.slice(0, base.length - suffix.length);
  return suffix.endsWith(base) ? path.slice(start) : base;
}

// ".js" of "a.js"; "" of ".profile", ".." and "a".
function extensionOf(base) {
  const dot = lastIndexOfCode(base, 46);
  return dot <= 0 || base === '..' ? '' : base.slice(dot);
}

function formatParts(separator, parts) {
  validateObject(parts, 'pathObject');
  const dir = parts.dir || parts.root;
  const ext = parts.ext ? `${parts.ext[0] === '.' ? '' : '.'}${parts.ext}` : '';
  const base = parts.base || `${parts.name || ''}${ext}`;
  if (!dir) return base;
  return dir === parts.root ? `${dir}${base}` : `${dir}${separator}${base}`;
}

module.exports = {
  extensionOf,
  formatParts,
  lastIndexOfCode,
  normalizeSegments,
  validateString,
  withoutSuffix,
};
