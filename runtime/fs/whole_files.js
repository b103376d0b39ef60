'use strict';
// readFile, writeFile, appendFile, truncate and exists: operations on whole files made of several steps (Node doc: fs).

const { Buffer } = require('buffer');
const { AbortError, codes } = require('internal/errors');
const { validateBoolean, validateObject, validateString } = require('internal/errors/validators');
const args = require('internal/fs/args');
const { binding, forms, kUsePromises } = require('internal/fs/operations');

const kChunk = 512 * 1024; // of the thread pool's time at once, and what an abort signal waits for at most
const kOneJob = 1024 * 1024; // what is written in one visit to the thread pool
const kMaxFile = 2 ** 31 - 1;
const kSizeField = 8; // in the binding's numbers of a stat
const kModeField = 1;
const { S_IFMT, S_IFREG } = require('internal/fs/constants');

function throwIfAborted(signal) {
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
}

const decode = (bytes, encoding) => (encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes);

// ---- reading ----

const kReadDefaults = Object.freeze({ flag: 'r' });

let scratch; // what a small file is read into, before it has a Buffer of its size

function readFileSync(path, options) {
  options = args.toOptions(options, kReadDefaults);
  const { encoding } = options;
  const own = isFd(path);
  const file = own ? args.toFd(path) : args.toPath(path);
  const flags = own ? 0 : args.toFlags(options.flag ?? 'r');
  if (encoding && encoding !== 'buffer') return binding.readFile(file, flags, encoding, undefined);
  scratch ??= Buffer.allocUnsafeSlow(8192);
  const result = binding.readFile(file, flags, 'buffer', undefined, scratch);
  if (typeof result !== 'number') return result;
  const bytes = Buffer.allocUnsafe(result);
  scratch.copy(bytes, 0, 0, result);
  return bytes;
}

// In steps, between which the reader may change its mind.
async function readDescriptor(fd, signal) {
  throwIfAborted(signal);
  const numbers = await binding.fstat(fd, false, kUsePromises);
  throwIfAborted(signal);
  const size = (numbers[kModeField] & S_IFMT) === S_IFREG ? numbers[kSizeField] : 0;
  if (size > kMaxFile) throw new codes.ERR_FS_FILE_TOO_LARGE(size);
  if (size > 0) {
    const bytes = Buffer.allocUnsafeSlow(size);
    let used = 0;
    while (used < size) {
      const n = await binding.read(fd, bytes, used, Math.min(kChunk, size - used), -1, kUsePromises);
      throwIfAborted(signal);
      if (n === 0) return bytes.subarray(0, used);
      used += n;
    }
    return bytes;
  }
  const chunks = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(64 * 1024);
    const n = await binding.read(fd, chunk, 0, chunk.length, -1, kUsePromises);
    throwIfAborted(signal);
    if (n === 0) return Buffer.concat(chunks, total);
    chunks.push(n === chunk.length ? chunk : chunk.subarray(0, n));
    total += n;
    if (total > kMaxFile) throw new codes.ERR_FS_FILE_TOO_LARGE(total);
  }
}

// Runs `use(fd)` on an own descriptor, which is closed however it ends.
async function withFile(path, flags, mode, use) {
  const fd = await binding.open(path, flags, mode, kUsePromises);
  try {
    return await use(fd);
  } finally {
    await binding.close(fd, kUsePromises);
  }
}

// Every 32-bit number is meant as a descriptor, valid or not.
function isFd(value) {
  return typeof value === 'number' && (value === (value | 0) || value === value >>> 0);
}

// A descriptor from a number or a FileHandle; undefined for paths.
function ownedBySomebody(file) {
  if (isFd(file)) return args.toFd(file);
  return require('internal/fs/file_handle').isFileHandle(file) ? file.fd : undefined;
}

// What the binding's readFile left to us: a descriptor of a file that is large, or of unknown size.
async function readRest(fd, encoding) {
  try {
    return decode(await readDescriptor(fd), encoding);
  } finally {
    await binding.close(fd, kUsePromises);
  }
}

