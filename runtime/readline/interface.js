'use strict';
// readline's Interface: lines from a stream, typed at a terminal or not. Node doc: readline, "Class: InterfaceConstructor".
// Here is its life, its prompt, its questions and how plain input is cut into lines; ./editing has the keys of a terminal.
//
// The methods that begin with an underscore are Node's own names: programs of long standing call and replace them.

const EventEmitter = require('events');
const { StringDecoder } = require('string_decoder');
const { codes } = require('internal/errors');
const {
  validateAbortSignal,
  validateArray,
  validateNumber,
  validateString,
  validateUint32,
} = require('internal/errors/validators');
const { clearScreenDown, cursorTo, moveCursor } = require('internal/readline/escapes');
const { emitKeypressEvents } = require('internal/readline/keys');

const kHistorySize = 30;
const kMinCrlfDelay = 100;
const kEscapeCodeTimeout = 500;

// The ends of a line of plain input. U+2028 is not one: JSON may have it inside a string.
const kLineEnding = /\r?\n|\r(?!\n)/g;

// Adds the methods of a class to a prototype, not enumerable as methods of a class are.
function mixin(prototype, { prototype: methods }) {
  for (const key of Reflect.ownKeys(methods)) {
    if (key === 'constructor') continue;
    Object.defineProperty(prototype, key, Object.getOwnPropertyDescriptor(methods, key));
  }
}

// State that does not show when an Interface is inspected.
function hide(object, properties) {
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: false });
  }
}

function readOptions(input, output, completer, terminal) {
  const options = { input, output, completer, terminal, prompt: '> ' };
  if (!input?.input) return options;
  validateAbortSignal(input.signal, 'options.signal');
  Object.assign(options, {
    input: input.input,
    output: input.output,
    completer: input.completer,
    terminal: input.terminal,
    history: input.history,
    historySize: input.historySize,
    removeHistoryDuplicates: input.removeHistoryDuplicates,
    crlfDelay: input.crlfDelay,
    signal: input.signal,
    tabSize: input.tabSize,
    escapeCodeTimeout: input.escapeCodeTimeout,
  });
  if (input.prompt !== undefined) options.prompt = input.prompt;
  return options;
}

function checkOptions({ tabSize, escapeCodeTimeout, completer, history, historySize }) {
  if (tabSize !== undefined) validateUint32(tabSize, 'tabSize', true);
  if (escapeCodeTimeout !== undefined && !Number.isFinite(escapeCodeTimeout)) {
    throw new codes.ERR_INVALID_ARG_VALUE('input.escapeCodeTimeout', escapeCodeTimeout);
  }
  if (completer !== undefined && typeof completer !== 'function') {
    throw new codes.ERR_INVALID_ARG_VALUE('completer', completer);
  }
  if (history !== undefined) validateArray(history, 'history');
  validateNumber(historySize, 'historySize', 0);
}

// An Interface is used by `new`, by `class extends` and by calling it: hence a function.
function InterfaceConstructor(input, output, completer, terminal) {
  const options = readOptions(input, output, completer, terminal);
  if (options.historySize === undefined) options.historySize = kHistorySize;
  checkOptions(options);
  this.isCompletionEnabled = true;
  this.escapeCodeTimeout = options.escapeCodeTimeout ?? kEscapeCodeTimeout;
  this.tabSize = options.tabSize ?? 8;
  EventEmitter.call(this);
  if (options.terminal === undefined && options.output != null) options.terminal = options.output.isTTY;

  hide(this, {
    _sawReturnAt: 0,
    _sawKeyPress: false,
    _previousKey: null,
    _prompt: undefined,
    _oldPrompt: undefined,
    _questionCallback: null,
    _lines: undefined,
    _undoStack: [],
    _redoStack: [],
    _killRing: [],
    _killRingCursor: 0,
    _yanking: false,
    _search: null,
    _prevRows: 0,
  });
  this.line = '';
  this.output = options.output;
  this.input = options.input;
  this.history = options.history ?? [];
  this.historySize = options.historySize;
  this.removeHistoryDuplicates = Boolean(options.removeHistoryDuplicates);
  this.crlfDelay = options.crlfDelay ? Math.max(kMinCrlfDelay, options.crlfDelay) : kMinCrlfDelay;
  this.completer = options.completer;
  this.setPrompt(options.prompt);
  this.terminal = Boolean(options.terminal);
  if (this.terminal) listenAsTerminal(this);
  else listenAsStream(this);
  if (options.signal) closeOnAbort(this, options.signal);
  this.input.resume();
}
Object.setPrototypeOf(InterfaceConstructor.prototype, EventEmitter.prototype);
Object.setPrototypeOf(InterfaceConstructor, EventEmitter);

function listenAsStream(self) {
  const { input } = self;
  hide(self, { _decoder: new StringDecoder('utf8'), _line_buffer: null });
  const listeners = {
    error: (error) => self.emit('error', error),
    data: (data) => self._normalWrite(data),
    end() {
      const rest = (self._line_buffer ?? '') + self._decoder.end();
      self._line_buffer = null;
      if (rest.length > 0) self.emit('line', rest);
      self.close();
    },
  };
  for (const event of Object.keys(listeners)) input.on(event, listeners[event]);
  self.once('close', () => {
    for (const event of Object.keys(listeners)) input.removeListener(event, listeners[event]);
  });
}

