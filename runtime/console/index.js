'use strict';
// The Console class (https://nodejs.org/docs/latest-v20.x/api/console.html).

const { codes } = require('internal/errors');
const { formatWithOptions } = require('internal/util/format');

const kColorOptions = { colors: true };
const kPlainOptions = {};
const kState = Symbol('kState');
const kStdout = 0;
const kStderr = 1;

// What a console keeps: its streams come from functions, so that the global one asks process for them only when it writes.
class State {
  constructor(streams, ignoreErrors, colorMode, inspectOptions, groupIndentation) {
    this.streams = streams;
    this.ignoreErrors = ignoreErrors;
    this.colorMode = colorMode;
    this.inspectOptions = inspectOptions;
    this.groupIndentation = groupIndentation;
    this.indent = '';
    this.callbacks = new WeakMap(); // stream -> onWritten()
    this.counts = new Map();
    this.timers = new Map();
  }

  optionsFor(stream) {
    let { colorMode } = this;
    if (colorMode === 'auto') colorMode = wantsColors(stream);
    const options = this.inspectOptions;
    if (options !== undefined)
      return options.colors === undefined ? { ...options, colors: colorMode } : options;
    return colorMode ? kColorOptions : kPlainOptions;
  }

  write(which, text) {
    const stream = this.streams[which]();
    if (this.indent !== '') {
      if (text.includes('\n')) text = text.replaceAll('\n', `\n${this.indent}`);
      text = this.indent + text;
    }
    text += '\n';
    if (!this.ignoreErrors) {
      stream.write(text);
      return;
    }
    // A broken pipe must not end a program that only wanted to say something.
    if (stream.listenerCount?.('error') > 0) {
      stream.write(text);
      return;
    }
    stream.once('error', ignore);
    try {
      stream.write(text, this.onWritten(stream));
    } catch (error) {
      if (require('internal/errors').isStackOverflowError(error)) throw error;
    } finally {
      stream.removeListener('error', ignore);
    }
  }

  // One callback per stream: writes with the same one share a tick.
  onWritten(stream) {
    let callback = this.callbacks.get(stream);
    if (callback === undefined) {
      callback = (error) => {
        if (error != null && !stream._writableState?.errorEmitted && stream.listenerCount('error') === 0) {
          stream.once('error', ignore);
        }
      };
      this.callbacks.set(stream, callback);
    }
    return callback;
  }

  print(which, args) {
    if (args.length === 1 && typeof args[0] === 'string') {
      this.write(which, args[0]);
      return;
    }
    this.write(which, formatWithOptions(this.optionsFor(this.streams[which]()), ...args));
  }
}

function ignore() {}

// FORCE_COLOR decides for streams that are no terminal, too.
function wantsColors(stream) {
  if (process.env.FORCE_COLOR !== undefined) return require('tty').WriteStream.prototype.getColorDepth() > 2;
  return stream.isTTY && (typeof stream.getColorDepth === 'function' ? stream.getColorDepth() > 2 : true);
}

function formatTime(ms) {
  let hours = 0;
  let minutes = 0;
  let seconds = 0;
  if (ms >= 1000) {
    if (ms >= 60000) {
      if (ms >= 3600000) {
        hours = Math.floor(ms / 3600000);
        ms %= 3600000;
      }
      minutes = Math.floor(ms / 60000);
      ms %= 60000;
    }
    seconds = ms / 1000;
  }
  if (hours !== 0 || minutes !== 0) {
    const [whole, rest] = seconds.toFixed(3).split('.');
    const two = (n) => `${n}`.padStart(2, '0');
    const start = hours !== 0 ? `${hours}:${two(minutes)}` : minutes;
    return `${start}:${two(whole)}.${rest} (${hours !== 0 ? 'h:m' : ''}m:ss.mmm)`;
  }
  if (seconds !== 0) return `${seconds.toFixed(3)}s`;
  return `${Number(ms.toFixed(3))}ms`;
}

function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

function logTimer(console, name, label, data) {
  const start = console[kState].timers.get(label);
  if (start === undefined) {
    process.emitWarning(`No such label '${label}' for console.${name}()`);
    return false;
  }
  const time = formatTime(now() - start);
  if (data === undefined) console.log('%s: %s', label, time);
  else console.log('%s: %s', label, time, ...data);
  return true;
}

