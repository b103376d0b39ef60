'use strict';
// read, write, readv and writev in their three ways and their many argument forms (Node doc: fs.read, fs.write).

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateBuffer, validateInteger, validateObject } = require('internal/errors/validators');
const args = require('internal/fs/args');
const { binding } = require('internal/fs/operations');

const { toCallback, toFd, toPosition } = args;

// (buffer, offset, length, position), (buffer, options) or (options) as one checked record.
function readArguments(buffer, offset, length, position, optionsGiven) {
  if (optionsGiven !== undefined) {
    if (optionsGiven !== null) validateObject(optionsGiven, 'options');
    ({ offset = 0, length = undefined, position = null } = optionsGiven ?? {});
    if (length === undefined) length = buffer.byteLength - offset;
  }
  if (offset === undefined || offset === null) offset = 0;
  else validateInteger(offset, 'offset', 0);
  length = length === undefined ? buffer.byteLength - offset : length | 0;
  position = toPosition(position);
  if (length === 0) return { offset, length, position };
  if (buffer.byteLength === 0) {
    throw new codes.ERR_INVALID_ARG_VALUE('buffer', buffer, 'is empty and cannot be written');
  }
  args.checkReadRange(offset, length, buffer.byteLength);
  return { offset, length, position };
}

const isOptions = (value) => value !== null && typeof value === 'object' && !ArrayBuffer.isView(value);

function read(fd, buffer, offset, length, position, callback) {
  fd = toFd(fd);
  let options;
  if (arguments.length <= 4) {
    if (arguments.length === 4) {
      options = offset ?? null; // (fd, buffer, options, callback)
      callback = length;
    } else if (arguments.length === 3) {
      // (fd, options, callback) or (fd, buffer, callback)
      callback = offset;
      if (buffer == null || isOptions(buffer)) {
        options = buffer ?? null;
        buffer = options?.buffer === undefined ? Buffer.alloc(16384) : options.buffer;
      } else {
        options = null;
      }
    } else {
      callback = buffer;
      buffer = Buffer.alloc(16384);
      options = null;
    }
  }
  validateBuffer(buffer);
  toCallback(callback);
  const r = readArguments(buffer, offset, length, position, options);
  if (r.length === 0) {
    process.nextTick(callback, null, 0, buffer);
    return;
  }
  binding.read(fd, buffer, r.offset, r.length, r.position, (error, bytesRead) =>
    callback(error, bytesRead || 0, buffer),
  );
}

function readSync(fd, buffer, offset, length, position) {
  fd = toFd(fd);
  validateBuffer(buffer);
  const options = arguments.length <= 3 ? (offset ?? null) : undefined;
  const r = readArguments(buffer, offset, length, position, options);
  if (r.length === 0) return 0;
  return binding.read(fd, buffer, r.offset, r.length, r.position, undefined);
}

// (buffer, offset, length, position), (buffer, options), (string, position, encoding).
function writeArguments(data, offset, length, position) {
  if (ArrayBuffer.isView(data)) {
    if (typeof offset === 'object' && offset !== null) {
      ({ offset = 0, length = data.byteLength - offset, position = null } = offset);
    }
    if (position === undefined) position = null;
    if (offset === undefined || offset === null || typeof offset === 'function') offset = 0;
    else validateInteger(offset, 'offset', 0);
    if (typeof length !== 'number') length = data.byteLength - offset;
    args.checkWriteRange(offset, length, data.byteLength);
    return {
      bytes: data,
      offset,
      length,
      position: typeof position === 'number' ? position : (position ?? -1),
    };
  }
  const encoding = typeof length === 'string' ? length : 'utf8';
  const bytes = args.toBytes(data, undefined, 'buffer');
  if (encoding !== 'utf8') {
    if (encoding === 'hex' && data.length % 2 !== 0) {
      throw new codes.ERR_INVALID_ARG_VALUE(
        'encoding',
        encoding,
        `is invalid for data of length ${data.length}`,
      );
    }
    args.checkEncoding(encoding);
  }
  const encoded = encoding === 'utf8' ? bytes : Buffer.from(data, encoding);
  const where = typeof offset === 'number' || typeof offset === 'bigint' ? offset : -1;
  return { bytes: encoded, offset: 0, length: encoded.byteLength, position: where };
}

function write(fd, data, offset, length, position, callback) {
  fd = toFd(fd);
  const list = [offset, length, position, callback];
  const index = list.findIndex((value) => typeof value === 'function');
  const done = toCallback(index === -1 ? callback || position || length : list[index]);
  for (let i = index; i < list.length; i++) list[i] = undefined;
  const w = writeArguments(data, list[0], list[1], list[2]);
  binding.writeBuffer(fd, w.bytes, w.offset, w.length, w.position, (error, written) =>
    done(error, written || 0, data),
  );
}

function writeSync(fd, data, offset, length, position) {
  fd = toFd(fd);
  const w = writeArguments(data, offset, length, position);
  return binding.writeBuffer(fd, w.bytes, w.offset, w.length, w.position, undefined);
}

function vectorForms(name) {
  const many = (position) => (typeof position === 'number' ? position : null);
  const callbackForm = function (fd, buffers, position, callback) {
    fd = toFd(fd);
    args.checkBuffers(buffers);
    const done = toCallback(callback || position);
    if (name === 'writeBuffers' && buffers.length === 0) {
      process.nextTick(done, null, 0, buffers);
      return;
    }
    binding[name](fd, buffers, many(position), (error, count) => done(error, count || 0, buffers));
  };
  const syncForm = function (fd, buffers, position) {
    fd = toFd(fd);
    args.checkBuffers(buffers);
    if (name === 'writeBuffers' && buffers.length === 0) return 0;
    return binding[name](fd, buffers, many(position), undefined);
  };
  return [callbackForm, syncForm];
}

const [readv, readvSync] = vectorForms('readBuffers');
const [writev, writevSync] = vectorForms('writeBuffers');

module.exports = {
  read,
  readArguments,
  readSync,
  readv,
  readvSync,
  write,
  writeArguments,
  writeSync,
  writev,
  writevSync,
};
