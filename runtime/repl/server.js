'use strict';
// REPLServer: reads lines, evaluates what they add up to, prints the result, and asks again. Node doc: repl.

const vm = require('vm');
const EventEmitter = require('events');
const readline = require('readline');
const { codes } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');
const { Module, makeRequire } = require('internal/modules/cjs');
const { addBuiltinModules, builtinNames } = require('internal/repl/builtins');
const { defineDefaultCommands } = require('internal/repl/commands');
const { commonPrefix } = require('internal/readline/text');
const { Evaluation, Recoverable, Thrown } = require('internal/repl/evaluate');
const { hide, mixin } = require('internal/readline/interface');
const errors = require('internal/repl/errors');
const { inspect } = require('internal/util/inspect');

const { Interface } = readline;
const kStandalone = Symbol('standalone REPL');
const kModeSloppy = Symbol('repl-sloppy');
const kModeStrict = Symbol('repl-strict');

const writer = (value) => inspect(value, writer.options);
writer.options = { ...inspect.defaultOptions, showProxy: true };

let evaluations = 0;
const nextName = () => `REPL${++evaluations}`;

function colorsOf({ output, terminal, useColors }) {
  if (useColors !== undefined || !terminal) return Boolean(useColors);
  if (typeof output?.hasColors === 'function') return output.hasColors();
  return process.env.NODE_DISABLE_COLORS === undefined;
}

function readOptions(prompt, source, evaluate, useGlobal, ignoreUndefined, replMode) {
  const given =
    typeof prompt === 'object' && prompt !== null
      ? { ...prompt }
      : { prompt, stream: source, eval: evaluate, useGlobal, ignoreUndefined, replMode };
  if (given.breakEvalOnSigint && given.eval) throw new codes.ERR_INVALID_REPL_EVAL_CONFIG();
  const options = { ...given };
  options.input ??= options.stream ?? process.stdin;
  options.output ??= options.stream ?? process.stdout;
  if (options.stream && options.stream.stdin && !given.input) {
    options.input = options.stream.stdin;
    options.output = options.stream.stdout;
  }
  if (options.terminal === undefined) options.terminal = options.output.isTTY;
  options.terminal = Boolean(options.terminal);
  options.prompt ??= '> ';
  options.preview =
    options.terminal && (options.preview === undefined ? !options.eval : Boolean(options.preview));
  return options;
}

function REPLServer(...args) {
  if (!(this instanceof REPLServer)) return new REPLServer(...args);
  const options = readOptions(...args);
  // The interface's constructor already asks for the prompt.
  hide(this, {
    _initialPrompt: options.prompt,
    _buffered: '',
    _inputPaused: null,
    _interrupt: undefined,
    _loading: false,
    _sawSigint: false,
    _sawCtrlD: false,
    _standalone: Boolean(options[kStandalone]),
    _preview: undefined,
    _search: null,
  });
  this.useColors = colorsOf(options);
  this.useGlobal = Boolean(options.useGlobal);
  this.ignoreUndefined = Boolean(options.ignoreUndefined);
  this.replMode = options.replMode ?? kModeSloppy;
  this.underscoreAssigned = false;
  this.last = undefined;
  this.underscoreErrAssigned = false;
  this.lastError = undefined;
  this.breakEvalOnSigint = Boolean(options.breakEvalOnSigint);
  this.editorMode = false;
  this.allowBlockingCompletions = Boolean(options.allowBlockingCompletions);
  this._domain = new EventEmitter();
  this._domain.on('error', (error) => errors.report(this, error));
  this.eval = makeEval(this, options.eval);
  this._builtinLibs = builtinNames();
  const { completer = (text, callback) => complete(this, text, callback) } = options;
  Reflect.apply(Interface, this, [
    {
      input: options.input,
      output: options.output,
      completer,
      terminal: options.terminal,
      historySize: options.historySize,
      prompt: options.prompt,
    },
  ]);
  this.commands = { __proto__: null };
  defineDefaultCommands(this);
  this.resetContext();
  this.writer = options.writer || writer;
  if (this.writer === writer) setUpWriter(this);
  if (options.preview) {
    const { Preview } = require('internal/repl/preview');
    this._preview = new Preview(this);
  }
  errors.own(this);
  listen(this);
  this.displayPrompt();
}
Object.setPrototypeOf(REPLServer.prototype, Interface.prototype);
Object.setPrototypeOf(REPLServer, Interface);

function setUpWriter(self) {
  writer.options.colors = self.useColors;
  if (!self._standalone) return;
  Object.defineProperty(inspect, 'replDefaults', {
    configurable: true,
    get: () => writer.options,
    set(options) {
      if (options === null || typeof options !== 'object') {
        throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
      }
      Object.assign(writer.options, options);
    },
  });
}

