'use strict';
// FileHandle (Node doc: fs, "Class: FileHandle"): an open file for the promise calls.

const EventEmitter = require('events');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateObject, validateOneOf } = require('internal/errors/validators');
const args = require('internal/fs/args');
const { binding, kUsePromises, raw } = require('internal/fs/operations');
const { kDeserialize, kTransfer, makeCarrier } = require('internal/messaging/transferable');
const { readArguments, writeArguments } = require('internal/fs/transfer');

const kFd = Symbol('kFd');
const kClosing = Symbol('kClosing');
const kRef = Symbol('kRef');
const kUnref = Symbol('kUnref');
const kUsers = Symbol('kUsers');
const kEndOfUse = Symbol('kEndOfUse');
const kLocked = Symbol('kLocked'); // by a web stream

// A program that loses a handle leaks a descriptor until the garbage collector finds it.
let lost;
let warnedLost = false;
function watchForLoss(handle, fd) {
  lost ??= new FinalizationRegistry((fd) => {
    process.emitWarning(`Closing file descriptor ${fd} on garbage collection`);
    if (!warnedLost) {
      warnedLost = true;
      process.emitWarning(
        'Closing a FileHandle object on garbage collection is deprecated. ' +
          'Please close FileHandle objects explicitly using FileHandle.prototype.close(). ' +
          'In the future, an error will be thrown if a file descriptor is closed during garbage collection.',
        'DeprecationWarning',
        'DEP0137',
      );
    }
    binding.close(fd, kUsePromises).catch(() => {});
  });
  lost.register(handle, fd, handle);
}

// An EventEmitter that can be posted to another thread.
function CarriedEmitter() {
  const object = makeCarrier(new.target.prototype);
  EventEmitter.call(object);
  return object;
}
CarriedEmitter.prototype = EventEmitter.prototype;
Object.setPrototypeOf(CarriedEmitter, EventEmitter);

class FileHandle extends CarriedEmitter {
  constructor(fd) {
    super();
    this[kFd] = fd;
    this[kUsers] = 1; // itself, and streams that read or write it
    this[kClosing] = null;
    this[kEndOfUse] = null;
    this[kLocked] = false;
    watchForLoss(this, fd);
  }

  get fd() {
    return this[kFd];
  }

  // The descriptor goes to the other thread, this handle is closed.
  [kTransfer]() {
    if (this[kClosing] || this[kUsers] !== 1) {
      const { DOMException } = require('internal/errors/dom_exception');
      throw new DOMException('Cannot transfer FileHandle while in use', 'DataCloneError');
    }
    const fd = this[kFd];
    this[kFd] = -1;
    lost.unregister(this);
    return { data: { fd }, deserializeInfo: 'internal/fs/file_handle:FileHandle' };
  }

  static [kDeserialize]({ fd }) {
    return new FileHandle(fd);
  }

  getAsyncId() {
    return -1;
  }

  // Closes when the last user is done: a stream on the handle may still be at work.
  close() {
    if (this[kFd] === -1) return Promise.resolve();
    if (this[kClosing]) return this[kClosing];
    this[kUsers]--;
    if (this[kUsers] === 0) {
      this[kClosing] = this.#closeNow();
    } else {
      this[kClosing] = new Promise((resolve, reject) => {
        this[kEndOfUse] = { resolve, reject };
      });
    }
    this.emit('close');
    return this[kClosing];
  }

