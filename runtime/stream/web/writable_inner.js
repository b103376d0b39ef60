'use strict';
// Writable streams inside (https://streams.spec.whatwg.org/#ws-abstract-ops): the stream, its controller and its writer. The
// classes that programs see are in writable.js.
//
// Who waits for a write or a close is an object with resolve() and reject(): a Deferred for a program, a counter for a pipe.

const Ring = require('internal/stream/ring');
const SizedQueue = require('internal/stream/web/sized_queue');
const {
  Deferred,
  Tracked,
  callSafely,
  deferredOfState,
  invalidState,
  seal,
  whenSettled,
} = require('internal/stream/web/common');
const { checkSize } = require('internal/stream/web/strategies');

const kWritable = 0;
const kErroring = 1; // an error waits for what is in flight
const kErrored = 2;
const kClosed = 3;
const kStateNames = ['writable', 'erroring', 'errored', 'closed'];

const kClose = Symbol('kClose'); // what stands for close() in the queue

class WritableInner {
  constructor(face) {
    this.face = face;
    this.state = kWritable;
    this.storedError = undefined;
    this.writer = undefined;
    this.controller = undefined;
    this.backpressure = false;
    this.writeRequests = new Ring();
    this.inFlightWrite = undefined;
    this.closeRequest = undefined;
    this.inFlightClose = undefined;
    this.pendingAbort = undefined; // { deferred, reason, wasErroring }
    this.finished = undefined; // Deferred for stream.finished()
  }

  get locked() {
    return this.writer !== undefined;
  }

  get closing() {
    return this.closeRequest !== undefined || this.inFlightClose !== undefined;
  }

  // "WritableStreamAbort"
  abort(reason) {
    if (this.state === kClosed || this.state === kErrored) return Promise.resolve();
    this.controller.signalAbort(reason);
    if (this.state === kClosed || this.state === kErrored) return Promise.resolve();
    if (this.pendingAbort !== undefined) return this.pendingAbort.deferred.promise;
    const wasErroring = this.state === kErroring;
    const deferred = new Deferred();
    this.pendingAbort = { deferred, reason: wasErroring ? undefined : reason, wasErroring };
    if (!wasErroring) this.startErroring(reason);
    return deferred.promise;
  }

  // "WritableStreamClose". `request` hears of the end.
  close(request) {
    if (this.state === kClosed || this.state === kErrored) {
      request.reject(invalidState('WritableStream is closed'));
      return;
    }
    this.closeRequest = request;
    if (this.writer !== undefined && this.backpressure && this.state === kWritable) this.writer.setReady();
    this.controller.close();
  }

  // ---- errors ----

  dealWithRejection(error) {
    if (this.state === kWritable) this.startErroring(error);
    else this.finishErroring();
  }

  startErroring(reason) {
    this.state = kErroring;
    this.storedError = reason;
    if (this.writer !== undefined) this.writer.failReady(reason);
    if (this.inFlightWrite === undefined && this.inFlightClose === undefined && this.controller.started) {
      this.finishErroring();
    }
  }

  finishErroring() {
    this.state = kErrored;
    this.controller.errorSteps();
    const { storedError, writeRequests } = this;
    while (writeRequests.length > 0) writeRequests.shift().reject(storedError);
    const { pendingAbort } = this;
    if (pendingAbort === undefined) {
      this.rejectCloseAndClosed();
      return;
    }
    this.pendingAbort = undefined;
    if (pendingAbort.wasErroring) {
      pendingAbort.deferred.reject(storedError);
      this.rejectCloseAndClosed();
      return;
    }
    whenSettled(
      this.controller.abortSteps(pendingAbort.reason),
      () => {
        pendingAbort.deferred.resolve();
        this.rejectCloseAndClosed();
      },
      (error) => {
        pendingAbort.deferred.reject(error);
        this.rejectCloseAndClosed();
      },
    );
  }

  rejectCloseAndClosed() {
    if (this.closeRequest !== undefined) {
      this.closeRequest.reject(this.storedError);
      this.closeRequest = undefined;
    }
    if (this.writer !== undefined) this.writer.failClosed(this.storedError);
    if (this.finished !== undefined) this.finished.reject(this.storedError);
  }

  // ---- the sink is done ----

  finishWrite() {
    const request = this.inFlightWrite;
    this.inFlightWrite = undefined;
    request.resolve(undefined);
  }