const methods = {
  log(...args) {
    this[kState].print(kStdout, args);
  },
  warn(...args) {
    this[kState].print(kStderr, args);
  },
  error(...args) {
    this[kState].print(kStderr, args);
  },
  dir(object, options) {
    const state = this[kState];
    const { inspect } = require('internal/util/inspect');
    state.write(
      kStdout,
      inspect(object, { customInspect: false, ...state.optionsFor(state.streams[kStdout]()), ...options }),
    );
  },
  time(label = 'default') {
    label = `${label}`;
    const { timers } = this[kState];
    if (timers.has(label)) {
      process.emitWarning(`Label '${label}' already exists for console.time()`);
      return;
    }
    timers.set(label, now());
  },
  timeEnd(label = 'default') {
    label = `${label}`;
    if (logTimer(this, 'timeEnd', label)) this[kState].timers.delete(label);
  },
  timeLog(label = 'default', ...data) {
    logTimer(this, 'timeLog', `${label}`, data);
  },
  trace: function trace(...args) {
    const state = this[kState];
    const error = {
      name: 'Trace',
      message: formatWithOptions(state.optionsFor(state.streams[kStderr]()), ...args),
    };
    Error.captureStackTrace(error, trace);
    this.error(error.stack);
  },
  assert(condition, ...args) {
    if (condition) return;
    args[0] = args.length === 0 ? 'Assertion failed' : `Assertion failed: ${args[0]}`;
    Reflect.apply(this.warn, this, args);
  },
  clear() {
    const stream = this[kState].streams[kStdout]();
    if (!stream.isTTY || process.env.TERM === 'dumb') return;
    stream.write('\u001b[1;1H\u001b[0J');
  },
  count(label = 'default') {
    label = `${label}`;
    const { counts } = this[kState];
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    this.log(`${label}: ${count}`);
  },
  countReset(label = 'default') {
    label = `${label}`;
    const { counts } = this[kState];
    if (!counts.has(label)) {
      process.emitWarning(`Count for '${label}' does not exist`);
      return;
    }
    counts.delete(label);
  },
  group(...data) {
    if (data.length > 0) Reflect.apply(this.log, this, data);
    const state = this[kState];
    state.indent += ' '.repeat(state.groupIndentation);
  },
  groupEnd() {
    const state = this[kState];
    state.indent = state.indent.slice(0, state.indent.length - state.groupIndentation);
  },
  table(data, properties) {
    if (data === null || typeof data !== 'object') return this.log(data);
    if (properties !== undefined) {
      require('internal/errors/validators').validateArray(properties, 'properties');
    }
    const state = this[kState];
    const options = state.optionsFor(state.streams[kStdout]());
    return this.log(require('internal/console/table').renderData(data, properties, options));
  },
};
methods.debug = methods.info = methods.dirxml = methods.log;
methods.groupCollapsed = methods.group;
// What only an inspector listens to.
for (const name of ['profile', 'profileEnd', 'timeStamp']) {
  methods[name] = { [name]() {} }[name];
}

function install(console, state) {
  Object.defineProperty(console, kState, { value: state, writable: true, configurable: true });
}

function readOptions(options, stderr, ignoreErrors) {
  if (!options || typeof options.write === 'function') options = { stdout: options, stderr, ignoreErrors };
  const { stdout, colorMode = 'auto', inspectOptions, groupIndentation } = options;
  const { stderr: errorStream = stdout, ignoreErrors: ignores = true } = options;
  const { validateInteger, validateObject } = require('internal/errors/validators');
  if (!stdout || typeof stdout.write !== 'function') throw new codes.ERR_CONSOLE_WRITABLE_STREAM('stdout');
  if (!errorStream || typeof errorStream.write !== 'function') {
    throw new codes.ERR_CONSOLE_WRITABLE_STREAM('stderr');
  }
  if (colorMode !== 'auto' && typeof colorMode !== 'boolean') {
    throw new codes.ERR_INVALID_ARG_VALUE('colorMode', colorMode);
  }
  if (groupIndentation !== undefined) validateInteger(groupIndentation, 'groupIndentation', 0, 1000);
  if (inspectOptions !== undefined) {
    validateObject(inspectOptions, 'options.inspectOptions');
    if (inspectOptions.colors !== undefined && options.colorMode !== undefined) {
      throw new codes.ERR_INCOMPATIBLE_OPTION_PAIR('options.inspectOptions.color', 'colorMode');
    }
  }
  const state = new State(
    [() => stdout, () => errorStream],
    Boolean(ignores),
    colorMode,
    inspectOptions,
    groupIndentation ?? 2,
  );
  return { state, stdout, stderr: errorStream };
}

function Console(...args) {
  if (!new.target) return Reflect.construct(Console, args);
  const { state, stdout, stderr } = readOptions(...args);
  install(this, state);
  const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });
  Object.defineProperties(this, {
    _stdout: { ...hidden(stdout) },
    _stderr: { ...hidden(stderr) },
    _stdoutErrorHandler: hidden(ignore),
    _stderrErrorHandler: hidden(ignore),
    _ignoreErrors: hidden(state.ignoreErrors),
    _times: hidden(state.timers),
  });
  // Methods work without their console: const { log } = new Console(...).
  for (const name of Object.keys(Console.prototype)) {
    const bound = this[name].bind(this);
    Object.defineProperty(bound, 'name', { value: name });
    this[name] = bound;
  }
  return this;
}

Object.assign(Console.prototype, methods);
Object.defineProperty(Console, Symbol.hasInstance, {
  value(instance) {
    return instance != null && typeof instance === 'object' && instance[kState] !== undefined;
  },
});

module.exports = { Console, State, install };
