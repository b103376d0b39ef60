'use strict';
// The text of a failed call, "assert.ok(typeof 123 === 'string')", from the source the stack points to.

// Regular expressions among the source are told from divisions by what comes before them.
const kBeforeExpression = /(?:^|[=(,:;!&|?{}[+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete))\s*$/;

function siteOf(stackStartFn) {
  const holder = {};
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, stackStartFn);
    return holder.stack?.[0];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** undefined when the source is not at hand */
function callText(stackStartFn) {
  const site = siteOf(stackStartFn);
  const file = site?.getFileName?.();
  if (!file) return undefined;
  // Builtin modules are not in the file system, whatever a file of that name says.
  if (file.startsWith('node:')) return undefined;
  try {
    const path = file.startsWith('file:') ? require('internal/url').fileURLToPath(file) : file;
    const lines = require('fs').readFileSync(path, 'utf8').split('\n');
    const source = lines.slice(site.getLineNumber() - 1);
    const column = site.getColumnNumber() - 1;
    const text = callIn(source.join('\n'), column);
    return text === undefined ? undefined : escapeControls(unindent(text, source[0]));
  } catch {
    return undefined;
  }
}

const kControls = /[\x00-\x08\x0b\x0c\x0e-\x1f]/g;
const kNamed = { '\b': '\\b', '\f': '\\f' };
function escapeControls(text) {
  return text.replace(kControls, (c) => kNamed[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function unindent(text, firstLine) {
  const indentation = /^\s*/.exec(firstLine)[0].length;
  return text
    .split('\n')
    .map((line, i) => {
      if (i === 0) return line;
      const own = /^\s*/.exec(line)[0].length;
      return line.slice(Math.min(own, indentation));
    })
    .join('\n  ');
}

// What follows `i` when a string, a comment or a regular expression starts there; else `i` itself.
function skipLiteral(source, i) {
  const c = source[i];
  if (c === '"' || c === "'" || c === '`') {
    for (i++; i < source.length && source[i] !== c; i++) if (source[i] === '\\') i++;
    return i + 1;
  }
  if (c !== '/') return i;
  if (source[i + 1] === '/') return source.indexOf('\n', i);
  if (source[i + 1] === '*') return source.indexOf('*/', i) + 2;
  if (!kBeforeExpression.test(source.slice(Math.max(0, i - 20), i))) return i;
  let inClass = false;
  for (i++; i < source.length && (inClass || source[i] !== '/'); i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === '[') inClass = true;
    else if (source[i] === ']') inClass = false;
  }
  return i + 1;
}

// From the column the call begins at to the parenthesis that ends it.
function callIn(source, column) {
  let start = column;
  while (start > 0 && /[\p{ID_Continue}$.[\]'"]/u.test(source[start - 1])) start--;
  if (source[start] === '.') start++; // the object is on the line above
  let depth = 0;
  for (let i = column; i < source.length && i < column + 65536;) {
    const next = skipLiteral(source, i);
    if (next !== i) {
      if (next <= i) return undefined;
      i = next;
      continue;
    }
    if (source[i] === '(') depth++;
    else if (source[i] === ')' && --depth === 0) return source.slice(start, i + 1);
    i++;
  }
  return undefined;
}

module.exports = { callText };
