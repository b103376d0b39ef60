'use strict';
// Errors of a prompt: how they are shown, and whose they are. What an evaluation starts may fail much later; each
// asynchronous resource is remembered as the prompt's that started it, so that the program around a prompt keeps its own.

const { codes } = require('internal/errors');
const uncaught = require('internal/process/uncaught');

const active = new Set();
const owners = new Map();
let hook;
let running;

function currentOwner() {
  const { executionAsyncId } = require('async_hooks');
  return running ?? owners.get(executionAsyncId());
}

function start() {
  const { createHook, executionAsyncId } = require('async_hooks');
  hook = createHook({
    init(id) {
      const owner = running ?? owners.get(executionAsyncId());
      if (owner) owners.set(id, owner);
    },
    destroy(id) {
      owners.delete(id);
    },
  });
  process.prependListener('newListener', refuseListener);
  uncaught.setOwner(onUncaught);
}

// A listener for everybody's exceptions, made in a prompt, would be the whole program's.
function refuseListener(event) {
  if (event !== 'uncaughtException') return;
  const owner = currentOwner();
  if (owner && !owner._standalone) {
    throw new codes.ERR_INVALID_REPL_INPUT('Listeners for `uncaughtException` cannot be used in the REPL');
  }
}

// True when the error is a prompt's.
function onUncaught(error) {
  let owner = currentOwner();
  if (!owner) active.forEach((server) => server._standalone && (owner = server));
  if (!owner) return false;
  owner._domain.emit('error', error);
  return true;
}

function own(server) {
  if (hook === undefined) start();
  if (active.size === 0) hook.enable();
  active.add(server);
}

// What a prompt has started stays its own when it is closed; nothing new is watched.
function disown(server) {
  if (active.delete(server) && active.size === 0) hook.disable();
}

function runAs(server, run) {
  const outer = running;
  running = server;
  try {
    return run();
  } finally {
    running = outer;
  }
}

// ---- Showing

function toDynamicImport(line) {
  const { parser, namesOf } = require('internal/repl/syntax');
  let text = '';
  try {
    const { body } = parser().parse(line, { sourceType: 'module', ecmaVersion: 'latest' });
    for (const { type, specifiers = [], source } of body) {
      if (type !== 'ImportDeclaration') continue;
      const load = `await import(${JSON.stringify(source.value)});`;
      if (specifiers.length === 0) text += load;
      for (const specifier of specifiers) {
        const [name] = namesOf(specifier.local);
        if (specifier.type === 'ImportNamespaceSpecifier') text += `const ${name} = ${load}`;
        else if (specifier.type === 'ImportDefaultSpecifier') text += `const { default: ${name} } = ${load}`;
        else {
          const imported = specifier.imported.name ?? specifier.imported.value;
          text +=
            imported === name ? `const { ${name} } = ${load}` : `const { ${imported}: ${name} } = ${load}`;
        }
      }
    }
  } catch {}
  return text;
}

const kStaticImport = 'Cannot use import statement outside a module';

const defaultStack = (error, frames) =>
  Error.prototype.toString.call(error) + frames.map((frame) => `\n    at ${frame}`).join('');

// The error constructors whose prepareStackTrace V8 asks.
function errorConstructors(server) {
  if (server.useGlobal) return [Error];
  return [Error, require('vm').runInContext('Error', server.context)];
}

// Has the stack written without what called the evaluated text, if it is not written yet.
function writeStack(server, error) {
  const constructors = errorConstructors(server);
  const outer = constructors.map((constructor) => constructor.prepareStackTrace);
  const format = outer.find((prepare) => typeof prepare === 'function') ?? defaultStack;
  const prepare = (failed, frames) => {
    const last = frames.findLastIndex((frame) => /^REPL\d+$/.test(frame.getFileName()));
    if (last !== -1) frames = frames.slice(0, frames[last].getFunctionName() === null ? last : last + 1);
    // A function of the user's gets them from the outermost on, as in Node.js.
    return format === defaultStack ? format(failed, frames) : format(failed, frames.reverse());
  };
  for (const constructor of constructors) constructor.prepareStackTrace = prepare;
  try {
    return error.stack;
  } finally {
    constructors.forEach((constructor, i) => {
      if (outer[i] === undefined) delete constructor.prepareStackTrace;
      else constructor.prepareStackTrace = outer[i];
    });
  }
}

const kFromCompiler = /^SyntaxError: .*\n\s+at .*\(node:internal\/modules\//;

// Makes the stack what the user has to see of it.
function trimStack(server, error) {
  let stack = writeStack(server, error);
  if (typeof stack !== 'string') return;
  if (error.name === 'SyntaxError') {
    // A file that does not compile: where.
    const arrow = kFromCompiler.test(stack) ? internalBinding('repl_evaluator').arrowOf(error) : '';
    stack = stack.replace(/^\s+at\s.*\n?/gm, '').replace(/^REPL\d+:\d+\r?\n/, '');
    if (arrow !== '') stack = `${arrow}\n${stack}`;
    if (error.message.includes(kStaticImport)) {
      const line = server.lines.at(-1) ?? '';
      error.message = `Cannot use import statement inside the Node.js REPL, alternatively use dynamic import: ${toDynamicImport(line)}`;
      stack = stack.replace(/SyntaxError:.*\n?/, `SyntaxError: ${error.message}\n`);
    }
  } else if (server.replMode === require('repl').REPL_MODE_STRICT) {
    stack = stack.replace(/(\s+at\s+REPL\d+:)(\d+)/, (_, where, line) => where + (line - 1));
  }
  error.stack = stack;
}

function textOf(server, error) {
  if (typeof error !== 'object' || error === null) return server.writer(error);
  if (require('internal/util/inspect').isNativeError(error)) trimStack(server, error);
  const text = server.writer(error);
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

// "Uncaught" in front of the line that names the error.
function addUncaught(server, text) {
  const lines = text.split(/(?<=\n)/);
  const at = lines.findIndex((line) => /^\[?([A-Z][a-z0-9_]*)*Error/.test(line));
  if (at === -1) return `Uncaught${lines.length === 1 ? ' ' : ':\n'}${text}`;
  const { writer } = require('internal/repl/server');
  lines[at] = `Uncaught${writer.options.breakLength >= lines[at].length ? ' ' : ':\n'}${lines[at]}`;
  return lines.join('');
}

function report(server, error) {
  const text = addUncaught(server, textOf(server, error));
  if (!server.underscoreErrAssigned) server.lastError = error;
  server.clearBufferedCommand();
  if (server._standalone && process.listenerCount('uncaughtException') > 0) {
    process.nextTick(() => {
      process.emit('uncaughtException', error);
      server.displayPrompt();
    });
    return;
  }
  server.output.write(text.endsWith('\n') ? text : `${text}\n`);
  server.displayPrompt();
}

module.exports = { disown, own, report, runAs };
