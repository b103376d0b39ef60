'use strict';
// TransformStream (https://streams.spec.whatwg.org/#ts): a writable and a readable side with a function between them; a slow
// reader holds the writer back.

const { codes } = require('internal/errors');
const {
  Deferred,
  callSafely,
  defineFace,
  innerOf,
  invalidState,
  isObject,
  kConstruct,
  kInner,
  needInner,
  promiseThen,
  readCallback,
  seal,
  toPromise,
} = require('internal/stream/web/common');
const { markOf, readStrategy } = require('internal/stream/web/strategies');
const { createReadable } = require('internal/stream/web/readable');
const { createWritable } = require('internal/stream/web/writable');
const { kErroring, kErrored } = require('internal/stream/web/writable_inner');
const { carrierMaker, kTransfer, kTransferList } = require('internal/messaging/transferable');
const readableState = require('internal/stream/web/readable_inner');

class TransformInner {
  constructor(face) {
    this.face = face;
    this.controllerFace = undefined;
    this.readable = undefined;
    this.writable = undefined;
    this.backpressure = true;
    this.backpressureChange = undefined; // Deferred: made when a write has to wait
    this.transformer = undefined;
    this.transform = undefined;
    this.flush = undefined;
    this.cancel = undefined;
    this.finishing = undefined; // the promise of a cancel or abort that is under way
    this.started = new Deferred();
  }

  setBackpressure(backpressure) {
    if (this.backpressureChange !== undefined) {
      this.backpressureChange.resolve();
      this.backpressureChange = undefined;
    }
    this.backpressure = backpressure;
  }

  waitForChange() {
    this.backpressureChange ??= new Deferred();
    return this.backpressureChange.promise;
  }

  clearAlgorithms() {
    this.transform = undefined;
    this.flush = undefined;
    this.cancel = undefined;
    this.transformer = undefined;
  }

  // ---- the sides fail together ----

  fail(error) {
    this.readable.controller.fail(error);
    this.failWritable(error);
  }

  failWritable(error) {
    this.clearAlgorithms();
    this.writable.controller.failIfNeeded(error);
    if (this.backpressure) this.setBackpressure(false);
  }

  // ---- the controller ----

  enqueue(chunk) {
    const { controller, state } = this.readable;
    if (controller.closeRequested || state !== readableState.kReadable) {
      throw invalidState('Unable to enqueue');
    }
    try {
      controller.enqueue(chunk);
    } catch (error) {
      this.failWritable(error);
      throw this.readable.storedError;
    }
    const backpressure = !controller.shouldPull();
    if (backpressure !== this.backpressure) this.setBackpressure(true);
  }

  terminate() {
    const { controller } = this.readable;
    if (controller.canEnqueue()) controller.close();
    this.failWritable(invalidState('TransformStream has been terminated'));
  }

  performTransform(chunk) {
    if (this.transform === undefined) {
      // The identity.
      try {
        this.enqueue(chunk);
        return undefined;
      } catch (error) {
        this.fail(error);
        return Promise.reject(error);
      }
    }
    const result = callSafely(this.transform, this.transformer, chunk, this.controllerFace);
    if (!isObject(result)) return undefined;
    return promiseThen(Promise.resolve(result), undefined, (error) => {
      this.fail(error);
      throw error;
    });
  }

  // ---- as the sink of the writable side ----

  sinkWrite(chunk) {
    if (!this.backpressure) return this.performTransform(chunk);
    return promiseThen(this.waitForChange(), () => {
      const { writable } = this;
      if (writable.state === kErroring) throw writable.storedError;
      return this.performTransform(chunk);
    });
  }

  sinkClose() {
    if (this.finishing !== undefined) return this.finishing.promise;
    const { readable } = this;
    const finishing = (this.finishing = new Deferred());
    const flushed = toPromise(callSafely(this.flush, this.transformer, this.controllerFace));
    this.clearAlgorithms();
    promiseThen(
      flushed,
      () => {
        if (readable.state === readableState.kErrored) {
          finishing.reject(readable.storedError);
          return;
        }
        if (readable.controller.canEnqueue()) readable.controller.close();
        finishing.resolve();
      },
      (error) => {
        readable.controller.fail(error);
        finishing.reject(error);
      },
    );
    return finishing.promise;
  }

  sinkAbort(reason) {
    if (this.finishing !== undefined) return this.finishing.promise;
    const { readable } = this;
    return this.cancelWith(
      reason,
      () => {
        if (readable.state === readableState.kErrored) throw readable.storedError;
        readable.controller.fail(reason);
      },
      (error) => readable.controller.fail(error),
    );
  }

  // ---- as the source of the readable side ----

  sourcePull() {
    this.setBackpressure(false);
    return this.waitForChange();
  }

  sourceCancel(reason) {
    if (this.finishing !== undefined) return this.finishing.promise;
    const { writable } = this;
    const unblock = () => {
      if (this.backpressure) this.setBackpressure(false);
    };
    return this.cancelWith(
      reason,
      () => {
        if (writable.state === kErrored) throw writable.storedError;
        writable.controller.failIfNeeded(reason);
        unblock();
      },
      (error) => {
        writable.controller.failIfNeeded(error);
        unblock();
      },
    );
  }

