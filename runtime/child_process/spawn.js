'use strict';
// ChildProcess: a native process handle, the sockets of its stdio, and its end.

const EventEmitter = require('events');
const net = require('net');
const { codes, errnoException } = require('internal/errors');
const { validateString, validateOneOf, validateObject } = require('internal/errors/validators');
const { kOwner } = require('internal/net/symbols');
const { handleClasses } = require('internal/net/handles');
const diagnostics = require('internal/util/diagnostics');

const kGivenAway = Symbol('is the stdio of a child'); // streams whose bytes are a child's to read

const UV_EACCES = -13;
const UV_EAGAIN = -11;
const UV_EMFILE = -24;
const UV_ENFILE = -23;
const UV_ENOENT = -2;
const UV_ESRCH = -3;
const UV_EINVAL = -22;
const UV_ENOSYS = -38;

const signals = () => internalBinding('constants').os.signals;
function toSignalNumber(signal) {
  if (typeof signal === 'number') {
    for (const number of Object.values(signals())) if (number === signal) return signal;
    throw new codes.ERR_UNKNOWN_SIGNAL(signal);
  }
  if (typeof signal === 'string') {
    const number = signals()[signal.toUpperCase()];
    if (number) return number;
  }
  throw new codes.ERR_UNKNOWN_SIGNAL(signal);
}
function toSignalName(number) {
  for (const [name, value] of Object.entries(signals())) if (value === number) return name;
  return undefined;
}

// The `stdio` option in its long form: an entry {type, handle, fd, ...} a descriptor. `sync`: for spawnSync.
function normalizeStdio(stdio, sync) {
  let ipc;
  let ipcFd;
  if (typeof stdio === 'string') {
    if (stdio === 'ignore' || stdio === 'overlapped' || stdio === 'pipe') stdio = [stdio, stdio, stdio];
    else if (stdio === 'inherit') stdio = [0, 1, 2];
    else throw new codes.ERR_INVALID_ARG_VALUE('stdio', stdio);
  } else if (!Array.isArray(stdio)) {
    throw new codes.ERR_INVALID_ARG_VALUE('stdio', stdio);
  }
  stdio = [...stdio];
  while (stdio.length < 3) stdio.push(undefined);
  const { Pipe, pipe } = handleClasses();
  const made = [];
  const entries = stdio.map((value, i) => {
    value ??= i < 3 ? 'pipe' : 'ignore';
    if (value === 'ignore') return { type: 'ignore' };
    if (value === 'pipe' || value === 'overlapped' || (typeof value === 'number' && value < 0)) {
      const entry = { type: 'pipe', readable: i === 0, writable: i !== 0 };
      if (!sync) {
        entry.handle = new Pipe(pipe.SOCKET);
        made.push(entry.handle);
      }
      return entry;
    }
    if (value === 'ipc') {
      if (sync || ipc !== undefined) {
        for (const handle of made) handle.close();
        if (!sync) throw new codes.ERR_IPC_ONE_PIPE();
        throw new codes.ERR_IPC_SYNC_FORK();
      }
      ipc = new Pipe(pipe.IPC);
      made.push(ipc);
      ipcFd = i;
      return { type: 'pipe', handle: ipc, ipc: true };
    }
    if (value === 'inherit') return { type: 'inherit', fd: i };
    if (typeof value === 'number' || typeof value?.fd === 'number') {
      return { type: 'fd', fd: typeof value === 'number' ? value : value.fd };
    }
    const handle = typeof value?.readStart === 'function' ? value : (value?.handle ?? value?._handle);
    if (handle && typeof handle.readStart === 'function') {
      return sync && handle.fd >= 0
        ? { type: 'fd', fd: handle.fd }
        : { type: 'wrap', handle, wrapped: value };
    }
    if (ArrayBuffer.isView(value) || typeof value === 'string') {
      if (sync) return { type: 'pipe', input: value };
    }
    for (const h of made) h.close();
    throw new codes.ERR_INVALID_ARG_VALUE('stdio', value);
  });
  return { entries, ipc, ipcFd };
}

function ChildProcess() {
  EventEmitter.call(this);
  this._closesNeeded = 1;
  this._closesGot = 0;
  this.connected = false;
  this.signalCode = null;
  this.exitCode = null;
  this.killed = false;
  this.spawnfile = null;
  this._handle = new (internalBinding('process_wrap').Process)();
  this._handle[kOwner] = this;
  this._handle.onexit = (code, signal) => onExit(this, code, signal);
  if (diagnostics.find !== null) diagnostics.publish('child_process', () => ({ process: this }));
}
Object.setPrototypeOf(ChildProcess.prototype, EventEmitter.prototype);
Object.setPrototypeOf(ChildProcess, EventEmitter);

function onExit(child, code, signal) {
  if (signal) child.signalCode = toSignalName(signal) ?? null;
  else child.exitCode = code;
  child.stdin?.destroy();
  if (child._handle) {
    child._handle.close();
    child._handle = null;
  }
  if (code < 0) {
    const syscall = child.spawnfile ? `spawn ${child.spawnfile}` : 'spawn';
    const error = errnoException(code, syscall);
    if (child.spawnfile) error.path = child.spawnfile;
    error.spawnargs = child.spawnargs.slice(1);
    child.emit('error', error);
  } else {
    child.emit('exit', child.exitCode, child.signalCode);
  }
  // What the child wrote before its end may still be in the pipes: it is read even if nobody asked.
  process.nextTick(flushStdio, child);
  maybeClose(child);
}

