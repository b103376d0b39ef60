'use strict';
// How web streams look in console.log(): their name and the members worth seeing.

const kInspect = Symbol.for('nodejs.util.inspect.custom');

function inspectWith(name, shown, depth, options, inspect) {
  if (depth < 0) return `[${name}]`;
  const inner = { ...options, depth: options.depth == null ? null : options.depth - 1 };
  return `${name} ${(inspect ?? require('internal/util/inspect').inspect)(shown, inner)}`;
}

module.exports = { inspectWith, kInspect };
