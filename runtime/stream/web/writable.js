'use strict';
// WritableStream, its writer and its controller as programs see them (https://streams.spec.whatwg.org/#ws).

const { codes } = require('internal/errors');
const {
  Deferred,
  defineFace,
  innerOf,
  invalidState,
  kConstruct,
  kInner,
  needInner,
  readCallback,
} = require('internal/stream/web/common');
const { markOf, readStrategy } = require('internal/stream/web/strategies');
const inner = require('internal/stream/web/writable_inner');
const utils = require('internal/stream/utils');
const { carrierMaker, kTransfer, kTransferList } = require('internal/messaging/transferable');

const { WritableControllerInner, WritableInner, WriterInner } = inner;

const needStream = (face) => needInner(face, WritableInner, 'WritableStream');

class WritableStream {
  constructor(sink = {}, strategy = {}) {
    if (sink === null) throw new codes.ERR_INVALID_ARG_VALUE('sink', 'Object', sink);
    const self = makeCarrier(new.target);
    if (sink === kConstruct) {
      self[kInner] = new WritableInner(self);
      return self;
    }
    const { highWaterMark, size } = readStrategy(strategy);
    const abort = readCallback(sink, 'abort', 'sink');
    const close = readCallback(sink, 'close', 'sink');
    const start = readCallback(sink, 'start', 'sink');
    const { type } = sink;
    const write = readCallback(sink, 'write', 'sink');
    if (type !== undefined) throw new codes.ERR_INVALID_ARG_VALUE.RangeError('type', type);
    self[kInner] = new WritableInner(self);
    setUp(self[kInner], sink, { start, write, close, abort }, markOf(highWaterMark, 1), size);
    return self;
  }

  get locked() {
    return needStream(this).locked;
  }

  abort(reason = undefined) {
    const stream = innerOf(this, WritableInner);
    if (stream === undefined) return Promise.reject(new codes.ERR_INVALID_THIS('WritableStream'));
    if (stream.locked) return Promise.reject(invalidState('WritableStream is locked'));
    return stream.abort(reason);
  }

  close() {
    const stream = innerOf(this, WritableInner);
    if (stream === undefined) return Promise.reject(new codes.ERR_INVALID_THIS('WritableStream'));
    if (stream.locked) return Promise.reject(invalidState('WritableStream is locked'));
    if (stream.closing) return Promise.reject(invalidState('Failure closing WritableStream'));
    const request = new Deferred();
    stream.close(request);
    return request.promise;
  }

  getWriter() {
    needStream(this);
    return new WritableStreamDefaultWriter(this);
  }

  get [utils.kIsClosedPromise]() {
    return needStream(this).whenFinished();
  }
  get [utils.kIsErrored]() {
    return needStream(this).state === inner.kErrored;
  }
  get [utils.kIsWritable]() {
    return needStream(this).state === inner.kWritable;
  }
  [utils.kControllerErrorFunction](error) {
    const { controller } = needStream(this);
    controller.failIfNeeded(error);
  }
  [kTransferList]() {
    return require('internal/stream/web/transfer').makePorts(this, 1);
  }
  [kTransfer]() {
    return require('internal/stream/web/transfer').transferWritable(this, needStream(this));
  }
}

const makeCarrier = carrierMaker(WritableStream);

function setUp(stream, sink, algorithms, highWaterMark, size) {
  const face = new WritableStreamDefaultController(kConstruct);
  const controller = new WritableControllerInner(stream, face, sink, algorithms, highWaterMark, size);
  face[kInner] = controller;
  controller.start(algorithms.start);
  return controller;
}

const needWriter = (face) => needInner(face, WriterInner, 'WritableStreamDefaultWriter');
const released = () => invalidState('Writer is not bound to a WritableStream');

class WritableStreamDefaultWriter {
  constructor(stream) {
    const target = innerOf(stream, WritableInner);
    if (target === undefined) throw new codes.ERR_INVALID_ARG_TYPE('stream', 'WritableStream', stream);
    this[kInner] = inner.acquireWriter(target, this);
  }

  get closed() {
    const writer = innerOf(this, WriterInner);
    if (writer === undefined)
      return Promise.reject(new codes.ERR_INVALID_THIS('WritableStreamDefaultWriter'));
    return writer.closedPromise();
  }

  get desiredSize() {
    const writer = needWriter(this);
    if (writer.stream === undefined) throw released();
    return writer.desiredSize();
  }

  get ready() {
    const writer = innerOf(this, WriterInner);
    if (writer === undefined)
      return Promise.reject(new codes.ERR_INVALID_THIS('WritableStreamDefaultWriter'));
    return writer.readyPromise();
  }

  abort(reason = undefined) {
    const writer = innerOf(this, WriterInner);
    if (writer === undefined)
      return Promise.reject(new codes.ERR_INVALID_THIS('WritableStreamDefaultWriter'));
    if (writer.stream === undefined) return Promise.reject(released());
    return writer.stream.abort(reason);
  }

  close() {
    const writer = innerOf(this, WriterInner);
    if (writer === undefined)
      return Promise.reject(new codes.ERR_INVALID_THIS('WritableStreamDefaultWriter'));
    if (writer.stream === undefined) return Promise.reject(released());
    if (writer.stream.closing) return Promise.reject(invalidState('Failure to close WritableStream'));
    const request = new Deferred();
    writer.stream.close(request);
    return request.promise;
  }

  releaseLock() {
    const writer = needWriter(this);
    if (writer.stream !== undefined) writer.release();
  }

  write(chunk = undefined) {
    const writer = innerOf(this, WriterInner);
    if (writer === undefined)
      return Promise.reject(new codes.ERR_INVALID_THIS('WritableStreamDefaultWriter'));
    if (writer.stream === undefined) return Promise.reject(released());
    const request = new Deferred();
    writer.write(chunk, request);
    return request.promise;
  }
}

const needController = (face) => needInner(face, WritableControllerInner, 'WritableStreamDefaultController');

class WritableStreamDefaultController {
  constructor(token) {
    if (token !== kConstruct) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this[kInner] = undefined;
  }

  get signal() {
    return needController(this).signal;
  }

  error(error = undefined) {
    needController(this).failIfNeeded(error);
  }
}

defineFace(
  WritableStream,
  (self) => ({ locked: self.locked, state: inner.kStateNames[needStream(self).state] }),
  ['locked', 'abort', 'close', 'getWriter'],
);
defineFace(
  WritableStreamDefaultWriter,
  (self) => ({
    stream: needWriter(self).stream?.face,
    close: needWriter(self).closedPromise(),
    ready: needWriter(self).readyPromise(),
    desiredSize: needWriter(self).stream && needWriter(self).desiredSize(),
  }),
  ['closed', 'desiredSize', 'ready', 'abort', 'close', 'releaseLock', 'write'],
);
defineFace(WritableStreamDefaultController, (self) => ({ stream: needController(self).stream.face }), [
  'signal',
  'error',
]);

// A stream of ours: algorithms get `receiver` as this.
function createWritable(receiver, algorithms, highWaterMark, size) {
  const face = new WritableStream(kConstruct);
  setUp(face[kInner], receiver, algorithms, highWaterMark, size);
  return face[kInner];
}

module.exports = {
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
  createWritable,
};
