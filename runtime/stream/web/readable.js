'use strict';
// ReadableStream, its readers and its controllers as programs see them (https://streams.spec.whatwg.org/#rs).

const { codes } = require('internal/errors');
const {
  defineFace,
  innerOf,
  invalidState,
  kConstruct,
  kInner,
  needInner,
  readCallback,
  readDictionary,
} = require('internal/stream/web/common');
const { markOf, readStrategy } = require('internal/stream/web/strategies');
const inner = require('internal/stream/web/readable_inner');
const { DefaultControllerInner } = require('internal/stream/web/default_controller');
const { ByteControllerInner } = require('internal/stream/web/byte_controller');
const { WritableInner } = require('internal/stream/web/writable_inner');
const { isDetached } = require('internal/stream/web/bytes');
const utils = require('internal/stream/utils');
const { carrierMaker, kTransfer, kTransferList } = require('internal/messaging/transferable');

const { PromisedRead, ReadableInner, ReaderInner } = inner;

const needStream = (face) => needInner(face, ReadableInner, 'ReadableStream');
const isView = ArrayBuffer.isView;

class ReadableStream {
  constructor(source = {}, strategy = {}) {
    if (source === null) throw new codes.ERR_INVALID_ARG_VALUE('source', 'Object', source);
    const self = makeCarrier(new.target);
    const stream = (self[kInner] = new ReadableInner(self));
    if (source === kConstruct) return self;
    const { highWaterMark, size, hasSize } = readStrategy(strategy);
    const { autoAllocateChunkSize } = source;
    const cancel = readCallback(source, 'cancel', 'source');
    const pull = readCallback(source, 'pull', 'source');
    const start = readCallback(source, 'start', 'source');
    const { type } = source;
    if (type !== undefined && `${type}` === 'bytes') {
      if (hasSize) throw new codes.ERR_INVALID_ARG_VALUE.RangeError('strategy.size', strategy.size);
      const chunkSize = readChunkSize(autoAllocateChunkSize);
      setUpBytes(stream, source, { start, pull, cancel }, markOf(highWaterMark, 0), chunkSize);
    } else if (type === undefined) {
      setUp(stream, source, { start, pull, cancel }, markOf(highWaterMark, 1), size);
    } else {
      throw new codes.ERR_INVALID_ARG_VALUE('source.type', type);
    }
    return self;
  }

  static from(iterable) {
    return require('internal/stream/web/from')(iterable);
  }

  get locked() {
    return needStream(this).locked;
  }

  cancel(reason = undefined) {
    const stream = innerOf(this, ReadableInner);
    if (stream === undefined) return Promise.reject(new codes.ERR_INVALID_THIS('ReadableStream'));
    if (stream.locked) return Promise.reject(invalidState('ReadableStream is locked'));
    return stream.cancel(reason);
  }

  getReader(options = {}) {
    needStream(this);
    const { mode } = readDictionary(options, 'options');
    if (mode === undefined) return new ReadableStreamDefaultReader(this);
    if (`${mode}` !== 'byob') throw new codes.ERR_INVALID_ARG_VALUE('options.mode', mode);
    return new ReadableStreamBYOBReader(this);
  }

  pipeThrough(transform, options = {}) {
    const source = needStream(this);
    const readable = transform?.readable;
    if (innerOf(readable, ReadableInner) === undefined) {
      throw new codes.ERR_INVALID_ARG_TYPE('transform.readable', 'ReadableStream', readable);
    }
    const writable = transform?.writable;
    const target = innerOf(writable, WritableInner);
    if (target === undefined) {
      throw new codes.ERR_INVALID_ARG_TYPE('transform.writable', 'WritableStream', writable);
    }
    const settings = readPipeOptions(options);
    if (source.locked) throw invalidState('The ReadableStream is locked');
    if (target.locked) throw invalidState('The WritableStream is locked');
    const { pipeTo } = require('internal/stream/web/pipe');
    require('internal/stream/web/common').markHandled(pipeTo(source, target, settings));
    return readable;
  }

