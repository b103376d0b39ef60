'use strict';
// The commands of every prompt: .break .clear .editor .exit .help .load .save. Node doc: repl, "Commands and special keys".

function abandon() {
  this.clearBufferedCommand();
  this.displayPrompt();
}

function showHelp() {
  const names = Object.keys(this.commands).sort();
  const width = Math.max(...names.map((name) => name.length)) + 3;
  for (const name of names) {
    const { help } = this.commands[name];
    this.output.write(`.${name}${help ? ' '.repeat(width - name.length) + help : ''}\n`);
  }
  this.output.write('\nPress Ctrl+C to abort current expression, Ctrl+D to exit the REPL\n');
  this.displayPrompt();
}

function save(file) {
  let answer = 'The "file" argument must be specified';
  if (file !== '') {
    try {
      require('fs').writeFileSync(file, this.lines.join('\n'));
      answer = `Session saved to: ${file}`;
    } catch {
      answer = `Failed to save: ${file}`;
    }
  }
  this.output.write(`${answer}\n`);
  this.displayPrompt();
}

// A file is evaluated as if it had been typed in one piece.
function load(file) {
  if (file === '') {
    this.output.write('The "file" argument must be specified\n');
    this.displayPrompt();
    return;
  }
  const fs = require('fs');
  let text;
  try {
    if (!fs.statSync(file).isFile()) {
      this.output.write(`Failed to load: ${file} is not a valid file\n`);
      this.displayPrompt();
      return;
    }
    text = fs.readFileSync(file, 'utf8');
  } catch {
    this.output.write(`Failed to load: ${file}\n`);
    this.displayPrompt();
    return;
  }
  const { turnOffEditorMode } = require('internal/repl/server');
  this.editorMode = true;
  this._loading = true;
  this.write(text);
  this._loading = false;
  turnOffEditorMode(this);
  this.write('\n');
}

function editor() {
  this.editorMode = true;
  require('readline').Interface.prototype.setPrompt.call(this, '');
  this.output.write('// Entering editor mode (Ctrl+D to finish, Ctrl+C to cancel)\n');
}

function defineDefaultCommands(server) {
  server.defineCommand('break', {
    help: 'Sometimes you get stuck, this gets you out',
    action: abandon,
  });
  server.defineCommand('clear', {
    help: server.useGlobal ? 'Alias for .break' : 'Break, and also clear the local context',
    action() {
      this.clearBufferedCommand();
      if (!this.useGlobal) {
        this.output.write('Clearing context...\n');
        this.resetContext();
      }
      this.displayPrompt();
    },
  });
  server.defineCommand('exit', {
    help: 'Exit the REPL',
    action() {
      this.close();
    },
  });
  server.defineCommand('help', { help: 'Print this help message', action: showHelp });
  server.defineCommand('save', {
    help: 'Save all evaluated commands in this REPL session to a file',
    action: save,
  });
  server.defineCommand('load', { help: 'Load JS from a file into the REPL session', action: load });
  if (server.terminal) server.defineCommand('editor', { help: 'Enter editor mode', action: editor });
}

module.exports = { defineDefaultCommands };
