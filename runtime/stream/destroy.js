'use strict';
// The end of a stream's life, shared by both sides: destroy(), errors, `close`, and the asynchronous `_construct` that comes
// before everything (Node doc: stream, "destroy", "_construct").
//
// Order kept: _construct → (work) → _destroy → 'error' (at most once) → 'close' (at most once).

const { codes, AbortError, aggregateTwoErrors } = require('internal/errors');
const { isDestroyed, isFinished, isServerRequest, kIsDestroyed } = require('internal/stream/utils');

const kDestroy = Symbol('kDestroy');
const kConstruct = Symbol('kConstruct');

// Remembers the first error on both sides. Touching `stack` keeps the error from holding on to its frames.
function noteError(error, r, w) {
  if (!error) return;
  void error.stack;
  if (w && !w.errored) w.errored = error;
  if (r && !r.errored) r.errored = error;
}

// Stream.prototype.destroy
function destroy(error, callback) {
  const r = this._readableState;
  const w = this._writableState;
  const main = w || r;
  if (w?.destroyed || r?.destroyed) {
    if (typeof callback === 'function') callback();
    return this;
  }
  noteError(error, r, w);
  if (w) w.destroyed = true;
  if (r) r.destroyed = true;
  if (main.constructed) {
    runDestroy(this, error, callback);
  } else {
    this.once(kDestroy, (constructError) =>
      runDestroy(this, aggregateTwoErrors(constructError, error), callback),
    );
  }
  return this;
}

function runDestroy(stream, error, callback) {
  let called = false;
  function done(result) {
    if (called) return;
    called = true;
    const r = stream._readableState;
    const w = stream._writableState;
    noteError(result, r, w);
    if (w) w.closed = true;
    if (r) r.closed = true;
    if (typeof callback === 'function') callback(result);
    if (result) process.nextTick(emitErrorAndClose, stream, result);
    else process.nextTick(emitClose, stream);
  }
  try {
    stream._destroy(error || null, done);
  } catch (thrown) {
    done(thrown);
  }
}

function emitErrorAndClose(stream, error) {
  emitError(stream, error);
  emitClose(stream);
}

function emitClose(stream) {
  const r = stream._readableState;
  const w = stream._writableState;
  if (w) w.closeEmitted = true;
  if (r) r.closeEmitted = true;
  if (w?.emitClose || r?.emitClose) stream.emit('close');
}

function emitError(stream, error) {
  const r = stream._readableState;
  const w = stream._writableState;
  if (w?.errorEmitted || r?.errorEmitted) return;
  if (w) w.errorEmitted = true;
  if (r) r.errorEmitted = true;
  stream.emit('error', error);
}

// Makes a destroyed stream usable again: net.Socket's way of connecting a second time.
function undestroy() {
  const r = this._readableState;
  const w = this._writableState;
  if (r) {
    r.constructed = true;
    r.closed = r.closeEmitted = r.destroyed = r.errorEmitted = r.reading = false;
    r.errored = null;
    r.ended = r.endEmitted = r.readable === false;
  }
  if (w) {
    w.constructed = true;
    w.destroyed = w.closed = w.closeEmitted = w.errorEmitted = w.finalCalled = w.prefinished = false;
    w.errored = null;
    w.ended = w.ending = w.finished = w.writable === false;
  }
}

// An error inside a stream: destroys it, unless the stream asked to be left alive (autoDestroy: false).
function errorOrDestroy(stream, error, sync) {
  const r = stream._readableState;
  const w = stream._writableState;
  if (w?.destroyed || r?.destroyed) return stream;
  if (r?.autoDestroy || w?.autoDestroy) {
    stream.destroy(error);
  } else if (error) {
    noteError(error, r, w);
    if (sync) process.nextTick(emitError, stream, error);
    else emitError(stream, error);
  }
  return stream;
}

// For a stream with a _construct().
function construct(stream, callback) {
  const r = stream._readableState;
  const w = stream._writableState;
  if (w) w.constructed = false;
  if (r) r.constructed = false;
  stream.once(kConstruct, callback);
  // Both sides of a duplex come here; _construct runs once.
  if (stream.listenerCount(kConstruct) === 1) process.nextTick(runConstruct, stream);
}

function runConstruct(stream) {
  let called = false;
  function done(error) {
    if (called) {
      errorOrDestroy(stream, error ?? new codes.ERR_MULTIPLE_CALLBACK());
      return;
    }
    called = true;
    const r = stream._readableState;
    const w = stream._writableState;
    if (w) w.constructed = true;
    if (r) r.constructed = true;
    if ((w || r).destroyed) stream.emit(kDestroy, error);
    else if (error) errorOrDestroy(stream, error, true);
    else process.nextTick(emitConstruct, stream);
  }
  try {
    stream._construct((error) => process.nextTick(done, error));
  } catch (thrown) {
    process.nextTick(done, thrown);
  }
}

function emitConstruct(stream) {
  stream.emit(kConstruct);
}

function isClientRequest(stream) {
  return stream?.setHeader && typeof stream.abort === 'function';
}

// The socket is the next request's.
function endRequest(request, error) {
  request.socket = null;
  request.destroy(error);
}

// The ways to end a stream, the most particular first: which streams it is for, and how.
const endings = [
  { fits: isServerRequest, end: endRequest },
  { fits: isClientRequest, end: (stream) => stream.abort() },
  { fits: (stream) => isClientRequest(stream.req), end: (stream) => stream.req.abort() },
  { fits: (stream) => typeof stream.destroy === 'function', end: (stream, error) => stream.destroy(error) },
  { fits: (stream) => typeof stream.close === 'function', end: (stream) => stream.close() },
  // An old stream that cannot be destroyed: at least its listeners hear of the end.
  { fits: () => true, end: (stream, error) => process.nextTick(announceEnd, stream, error) },
];

function announceEnd(stream, error) {
  if (error) stream.emit('error', error);
  stream.emit('close');
}

// Ends any kind of stream, also ones that are not ours, in the way that kind wants it.
function destroyer(stream, error) {
  if (!stream || isDestroyed(stream)) return;
  const reason = error || (isFinished(stream) ? error : new AbortError());
  endings.find(({ fits }) => fits(stream)).end(stream, reason);
  if (!stream.destroyed) stream[kIsDestroyed] = true;
}

module.exports = { construct, destroy, destroyer, errorOrDestroy, undestroy };