// Checks at once, then works: callback forms throw bad arguments, promise forms reject with them.
function prepareRead(file, options) {
  options = args.toOptions(options, kReadDefaults);
  const { encoding, signal } = options;
  const given = ownedBySomebody(file);
  if (given !== undefined) return async () => decode(await readDescriptor(given, signal), encoding);
  const path = args.toPath(file);
  const flags = args.toFlags(options.flag ?? 'r');
  if (!signal) {
    return async () => {
      const result = await binding.readFile(path, flags, encoding || 'buffer', kUsePromises);
      return typeof result === 'number' ? readRest(result, encoding) : result;
    };
  }
  return async () => {
    throwIfAborted(signal);
    const bytes = await withFile(path, flags, 0o666, (fd) => readDescriptor(fd, signal));
    return decode(bytes, encoding);
  };
}

// ---- writing ----

async function writeBytes(fd, bytes, signal, position = -1) {
  let done = 0;
  while (done < bytes.byteLength) {
    throwIfAborted(signal);
    const n = Math.min(kChunk, bytes.byteLength - done);
    done += await binding.writeBuffer(
      fd,
      bytes,
      done,
      n,
      position === -1 ? -1 : position + done,
      kUsePromises,
    );
  }
  throwIfAborted(signal);
}

async function writeIterable(fd, data, encoding, signal) {
  for await (const chunk of data) {
    throwIfAborted(signal);
    await writeBytes(fd, ArrayBuffer.isView(chunk) ? chunk : Buffer.from(chunk, encoding || 'utf8'), signal);
  }
}

const isIterable = (data) =>
  data !== null &&
  typeof data === 'object' &&
  !ArrayBuffer.isView(data) &&
  (data[Symbol.asyncIterator] || data[Symbol.iterator]);

function writeOptions(options, flag) {
  options = args.toOptions(options, { encoding: 'utf8', mode: 0o666, flag, flush: false });
  const flush = options.flush ?? false;
  validateBoolean(flush, 'options.flush');
  return {
    encoding: options.encoding ?? 'utf8',
    flag: options.flag || flag,
    mode: args.parseFileMode(options.mode, 'mode', 0o666),
    signal: options.signal,
    flush,
  };
}

function writeFileSync(path, data, options, defaultFlag = 'w') {
  options = writeOptions(options, defaultFlag);
  const { encoding, mode, flush } = options;
  args.checkData(data);
  const file = isFd(path) ? args.toFd(path) : args.toPath(path);
  const flags = args.toFlags(options.flag);
  if (!flush) {
    binding.writeFile(file, data, encoding, flags, mode, undefined);
    return;
  }
  const fs = require('fs');
  const fd = isFd(path) ? file : fs.openSync(file, flags, mode);
  try {
    binding.writeFile(fd, data, encoding, 0, 0, undefined);
    fs.fsyncSync(fd);
  } finally {
    if (fd !== file) fs.closeSync(fd);
  }
}

function appendFileSync(path, data, options) {
  writeFileSync(path, data, options, 'a');
}