// A stream of this process became a child's: whoever reads it later, again here, starts anew.
function giveAway({ handle, wrapped }) {
  handle.reading = false;
  handle.readStop();
  if (typeof wrapped?.pause !== 'function') return;
  wrapped.pause();
  wrapped.readableFlowing = false;
  if (wrapped._readableState) wrapped._readableState.reading = false;
  wrapped[kGivenAway] = true;
}

function flushStdio(child) {
  for (const stream of child.stdio ?? []) {
    if (!stream || !stream.readable || stream[kGivenAway]) continue;
    if (stream._readableState?.readableListening) continue;
    stream.resume();
  }
}

function maybeClose(child) {
  child._closesGot++;
  if (child._closesGot === child._closesNeeded) child.emit('close', child.exitCode, child.signalCode);
}

const methods = {
  constructor: ChildProcess,

  spawn(options) {
    validateObject(options, 'options');
    const { stdio = 'pipe' } = options;
    const { serialization = 'json' } = options;
    validateOneOf(serialization, 'options.serialization', [undefined, 'json', 'advanced']);
    const { entries, ipc, ipcFd } = normalizeStdio(stdio, false);
    const envPairs = options.envPairs === undefined ? [] : options.envPairs;
    if (!Array.isArray(envPairs)) throw new codes.ERR_INVALID_ARG_TYPE('options.envPairs', 'Array', envPairs);
    if (ipc !== undefined) {
      envPairs.push(`NODE_CHANNEL_FD=${ipcFd}`, `NODE_CHANNEL_SERIALIZATION_MODE=${serialization}`);
    }
    validateString(options.file, 'options.file');
    this.spawnfile = options.file;
    if (options.args === undefined) this.spawnargs = [];
    else if (Array.isArray(options.args)) this.spawnargs = options.args;
    else throw new codes.ERR_INVALID_ARG_TYPE('options.args', 'Array', options.args);

    const error = this._handle.spawn({ __proto__: null, ...options, envPairs, stdio: entries });
    const later = [UV_EACCES, UV_EAGAIN, UV_EMFILE, UV_ENFILE, UV_ENOENT].includes(error);
    if (later) {
      process.nextTick(() => {
        if (this._handle) onExit(this, error, 0);
      });
      // Too few resources: nothing of the child exists.
      if (error === UV_EMFILE || error === UV_ENFILE) {
        for (const entry of entries) if (entry.type === 'pipe') entry.handle.close();
        return error;
      }
    } else if (error) {
      for (const entry of entries) if (entry.type === 'pipe') entry.handle.close();
      this._handle.close();
      this._handle = null;
      throw errnoException(error, 'spawn');
    } else {
      process.nextTick(() => this.emit('spawn'));
    }
    this.pid = this._handle.pid;

    const streams = entries.map((entry, i) => {
      if (entry.type === 'wrap') {
        giveAway(entry);
        return null;
      }
      if (entry.ipc) {
        this._closesNeeded++;
        return null;
      }
      if (!entry.handle) return null;
      if (this.pid === undefined || this.pid === 0) {
        // Never started.
        const socket = new net.Socket({
          handle: entry.handle,
          readable: i > 0,
          writable: i === 0 || i > 2,
          manualStart: true,
        });
        socket.destroy();
        return socket;
      }
      const socket = new net.Socket({
        handle: entry.handle,
        readable: i > 0,
        writable: i === 0 || i > 2,
      });
      if (i > 0) {
        this._closesNeeded++;
        socket.on('close', () => maybeClose(this));
      }
      return socket;
    });
    this.stdin = streams[0] ?? null;
    this.stdout = streams[1] ?? null;
    this.stderr = streams[2] ?? null;
    this.stdio = streams;
    if (ipc !== undefined) {
      if (this.pid) {
        require('internal/child_process/channel').setupChannel(this, ipc, serialization === 'advanced', () =>
          maybeClose(this),
        );
      } else {
        ipc.close(() => maybeClose(this));
      }
    }
    return error;
  },

  kill(signal) {
    const number = signal === 0 ? 0 : toSignalNumber(signal === undefined ? 'SIGTERM' : signal);
    if (this._handle) {
      const error = this._handle.kill(number);
      if (error === 0) {
        this.killed = true;
        return true;
      }
      if (error === UV_EINVAL || error === UV_ENOSYS) throw errnoException(error, 'kill');
      if (error !== UV_ESRCH) this.emit('error', errnoException(error, 'kill'));
    }
    return false;
  },

  ref() {
    this._handle?.ref();
  },
  unref() {
    this._handle?.unref();
  },
};
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(ChildProcess.prototype, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: name !== 'constructor',
  });
}
if (Symbol.dispose) {
  ChildProcess.prototype[Symbol.dispose] = function () {
    if (!this.killed) this.kill();
  };
}

module.exports = { ChildProcess, normalizeStdio, toSignalName, toSignalNumber };