  async #closeNow() {
    const fd = this[kFd];
    this[kFd] = -1;
    lost.unregister(this);
    try {
      await binding.close(fd, kUsePromises);
    } finally {
      this[kClosing] = null;
    }
  }

  [kRef]() {
    this[kUsers]++;
  }

  [kUnref]() {
    this[kUsers]--;
    if (this[kUsers] !== 0) return;
    const waiting = this[kEndOfUse];
    const closed = this.#closeNow();
    if (waiting) closed.then(waiting.resolve, waiting.reject);
  }

  async appendFile(data, options) {
    return use(this, 'writeFile', () => promises().writeFileOn(this, data, options));
  }

  async chmod(mode) {
    return use(this, 'fchmod', (fd) => raw.fchmod(kUsePromises, fd, mode));
  }

  async chown(uid, gid) {
    return use(this, 'fchown', (fd) => raw.fchown(kUsePromises, fd, uid, gid));
  }

  async datasync() {
    return use(this, 'fdatasync', (fd) => raw.fdatasync(kUsePromises, fd));
  }

  async sync() {
    return use(this, 'fsync', (fd) => raw.fsync(kUsePromises, fd));
  }

  async read(buffer, offset, length, position) {
    return use(this, 'read', (fd) => read(fd, buffer, offset, length, position));
  }

  async readv(buffers, position) {
    return use(this, 'readv', async (fd) => {
      args.checkBuffers(buffers);
      const where = typeof position === 'number' ? position : null;
      return { bytesRead: await binding.readBuffers(fd, buffers, where, kUsePromises), buffers };
    });
  }

  async readFile(options) {
    return use(this, 'readFile', () => promises().readFileOn(this, options));
  }

  readLines(options) {
    const { createInterface } = require('readline');
    return createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }

  async stat(options) {
    return use(this, 'fstat', (fd) => raw.fstat(kUsePromises, fd, options));
  }

  async truncate(length = 0) {
    return use(this, 'ftruncate', (fd) => raw.ftruncate(kUsePromises, fd, length));
  }

  async utimes(atime, mtime) {
    return use(this, 'futimes', (fd) => raw.futimes(kUsePromises, fd, atime, mtime));
  }

  async write(buffer, offset, length, position) {
    return use(this, 'write', async (fd) => {
      const w = writeArguments(buffer, offset, length, position);
      if (w.length === 0) return { bytesWritten: 0, buffer };
      const written = await binding.writeBuffer(fd, w.bytes, w.offset, w.length, w.position, kUsePromises);
      return { bytesWritten: written, buffer };
    });
  }

  async writev(buffers, position) {
    return use(this, 'writev', async (fd) => {
      args.checkBuffers(buffers);
      if (buffers.length === 0) return { bytesWritten: 0, buffers };
      const where = typeof position === 'number' ? position : null;
      return { bytesWritten: await binding.writeBuffers(fd, buffers, where, kUsePromises), buffers };
    });
  }

  async writeFile(data, options) {
    return use(this, 'writeFile', () => promises().writeFileOn(this, data, options));
  }

  readableWebStream(options = {}) {
    if (this[kFd] === -1) throw new codes.ERR_INVALID_STATE('The FileHandle is closed');
    if (this[kClosing]) throw new codes.ERR_INVALID_STATE('The FileHandle is closing');
    if (this[kLocked]) throw new codes.ERR_INVALID_STATE('The FileHandle is locked');
    validateObject(options, 'options');
    const { type } = options;
    if (type !== undefined) validateOneOf(type, 'options.type', ['bytes']);
    this[kLocked] = true;
    this[kRef]();
    const { stream, end } = makeWebStream(this, type, () => this[kUnref]());
    this.once('close', end);
    return stream;
  }

  createReadStream(options) {
    const { ReadStream } = require('internal/fs/streams');
    return new ReadStream(undefined, { ...options, fd: this });
  }

  createWriteStream(options) {
    const { WriteStream } = require('internal/fs/streams');
    return new WriteStream(undefined, { ...options, fd: this });
  }
}
FileHandle.prototype[Symbol.asyncDispose] = function () {
  return this.close();
};

const kWebChunk = 16384;

// A web stream of what the file holds from its position on. `done` is called once, when the stream needs the file no
// longer; `end()` closes the stream, whoever has locked it.
function makeWebStream(handle, type, done) {
  const { ReadableStream } = require('stream/web');
  let controller;
  let isOpen = true;
  const finish = () => {
    if (!isOpen) return;
    isOpen = false;
    done();
  };
  const closeStream = () => {
    controller.close();
    controller.byobRequest?.respond(0); // a pending read into the reader's own memory ends, too
    finish();
  };
  async function pull() {
    const view = controller.byobRequest?.view ?? new Uint8Array(kWebChunk);
    let bytesRead;
    try {
      ({ bytesRead } = await handle.read(view, 0, view.byteLength));
    } catch (error) {
      finish();
      throw error;
    }
    if (!isOpen) return;
    if (bytesRead === 0) closeStream();
    else if (controller.byobRequest) controller.byobRequest.respond(bytesRead);
    else controller.enqueue(view.buffer.slice(0, bytesRead));
  }
  const source = { start: (c) => (controller = c), pull, cancel: finish };
  if (type === 'bytes') Object.assign(source, { type, autoAllocateChunkSize: kWebChunk });
  const stream = new ReadableStream(source, { highWaterMark: 0 });
  return { stream, end: () => isOpen && closeStream() };
}

const promises = () => require('internal/fs/promise_forms');

// Runs `work` while the file cannot be closed under it.
async function use(handle, syscall, work) {
  if (handle?.fd === undefined) {
    throw new codes.ERR_INTERNAL_ASSERTION('handle must be an instance of FileHandle');
  }
  if (handle.fd === -1) {
    const error = new Error('file closed');
    error.code = 'EBADF';
    error.syscall = syscall;
    throw error;
  }
  handle[kRef]();
  try {
    return await work(handle.fd);
  } finally {
    handle[kUnref]();
  }
}

async function read(fd, buffer, offset, length, position) {
  let options;
  if (buffer === undefined || buffer === null || !ArrayBuffer.isView(buffer)) {
    // (options) or ()
    if (buffer !== undefined && buffer !== null && typeof buffer !== 'object') {
      require('internal/errors/validators').validateBuffer(buffer);
    }
    options = buffer ?? null;
    buffer = options?.buffer ?? Buffer.alloc(16384);
    require('internal/errors/validators').validateBuffer(buffer, 'options.buffer');
  } else if (offset !== null && typeof offset === 'object') {
    options = offset;
  }
  const r = readArguments(buffer, offset, length, position, options);
  if (r.length === 0) return { bytesRead: 0, buffer };
  const bytesRead = await binding.read(fd, buffer, r.offset, r.length, r.position, kUsePromises);
  return { bytesRead, buffer };
}

const isFileHandle = (value) => value instanceof FileHandle;

module.exports = { FileHandle, isFileHandle, kRef, kUnref };
