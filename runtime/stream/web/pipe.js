'use strict';
// pipeTo() (https://streams.spec.whatwg.org/#readable-stream-pipe-to). Works on the inner reader and writer: no promise per chunk.

const { Deferred, invalidState, promiseThen } = require('internal/stream/web/common');
const readableState = require('internal/stream/web/readable_inner');
const writableState = require('internal/stream/web/writable_inner');

class Pipe {
  constructor(source, dest, { preventClose, preventAbort, preventCancel, signal }) {
    this.source = source;
    this.dest = dest;
    this.preventClose = preventClose;
    this.preventAbort = preventAbort;
    this.preventCancel = preventCancel;
    this.signal = signal;
    this.onAbort = undefined;
    this.finished = new Deferred();
    this.reader = readableState.acquireReader(source);
    this.writer = writableState.acquireWriter(dest);
    this.shuttingDown = false;
    this.writes = new OutstandingWrites();
    this.inRun = false; // run() is on the stack: a chunk comes out of its read()
    this.reading = false; // a read has not been answered
    this.lateChunk = undefined;
    this.writeLate = () => {
      const chunk = this.lateChunk;
      this.lateChunk = undefined;
      this.write(chunk);
      this.run();
    };
    this.onReady = () => this.run();
    source.disturbed = true;
  }

  start() {
    const { signal } = this;
    if (signal !== undefined) {
      this.onAbort = () => this.abort();
      if (signal.aborted) {
        this.abort();
        return;
      }
      signal.addEventListener('abort', this.onAbort);
    }
    this.watchErrors();
    this.watchEnds();
    promiseThen(this.writer.readyPromise(), this.onReady, () => {});
  }

  // ---- the chunks ----

  run() {
    const { source, writer, reader } = this;
    while (!this.shuttingDown && source.state === readableState.kReadable) {
      const desired = writer.desiredSize();
      if (desired === null || desired <= 0) {
        // Rejected when the stream fails: its error is seen elsewhere.
        promiseThen(writer.readyPromise(), this.onReady, () => {});
        return;
      }
      if (this.reading) return;
      this.reading = true;
      this.inRun = true;
      reader.read(this);
      this.inRun = false;
      if (this.reading || this.lateChunk !== undefined) return;
    }
  }

  // As who asked for a read. A chunk that comes out of enqueue() is written later: enqueue() must not call the sink.
  chunk(value) {
    this.reading = false;
    if (this.inRun) {
      this.write(value);
    } else {
      this.lateChunk = value;
      this.lateWrite();
    }
  }

  lateWrite() {
    this.writes.pending++; // a shutdown waits for it
    queueMicrotask(() => {
      this.writes.pending--;
      this.writeLate();
    });
  }

  close() {
    this.reading = false;
  }

  fail() {
    this.reading = false;
  }

  write(chunk) {
    this.writes.pending++;
    this.writer.write(chunk, this.writes);
  }

  // ---- the end ----

  watchErrors() {
    const { source, dest, preventAbort, preventCancel } = this;
    const sourceFailed = (error) => {
      if (preventAbort) this.shutdown(undefined, true, error);
      else this.shutdown(() => dest.abort(error), true, error);
    };
    const destFailed = (error) => {
      if (preventCancel) this.shutdown(undefined, true, error);
      else this.shutdown(() => source.cancel(error), true, error);
    };
    if (source.state === readableState.kErrored) sourceFailed(source.storedError);
    else promiseThen(this.reader.closedPromise(), undefined, sourceFailed);
    if (dest.state === writableState.kErrored) destFailed(dest.storedError);
    else promiseThen(this.writer.closedPromise(), undefined, destFailed);
  }

  watchEnds() {
    const { source, dest, writer } = this;
    const sourceClosed = () => {
      if (this.preventClose) this.shutdown(undefined, false);
      else this.shutdown(() => writer.closeWithErrorPropagation(), false);
    };
    if (source.state === readableState.kClosed) sourceClosed();
    else promiseThen(this.reader.closedPromise(), sourceClosed, () => {});
    if (dest.closing || dest.state === writableState.kClosed) {
      const error = invalidState('Destination WritableStream is closed');
      if (this.preventCancel) this.shutdown(undefined, true, error);
      else this.shutdown(() => source.cancel(error), true, error);
    }
  }

  abort() {
    const { source, dest } = this;
    const error = this.signal.reason;
    const actions = [];
    if (!this.preventAbort) {
      actions.push(() => (dest.state === writableState.kWritable ? dest.abort(error) : undefined));
    }
    if (!this.preventCancel) {
      actions.push(() => (source.state === readableState.kReadable ? source.cancel(error) : undefined));
    }
    this.shutdown(() => Promise.all(actions.map((action) => action())), true, error);
  }

  // What was read must be written before; unless the destination takes nothing any more.
  shutdown(action, isError, error) {
    if (this.shuttingDown) return;
    this.shuttingDown = true;
    const finish = () => {
      if (action === undefined) {
        this.finalize(isError, error);
        return;
      }
      promiseThen(
        action(),
        () => this.finalize(isError, error),
        (failure) => this.finalize(true, failure),
      );
    };
    if (this.dest.state === writableState.kWritable && !this.dest.closing) this.writes.whenDone(finish);
    else finish();
  }

  finalize(isError, error) {
    this.writer.release();
    this.reader.release();
    if (this.onAbort !== undefined) this.signal.removeEventListener('abort', this.onAbort);
    if (isError) this.finished.reject(error);
    else this.finished.resolve();
  }
}

// Counts the writes that the sink has not done; stands for the promise of each.
class OutstandingWrites {
  constructor() {
    this.pending = 0;
    this.tell = undefined;
  }
  resolve() {
    if (--this.pending === 0 && this.tell !== undefined) queueMicrotask(this.tell);
  }
  reject() {
    this.resolve();
  }
  whenDone(tell) {
    if (this.pending === 0) queueMicrotask(tell);
    else this.tell = tell;
  }
}

function pipeTo(source, dest, options) {
  const pipe = new Pipe(source, dest, options);
  pipe.start();
  return pipe.finished.promise;
}

module.exports = { pipeTo };
