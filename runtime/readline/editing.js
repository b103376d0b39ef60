'use strict';
// Editing of a line at a terminal: what keys do, history, the kill ring, undo, completion. Node doc: readline, "TTY keybindings".

const { clearScreenDown, cursorTo, moveCursor } = require('internal/readline/escapes');
const { InterfaceConstructor, mixin } = require('internal/readline/interface');
const { charLengthAt, charLengthLeft, commonPrefix, nextWord, wordStart } = require('internal/readline/text');
const { inspect } = require('internal/util/inspect');
const { getStringWidth, stripVTControlCharacters } = require('internal/util/terminal_text');

const kMaxUndo = 2048;
const kMaxKillRing = 32;

// The methods that change the line.
const lineMethods = class {
  _insertString(text) {
    this._beforeEdit(this.line, this.cursor);
    if (this.cursor < this.line.length) {
      this.line = this.line.slice(0, this.cursor) + text + this.line.slice(this.cursor);
      this.cursor += text.length;
      this._refreshLine();
      return;
    }
    const before = this.getCursorPos();
    this.line += text;
    this.cursor += text.length;
    if (before.rows < this.getCursorPos().rows) this._refreshLine();
    else this._writeToOutput(text);
  }

  // Removes line[from, to) and leaves the cursor there.
  _cut(from, to) {
    this._beforeEdit(this.line, this.cursor);
    const removed = this.line.slice(from, to);
    this.line = this.line.slice(0, from) + this.line.slice(to);
    this.cursor = from;
    this._refreshLine();
    return removed;
  }

  _deleteLeft() {
    if (this.cursor > 0 && this.line.length > 0) {
      this._cut(this.cursor - charLengthLeft(this.line, this.cursor), this.cursor);
    }
  }

  _deleteRight() {
    if (this.cursor < this.line.length) {
      this._cut(this.cursor, this.cursor + charLengthAt(this.line, this.cursor));
    }
  }

  _deleteWordLeft() {
    if (this.cursor > 0) this._cut(wordStart(this.line, this.cursor), this.cursor);
  }

  _deleteWordRight() {
    if (this.cursor >= this.line.length) return;
    const word = /^(?:\s+|\W+|\w+)\s*/.exec(this.line.slice(this.cursor))[0];
    this._cut(this.cursor, this.cursor + word.length);
  }

  _deleteLineLeft() {
    this._pushToKillRing(this._cut(0, this.cursor));
  }

  _deleteLineRight() {
    this._pushToKillRing(this._cut(this.cursor, this.line.length));
  }

  _wordLeft() {
    if (this.cursor > 0) this._moveCursor(wordStart(this.line, this.cursor) - this.cursor);
  }

  _wordRight() {
    if (this.cursor < this.line.length) this._moveCursor(nextWord(this.line, this.cursor) - this.cursor);
  }

  _pushToKillRing(text) {
    if (!text || text === this._killRing[0]) return;
    this._killRing.unshift(text);
    this._killRingCursor = 0;
    if (this._killRing.length > kMaxKillRing) this._killRing.pop();
  }

  _yank() {
    if (this._killRing.length === 0) return;
    this._yanking = true;
    this._insertString(this._killRing[this._killRingCursor]);
  }

  // After a yank: the entry before it in the ring takes its place.
  _yankPop() {
    if (!this._yanking || this._killRing.length < 2) return;
    const last = this._killRing[this._killRingCursor];
    this._killRingCursor = (this._killRingCursor + 1) % this._killRing.length;
    const head = this.line.slice(0, this.cursor - last.length) + this._killRing[this._killRingCursor];
    this.line = head + this.line.slice(this.cursor);
    this.cursor = head.length;
    this._refreshLine();
  }

  _beforeEdit(text, cursor) {
    this._undoStack.push({ text, cursor });
    if (this._undoStack.length > kMaxUndo) this._undoStack.shift();
  }

  _undo() {
    this._swapState(this._undoStack, this._redoStack);
  }

  _redo() {
    this._swapState(this._redoStack, this._undoStack);
  }

  _swapState(from, to) {
    if (from.length === 0) return;
    to.push({ text: this.line, cursor: this.cursor });
    const { text, cursor } = from.pop();
    this.line = text;
    this.cursor = cursor;
    this._refreshLine();
  }

  clearLine() {
    this._moveCursor(Infinity);
    this._writeToOutput('\r\n');
    this.line = '';
    this.cursor = 0;
    this._prevRows = 0;
  }

  _line() {
    const line = this._addHistory();
    this._undoStack = [];
    this._redoStack = [];
    this.clearLine();
    this._onLine(line);
  }
};

