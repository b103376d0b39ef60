'use strict';
// Previews of a prompt: the rest of the only completion behind the cursor, and below the line what it would evaluate to,
// where that has no side effects. Node doc: repl, option "preview".

const { clearLine, cursorTo, moveCursor } = require('internal/readline/escapes');
const { commonPrefix } = require('internal/readline/text');
const { evaluateWithoutEffects } = require('internal/repl/inspector');
const { looksLikeObject } = require('internal/repl/syntax');
const { inspect } = require('internal/util/inspect');

const kMaxColumns = 250;

// Whether names that are not declared are errors: by the prompt's mode or the program's option.
function isStrict(server) {
  if (server.replMode === require('repl').REPL_MODE_STRICT) return true;
  return process.execArgv.some((word) => /^--use[-_]strict$/.test(word));
}

class Preview {
  constructor(server) {
    this.server = server;
    this.result = null;
    this.completion = null;
    this.completions = 0;
    this.escaped = null;
  }

  positions() {
    const { server } = this;
    const end = server._getDisplayPos(`${server.getPrompt()}${server.line}`);
    const cursor = server.line.length !== server.cursor ? server.getCursorPos() : end;
    return { cursor, end };
  }

  // Takes the previews off the screen. Return takes the completion into the line.
  clear(key) {
    const { output } = this.server;
    if (this.result !== null) {
      const { cursor, end } = this.positions();
      const rows = end.rows - cursor.rows + 1;
      moveCursor(output, 0, rows);
      clearLine(output);
      moveCursor(output, 0, -rows);
      this.result = null;
    }
    if (this.completion !== null) this.clearCompletion(key);
    if (this.escaped !== this.server.line) this.escaped = null;
  }

  clearCompletion(key) {
    const { server } = this;
    const { output } = server;
    const { cursor, end } = this.positions();
    const atEnd = server.line.length === server.cursor;
    if (!atEnd) {
      cursorTo(output, end.cols);
      moveCursor(output, 0, end.rows - cursor.rows);
    }
    clearLine(output, 1);
    if (!atEnd) {
      moveCursor(output, 0, cursor.rows - end.rows);
      cursorTo(output, cursor.cols);
    }
    if (!key.ctrl && !key.shift) {
      if (key.name === 'escape') {
        if (this.escaped === null && key.meta) this.escaped = server.line;
      } else if (
        (key.name === 'return' || key.name === 'enter') &&
        !key.meta &&
        this.escaped !== server.line
      ) {
        if (atEnd) server._insertString(this.completion);
      } else if (key.name === 'right' && atEnd && this.escaped !== server.line) {
        server._insertString(this.completion);
      }
    }
    this.completion = null;
  }

  show(withCompletion) {
    const { server } = this;
    if (this.result !== null || !server.isCompletionEnabled || server.closed || server.editorMode) return;
    const line = server.line.trim();
    if (line === '') return;
    if (withCompletion) this.showCompletion();
    if (server._buffered !== '') return;
    const atEnd = server.line.length === server.cursor;
    const completed = this.completion !== null && atEnd && this.escaped !== server.line;
    this.showResult(line, completed ? line + this.completion : line);
  }

  showCompletion() {
    const { server } = this;
    if (server.line.length !== server.cursor) return;
    const number = ++this.completions;
    server.completer(server.line, (error, data) => {
      // The line may be another one by now.
      if (error || number !== this.completions) return;
      const [completions, original = ''] = data;
      if (!completions || completions.length === 0) return;
      const prefix = commonPrefix(completions.filter(Boolean));
      if (prefix.length <= original.length) return;
      this.completion = prefix.slice(original.length);
      const { cursor } = this.positions();
      server.output.write(this.dim(this.completion, ' // '));
      cursorTo(server.output, cursor.cols);
      const after = server._getDisplayPos(`${server.getPrompt()}${server.line}${this.completion}`);
      moveCursor(server.output, 0, -(after.rows - cursor.rows - (after.cols === 0 ? 1 : 0)));
    });
  }

  showResult(line, expression) {
    let text = this.textFor(expression);
    if (text === undefined || text === line) return;
    const { server } = this;
    const width = Math.min(server.columns, kMaxColumns);
    if (text.length > width) text = `${text.slice(0, width - 6)}...`;
    const [first] = text.split('\n', 1);
    this.result = first;
    const { cursor, end } = this.positions();
    const rows = end.rows - cursor.rows;
    moveCursor(server.output, 0, rows);
    server.output.write(`\n${this.dim(first, '// ')}`);
    cursorTo(server.output, cursor.cols);
    moveCursor(server.output, 0, -rows - 1);
  }

  dim(text, mark) {
    return this.server.useColors ? `\x1b[90m${text}\x1b[39m` : `${mark}${text}`;
  }

  textFor(input) {
    const attempts = looksLikeObject(input) ? [`(${input.trim()})`, input] : [input];
    for (const expression of attempts) {
      const outcome = evaluateWithoutEffects(this.server, expression);
      if (outcome === undefined) return undefined;
      // What is not finished or not known yet is no news, but where names must be known; and side effects are not
      // carried out.
      if (outcome.className === 'ReferenceError' && isStrict(this.server)) return `${outcome.thrown}`;
      if (/^(?:EvalError|SyntaxError|ReferenceError)$/.test(outcome.className ?? '')) continue;
      const value = 'thrown' in outcome ? outcome.thrown : outcome.value;
      if (value === undefined) return undefined;
      const options = { colors: false, depth: 1, compact: true, breakLength: Infinity };
      return inspect(value, { ...this.server.writer.options, ...options });
    }
    return undefined;
  }
}

module.exports = { Preview };