function listenAsTerminal(self) {
  const { input, output } = self;
  const listeners = {
    error: (error) => self.emit('error', error),
    keypress(text, key) {
      self._ttyWrite(text, key);
      // Half of a surrogate pair on the screen is nothing: draw the line again.
      const first = key?.sequence?.codePointAt(0);
      if (first >= 0xd800 && first <= 0xdfff) self._refreshLine();
    },
    end() {
      if (typeof self.line === 'string' && self.line.length > 0) self.emit('line', self.line);
      self.close();
    },
  };
  const onResize = () => self._refreshLine();
  emitKeypressEvents(input, self);
  for (const event of Object.keys(listeners)) input.on(event, listeners[event]);
  self._setRawMode(true);
  self.cursor = 0;
  self.historyIndex = -1;
  output?.on?.('resize', onResize);
  self.once('close', () => {
    for (const event of Object.keys(listeners)) input.removeListener(event, listeners[event]);
    output?.removeListener?.('resize', onResize);
  });
}

function closeOnAbort(self, signal) {
  const onAbort = () => self.close();
  if (signal.aborted) {
    process.nextTick(onAbort);
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  self.once('close', () => signal.removeEventListener('abort', onAbort));
}

mixin(
  InterfaceConstructor.prototype,
  class {
    get columns() {
      return this.output?.columns || Infinity;
    }

    setPrompt(prompt) {
      this._prompt = prompt;
    }

    getPrompt() {
      return this._prompt;
    }

    _setRawMode(mode) {
      const wasRaw = this.input.isRaw;
      if (typeof this.input.setRawMode === 'function') this.input.setRawMode(mode);
      return wasRaw;
    }

    prompt(preserveCursor) {
      if (this.paused) this.resume();
      if (this.terminal && process.env.TERM !== 'dumb') {
        if (!preserveCursor) this.cursor = 0;
        this._refreshLine();
      } else {
        this._writeToOutput(this._prompt);
      }
    }

    // The next line is the answer. One question at a time: a second one only shows the prompt again.
    _question(query, callback) {
      if (this.closed) throw new codes.ERR_USE_AFTER_CLOSE('readline');
      if (this._questionCallback) {
        this.prompt();
        return;
      }
      this._oldPrompt = this._prompt;
      this.setPrompt(query);
      this._questionCallback = callback;
      this.prompt();
    }

    _questionCancel() {
      if (!this._questionCallback) return;
      this._questionCallback = null;
      this.setPrompt(this._oldPrompt);
      this.clearLine();
    }

    _onLine(line) {
      const callback = this._questionCallback;
      if (!callback) {
        this.emit('line', line);
        return;
      }
      this._questionCallback = null;
      this.setPrompt(this._oldPrompt);
      callback(line);
    }

    _writeToOutput(text) {
      validateString(text, 'stringToWrite');
      if (this.output != null) this.output.write(text);
    }

    // Draws the prompt and the line, which may take several rows, and puts the cursor where it belongs.
    _refreshLine() {
      const text = this._prompt + this.line;
      const end = this._getDisplayPos(text);
      const cursor = this.getCursorPos();
      if (this._prevRows > 0) moveCursor(this.output, 0, -this._prevRows);
      cursorTo(this.output, 0);
      clearScreenDown(this.output);
      this._writeToOutput(text);
      // At the right edge a terminal goes on to the next row only with the next character.
      if (end.cols === 0) this._writeToOutput(' ');
      cursorTo(this.output, cursor.cols);
      if (end.rows > cursor.rows) moveCursor(this.output, 0, -(end.rows - cursor.rows));
      this._prevRows = cursor.rows;
    }

    close() {
      if (this.closed) return;
      this.pause();
      if (this.terminal) this._setRawMode(false);
      this.closed = true;
      this.emit('close');
    }

    pause() {
      if (this.paused) return undefined;
      this.input.pause();
      this.paused = true;
      this.emit('pause');
      return this;
    }

    resume() {
      if (!this.paused) return this;
      this.input.resume();
      this.paused = false;
      this.emit('resume');
      return this;
    }

    write(data, key) {
      if (this.paused) this.resume();
      if (this.terminal) this._ttyWrite(data, key);
      else this._normalWrite(data);
    }

    // Cuts input that is not typed into lines. A \r\n may be split over two chunks: the \n that soon follows a \r belongs to it.
    _normalWrite(chunk) {
      if (chunk === undefined) return;
      let text = this._decoder.write(chunk);
      if (this._sawReturnAt && Date.now() - this._sawReturnAt <= this.crlfDelay) {
        if (text.charCodeAt(0) === 10) text = text.slice(1);
        this._sawReturnAt = 0;
      }
      kLineEnding.lastIndex = 0;
      if (!kLineEnding.test(text)) {
        if (text !== '') this._line_buffer = (this._line_buffer ?? '') + text;
        return;
      }
      if (this._line_buffer !== null) text = this._line_buffer + text;
      this._sawReturnAt = text.endsWith('\r') ? Date.now() : 0;
      const lines = text.split(kLineEnding);
      const rest = lines.pop();
      this._line_buffer = rest === '' ? null : rest;
      for (const line of lines) this._onLine(line);
    }

    [Symbol.asyncIterator]() {
      const { LineIterator } = require('internal/readline/line_iterator');
      this._lines ??= new LineIterator(this);
      return this._lines;
    }
  },
);

module.exports = { InterfaceConstructor, hide, mixin };