const historyMethods = class {
  _addHistory() {
    if (this.line.length === 0) return '';
    if (this.history === undefined || this.historySize === 0 || this.line.trim().length === 0) {
      return this.line;
    }
    if (this.history.length === 0 || this.history[0] !== this.line) {
      if (this.removeHistoryDuplicates) {
        const old = this.history.indexOf(this.line);
        if (old !== -1) this.history.splice(old, 1);
      }
      this.history.unshift(this.line);
      if (this.history.length > this.historySize) this.history.pop();
    }
    this.historyIndex = -1;
    // A listener may take secrets out of the history, the line itself included.
    const line = this.history[0];
    this.emit('history', this.history);
    return line;
  }

  // Goes through the entries that begin with what stood left of the cursor at the first step.
  _historyStep(step) {
    this._beforeEdit(this.line, this.cursor);
    const search = this._search ?? '';
    let index = this.historyIndex + step;
    const differs = (entry) => entry.startsWith(search) && this.line !== entry;
    while (index >= 0 && index < this.history.length && !differs(this.history[index])) index += step;
    this.historyIndex = index;
    this.line = index >= 0 && index < this.history.length ? this.history[index] : search;
    this.cursor = this.line.length;
    this._refreshLine();
  }

  _historyNext() {
    if (this.historyIndex >= 0) this._historyStep(-1);
  }

  _historyPrev() {
    if (this.historyIndex < this.history.length && this.history.length > 0) this._historyStep(1);
  }
};

const displayMethods = class {
  // Where the last character of a text ends up on the screen, its first one being at the left edge.
  _getDisplayPos(text) {
    const columns = this.columns;
    let offset = 0;
    let rows = 0;
    for (const char of stripVTControlCharacters(text)) {
      if (char === '\n') {
        rows += Math.ceil(offset / columns) || 1;
        offset = 0;
      } else if (char === '\t') {
        offset += this.tabSize - (offset % this.tabSize);
      } else {
        const width = getStringWidth(char, false);
        // A wide character does not fit into the last column.
        if (width === 2 && (offset + 1) % columns === 0) offset++;
        offset += width;
      }
    }
    const cols = offset % columns;
    return { cols, rows: rows + (columns === Infinity ? 0 : (offset - cols) / columns) };
  }

  getCursorPos() {
    return this._getDisplayPos(this._prompt + this.line.slice(0, this.cursor));
  }

  _getCursorPos() {
    return this.getCursorPos();
  }

  _moveCursor(distance) {
    if (distance === 0) return;
    const before = this.getCursorPos();
    this.cursor = Math.min(Math.max(this.cursor + distance, 0), this.line.length);
    const after = this.getCursorPos();
    if (before.rows === after.rows) moveCursor(this.output, after.cols - before.cols, 0);
    else this._refreshLine();
  }
};

