'use strict';
// fs.ReadStream and fs.WriteStream (Node doc: fs, "Class: fs.ReadStream", "Class: fs.WriteStream").

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateBoolean, validateFunction, validateInteger } = require('internal/errors/validators');
const { Readable, Writable, finished } = require('stream');
const { errorOrDestroy } = require('internal/stream/destroy');
const args = require('internal/fs/args');
const { FileHandle, isFileHandle, kRef, kUnref } = require('internal/fs/file_handle');

const kIoDone = Symbol('kIoDone');
const kIsPerformingIO = Symbol('kIsPerformingIO');
const kFs = Symbol('kFs');
const kHandle = Symbol('kHandle');

const kReadMark = 64 * 1024;

function construct(callback) {
  if (typeof this.fd === 'number') {
    callback();
    return;
  }
  if (this.open !== openFile) {
    // A program replaced open(): it emits 'open' or 'error' itself.
    const emit = this.emit;
    this.emit = function (...list) {
      if (list[0] === 'open') {
        this.emit = emit;
        callback();
        Reflect.apply(emit, this, list);
      } else if (list[0] === 'error') {
        this.emit = emit;
        callback(list[1]);
      } else {
        Reflect.apply(emit, this, list);
      }
    };
    this.open();
    return;
  }
  this[kFs].open(this.path, this.flags, this.mode, (error, fd) => {
    if (error) {
      callback(error);
      return;
    }
    this.fd = fd;
    callback();
    this.emit('open', fd);
    this.emit('ready');
  });
}

// The methods of old, which opened the file: constructors do that now.
let warnedOpen = false;
function openFile() {
  if (warnedOpen) return;
  warnedOpen = true;
  const name = this instanceof WriteStream ? 'WriteStream' : 'ReadStream';
  process.emitWarning(`${name}.prototype.open() is deprecated`, 'DeprecationWarning', 'DEP0135');
}

function close(stream, error, callback) {
  if (!stream.fd) {
    callback(error);
    return;
  }
  const closeNow = (flushError) => {
    stream[kFs].close(stream.fd, (closeError) => callback(error || flushError || closeError));
    stream.fd = null;
  };
  if (stream.flush) stream[kFs].fsync(stream.fd, closeNow);
  else closeNow(null);
}

// A FileHandle's methods in the shape of fs, for the stream's calls.
function fsOfHandle(handle) {
  const unwrap = (promise, callback, pick) =>
    promise.then(
      (result) => process.nextTick(callback, null, pick?.(result), result.buffer ?? result.buffers),
      (error) => process.nextTick(callback, error),
    );
  return {
    open: (path, flags, mode, callback) => process.nextTick(callback, null, handle.fd),
    read: (fd, buffer, offset, length, position, callback) =>
      unwrap(handle.read(buffer, offset, length, position), callback, (r) => r.bytesRead),
    write: (fd, buffer, offset, length, position, callback) =>
      unwrap(handle.write(buffer, offset, length, position), callback, (r) => r.bytesWritten),
    writev: (fd, buffers, position, callback) =>
      unwrap(handle.writev(buffers, position), callback, (r) => r.bytesWritten),
    fsync: (fd, callback) => handle.sync().then(() => callback(null), callback),
    close(fd, callback) {
      handle[kUnref]();
      handle.close().then(() => callback(), callback);
    },
  };
}

function importFd(stream, options) {
  if (typeof options.fd === 'number') {
    // The program's own file system may be behind it.
    stream[kFs] = options.fs || require('fs');
    return options.fd;
  }
  if (typeof options.fd === 'object' && isFileHandle(options.fd)) {
    if (options.fs) throw new codes.ERR_METHOD_NOT_IMPLEMENTED('FileHandle with fs');
    const handle = options.fd;
    stream[kHandle] = handle;
    stream[kFs] = fsOfHandle(handle);
    handle[kRef]();
    handle.on('close', () => stream.close());
    return handle.fd;
  }
  throw new codes.ERR_INVALID_ARG_TYPE('options.fd', ['number', FileHandle.name], options.fd);
}

function checkFs(fs, names) {
  for (const [name, always] of names) {
    if (always || fs[name] !== undefined) validateFunction(fs[name], `options.fs.${name}`);
  }
}

