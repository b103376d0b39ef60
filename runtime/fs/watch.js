'use strict';
// fs.watch, fs.watchFile and fs.promises.watch (Node doc: fs).

const { Buffer } = require('buffer');
const EventEmitter = require('events');
const { AbortError, uvException } = require('internal/errors');
const {
  validateAbortSignal,
  validateBoolean,
  validateFunction,
  validateObject,
  validateUint32,
} = require('internal/errors/validators');
const args = require('internal/fs/args');
const { forms } = require('internal/fs/operations');
const { makeStats } = require('internal/fs/stats');

const kNoSpace = -28;

class FSWatcher extends EventEmitter {
  #handle = null; // an FSEvent or a WatchedTree

  start(filename, persistent, recursive, encoding) {
    const path = args.toPath(filename, 'filename');
    const isTree = recursive && typeof path === 'string';
    const onchange = (status, eventType, name) => {
      if (this.#handle === null) return;
      if (status < 0) {
        this.#stop();
        this.emit('error', watchError(status, path));
      } else {
        this.emit('change', eventType, isTree ? encodeName(name, encoding) : name);
      }
    };
    this.#handle = isTree
      ? makeTree(path, persistent, onchange)
      : new (internalBinding('fs_event').FSEvent)();
    this.#handle.onchange = onchange;
    const status = this.#handle.start(path, persistent, false, encoding);
    if (status !== 0) {
      this.#stop();
      throw watchError(status, path);
    }
  }

  #stop() {
    const handle = this.#handle;
    this.#handle = null;
    if (handle) handle.close();
    return handle !== null;
  }

  close() {
    if (this.#stop()) process.nextTick(() => this.emit('close'));
  }

  ref() {
    this.#handle?.ref();
    return this;
  }

  unref() {
    this.#handle?.unref();
    return this;
  }
}

function makeTree(path, persistent, tell) {
  const { WatchedTree } = require('internal/fs/watch_tree');
  return new WatchedTree(path, persistent, tell);
}

function watchError(status, path) {
  const message = status === kNoSpace ? 'System limit for number of file watchers reached' : '';
  const error = uvException({ errno: status, syscall: 'watch', path: String(path), message });
  error.filename = path;
  return error;
}

function encodeName(name, encoding) {
  if (encoding === 'utf8' || encoding === 'utf-8') return name;
  const bytes = Buffer.from(name);
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

function watch(filename, options, listener) {
  if (typeof options === 'function') listener = options;
  options = { ...args.toOptions(options) };
  const { persistent = true, recursive = false, signal } = options;
  args.toPath(filename, 'filename');
  validateBoolean(recursive, 'options.recursive');
  const watcher = new FSWatcher();
  watcher.start(filename, persistent, recursive, options.encoding || 'utf8');
  if (listener) watcher.addListener('change', listener);
  if (signal) {
    if (signal.aborted) {
      process.nextTick(() => watcher.close());
    } else {
      const onAbort = () => watcher.close();
      signal.addEventListener('abort', onAbort);
      watcher.once('close', () => signal.removeEventListener('abort', onAbort));
    }
  }
  return watcher;
}

const kMaxQueued = 2048; // events a slow reader may leave behind; more are dropped

async function* watchAsync(filename, options) {
  const path = args.toPath(filename);
  validateObject(options, 'options');
  const { persistent = true, recursive = false, encoding = 'utf8', signal } = options;
  validateBoolean(persistent, 'options.persistent');
  validateBoolean(recursive, 'options.recursive');
  validateAbortSignal(signal, 'options.signal');
  args.checkEncoding(encoding);
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  const queue = [];
  let wake = () => {};
  let failure;
  const watcher = watch(path, { persistent, recursive, encoding }, (eventType, name) => {
    if (queue.length < kMaxQueued) queue.push({ eventType, filename: name });
    wake();
  });
  const fail = (error) => {
    failure = error;
    wake();
  };
  const onAbort = () => fail(new AbortError(undefined, { cause: signal.reason }));
  watcher.on('error', fail);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      while (queue.length > 0) yield queue.shift();
      if (failure) throw failure;
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    watcher.close();
    signal?.removeEventListener('abort', onAbort);
  }
}

// ---- watchFile: looks at the file again and again ----

const watched = new Map(); // path → StatWatcher

class StatWatcher extends EventEmitter {
  #timer = null;
  #previous = null;
  #stopped = false;
  #referenced = true;

  constructor(path, bigint, persistent, interval) {
    super();
    this.setMaxListeners(0);
    this.path = path;
    this.bigint = bigint;
    this.interval = interval;
    this.#referenced = persistent;
    this.#look();
  }

  #look() {
    forms.stat.callback(this.path, { bigint: this.bigint }, (error, stats) => {
      if (this.#stopped) return;
      if (error) {
        stats = makeStats(this.bigint ? new BigInt64Array(18) : new Float64Array(14));
      }
      this.#compare(stats, error);
      this.#timer = setTimeout(() => this.#look(), this.interval);
      if (!this.#referenced) this.#timer.unref();
    });
  }

  #compare(stats, error) {
    const before = this.#previous;
    this.#previous = stats;
    if (before === null) {
      // The first look tells only of a missing file.
      if (error) this.emit('change', stats, stats);
      return;
    }
    const keys = ['dev', 'ino', 'mode', 'nlink', 'uid', 'gid', 'size', 'mtimeMs', 'ctimeMs', 'birthtimeMs'];
    if (keys.some((key) => before[key] !== stats[key])) this.emit('change', stats, before);
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    process.nextTick(() => this.emit('stop'));
  }

  ref() {
    this.#referenced = true;
    this.#timer?.ref();
    return this;
  }

  unref() {
    this.#referenced = false;
    this.#timer?.unref();
    return this;
  }
}

function watchFile(filename, options, listener) {
  const path = require('path').resolve(args.toText(args.toPath(filename)));
  if (options === null || typeof options !== 'object') {
    listener = options;
    options = {};
  }
  validateFunction(listener, 'listener');
  const { interval = 5007, persistent = true, bigint = false } = options;
  validateUint32(interval, 'options.interval');
  internalBinding('permission').need('fs.read', path);
  let watcher = watched.get(path);
  if (!watcher) {
    watcher = new StatWatcher(path, bigint, persistent, interval);
    watched.set(path, watcher);
  }
  watcher.addListener('change', listener);
  return watcher;
}

function unwatchFile(filename, listener) {
  const path = require('path').resolve(args.toText(args.toPath(filename)));
  const watcher = watched.get(path);
  if (!watcher) return;
  if (typeof listener === 'function') watcher.removeListener('change', listener);
  else watcher.removeAllListeners('change');
  if (watcher.listenerCount('change') > 0) return;
  watcher.stop();
  watched.delete(path);
}

module.exports = { FSWatcher, StatWatcher, unwatchFile, watch, watchAsync, watchFile };