// By the function that programs see: some replace it to learn that it is called.
function flushDescriptor(fd) {
  return new Promise((resolve, reject) => {
    require('fs').fsync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

// `allowIterable`: only promises take iterables and streams.
function prepareWrite(file, data, options, { flag = 'w', allowIterable = false } = {}) {
  options = writeOptions(options, flag);
  const { encoding, signal } = options;
  const iterable = allowIterable && isIterable(data);
  if (!iterable) args.checkData(data);
  const given = ownedBySomebody(file);
  const path = given === undefined ? args.toPath(file) : undefined;
  const flags = given === undefined ? args.toFlags(options.flag) : 0;
  const isPlain = !iterable && !signal && !options.flush;
  if (isPlain && path !== undefined && (data.byteLength ?? data.length) <= kOneJob) {
    return () => binding.writeFile(path, data, encoding, flags, options.mode, kUsePromises);
  }
  const bytes = iterable ? null : args.toBytes(data, encoding);
  const write = async (fd) => {
    throwIfAborted(signal);
    if (iterable) await writeIterable(fd, data, encoding, signal);
    else await writeBytes(fd, bytes, signal);
    if (options.flush) await flushDescriptor(fd);
  };
  if (given !== undefined) return () => write(given);
  return async () => {
    throwIfAborted(signal);
    await withFile(path, flags, options.mode, write);
  };
}

// The callback of a prepared work. Out of the promise, so that what the callback throws is an ordinary exception.
function deliver(work, callback) {
  work().then(
    (result) => process.nextTick(callback, null, result),
    (error) => process.nextTick(callback, error),
  );
}

function deliverNothing(work, callback) {
  work().then(
    () => process.nextTick(callback, null),
    (error) => process.nextTick(callback, error),
  );
}

function readFile(path, options, callback) {
  callback = args.toCallback(callback || options);
  options = args.toOptions(options, kReadDefaults);
  if (options.signal || isFd(path)) {
    deliver(prepareRead(path, options), callback);
    return;
  }
  const { encoding } = options;
  const flags = args.toFlags(options.flag ?? 'r');
  binding.readFile(args.toPath(path), flags, encoding || 'buffer', (error, result) => {
    if (error) callback(error);
    else if (typeof result === 'number') deliver(() => readRest(result, encoding), callback);
    else callback(null, result);
  });
}

function writeFile(path, data, options, callback) {
  callback = args.toCallback(callback || options);
  deliverNothing(prepareWrite(path, data, options), callback);
}

function appendFile(path, data, options, callback) {
  callback = args.toCallback(callback || options);
  deliverNothing(prepareWrite(path, data, options, { flag: 'a' }), callback);
}

// ---- truncate, exists ----

function checkLength(length) {
  if (length === undefined) return 0;
  require('internal/errors/validators').validateInteger(length, 'len');
  return Math.max(0, length);
}

let warnedFd = false;
function warnFd() {
  if (warnedFd) return;
  warnedFd = true;
  process.emitWarning(
    'Using fs.truncate with a file descriptor is deprecated. Please use fs.ftruncate with a file descriptor instead.',
    'DeprecationWarning',
    'DEP0081',
  );
}

function truncateSync(path, length) {
  if (typeof path === 'number') {
    warnFd();
    return forms.ftruncate.sync(path, length);
  }
  length = checkLength(length);
  const fd = forms.open.sync(path, 'r+');
  try {
    forms.ftruncate.sync(fd, length);
  } finally {
    forms.close.sync(fd);
  }
}

function prepareTruncate(file, length) {
  const path = args.toPath(file);
  length = checkLength(length);
  return () => withFile(path, args.toFlags('r+'), 0o666, (fd) => binding.ftruncate(fd, length, kUsePromises));
}

function truncate(path, length, callback) {
  if (typeof length === 'function') {
    callback = length;
    length = 0;
  }
  if (typeof path === 'number') {
    warnFd();
    forms.ftruncate.callback(path, length, callback);
    return;
  }
  const work = prepareTruncate(path, length);
  deliverNothing(work, args.toCallback(callback));
}

function existsSync(path) {
  try {
    return binding.exists(args.toPath(path));
  } catch (error) {
    if (error.code === 'ERR_ACCESS_DENIED') throw error;
    return false;
  }
}

function exists(path, callback) {
  args.toCallback(callback);
  try {
    path = args.toPath(path);
  } catch {
    callback(false);
    return;
  }
  binding.access(path, 0, (error) => callback(!error));
}
Object.defineProperty(exists, Symbol.for('nodejs.util.promisify.custom'), {
  value: { exists: (path) => new Promise((resolve) => exists(path, resolve)) }.exists,
});

// ---- as a Blob ----

async function blobOf(path, type) {
  try {
    return require('internal/buffer/blob').blobOfFile(path, type);
  } catch (error) {
    if (error.code === 'ERR_ACCESS_DENIED') throw error;
    throw new codes.ERR_INVALID_ARG_VALUE('path', path, 'Unable to open file as blob');
  }
}

// A Blob whose bytes stay in the file.
function openAsBlob(path, options) {
  validateObject(options, 'options');
  const type = options.type || '';
  validateString(type, 'options.type');
  const file = args.toPath(path);
  internalBinding('permission').need('fs.read', args.toText(file));
  return blobOf(file, type);
}

module.exports = {
  appendFile,
  appendFileSync,
  deliver,
  deliverNothing,
  exists,
  existsSync,
  openAsBlob,
  prepareRead,
  prepareTruncate,
  prepareWrite,
  readFile,
  readFileSync,
  truncate,
  truncateSync,
  writeFile,
  writeFileSync,
};