  pipeTo(destination, options = {}) {
    try {
      const source = needStream(this);
      const target = innerOf(destination, WritableInner);
      if (target === undefined) {
        throw new codes.ERR_INVALID_ARG_TYPE('destination', 'WritableStream', destination);
      }
      const settings = readPipeOptions(options);
      if (source.locked) throw invalidState('The ReadableStream is locked');
      if (target.locked) throw invalidState('The WritableStream is locked');
      return require('internal/stream/web/pipe').pipeTo(source, target, settings);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tee() {
    return require('internal/stream/web/tee')(needStream(this));
  }

  values(options = {}) {
    const stream = needStream(this);
    const { preventCancel } = readDictionary(options, 'options');
    return require('internal/stream/web/iterator')(stream, !!preventCancel);
  }

  get [utils.kIsClosedPromise]() {
    return needStream(this).whenFinished();
  }
  get [utils.kIsDisturbed]() {
    return needStream(this).disturbed;
  }
  get [utils.kIsErrored]() {
    return needStream(this).state === inner.kErrored;
  }
  get [utils.kIsReadable]() {
    return needStream(this).state === inner.kReadable;
  }
  [utils.kControllerErrorFunction](error) {
    needStream(this).controller.fail(error);
  }
  [kTransferList]() {
    return require('internal/stream/web/transfer').makePorts(this, 1);
  }
  [kTransfer]() {
    return require('internal/stream/web/transfer').transferReadable(this, needStream(this));
  }
}

const makeCarrier = carrierMaker(ReadableStream);

function readPipeOptions(options) {
  const dictionary = readDictionary(options, 'options');
  const preventAbort = !!dictionary.preventAbort;
  const preventCancel = !!dictionary.preventCancel;
  const preventClose = !!dictionary.preventClose;
  const { signal } = dictionary;
  if (signal !== undefined) {
    require('internal/errors/validators').validateAbortSignal(signal, 'options.signal');
    if (signal === null || typeof signal !== 'object') {
      throw new codes.ERR_INVALID_ARG_TYPE('options.signal', 'AbortSignal', signal);
    }
  }
  return { preventAbort, preventCancel, preventClose, signal };
}

function readChunkSize(value) {
  if (value === undefined) return undefined;
  const size = Math.trunc(+value);
  if (!(size > 0) || size > Number.MAX_SAFE_INTEGER) {
    throw new codes.ERR_INVALID_ARG_VALUE('source.autoAllocateChunkSize', value);
  }
  return size;
}

// ---- controllers ----

function setUp(stream, source, algorithms, highWaterMark, size) {
  const face = new ReadableStreamDefaultController(kConstruct);
  const controller = new DefaultControllerInner(stream, face, source, algorithms, highWaterMark, size);
  face[kInner] = controller;
  controller.start(algorithms.start);
}

function setUpBytes(stream, source, algorithms, highWaterMark, chunkSize) {
  const face = new ReadableByteStreamController(kConstruct);
  const controller = new ByteControllerInner(stream, face, source, algorithms, highWaterMark, chunkSize);
  controller.makeRequestFace = makeRequestFace;
  face[kInner] = controller;
  controller.start(algorithms.start);
}

const needDefault = (face) => needInner(face, DefaultControllerInner, 'ReadableStreamDefaultController');

class ReadableStreamDefaultController {
  constructor(token) {
    if (token !== kConstruct) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this[kInner] = undefined;
  }
  get desiredSize() {
    return needDefault(this).desiredSize();
  }
  close() {
    const controller = needDefault(this);
    if (!controller.canEnqueue()) throw invalidState('Controller is already closed');
    controller.close();
  }
  enqueue(chunk = undefined) {
    const controller = needDefault(this);
    if (!controller.canEnqueue()) throw invalidState('Controller is already closed');
    controller.enqueue(chunk);
  }
  error(error = undefined) {
    needDefault(this).fail(error);
  }
}

const needBytes = (face) => needInner(face, ByteControllerInner, 'ReadableByteStreamController');

class ReadableByteStreamController {
  constructor(token) {
    if (token !== kConstruct) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this[kInner] = undefined;
  }
  get byobRequest() {
    return needBytes(this).getByobRequest()?.face ?? null;
  }
  get desiredSize() {
    return needBytes(this).desiredSize();
  }
  close() {
    const controller = needBytes(this);
    if (controller.closeRequested) throw invalidState('Controller is already closed');
    if (controller.stream.state !== inner.kReadable) {
      throw invalidState('ReadableStream is already closed');
    }
    controller.close();
  }
  enqueue(chunk) {
    const controller = needBytes(this);
    if (!isView(chunk)) {
      throw new codes.ERR_INVALID_ARG_TYPE('buffer', ['Buffer', 'TypedArray', 'DataView'], chunk);
    }
    if (chunk.byteLength === 0 || chunk.buffer.byteLength === 0) {
      throw invalidState('chunk ArrayBuffer is zero-length or detached');
    }
    if (controller.closeRequested) throw invalidState('Controller is already closed');
    if (controller.stream.state !== inner.kReadable) {
      throw invalidState('ReadableStream is already closed');
    }
    controller.enqueue(chunk);
  }
  error(error = undefined) {
    needBytes(this).fail(error);
  }
}

// What a source fills for a reader; its inner object is { controller, view } until it is used up.
class ByobRequestInner {
  constructor(request) {
    this.request = request;
  }
}

const needRequest = (face) => needInner(face, ByobRequestInner, 'ReadableStreamBYOBRequest').request;

class ReadableStreamBYOBRequest {
  constructor(token) {
    if (token !== kConstruct) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this[kInner] = undefined;
  }
  get view() {
    return needRequest(this).view;
  }
  respond(bytesWritten) {
    const { controller, view } = needRequest(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('bytesWritten');
    const count = Math.trunc(+bytesWritten) || 0;
    if (count < 0 || count > Number.MAX_SAFE_INTEGER) {
      throw new codes.ERR_INVALID_ARG_VALUE('bytesWritten', bytesWritten);
    }
    if (controller === undefined) throw invalidState('This BYOB request has been invalidated');
    if (isDetached(view.buffer)) throw invalidState('Viewed ArrayBuffer is detached');
    controller.respond(count);
  }
  respondWithNewView(view) {
    const { controller } = needRequest(this);
    if (!isView(view)) {
      throw new codes.ERR_INVALID_ARG_TYPE('view', ['Buffer', 'TypedArray', 'DataView'], view);
    }
    if (controller === undefined) throw invalidState('This BYOB request has been invalidated');
    if (isDetached(view.buffer)) throw invalidState('Viewed ArrayBuffer is detached');
    controller.respondWithView(view);
  }
}

function makeRequestFace(request) {
  const face = new ReadableStreamBYOBRequest(kConstruct);
  face[kInner] = new ByobRequestInner(request);
  return face;
}

// ---- readers ----

const isDefaultReader = (reader) => reader !== undefined && !reader.isByob;
const isByobReader = (reader) => reader !== undefined && reader.isByob;

function readerOf(face, accepts, name) {
  const reader = innerOf(face, ReaderInner);
  if (!accepts(reader)) throw new codes.ERR_INVALID_THIS(name);
  return reader;
}

const unattached = () => invalidState('The reader is not attached to a stream');

class ReadableStreamDefaultReader {
  constructor(stream) {
    const target = innerOf(stream, ReadableInner);
    if (target === undefined) throw new codes.ERR_INVALID_ARG_TYPE('stream', 'ReadableStream', stream);
    this[kInner] = inner.acquireReader(target, this);
  }
  get closed() {
    const reader = innerOf(this, ReaderInner);
    if (!isDefaultReader(reader)) {
      return Promise.reject(new codes.ERR_INVALID_THIS('ReadableStreamDefaultReader'));
    }
    return reader.closedPromise();
  }
  cancel(reason = undefined) {
    const reader = innerOf(this, ReaderInner);
    if (!isDefaultReader(reader)) {
      return Promise.reject(new codes.ERR_INVALID_THIS('ReadableStreamDefaultReader'));
    }
    return reader.cancel(reason);
  }
  read() {
    const reader = innerOf(this, ReaderInner);
    if (!isDefaultReader(reader)) {
      return Promise.reject(new codes.ERR_INVALID_THIS('ReadableStreamDefaultReader'));
    }
    if (reader.stream === undefined) return Promise.reject(unattached());
    const request = new PromisedRead();
    reader.read(request);
    return request.promise;
  }
  releaseLock() {
    readerOf(this, isDefaultReader, 'ReadableStreamDefaultReader').release();
  }
}

class ReadableStreamBYOBReader {
  constructor(stream) {
    const target = innerOf(stream, ReadableInner);
    if (target === undefined) throw new codes.ERR_INVALID_ARG_TYPE('stream', 'ReadableStream', stream);
    if (target.locked) throw invalidState('ReadableStream is locked');
    if (!(target.controller instanceof ByteControllerInner)) {
      throw new codes.ERR_INVALID_ARG_VALUE('stream', stream, 'must be a byte stream');
    }
    this[kInner] = new ReaderInner(target, true, this);
  }
  get closed() {
    const reader = innerOf(this, ReaderInner);
    if (!isByobReader(reader)) return Promise.reject(new codes.ERR_INVALID_THIS('ReadableStreamBYOBReader'));
    return reader.closedPromise();
  }
  cancel(reason = undefined) {
    const reader = innerOf(this, ReaderInner);
    if (!isByobReader(reader)) return Promise.reject(new codes.ERR_INVALID_THIS('ReadableStreamBYOBReader'));
    return reader.cancel(reason);
  }
  // async, so that what is wrong with the arguments is a rejection too
  async read(view, options = {}) {
    const reader = readerOf(this, isByobReader, 'ReadableStreamBYOBReader');
    if (!isView(view)) {
      throw new codes.ERR_INVALID_ARG_TYPE('view', ['Buffer', 'TypedArray', 'DataView'], view);
    }
    const min = readMin(readDictionary(options, 'options').min, view);
    if (view.byteLength === 0 || view.buffer.byteLength === 0) {
      throw invalidState('View or Viewed ArrayBuffer is zero-length or detached');
    }
    if (reader.stream === undefined) throw unattached();
    const request = new PromisedRead();
    reader.readInto(view, min, request);
    return request.promise;
  }
  releaseLock() {
    readerOf(this, isByobReader, 'ReadableStreamBYOBReader').release();
  }
}

// How many elements a read must have at least.
function readMin(value, view) {
  if (value === undefined) return 1;
  const min = Math.trunc(+value);
  if (!(min > 0)) throw new codes.ERR_INVALID_ARG_VALUE('options.min', value, 'must be greater than 0');
  const length = view.length ?? view.byteLength;
  if (min > length) {
    throw new codes.ERR_OUT_OF_RANGE('options.min', `<= ${length}`, value);
  }
  return min;
}

// ---- how they look ----

defineFace(
  ReadableStream,
  (self) => ({
    locked: self.locked,
    state: inner.kStateNames[needStream(self).state],
    supportsBYOB: needStream(self).controller instanceof ByteControllerInner,
  }),
  ['locked', 'cancel', 'getReader', 'pipeThrough', 'pipeTo', 'tee', 'values'],
);
Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, {
  value: ReadableStream.prototype.values,
  writable: true,
  enumerable: false,
  configurable: true,
});
Object.defineProperty(ReadableStream, 'from', { enumerable: true });
const shownReader = (self) => {
  const reader = innerOf(self, ReaderInner);
  if (reader === undefined) throw new codes.ERR_INVALID_THIS('reader');
  return { stream: reader.stream?.face, requests: reader.requests.length, close: reader.closedPromise() };
};
const readerMembers = ['closed', 'cancel', 'read', 'releaseLock'];
defineFace(ReadableStreamDefaultReader, shownReader, readerMembers);
defineFace(ReadableStreamBYOBReader, shownReader, readerMembers);
const controllerMembers = ['desiredSize', 'close', 'enqueue', 'error'];
defineFace(ReadableStreamDefaultController, () => ({}), controllerMembers);
defineFace(ReadableByteStreamController, () => ({}), ['byobRequest', ...controllerMembers]);
defineFace(
  ReadableStreamBYOBRequest,
  (self) => ({ view: needRequest(self).view, controller: needRequest(self).controller?.face }),
  ['view', 'respond', 'respondWithNewView'],
);

// Streams of ours: `algorithms` are called with `receiver` as this.
function createReadable(receiver, algorithms, highWaterMark, size) {
  const face = new ReadableStream(kConstruct);
  setUp(face[kInner], receiver, algorithms, highWaterMark, size);
  return face[kInner];
}

function createReadableBytes(receiver, algorithms, highWaterMark = 0) {
  const face = new ReadableStream(kConstruct);
  setUpBytes(face[kInner], receiver, algorithms, highWaterMark, undefined);
  return face[kInner];
}

module.exports = {
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  createReadable,
  createReadableBytes,
};