// Every evaluation, a custom one too, runs as this prompt's: errors that come of it later are shown here.
function makeEval(self, custom) {
  const evaluation = custom ? undefined : new Evaluation(self);
  return (code, context, file, callback) => {
    errors.runAs(self, () => {
      if (evaluation !== undefined) return evaluation.run(code, context, file, callback);
      try {
        return custom.call(self, code, context, file, callback);
      } catch (error) {
        return self._domain.emit('error', error);
      }
    });
  };
}

function complete(self, text, callback) {
  const done = self.editorMode ? self.completeOnEditorMode(callback) : callback;
  require('internal/repl/completion').complete(self, text, done);
}

// Ctrl+C: stops what is waited for, empties what was typed, and the second time in a row ends the prompt.
function onSigint(self) {
  if (self._interrupt) {
    self._interrupt();
    return;
  }
  const empty = self.line.length === 0 && self._buffered === '';
  self.clearLine();
  turnOffEditorMode(self);
  if (empty && self._sawSigint) {
    self._sawSigint = false;
    self.close();
    return;
  }
  if (empty) self.output.write('(To exit, press Ctrl+C again or Ctrl+D or type .exit)\n');
  self._sawSigint = empty;
  self.clearBufferedCommand();
  self.displayPrompt();
}

function turnOffEditorMode(self) {
  if (!self.editorMode) return;
  self.editorMode = false;
  self.setPrompt(self._initialPrompt);
}

function editorLine(self, line) {
  self._buffered += `${line}\n`;
  // The next line begins where this one did.
  const indent = self._sawKeyPress && !self._loading ? /^\s+/.exec(line)?.[0] : undefined;
  if (indent !== undefined) {
    self._writeToOutput(indent);
    self.line = indent;
    self.cursor = indent.length;
  }
  self.lines.push(line);
}

// `.name rest`; true when there is such a command.
function runCommand(self, keyword, rest) {
  const command = self.commands[keyword];
  if (!command) return false;
  Reflect.apply(command.action, self, [rest]);
  return true;
}

function onLine(self, line) {
  self._sawSigint = false;
  if (self.editorMode) {
    editorLine(self, line);
    return;
  }
  const trimmed = line.trim();
  if (trimmed.startsWith('.') && trimmed[1] !== '.' && Number.isNaN(Number.parseFloat(trimmed))) {
    const [, keyword, rest] = /^\.([^\s]+)\s*(.*)$/.exec(trimmed) ?? [];
    if (runCommand(self, keyword, rest)) return;
    if (self._buffered === '') {
      self.output.write('Invalid REPL keyword\n');
      self.clearBufferedCommand();
      self.displayPrompt();
      return;
    }
  }
  const code = `${self._buffered}${line}\n`;
  self.eval(code, self.context, nextName(), (...results) => finish(self, line, results));
}

const kNpmHint =
  'npm should be run outside of the Node.js REPL, in your normal shell.\n(Press Ctrl+D to exit.)\n';

function finish(self, line, results) {
  const [error, value] = results;
  self.lines.push(line);
  const recoverable = error instanceof Recoverable;
  if (error && !recoverable && self._buffered === '' && line.trim().startsWith('npm ')) {
    self.output.write(kNpmHint);
    self.displayPrompt();
    return;
  }
  if (recoverable && !self._sawCtrlD) {
    self._buffered += `${line}\n`;
    self.displayPrompt();
    return;
  }
  self._sawCtrlD = false;
  if (error) {
    self._domain.emit('error', error instanceof Thrown ? error.value : (error.err ?? error));
    self.clearBufferedCommand();
    return;
  }
  self.clearBufferedCommand();
  if (results.length === 2 && (!self.ignoreUndefined || value !== undefined)) {
    if (!self.underscoreAssigned) self.last = value;
    self.output.write(`${self.writer(value)}\n`);
  }
  self.displayPrompt();
}

function listen(self) {
  self.on('SIGINT', () => onSigint(self));
  self.on('line', (line) => onLine(self, line ?? ''));
  self.on('close', () => {
    if (self._inputPaused) self._inputPaused.push({ close: true });
    else self.emit('exit');
  });
  self.on('SIGCONT', () => {
    if (!self.editorMode) {
      self.displayPrompt(true);
      return;
    }
    self.output.write(`${self._initialPrompt}.editor\n`);
    self.output.write('// Entering editor mode (Ctrl+D to finish, Ctrl+C to cancel)\n');
    self.output.write(self._buffered);
    self.prompt(true);
  });
  self.once('exit', () => errors.disown(self));
}

// What is global in a new context anyway.
let languageGlobals;
const getLanguageGlobals = () =>
  (languageGlobals ??= new Set(vm.runInNewContext('Object.getOwnPropertyNames(globalThis)')));