const completionMethods = class {
  _tabComplete(lastKeyWasTab) {
    this.pause();
    this.completer(this.line.slice(0, this.cursor), (error, value) => {
      this.resume();
      if (error) this._writeToOutput(`Tab completion error: ${inspect(error)}`);
      else this._showCompletions(lastKeyWasTab, value);
    });
  }

  // One completion, or what all have in common, is put into the line; a second tab lists them.
  _showCompletions(lastKeyWasTab, value) {
    const [completions, original] = value;
    if (!completions || completions.length === 0) return;
    const prefix = commonPrefix(completions.filter((text) => text !== ''));
    if (prefix.startsWith(original) && prefix.length > original.length) {
      this._insertString(prefix.slice(original.length));
      return;
    }
    if (!original.startsWith(prefix)) {
      const head = this.line.slice(0, this.cursor - original.length) + prefix;
      this.line = head + this.line.slice(this.cursor);
      this.cursor = head.length;
      this._refreshLine();
      return;
    }
    if (!lastKeyWasTab) return;
    this._beforeEdit(this.line, this.cursor);
    this._writeToOutput(layOut(completions, this.columns));
    this._refreshLine();
  }
};

// Completions in columns, in groups that empty strings divide.
function layOut(completions, columns) {
  const width = Math.max(...completions.map((text) => getStringWidth(text))) + 2;
  const perRow = columns === Infinity ? 1 : Math.floor(columns / width) || 1;
  let output = '\r\n';
  let inRow = 0;
  let gap = 0;
  for (const text of completions) {
    if (text === '' || inRow === perRow) {
      output += '\r\n';
      inRow = 0;
      gap = 0;
    } else {
      output += ' '.repeat(gap);
    }
    if (text === '') {
      output += '\r\n';
    } else {
      output += text;
      gap = width - getStringWidth(text);
      inRow++;
    }
  }
  return inRow === 0 ? output : `${output}\r\n\r\n`;
}

// Stops the process as a shell expects, and takes the terminal back when it goes on.
function suspend(self) {
  if (process.platform === 'win32') return;
  if (self.listenerCount('SIGTSTP') > 0) {
    self.emit('SIGTSTP');
    return;
  }
  process.once('SIGCONT', () => {
    if (!self.paused) {
      // Its stream has been stopped by the shell as well.
      self.pause();
      self.emit('SIGCONT');
    }
    self._setRawMode(true);
    self._refreshLine();
  });
  self._setRawMode(false);
  process.kill(process.pid, 'SIGTSTP');
}

function interrupt(self) {
  if (self.listenerCount('SIGINT') > 0) self.emit('SIGINT');
  else self.close();
}

function endOfInput(self) {
  if (self.cursor === 0 && self.line.length === 0) self.close();
  else if (self.cursor < self.line.length) self._deleteRight();
}

function clearScreen(self) {
  cursorTo(self.output, 0, 0);
  clearScreenDown(self.output);
  self._refreshLine();
}

const stepLeft = (self) => self._moveCursor(-charLengthLeft(self.line, self.cursor));
const stepRight = (self) => self._moveCursor(charLengthAt(self.line, self.cursor));

const kControlShiftKeys = {
  __proto__: null,
  backspace: (self) => self._deleteLineLeft(),
  delete: (self) => self._deleteLineRight(),
};

const kControlKeys = {
  __proto__: null,
  c: interrupt,
  h: (self) => self._deleteLeft(),
  d: endOfInput,
  u: (self) => self._deleteLineLeft(),
  k: (self) => self._deleteLineRight(),
  a: (self) => self._moveCursor(-Infinity),
  e: (self) => self._moveCursor(Infinity),
  b: stepLeft,
  f: stepRight,
  l: clearScreen,
  n: (self) => self._historyNext(),
  p: (self) => self._historyPrev(),
  y: (self) => self._yank(),
  z: suspend,
  w: (self) => self._deleteWordLeft(),
  backspace: (self) => self._deleteWordLeft(),
  delete: (self) => self._deleteWordRight(),
  left: (self) => self._wordLeft(),
  right: (self) => self._wordRight(),
};