function setRange(stream, options) {
  stream.start = options.start;
  stream.end = options.end ?? Infinity;
  stream.pos = undefined;
  if (stream.start !== undefined) {
    validateInteger(stream.start, 'start', 0);
    stream.pos = stream.start;
  }
  if (stream.end === undefined) {
    stream.end = Infinity;
  } else if (stream.end !== Infinity) {
    validateInteger(stream.end, 'end', 0);
    if (stream.start !== undefined && stream.start > stream.end) {
      throw new codes.ERR_OUT_OF_RANGE('start', `<= "end" (here: ${stream.end})`, stream.start);
    }
  }
}

function prepare(stream, path, options, defaults) {
  if (options.fd == null) {
    stream.fd = null;
    stream[kFs] = options.fs || require('fs');
    checkFs(stream[kFs], defaults.needs);
    stream.path = args.toPath(path);
    stream.flags = options.flags === undefined ? defaults.flags : options.flags;
    stream.mode = options.mode === undefined ? 0o666 : options.mode;
    if (options.start !== undefined) validateInteger(options.start, 'start', 0);
  } else {
    stream.fd = typeof options.fd === 'number' ? args.toFd(options.fd) : null;
    stream.fd = importFd(stream, options);
    if (options.fs)
      checkFs(
        stream[kFs],
        defaults.needs.filter(([name]) => name !== 'open'),
      );
    stream.flags = options.flags === undefined ? defaults.flags : options.flags;
    stream.mode = options.mode === undefined ? 0o666 : options.mode;
    if (path !== undefined && path !== null) stream.path = args.toPath(path);
  }
  stream[kIsPerformingIO] = false;
}

const copyOptions = (options, defaults) => {
  const given = args.toOptions(options, {});
  const copy = { ...defaults };
  for (const key in given) copy[key] = given[key]; // inherited ones, too
  return copy;
};

function ReadStream(path, options) {
  if (!(this instanceof ReadStream)) return new ReadStream(path, options);
  options = copyOptions(options);
  if (options.highWaterMark === undefined) options.highWaterMark = kReadMark;
  if (options.autoDestroy === undefined) options.autoDestroy = true;
  if (options.autoClose === undefined) options.autoClose = options.autoDestroy;
  options.autoDestroy = options.autoClose;
  prepare(this, path, options, {
    flags: 'r',
    needs: [
      ['open', true],
      ['read', true],
      ['close', options.autoClose],
    ],
  });
  this.bytesRead = 0;
  setRange(this, options);
  Readable.call(this, options);
  if (options.encoding) this.setEncoding(options.encoding);
}
Object.setPrototypeOf(ReadStream.prototype, Readable.prototype);
Object.setPrototypeOf(ReadStream, Readable);

ReadStream.prototype.open = openFile;
ReadStream.prototype._construct = construct;

ReadStream.prototype._read = function (wanted) {
  const from = this.pos === undefined ? this.bytesRead : this.pos;
  const size = Math.min(wanted, this.end - from + 1);
  if (size <= 0) {
    this.push(null);
  } else {
    const memory = Buffer.allocUnsafeSlow(size);
    this[kIsPerformingIO] = true;
    const done = (error, count, bytes) => afterRead(this, error, count, bytes);
    this[kFs].read(this.fd, memory, 0, size, this.pos, done);
  }
};

function afterRead(stream, error, count, bytes) {
  stream[kIsPerformingIO] = false;
  if (stream.destroyed) stream.emit(kIoDone, error);
  else if (error) errorOrDestroy(stream, error);
  else stream.push(count === 0 ? null : takeBytes(stream, count, bytes));
}

function takeBytes(stream, count, bytes) {
  stream.bytesRead += count;
  if (stream.pos !== undefined) stream.pos += count;
  // A short read must not hold on to the memory of a long one.
  return count === bytes.length ? bytes : Buffer.from(bytes.subarray(0, count));
}

function destroyStream(error, callback) {
  if (this[kIsPerformingIO]) {
    this.once(kIoDone, (ioError) => close(this, error || ioError, callback));
  } else {
    close(this, error, callback);
  }
}

ReadStream.prototype._destroy = destroyStream;

ReadStream.prototype.close = function (callback) {
  if (typeof callback === 'function') finished(this, callback);
  this.destroy();
};