function makeContext(self) {
  if (self.useGlobal) return globalThis;
  const context = vm.createContext();
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (getLanguageGlobals().has(name)) continue;
    Object.defineProperty(context, name, Object.getOwnPropertyDescriptor(globalThis, name));
  }
  context.global = context;
  const { Console } = require('console');
  Object.defineProperty(context, 'console', {
    configurable: true,
    writable: true,
    value: new Console(self.output),
  });
  return context;
}

// `_` is the last result and `_error` the last error, until the user's code wants the name for itself.
function defineLast(self, name, property, flag) {
  Object.defineProperty(self.context, name, {
    configurable: true,
    get: () => self[property],
    set(value) {
      self[property] = value;
      if (self[flag]) return;
      self[flag] = true;
      self.output.write(`Expression assignment to ${name} now disabled.\n`);
    },
  });
}

const kEditorKeys = new Set(['up', 'down']);

mixin(
  REPLServer.prototype,
  class {
    createContext() {
      const context = makeContext(this);
      const module = new Module('<repl>');
      module.paths = [...Module._nodeModulePaths(process.cwd()), ...Module.globalPaths];
      for (const [name, value] of Object.entries({ module, require: makeRequire(module) })) {
        Object.defineProperty(context, name, { value, configurable: true, writable: true });
      }
      addBuiltinModules(context);
      return context;
    }

    resetContext() {
      this.context = this.createContext();
      this.underscoreAssigned = false;
      this.underscoreErrAssigned = false;
      this.lines = [];
      this.lines.level = [];
      defineLast(this, '_', 'last', 'underscoreAssigned');
      defineLast(this, '_error', 'lastError', 'underscoreErrAssigned');
      this.emit('reset', this.context);
    }

    clearBufferedCommand() {
      this._buffered = '';
    }

    close() {
      // History that is being written must be written.
      if (this.terminal && this._flushing && !this._closingOnFlush) {
        this._closingOnFlush = true;
        this.once('flushHistory', () => Interface.prototype.close.call(this));
        return;
      }
      process.nextTick(() => Interface.prototype.close.call(this));
    }

    setPrompt(prompt) {
      this._initialPrompt = prompt;
      Interface.prototype.setPrompt.call(this, prompt);
    }

    displayPrompt(preserveCursor) {
      if (this.closed) return;
      Interface.prototype.setPrompt.call(this, this._buffered === '' ? this._initialPrompt : '... ');
      this.prompt(preserveCursor);
    }

    defineCommand(keyword, command) {
      if (typeof command === 'function') command = { action: command };
      else validateFunction(command.action, 'cmd.action');
      this.commands[keyword] = command;
    }

    setupHistory(path, callback) {
      require('internal/repl/history').setUp(this, path, callback);
    }

    complete(line, callback) {
      this.completer(line, callback);
    }

    completeOnEditorMode(callback) {
      return (error, results) => {
        if (error) {
          callback(error);
          return;
        }
        const [completions, original = ''] = results;
        let words = completions.filter(Boolean);
        if (original && words.length > 0) words = [commonPrefix(words)];
        callback(null, [words, original]);
      };
    }

    // While something is waited for, keys are kept for later.
    _pauseInput() {
      this._inputPaused ??= [];
    }

    _resumeInput() {
      const kept = this._inputPaused ?? [];
      this._inputPaused = null;
      while (kept.length > 0) {
        const { key, close, completion } = kept.shift();
        if (close) {
          this.emit('exit');
          continue;
        }
        this.isCompletionEnabled = completion;
        this._ttyWrite(...key);
        if (this._inputPaused) {
          this._inputPaused.push(...kept);
          return;
        }
      }
    }

    _ttyWrite(text, key) {
      key ??= {};
      if (this._inputPaused && !(this.breakEvalOnSigint && key.ctrl && key.name === 'c')) {
        this._inputPaused.push({ key: [text, key], completion: this.isCompletionEnabled });
        return;
      }
      const type = (t, k) => Interface.prototype._ttyWrite.call(this, t, k);
      if (this.editorMode && this.terminal) {
        editorKey(this, text, key, type);
        return;
      }
      if (key.ctrl && key.name === 'd' && this.cursor === 0 && this.line.length === 0) this.clearLine();
      this._preview?.clear(key);
      if (this.terminal && require('internal/repl/search').onKey(this, text, key)) return;
      type(text, key);
      this._preview?.show(key.name !== 'escape');
    }
  },
);

function editorKey(self, text, key, type) {
  if (key.ctrl && !key.shift) {
    if (key.name === 'd') {
      turnOffEditorMode(self);
      self._sawCtrlD = true;
      type(text, { name: 'return' });
    } else if (key.name !== 'n' && key.name !== 'p') {
      type(text, key);
    }
  } else if (!kEditorKeys.has(key.name)) {
    // A tab lists nothing here.
    if (key.name === 'tab') self._previousKey = null;
    type(text, key);
  }
}

module.exports = { REPLServer, kModeSloppy, kModeStrict, kStandalone, turnOffEditorMode, writer };
