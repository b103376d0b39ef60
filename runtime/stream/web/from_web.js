'use strict';
// Web streams as Node's streams (Node doc: stream, Readable.fromWeb, Writable.fromWeb, Duplex.fromWeb).

const { codes } = require('internal/errors');
const { validateBoolean, validateObject } = require('internal/errors/validators');
const { Deferred, innerOf, promiseThen } = require('internal/stream/web/common');
const { ReadableInner, acquireReader } = require('internal/stream/web/readable_inner');
const { WritableInner, acquireWriter } = require('internal/stream/web/writable_inner');
const { destroyer } = require('internal/stream/destroy');
const { isWritableEnded } = require('internal/stream/utils');
const { Buffer } = require('buffer');

function innerReadable(face, name) {
  const inner = innerOf(face, ReadableInner);
  if (inner === undefined) throw new codes.ERR_INVALID_ARG_TYPE(name, 'ReadableStream', face);
  return inner;
}

function innerWritable(face, name) {
  const inner = innerOf(face, WritableInner);
  if (inner === undefined) throw new codes.ERR_INVALID_ARG_TYPE(name, 'WritableStream', face);
  return inner;
}

// The reading half: pushes into `target`, which is set once it exists. Stands for the reads it makes.
class Source {
  constructor(stream) {
    this.reader = acquireReader(stream);
    this.target = undefined;
    this.closed = false;
  }
  attach(target) {
    this.target = target;
    promiseThen(
      this.reader.closedPromise(),
      () => {
        this.closed = true;
      },
      (error) => {
        this.closed = true;
        destroyer(target, error);
      },
    );
  }
  chunk(value) {
    this.target.push(value);
  }
  close() {
    this.target.push(null);
  }
  fail(error) {
    destroyer(this.target, error);
  }
  read() {
    this.reader.read(this);
  }
  async cancel(error) {
    if (!this.closed) await this.reader.cancel(error);
  }
}

// The writing half.
class Sink {
  constructor(stream, objectMode, decodeStrings) {
    this.writer = acquireWriter(stream);
    this.keepsStrings = objectMode || !decodeStrings;
    this.closed = false;
  }
  attach(target) {
    promiseThen(
      this.writer.closedPromise(),
      () => {
        this.closed = true;
        if (!isWritableEnded(target)) destroyer(target, new codes.ERR_STREAM_PREMATURE_CLOSE());
      },
      (error) => {
        this.closed = true;
        destroyer(target, error);
      },
    );
  }
  write(chunk, encoding, callback) {
    if (typeof chunk === 'string' && !this.keepsStrings) chunk = Buffer.from(chunk, encoding);
    const written = { resolve: () => callback(), reject: callback };
    promiseThen(
      this.writer.readyPromise(),
      () => this.writer.write(chunk, written),
      (error) => callback(error),
    );
  }
  writev(chunks, callback) {
    let left = chunks.length;
    let failure;
    const written = {
      resolve() {
        if (--left === 0) callback(failure);
      },
      reject(error) {
        failure ??= error;
        this.resolve();
      },
    };
    promiseThen(
      this.writer.readyPromise(),
      () => {
        for (const { chunk } of chunks) this.writer.write(chunk, written);
      },
      (error) => callback(error),
    );
  }
  async end() {
    if (this.closed) return;
    const { stream } = this.writer;
    if (stream.closing) return;
    const request = new Deferred();
    stream.close(request);
    await request.promise;
  }
  async abort(error) {
    if (!this.closed) await this.writer.stream.abort(error);
  }
}

// Calls back outside of the promise, so that what the callback throws is an uncaught exception.
function settle(promise, callback, error) {
  const tell = (failure) => process.nextTick(callback, failure);
  promiseThen(
    promise,
    () => tell(error),
    (failure) => tell(error ?? failure),
  );
}

function newReadableFromWeb(readableStream, options = {}) {
  const stream = innerReadable(readableStream, 'readableStream');
  validateObject(options, 'options');
  const { highWaterMark, encoding, objectMode = false, signal } = options;
  if (encoding !== undefined && !Buffer.isEncoding(encoding)) {
    throw new codes.ERR_INVALID_ARG_VALUE(encoding, 'options.encoding');
  }
  validateBoolean(objectMode, 'options.objectMode');
  const source = new Source(stream);
  const Readable = require('internal/stream/readable');
  const readable = new Readable({
    objectMode,
    highWaterMark,
    encoding,
    signal,
    read: () => source.read(),
    destroy: (error, callback) => settle(source.cancel(error), callback, error),
  });
  source.attach(readable);
  return readable;
}

function newWritableFromWeb(writableStream, options = {}) {
  const stream = innerWritable(writableStream, 'writableStream');
  validateObject(options, 'options');
  const { highWaterMark, decodeStrings = true, objectMode = false, signal } = options;
  validateBoolean(objectMode, 'options.objectMode');
  validateBoolean(decodeStrings, 'options.decodeStrings');
  const sink = new Sink(stream, objectMode, decodeStrings);
  const Writable = require('internal/stream/writable');
  const writable = new Writable({
    highWaterMark,
    objectMode,
    decodeStrings,
    signal,
    write: (chunk, encoding, callback) => sink.write(chunk, encoding, callback),
    writev: (chunks, callback) => sink.writev(chunks, callback),
    final: (callback) => settle(sink.end(), callback),
    destroy: (error, callback) => settle(error == null ? sink.end() : sink.abort(error), callback, error),
  });
  sink.attach(writable);
  return writable;
}

function newDuplexFromWeb(pair, options = {}) {
  validateObject(pair, 'pair');
  validateObject(options, 'options');
  const readableStream = innerReadable(pair.readable, 'pair.readable');
  const writableStream = innerWritable(pair.writable, 'pair.writable');
  const {
    allowHalfOpen = false,
    objectMode = false,
    encoding,
    decodeStrings = true,
    highWaterMark,
    signal,
  } = options;
  validateBoolean(objectMode, 'options.objectMode');
  if (encoding !== undefined && !Buffer.isEncoding(encoding)) {
    throw new codes.ERR_INVALID_ARG_VALUE(encoding, 'options.encoding');
  }
  const sink = new Sink(writableStream, objectMode, decodeStrings);
  const source = new Source(readableStream);
  const Duplex = require('internal/stream/duplex');
  const duplex = new Duplex({
    allowHalfOpen,
    highWaterMark,
    objectMode,
    encoding,
    decodeStrings,
    signal,
    read: () => source.read(),
    write: (chunk, encodingOfChunk, callback) => sink.write(chunk, encodingOfChunk, callback),
    writev: (chunks, callback) => sink.writev(chunks, callback),
    final: (callback) => settle(sink.end(), callback),
    destroy: (error, callback) =>
      settle(Promise.all([sink.abort(error), source.cancel(error)]), callback, error),
  });
  sink.attach(duplex);
  source.attach(duplex);
  return duplex;
}

module.exports = { newDuplexFromWeb, newReadableFromWeb, newWritableFromWeb };