function WriteStream(path, options) {
  if (!(this instanceof WriteStream)) return new WriteStream(path, options);
  options = copyOptions(options);
  options.decodeStrings = true;
  if (options.autoDestroy === undefined) options.autoDestroy = true;
  if (options.autoClose === undefined) options.autoClose = options.autoDestroy;
  options.autoDestroy = options.autoClose;
  if (options.flush == null) this.flush = false;
  else {
    validateBoolean(options.flush, 'options.flush');
    this.flush = options.flush;
  }
  const userFs = options.fs;
  prepare(this, path, options, {
    flags: 'w',
    needs: [
      ['open', true],
      ['write', !(userFs && userFs.writev)],
      ['writev', false],
      ['close', options.autoClose],
      ['fsync', this.flush],
    ],
  });
  this.bytesWritten = 0;
  this.start = options.start;
  this.pos = options.start;
  if (options.start !== undefined) validateInteger(options.start, 'start', 0);
  // A program's fs may have one of the two only.
  if (userFs && !userFs.writev) this._writev = null;
  if (userFs && !userFs.write) this._write = null;
  Writable.call(this, options);
  if (options.encoding) this.setDefaultEncoding(options.encoding);
}
Object.setPrototypeOf(WriteStream.prototype, Writable.prototype);
Object.setPrototypeOf(WriteStream, Writable);

WriteStream.prototype.open = openFile;
WriteStream.prototype._construct = construct;

// Until everything is written: a descriptor may take a part only, or nothing for now.
function writeAll(stream, bytes, offset, callback, retries = 0) {
  const position = stream.pos;
  stream[kFs].write(stream.fd, bytes, offset, bytes.length - offset, position, (error, written) => {
    if (error?.code === 'EAGAIN') {
      error = null;
      written = 0;
    }
    if (stream.destroyed || error) {
      callback(error ?? new codes.ERR_STREAM_DESTROYED('write'));
      return;
    }
    stream.bytesWritten += written;
    if (stream.pos !== undefined) stream.pos += written;
    const rest = bytes.length - offset - written;
    retries = written ? 0 : retries + 1;
    if (rest > 0 && retries > 5) callback(new Error('write failed'));
    else if (rest > 0) writeAll(stream, bytes, offset + written, callback, retries);
    else callback();
  });
}

function withIo(stream, callback) {
  stream[kIsPerformingIO] = true;
  return (error) => {
    stream[kIsPerformingIO] = false;
    if (stream.destroyed) {
      callback(error);
      stream.emit(kIoDone, error);
    } else {
      callback(error);
    }
  };
}

WriteStream.prototype._write = function (chunk, encoding, callback) {
  writeAll(this, chunk, 0, withIo(this, callback));
};

WriteStream.prototype._writev = function (entries, callback) {
  const chunks = entries.map((entry) => entry.chunk);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const done = withIo(this, callback);
  const step = (buffers, left, retries) => {
    this[kFs].writev(this.fd, buffers, this.pos, (error, written) => {
      if (error?.code === 'EAGAIN') {
        error = null;
        written = 0;
      }
      if (this.destroyed || error) {
        done(error ?? new codes.ERR_STREAM_DESTROYED('write'));
        return;
      }
      this.bytesWritten += written;
      if (this.pos !== undefined) this.pos += written;
      left -= written;
      retries = written ? 0 : retries + 1;
      if (left > 0 && retries > 5) done(new Error('writev failed'));
      else if (left > 0) step([Buffer.concat(buffers).subarray(written)], left, retries);
      else done();
    });
  };
  step(chunks, size, 0);
};

WriteStream.prototype._destroy = destroyStream;

WriteStream.prototype.close = function (callback) {
  if (callback) {
    if (this.closed) {
      process.nextTick(callback);
      return;
    }
    this.on('close', callback);
  }
  // A stream that does not close by itself is closed by its end.
  if (!this.autoClose) this.on('finish', this.destroy);
  this.end();
};

WriteStream.prototype.destroySoon = WriteStream.prototype.end;

for (const Class of [ReadStream, WriteStream]) {
  const state = Class === ReadStream ? '_readableState' : '_writableState';
  Object.defineProperty(Class.prototype, 'autoClose', {
    get() {
      return this[state].autoDestroy;
    },
    set(value) {
      this[state].autoDestroy = value;
    },
  });
  Object.defineProperty(Class.prototype, 'pending', {
    get() {
      return this.fd === null;
    },
    configurable: true,
  });
}

module.exports = { ReadStream, WriteStream };
