'use strict';
// Dir (Node doc: fs, "Class: fs.Dir"): the entries of a folder, one after the other. The folder is read at once by opendir().

const { codes } = require('internal/errors');
const { validateFunction, validateUint32 } = require('internal/errors/validators');
const args = require('internal/fs/args');
const { binding, kUsePromises } = require('internal/fs/operations');
const { makeDirents, prepareReaddir } = require('internal/fs/folders');

class Dir {
  #path;
  #entries;
  #next = 0;
  #closed = false;
  #pending = 0; // asynchronous reads under way

  constructor(path, entries) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('handle');
    this.#path = path;
    this.#entries = entries;
  }

  get path() {
    return this.#path;
  }

  #checkOpen() {
    if (this.#closed) throw new codes.ERR_DIR_CLOSED();
  }

  #take() {
    if (this.#next === this.#entries.length) return null;
    return this.#entries[this.#next++];
  }

  read(callback) {
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.read((error, entry) => (error ? reject(error) : resolve(entry)));
      });
    }
    validateFunction(callback, 'callback');
    this.#checkOpen();
    this.#pending++;
    const entry = this.#take();
    process.nextTick(() => {
      this.#pending--;
      callback(null, entry);
    });
  }

  readSync() {
    this.#checkOpen();
    if (this.#pending > 0) throw new codes.ERR_DIR_CONCURRENT_OPERATION();
    return this.#take();
  }

  close(callback) {
    if (callback === undefined) {
      if (this.#closed) return Promise.reject(new codes.ERR_DIR_CLOSED());
      this.#closed = true;
      return Promise.resolve();
    }
    validateFunction(callback, 'callback');
    if (this.#closed) {
      process.nextTick(callback, new codes.ERR_DIR_CLOSED());
      return;
    }
    this.#closed = true;
    process.nextTick(callback, null);
  }

  closeSync() {
    this.#checkOpen();
    if (this.#pending > 0) throw new codes.ERR_DIR_CONCURRENT_OPERATION();
    this.#closed = true;
  }

  async *entries() {
    try {
      for (;;) {
        const entry = await this.read();
        if (entry === null) return;
        yield entry;
      }
    } finally {
      if (!this.#closed) await this.close();
    }
  }
}
Object.defineProperty(Dir.prototype, Symbol.asyncIterator, {
  value: Dir.prototype.entries,
  enumerable: false,
  writable: true,
  configurable: true,
});

function opendirArguments(path, options) {
  path = args.toPath(path);
  options = args.toOptions(options, { encoding: 'utf8' });
  if (options.bufferSize !== undefined) validateUint32(options.bufferSize, 'options.bufferSize', true);
  return { path, encoding: options.encoding || 'utf8', recursive: !!options.recursive };
}

function opendirSync(path, options) {
  const o = opendirArguments(path, options);
  if (o.recursive) {
    const { readdirSync } = require('internal/fs/folders');
    return new Dir(path, readdirSync(path, { ...o, withFileTypes: true }));
  }
  return new Dir(path, makeDirents(o.path, binding.readdir(o.path, o.encoding, true, undefined, true)));
}

function prepareOpendir(path, options) {
  const o = opendirArguments(path, options);
  if (o.recursive) {
    const read = prepareReaddir(path, { ...o, withFileTypes: true });
    return async () => new Dir(path, await read());
  }
  return async () =>
    new Dir(path, makeDirents(o.path, await binding.readdir(o.path, o.encoding, true, kUsePromises, true)));
}

module.exports = { Dir, opendirSync, prepareOpendir };
