'use strict';
// Readable streams inside (https://streams.spec.whatwg.org/#rs-abstract-ops): the stream and its readers. Controllers are in
// default_controller.js and byte_controller.js; the classes that programs see in readable.js.

const Ring = require('internal/stream/ring');
const {
  Deferred,
  Tracked,
  deferredOfState,
  invalidState,
  markHandled,
  promiseThen,
  seal,
  toPromise,
  nothing,
} = require('internal/stream/web/common');

const kReadable = 0;
const kClosed = 1;
const kErrored = 2;
const kStateNames = ['readable', 'closed', 'errored'];

class ReadableInner {
  constructor(face) {
    this.face = face;
    this.state = kReadable;
    this.disturbed = false;
    this.storedError = undefined;
    this.reader = undefined; // inner reader
    this.controller = undefined; // inner controller
    this.finished = undefined; // Deferred for stream.finished(): made when asked for
  }

  get locked() {
    return this.reader !== undefined;
  }

  close() {
    this.state = kClosed;
    this.finished?.resolve();
    const { reader } = this;
    if (reader === undefined) return;
    reader.closed?.resolve();
    if (!reader.isByob) {
      const { requests } = reader;
      while (requests.length > 0) requests.shift().close();
    }
  }

  fail(error) {
    this.state = kErrored;
    this.storedError = error;
    if (this.finished !== undefined) {
      this.finished.reject(error);
      markHandled(this.finished.promise);
    }
    const { reader } = this;
    if (reader === undefined) return;
    reader.closed?.reject(error);
    const { requests } = reader;
    while (requests.length > 0) requests.shift().fail(error);
  }

  cancel(reason) {
    this.disturbed = true;
    if (this.state === kClosed) return Promise.resolve();
    if (this.state === kErrored) return Promise.reject(this.storedError);
    this.close();
    const { reader } = this;
    if (reader?.isByob) {
      while (reader.requests.length > 0) reader.requests.shift().close(undefined);
    }
    return promiseThen(toPromise(this.controller.cancelSteps(reason)), nothing);
  }

  // For stream.finished() and pipelines of Node's own streams.
  whenFinished() {
    this.finished ??= deferredOfState(this.state === kClosed, this.state === kErrored, this.storedError);
    return this.finished;
  }
}

// A reader of either kind. The `closed` promise follows from the state, so it is made only for who asks.
class ReaderInner {
  constructor(stream, isByob, face) {
    this.face = face;
    this.isByob = isByob;
    this.requests = new Ring();
    this.closed = undefined; // Tracked
    this.releaseError = undefined;
    this.stream = stream; // undefined once released
    stream.reader = this;
  }

  closedPromise() {
    if (this.closed === undefined) {
      const made = (this.closed = new Tracked());
      const { stream } = this;
      if (stream === undefined) made.reject(this.releaseError);
      else if (stream.state === kClosed) made.resolve();
      else if (stream.state === kErrored) made.reject(stream.storedError);
    }
    return this.closed.promise;
  }

  // "ReadableStreamReaderGenericRelease" with the errors for those who still wait.
  release() {
    const { stream } = this;
    if (stream === undefined) return;
    const error = invalidState('Releasing reader');
    this.releaseError = error;
    this.closed?.reject(error);
    stream.controller.releaseSteps();
    stream.reader = undefined;
    this.stream = undefined;
    const waiting = this.requests;
    this.requests = new Ring();
    while (waiting.length > 0) waiting.shift().fail(error);
  }

  // "ReadableStreamDefaultReaderRead"
  read(request) {
    const { stream } = this;
    stream.disturbed = true;
    if (stream.state === kReadable) stream.controller.pullSteps(request);
    else if (stream.state === kClosed) request.close();
    else request.fail(stream.storedError);
  }

  // "ReadableStreamBYOBReaderRead"
  readInto(view, min, request) {
    const { stream } = this;
    stream.disturbed = true;
    if (stream.state === kErrored) request.fail(stream.storedError);
    else stream.controller.pullInto(view, min, request);
  }

  cancel(reason) {
    if (this.stream === undefined) return Promise.reject(invalidState('Reader is not attached to a stream'));
    return this.stream.cancel(reason);
  }
}

// Who waits for a chunk; in ReaderInner.requests. A promise is the usual one.
class PromisedRead extends Deferred {
  chunk(value) {
    this.resolve({ value, done: false });
  }
  // A BYOB read gets its emptied view back.
  close(value) {
    this.resolve({ value, done: true });
  }
  fail(error) {
    this.reject(error);
  }
}

function acquireReader(stream, face) {
  if (stream.locked) throw invalidState('ReadableStream is locked');
  return new ReaderInner(stream, false, face);
}

for (const Class of [ReadableInner, ReaderInner]) seal(Class);

module.exports = {
  PromisedRead,
  ReadableInner,
  ReaderInner,
  acquireReader,
  kClosed,
  kErrored,
  kReadable,
  kStateNames,
};