  cancelWith(reason, onDone, onFailed) {
    const finishing = (this.finishing = new Deferred());
    const cancelled = toPromise(callSafely(this.cancel, this.transformer, reason));
    this.clearAlgorithms();
    promiseThen(
      cancelled,
      () => {
        try {
          onDone();
          finishing.resolve();
        } catch (error) {
          finishing.reject(error);
        }
      },
      (error) => {
        onFailed(error);
        finishing.reject(error);
      },
    );
    return finishing.promise;
  }
}

seal(TransformInner);

const sinkAlgorithms = {
  __proto__: null,
  start() {
    return this.started.promise;
  },
  write: TransformInner.prototype.sinkWrite,
  close: TransformInner.prototype.sinkClose,
  abort: TransformInner.prototype.sinkAbort,
};
const sourceAlgorithms = {
  __proto__: null,
  start() {
    return this.started.promise;
  },
  pull: TransformInner.prototype.sourcePull,
  cancel: TransformInner.prototype.sourceCancel,
};

const needTransform = (face) => needInner(face, TransformInner, 'TransformStream');

class TransformStream {
  constructor(transformer = {}, writableStrategy = {}, readableStrategy = {}) {
    const face = makeCarrier(new.target);
    if (transformer === kConstruct) return face;
    if (transformer === null) throw new codes.ERR_INVALID_ARG_VALUE('transformer', 'Object', transformer);
    const readableOptions = readStrategy(readableStrategy);
    const writableOptions = readStrategy(writableStrategy);
    const { readableType, writableType } = transformer;
    const cancel = readCallback(transformer, 'cancel', 'transformer');
    const flush = readCallback(transformer, 'flush', 'transformer');
    const start = readCallback(transformer, 'start', 'transformer');
    const transform = readCallback(transformer, 'transform', 'transformer');
    if (readableType !== undefined) {
      throw new codes.ERR_INVALID_ARG_VALUE.RangeError('transformer.readableType', readableType);
    }
    if (writableType !== undefined) {
      throw new codes.ERR_INVALID_ARG_VALUE.RangeError('transformer.writableType', writableType);
    }
    const readableMark = markOf(readableOptions.highWaterMark, 0);
    const writableMark = markOf(writableOptions.highWaterMark, 1);
    const self = new TransformInner(face);
    face[kInner] = self;
    self.writable = createWritable(self, sinkAlgorithms, writableMark, writableOptions.size);
    self.readable = createReadable(self, sourceAlgorithms, readableMark, readableOptions.size);
    self.controllerFace = new TransformStreamDefaultController(kConstruct);
    self.controllerFace[kInner] = self;
    self.transformer = transformer;
    self.transform = transform;
    self.flush = flush;
    self.cancel = cancel;
    self.started.resolve(start && Reflect.apply(start, transformer, [self.controllerFace]));
    return face;
  }

  get readable() {
    return needTransform(this).readable.face;
  }

  get writable() {
    return needTransform(this).writable.face;
  }

  [kTransferList]() {
    return require('internal/stream/web/transfer').makePorts(this, 2);
  }
  [kTransfer]() {
    const { readable, writable } = needTransform(this);
    return require('internal/stream/web/transfer').transferTransform(this, readable, writable);
  }
}

const makeCarrier = carrierMaker(TransformStream);

// A transform stream whose two sides come from elsewhere.
function joinSides(readable, writable) {
  const face = new TransformStream(kConstruct);
  const self = (face[kInner] = new TransformInner(face));
  self.readable = readable;
  self.writable = writable;
  self.controllerFace = new TransformStreamDefaultController(kConstruct);
  self.controllerFace[kInner] = self;
  return face;
}

class TransformStreamDefaultController {
  constructor(token) {
    if (token !== kConstruct) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    this[kInner] = undefined;
  }
  get desiredSize() {
    return needController(this).readable.controller.desiredSize();
  }
  enqueue(chunk = undefined) {
    needController(this).enqueue(chunk);
  }
  error(reason = undefined) {
    needController(this).fail(reason);
  }
  terminate() {
    needController(this).terminate();
  }
}

// The controller's inner object is the stream's: it has no state of its own.
function needController(face) {
  const self = innerOf(face, TransformInner);
  if (self === undefined || self.face === face) {
    throw new codes.ERR_INVALID_THIS('TransformStreamDefaultController');
  }
  return self;
}

defineFace(
  TransformStream,
  (self) => ({
    readable: self.readable,
    writable: self.writable,
    backpressure: needTransform(self).backpressure,
  }),
  ['readable', 'writable'],
);
defineFace(TransformStreamDefaultController, (self) => ({ stream: needController(self).face }), [
  'desiredSize',
  'enqueue',
  'error',
  'terminate',
]);

module.exports = { TransformStream, TransformStreamDefaultController, joinSides };
