'use strict';
// Search in the history: Ctrl+R goes back, Ctrl+S forward, the same key again to the next match; return takes the line and runs it,
// escape keeps it for editing. Node doc: repl, "Reverse-i-search".

const { clearLine, cursorTo, moveCursor } = require('internal/readline/escapes');

const kLabels = { __proto__: null, r: 'bck-i-search: ', s: 'fwd-i-search: ' };

class Search {
  constructor(server, direction) {
    this.server = server;
    this.direction = direction;
    this.text = '';
    this.index = server.historyIndex;
    this.original = server.line;
    this.shown = false;
    this.failed = false;
  }

  // The next entry that holds the text, from the current one on or after it.
  find(step) {
    const { history } = this.server;
    if (this.text === '') {
      this.failed = false;
      return;
    }
    const delta = this.direction === 'r' ? 1 : -1;
    let index = this.index + (step || this.index === -1 ? delta : 0);
    if (index < 0 && delta > 0) index = 0;
    const seen = this.server.line;
    for (; index >= 0 && index < history.length; index += delta) {
      const at = history[index].lastIndexOf(this.text);
      if (at === -1 || (step && history[index] === seen)) continue;
      this.index = index;
      this.failed = false;
      this.setLine(history[index], at);
      return;
    }
    this.failed = true;
  }

  setLine(line, cursor) {
    this.server.line = line;
    this.server.cursor = cursor;
  }

  draw() {
    const { server } = this;
    this.erase();
    server._refreshLine();
    const end = server._getDisplayPos(`${server.getPrompt()}${server.line}`);
    const cursor = server.getCursorPos();
    const rows = end.rows - cursor.rows;
    moveCursor(server.output, 0, rows);
    server.output.write(`\n${this.failed ? 'failed-' : ''}${kLabels[this.direction]}${this.text}_`);
    moveCursor(server.output, 0, -rows - 1);
    cursorTo(server.output, cursor.cols);
    this.shown = true;
  }

  // The row of the search is below the line.
  erase() {
    if (!this.shown) return;
    const { server } = this;
    const end = server._getDisplayPos(`${server.getPrompt()}${server.line}`);
    const rows = end.rows - server.getCursorPos().rows + 1;
    moveCursor(server.output, 0, rows);
    clearLine(server.output);
    moveCursor(server.output, 0, -rows);
    this.shown = false;
  }

  end(keep) {
    this.erase();
    if (!keep) this.setLine(this.original, this.original.length);
    else this.server.historyIndex = this.index;
    this.server._search = null;
    this.server._historySearch = undefined;
    this.server._refreshLine();
  }
}

// True when the key was the search's.
function onKey(server, text, key) {
  const search = server._historySearch;
  const isStart = key.ctrl && !key.meta && (key.name === 'r' || key.name === 's');
  if (!search) {
    if (!isStart) return false;
    server._historySearch = new Search(server, key.name);
    server._historySearch.draw();
    return true;
  }
  if (isStart) {
    if (search.direction !== key.name) search.direction = key.name;
    search.find(true);
  } else if (key.name === 'backspace' || (key.ctrl && (key.name === 'h' || key.name === 'w'))) {
    search.text = search.text.slice(0, -1);
    search.index = -1;
    search.find(false);
  } else if (key.ctrl && (key.name === 'c' || key.name === 'g')) {
    search.end(false);
    return true;
  } else if (key.ctrl || key.meta || key.name === 'escape' || typeof text !== 'string' || text < ' ') {
    // Any other key ends the search; escape does nothing else.
    search.end(true);
    return key.name === 'escape' || key.name === 'tab';
  } else {
    search.text += text;
    search.find(false);
  }
  search.draw();
  return true;
}

module.exports = { onKey };
