'use strict';
// History that outlives a prompt: read from a file at the beginning, written shortly after each line.
// Node doc: repl, "Persistent history".

const fs = require('fs');
const os = require('os');
const path = require('path');

const kWriteDelayMs = 15;
const kDisabledMessage =
  '\nPersistent history support disabled. Set the NODE_REPL_HISTORY environment\nvariable to a valid, user-writable path to enable.\n';
const kOpenMessage = '\nError: Could not open history file.\nREPL session history will not be persisted.\n';

const kHomeMessage =
  '\nError: Could not get the home directory.\nREPL session history will not be persisted.\n';

const say = (server, text) => {
  server._writeToOutput(text);
  server._refreshLine();
};

// What stands in the file, newest first, as long as the history may be.
async function read(file, size) {
  const handle = await fs.promises.open(file, 'a+', 0o600);
  try {
    const text = await handle.readFile('utf8');
    return text ? text.split(/\r?\n+/, size) : [];
  } finally {
    await handle.close();
  }
}

class Writer {
  constructor(server, file) {
    this.server = server;
    this.file = file;
    this.timer = null;
    this.writing = false;
    this.again = false;
    server.on('line', () => {
      server._flushing = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.write(), kWriteDelayMs);
    });
  }

  async write() {
    if (this.writing) {
      this.again = true;
      return;
    }
    this.writing = true;
    do {
      this.again = false;
      const text = this.server.history.join(os.EOL);
      try {
        await fs.promises.writeFile(this.file, text, { mode: 0o600 });
      } catch {
        // The session goes on without a history on disk.
      }
    } while (this.again);
    this.writing = false;
    this.server._flushing = false;
    this.server.emit('flushHistory');
  }
}

async function open(server, file) {
  const history = await read(file, server.historySize);
  if (history.length > 0) server.history = history;
  new Writer(server, file);
}

function setUp(server, given, callback) {
  if (typeof given === 'function') [given, callback] = [undefined, given];
  let file = typeof given === 'string' ? given.trim() : given;
  // An empty name turns it off.
  if (file === '') {
    tellOnFirstStep(server);
    callback(null, server);
    return;
  }
  if (!file) {
    const home = homeFolder();
    if (home === undefined) {
      say(server, kHomeMessage);
      tellOnFirstStep(server);
      callback(null, server);
      return;
    }
    file = path.join(home, '.node_repl_history');
  }
  server.pause();
  open(server, file).then(
    () => {
      server.resume();
      callback(null, server);
    },
    () => {
      server.resume();
      say(server, kOpenMessage);
      tellOnFirstStep(server);
      callback(null, server);
    },
  );
}

// Whoever looks for earlier lines learns that none are kept.
function tellOnFirstStep(server) {
  Object.defineProperty(server, '_historyPrev', {
    configurable: true,
    writable: true,
    enumerable: false,
    value() {
      delete server._historyPrev;
      if (server.history.length === 0) say(server, kDisabledMessage);
      server._historyPrev();
    },
  });
}

function homeFolder() {
  try {
    return os.homedir();
  } catch {
    return undefined;
  }
}

module.exports = { setUp };