  finishWriteWithError(error) {
    const request = this.inFlightWrite;
    this.inFlightWrite = undefined;
    request.reject(error);
    this.dealWithRejection(error);
  }

  finishClose() {
    const request = this.inFlightClose;
    this.inFlightClose = undefined;
    request.resolve(undefined);
    if (this.state === kErroring) {
      // It closed well after all.
      this.storedError = undefined;
      if (this.pendingAbort !== undefined) {
        this.pendingAbort.deferred.resolve();
        this.pendingAbort = undefined;
      }
    }
    this.state = kClosed;
    if (this.writer !== undefined) this.writer.closed?.resolve();
    this.finished?.resolve();
  }

  finishCloseWithError(error) {
    const request = this.inFlightClose;
    this.inFlightClose = undefined;
    request.reject(error);
    if (this.pendingAbort !== undefined) {
      this.pendingAbort.deferred.reject(error);
      this.pendingAbort = undefined;
    }
    this.dealWithRejection(error);
  }

  updateBackpressure(backpressure) {
    const { writer } = this;
    if (writer !== undefined && backpressure !== this.backpressure) {
      if (backpressure) writer.unsetReady();
      else writer.setReady();
    }
    this.backpressure = backpressure;
  }

  whenFinished() {
    this.finished ??= deferredOfState(this.state === kClosed, this.state === kErrored, this.storedError);
    return this.finished;
  }
}

class WritableControllerInner {
  constructor(stream, face, sink, { write, close, abort }, highWaterMark, size) {
    this.face = face;
    this.stream = stream;
    this.sink = sink;
    this.writeAlgorithm = write;
    this.closeAlgorithm = close;
    this.abortAlgorithm = abort;
    this.size = size;
    this.highWaterMark = highWaterMark;
    this.queue = new SizedQueue(size === undefined);
    this.started = false;
    this.abortController = undefined; // made when somebody asks for its signal, or aborts
    this.onWritten = undefined;
    this.onWriteFailed = undefined;
    stream.controller = this;
    stream.updateBackpressure(this.desiredSize() <= 0);
  }

  start(start) {
    const result = start === undefined ? undefined : Reflect.apply(start, this.sink, [this.face]);
    whenSettled(
      result,
      () => {
        this.started = true;
        this.advance();
      },
      (error) => {
        this.started = true;
        this.stream.dealWithRejection(error);
      },
    );
  }

  desiredSize() {
    return this.highWaterMark - this.queue.total;
  }

  get signal() {
    this.abortController ??= new AbortController();
    return this.abortController.signal;
  }

  signalAbort(reason) {
    this.abortController ??= new AbortController();
    this.abortController.abort(reason);
  }

  sizeOf(chunk) {
    if (this.size === undefined) return 1;
    try {
      return (0, this.size)(chunk);
    } catch (error) {
      this.failIfNeeded(error);
      return 1;
    }
  }

  write(chunk, size) {
    try {
      this.queue.push(chunk, this.size === undefined ? 1 : checkSize(size));
    } catch (error) {
      this.failIfNeeded(error);
      return;
    }
    const { stream } = this;
    if (!stream.closing && stream.state === kWritable) stream.updateBackpressure(this.desiredSize() <= 0);
    this.advance();
  }

  close() {
    this.queue.push(kClose, 0);
    this.advance();
  }

  // "WritableStreamDefaultControllerAdvanceQueueIfNeeded"
  advance() {
    const { stream } = this;
    if (!this.started || stream.inFlightWrite !== undefined) return;
    if (stream.state === kErroring) {
      stream.finishErroring();
      return;
    }
    if (this.queue.length === 0) return;
    const chunk = this.queue.first();
    if (chunk === kClose) this.processClose();
    else this.processWrite(chunk);
  }

  processWrite(chunk) {
    const { stream } = this;
    stream.inFlightWrite = stream.writeRequests.shift();
    if (this.onWritten === undefined) {
      this.onWritten = () => this.written();
      this.onWriteFailed = (error) => {
        if (stream.state === kWritable) this.clearAlgorithms();
        stream.finishWriteWithError(error);
      };
    }
    whenSettled(
      callSafely(this.writeAlgorithm, this.sink, chunk, this.face),
      this.onWritten,
      this.onWriteFailed,
    );
  }

  written() {
    const { stream } = this;
    this.queue.shift(); // first: who waited may write or close at once
    stream.finishWrite();
    if (!stream.closing && stream.state === kWritable) stream.updateBackpressure(this.desiredSize() <= 0);
    this.advance();
  }