const kMetaKeys = {
  __proto__: null,
  b: (self) => self._wordLeft(),
  f: (self) => self._wordRight(),
  d: (self) => self._deleteWordRight(),
  delete: (self) => self._deleteWordRight(),
  backspace: (self) => self._deleteWordLeft(),
  y: (self) => self._yankPop(),
};

function onReturn(self) {
  self._sawReturnAt = Date.now();
  self._line();
}

// A terminal may send \r\n for one key: the \n that soon follows the \r belongs to it.
function onEnter(self) {
  const ofReturn = self._sawReturnAt !== 0 && Date.now() - self._sawReturnAt <= self.crlfDelay;
  self._sawReturnAt = 0;
  if (!ofReturn) self._line();
}

const kKeys = {
  __proto__: null,
  return: onReturn,
  enter: onEnter,
  backspace: (self) => self._deleteLeft(),
  delete: (self) => self._deleteRight(),
  left: stepLeft,
  right: stepRight,
  home: (self) => self._moveCursor(-Infinity),
  end: (self) => self._moveCursor(Infinity),
  up: (self) => self._historyPrev(),
  down: (self) => self._historyNext(),
};

// Text that was written or pasted may hold several lines.
function insertText(self, text) {
  const lines = text.split(/\r\n|\n|\r/);
  const last = lines.pop();
  for (const line of lines) {
    if (line !== '') self._insertString(line);
    self._line();
  }
  if (last !== '') self._insertString(last);
}

function plainKey(self, text, key, previous) {
  if (self._sawReturnAt && key.name !== 'enter') self._sawReturnAt = 0;
  const action = kKeys[key.name];
  if (action !== undefined) {
    action(self);
  } else if (key.name === 'tab' && typeof self.completer === 'function' && self.isCompletionEnabled) {
    self._tabComplete(previous?.name === 'tab');
  } else if (typeof text === 'string' && text !== '') {
    insertText(self, text);
  }
}

// A terminal that cannot move its cursor: characters are only added.
function dumbKey(self, text, key) {
  if (key.name === 'escape') return;
  if (self._sawReturnAt && key.name !== 'enter') self._sawReturnAt = 0;
  if (key.ctrl && key.name === 'c') interrupt(self);
  else if (key.ctrl && key.name === 'd') self.close();
  else if (key.ctrl) return;
  else if (key.name === 'return') onReturn(self);
  else if (key.name === 'enter') onEnter(self);
  else if (typeof text === 'string' && text !== '') {
    self.line += text;
    self.cursor += text.length;
    self._writeToOutput(text);
  }
}

const keyMethods = class {
  _ttyWrite(text, key = {}) {
    const previous = this._previousKey;
    key ??= {};
    this._previousKey = key;
    if (process.env.TERM === 'dumb') {
      dumbKey(this, text, key);
      return;
    }
    if (!key.meta || key.name !== 'y') this._yanking = false;
    const modified = key.ctrl || key.meta || key.shift;
    if ((key.name === 'up' || key.name === 'down') && !modified) {
      this._search ??= this.line.slice(0, this.cursor);
    } else if (this._search !== null) {
      this._search = null;
      if (this.history.length === this.historyIndex) this.historyIndex = -1;
    }
    const first = typeof key.sequence === 'string' ? key.sequence.codePointAt(0) : undefined;
    if (first === 0x1f) this._undo();
    else if (first === 0x1e) this._redo();
    else if (key.name === 'escape') return;
    else if (key.ctrl && key.shift) kControlShiftKeys[key.name]?.(this);
    else if (key.ctrl) kControlKeys[key.name]?.(this);
    else if (key.meta) kMetaKeys[key.name]?.(this);
    else plainKey(this, text, key, previous);
  }
};

for (const methods of [lineMethods, historyMethods, displayMethods, completionMethods, keyMethods]) {
  mixin(InterfaceConstructor.prototype, methods);
}

module.exports = { InterfaceConstructor, mixin };
