'use strict';
// readFile, writeFile, appendFile, truncate and exists: operations on whole files made of several steps (Node doc: fs).

const { Buffer } = require('buffer');
const { AbortError, codes } = require('internal/errors');
const { validateBoolean } = require('internal/errors/validators');
const args = require('internal/fs/args');
const { binding, forms, kUsePromises } = require('internal/fs/operations');

const kChunk = 512 * 1024; // of the thread pool's time at once, and what an abort signal waits for at most
const kMaxFile = 2 ** 31 - 1;
const kSizeField = 8; // in the binding's numbers of a stat
const kModeField = 1;
const { S_IFMT, S_IFREG } = require('internal/fs/constants');

function throwIfAborted(signal) {
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
}

const decode = (bytes, encoding) => (encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes);

// ---- reading ----

function readFileSync(path, options) {
  options = args.toOptions(options, { flag: 'r' });
  const encoding = options.encoding || 'buffer';
  if (Number.isInteger(path) && path >= 0) return binding.readFileSync(args.toFd(path), 0, encoding);
  return binding.readFileSync(args.toPath(path), args.toFlags(options.flag ?? 'r'), encoding);
}

// `check` is called between the steps: it throws when the reader has changed its mind.
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

function isFd(value) {
  return Number.isInteger(value) && value >= 0;
}

// A descriptor from a number or a FileHandle; undefined for paths.
function ownedBySomebody(file) {
  if (isFd(file)) return file;
  return require('internal/fs/file_handle').isFileHandle(file) ? file.fd : undefined;
}

// Checks at once, then works: callback forms throw bad arguments, promise forms reject with them.
function prepareRead(file, options) {
  options = args.toOptions(options, { flag: 'r' });
  const { encoding, signal } = options;
  const given = ownedBySomebody(file);
  if (given !== undefined) return async () => decode(await readDescriptor(given, signal), encoding);
  const path = args.toPath(file);
  const flags = args.toFlags(options.flag ?? 'r');
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
  const bytes = args.toBytes(data, options.encoding);
  const isOwn = !isFd(path);
  const fd = isOwn ? forms.open.sync(path, options.flag, options.mode) : path;
  try {
    let done = 0;
    while (done < bytes.byteLength) {
      done += binding.writeBuffer(fd, bytes, done, bytes.byteLength - done, -1, undefined);
    }
    if (options.flush) binding.fsync(fd, undefined);
  } finally {
    if (isOwn) binding.close(fd, undefined);
  }
}

function appendFileSync(path, data, options) {
  writeFileSync(path, data, options, 'a');
}

// `allowIterable`: only promises take iterables and streams.
function prepareWrite(file, data, options, { flag = 'w', allowIterable = false } = {}) {
  options = writeOptions(options, flag);
  const { encoding, signal } = options;
  const iterable = allowIterable && isIterable(data);
  const bytes = iterable ? null : args.toBytes(data, encoding);
  const write = async (fd) => {
    throwIfAborted(signal);
    if (iterable) await writeIterable(fd, data, encoding, signal);
    else await writeBytes(fd, bytes, signal);
    if (options.flush) await binding.fsync(fd, kUsePromises);
  };
  const given = ownedBySomebody(file);
  if (given !== undefined) return () => write(given);
  const path = args.toPath(file);
  const flags = args.toFlags(options.flag);
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
  deliver(prepareRead(path, options), callback);
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
  if (isFd(path)) {
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
  length = checkLength(length);
  const path = args.toPath(file);
  return () => withFile(path, args.toFlags('r+'), 0o666, (fd) => binding.ftruncate(fd, length, kUsePromises));
}

function truncate(path, length, callback) {
  if (typeof length === 'function') {
    callback = length;
    length = 0;
  }
  if (isFd(path)) {
    warnFd();
    forms.ftruncate.callback(path, length ?? 0, callback);
    return;
  }
  const work = prepareTruncate(path, length ?? undefined);
  deliverNothing(work, args.toCallback(callback));
}

function existsSync(path) {
  try {
    return binding.exists(args.toPath(path));
  } catch {
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
  value: (path) => new Promise((resolve) => exists(path, resolve)),
});

module.exports = {
  appendFile,
  appendFileSync,
  deliver,
  deliverNothing,
  exists,
  existsSync,
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