  processClose() {
    const { stream } = this;
    stream.inFlightClose = stream.closeRequest;
    stream.closeRequest = undefined;
    this.queue.shift();
    const result = callSafely(this.closeAlgorithm, this.sink);
    this.clearAlgorithms();
    whenSettled(
      result,
      () => stream.finishClose(),
      (error) => stream.finishCloseWithError(error),
    );
  }

  abortSteps(reason) {
    const result = callSafely(this.abortAlgorithm, this.sink, reason);
    this.clearAlgorithms();
    return result;
  }

  errorSteps() {
    this.queue.clear();
  }

  clearAlgorithms() {
    this.writeAlgorithm = undefined;
    this.closeAlgorithm = undefined;
    this.abortAlgorithm = undefined;
    this.size = undefined;
    this.sink = undefined;
  }

  failIfNeeded(error) {
    if (this.stream.state === kWritable) this.fail(error);
  }

  fail(error) {
    this.clearAlgorithms();
    this.stream.startErroring(error);
  }
}

// A writer. Its promises follow from the stream's state, so they are made only for who asks.
class WriterInner {
  constructor(stream, face) {
    this.face = face;
    this.stream = stream; // undefined once released
    this.releaseError = undefined;
    this.closed = undefined; // Tracked
    this.ready = undefined; // Tracked, of the present phase: pending under backpressure, else resolved
    stream.writer = this;
  }

  // ---- promises ----

  closedPromise() {
    if (this.closed === undefined) {
      const made = (this.closed = new Tracked());
      const { stream } = this;
      if (stream === undefined) made.reject(this.releaseError);
      else if (stream.state === kClosed) made.resolve();
      else if (stream.state === kErrored && stream.pendingAbort === undefined)
        made.reject(stream.storedError);
    }
    return this.closed.promise;
  }

  readyPromise() {
    if (this.ready === undefined) {
      const made = (this.ready = new Tracked());
      const { stream } = this;
      if (stream === undefined) made.reject(this.releaseError);
      else if (stream.state === kErroring || stream.state === kErrored) made.reject(stream.storedError);
      else if (stream.state === kClosed || stream.closing || !stream.backpressure) made.resolve();
    }
    return this.ready.promise;
  }

  setReady() {
    this.ready?.resolve();
  }

  unsetReady() {
    this.ready = undefined;
  }

  failReady(error) {
    this.ready?.reject(error);
  }

  failClosed(error) {
    this.closed?.reject(error);
  }

  // ---- doing ----

  desiredSize() {
    const { stream } = this;
    if (stream.state === kErrored || stream.state === kErroring) return null;
    return stream.state === kClosed ? 0 : stream.controller.desiredSize();
  }

  // "WritableStreamDefaultWriterWrite"
  write(chunk, request) {
    const { stream } = this;
    const { controller } = stream;
    const size = controller.sizeOf(chunk);
    if (stream !== this.stream) {
      request.reject(invalidState('Mismatched WritableStreams'));
    } else if (stream.state === kErrored) {
      request.reject(stream.storedError);
    } else if (stream.closing || stream.state === kClosed) {
      request.reject(invalidState('WritableStream is closed'));
    } else if (stream.state === kErroring) {
      request.reject(stream.storedError);
    } else {
      stream.writeRequests.push(request);
      controller.write(chunk, size);
    }
  }

  // Closes, unless that was done before; tells of an error.
  closeWithErrorPropagation() {
    const { stream } = this;
    if (stream.closing || stream.state === kClosed) return Promise.resolve();
    if (stream.state === kErrored) return Promise.reject(stream.storedError);
    const request = new Deferred();
    stream.close(request);
    return request.promise;
  }

  release() {
    this.releaseError = invalidState('Writer has been released');
    this.failReady(this.releaseError);
    this.failClosed(this.releaseError);
    this.stream.writer = undefined;
    this.stream = undefined;
  }
}

function acquireWriter(stream, face) {
  if (stream.locked) throw invalidState('WritableStream is locked');
  return new WriterInner(stream, face);
}

for (const Class of [WritableInner, WritableControllerInner, WriterInner]) seal(Class);

module.exports = {
  WritableControllerInner,
  WritableInner,
  WriterInner,
  acquireWriter,
  kClosed,
  kErrored,
  kErroring,
  kStateNames,
  kWritable,
};
