'use strict';
// What Node adds to V8's messages about ES modules, so that a person sees what to do.
const path = require('path');
const { packageScope } = require('internal/modules/package_json');
const { toPath } = require('internal/modules/file_url');

const kCommonJsGlobals = ['require', 'module', 'exports', '__filename', '__dirname'];

/** Whether the module a graph's root imports by this specifier is CommonJS. */
function isCommonJs(root, specifier) {
  const graph = new Set([root]);
  for (const entry of graph) {
    for (let i = 0; i < entry.links.length; i++) {
      if (entry.requests[2 * i] === specifier && entry.links[i].format === 'commonjs') return true;
      graph.add(entry.links[i]);
    }
  }
  return false;
}

/** A name is missing from a CommonJS module, whose names are only guessed from its text: tells how to get at it. */
function missingName(error, root, line) {
  const match = /^The requested module '(.*)' does not provide an export named '(.*)'$/s.exec(
    error?.message ?? '',
  );
  if (!match || !isCommonJs(root, match[1])) return;
  const [, specifier, name] = match;
  const names = /\bimport\s+(?:[\w$]+\s*,\s*)?(\{[^{}]*\})\s*from\b/.exec(line ?? '')?.[1];
  const example = names === undefined ? '' : `const ${names.replace(/\s+as\s+/g, ': ')} = pkg;\n`;
  error.message =
    `Named export '${name}' not found. The requested module '${specifier}' is a CommonJS module, which may not support all ` +
    `module.exports as named exports.\nCommonJS modules can always be imported via the default export, for example using:\n\n` +
    `import pkg from '${specifier}';\n${example}`;
  const stack = error.stack.split('\n');
  stack[0] = `${error.name}: ${error.message}`;
  error.stack = stack.join('\n');
}

/** `require` and its like are missing from an ES module. */
function commonJsGlobal(error, url) {
  if (error?.name !== 'ReferenceError' || typeof error.message !== 'string') return;
  const name = kCommonJsGlobals.find((each) => error.message === `${each} is not defined`);
  if (name === undefined) return;
  error.message += ' in ES module scope';
  if (name === 'require') error.message += ', you can use import instead';
  const scope = /^file:.*\.js($|[?#])/.test(url) ? packageScope(toPath(url)) : null;
  if (scope?.type !== 'module') return;
  error.message +=
    `\nThis file is being treated as an ES module because it has a '.js' file extension and '${scope.file}' contains ` +
    `"type": "module". To treat it as a CommonJS script, rename it to use the '.cjs' file extension.`;
}

/** Tells that a file written as an ES module was taken for CommonJS. */
function warnEsmSyntax(filename) {
  if (path.extname(filename) === '.cjs') return;
  process.emitWarning(
    'To load an ES module, set "type": "module" in the package.json or use the .mjs extension.',
  );
}

/** The program ends although its main module still waits. Too late for a warning's tick. */
function unsettled(url) {
  process._rawDebug(`Warning: Detected unsettled top-level await at ${url}`);
}

module.exports = { missingName, commonJsGlobal, warnEsmSyntax, unsettled };
