'use strict';
// finished() (Node doc: stream.finished): tells once when a stream is over, for good or bad; of any kind of stream, also
// when it was over before. "Over" means the sides asked for, and 'close' when the stream promises to emit it.

const frame = require('internal/async_hooks/frame');
const { codes, AbortError } = require('internal/errors');
const {
  validateAbortSignal,
  validateBoolean,
  validateFunction,
  validateObject,
} = require('internal/errors/validators');
const once = require('internal/stream/once');
const {
  isClosed,
  isNodeStream,
  isReadable,
  isReadableErrored,
  isReadableFinished,
  isReadableNodeStream,
  isReadableStream,
  isWritable,
  isWritableErrored,
  isWritableFinished,
  isWritableNodeStream,
  isWritableStream,
  kIsClosedPromise,
  willEmitClose,
} = require('internal/stream/utils');

const nothing = () => {};
const isRequest = (stream) => stream.setHeader && typeof stream.abort === 'function';

function eos(stream, options, callback) {
  if (arguments.length === 2) {
    callback = options;
    options = {};
  } else if (options == null) {
    options = {};
  } else {
    validateObject(options, 'options');
  }
  validateFunction(callback, 'callback');
  validateAbortSignal(options.signal, 'options.signal');
  if (frame.state.active) {
    // Who ends the stream is not who waits for that.
    const { AsyncResource } = require('internal/async_hooks/resource');
    callback = AsyncResource.bind(callback, 'STREAM_END_OF_STREAM');
  }
  callback = once(callback);
  if (isReadableStream(stream) || isWritableStream(stream)) return eosWeb(stream, options, callback);
  if (!isNodeStream(stream)) {
    throw new codes.ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);
  }

  const readable = options.readable ?? isReadableNodeStream(stream);
  const writable = options.writable ?? isWritableNodeStream(stream);
  const w = stream._writableState;
  const r = stream._readableState;

  // 'close' is waited for only when it speaks of the same sides as the caller does.
  let waitsForClose =
    willEmitClose(stream) &&
    isReadableNodeStream(stream) === readable &&
    isWritableNodeStream(stream) === writable;
  let writableDone = isWritableFinished(stream, false);
  let readableDone = isReadableFinished(stream, false);
  let closed = isClosed(stream);

  function onfinish() {
    writableDone = true;
    // A destroyed stream may have had its 'close' already.
    if (stream.destroyed) waitsForClose = false;
    if (waitsForClose && (!stream.readable || readable)) return;
    if (!readable || readableDone) callback.call(stream);
  }
  function onend() {
    readableDone = true;
    if (stream.destroyed) waitsForClose = false;
    if (waitsForClose && (!stream.writable || writable)) return;
    if (!writable || writableDone) callback.call(stream);
  }
  function onlegacyfinish() {
    if (!stream.writable) onfinish();
  }
  function onerror(error) {
    callback.call(stream, error);
  }
  function storedError() {
    const error = isWritableErrored(stream) || isReadableErrored(stream);
    return error && typeof error !== 'boolean' ? error : null;
  }
  function onclose() {
    closed = true;
    const error = storedError();
    if (error) return callback.call(stream, error);
    const cutReading =
      readable && !readableDone && isReadableNodeStream(stream, true) && !isReadableFinished(stream, false);
    const cutWriting = writable && !writableDone && !isWritableFinished(stream, false);
    if (cutReading || cutWriting) return callback.call(stream, new codes.ERR_STREAM_PREMATURE_CLOSE());
    callback.call(stream);
  }
  function onclosed() {
    closed = true;
    const error = storedError();
    if (error) callback.call(stream, error);
    else callback.call(stream);
  }
  // Everything listened to, for cleanup(): emitter, event, listener, and so on.
  const heard = [];
  function hear(emitter, event, listener) {
    heard.push(emitter, event, listener);
    emitter.on(event, listener);
  }
  function onrequest() {
    hear(stream.req, 'finish', onfinish);
  }

  if (isRequest(stream)) {
    hear(stream, 'complete', onfinish);
    if (!waitsForClose) hear(stream, 'abort', onclose);
    if (stream.req) onrequest();
    else hear(stream, 'request', onrequest);
  } else if (writable && !w) {
    hear(stream, 'end', onlegacyfinish);
    hear(stream, 'close', onlegacyfinish);
  }
  if (!waitsForClose && typeof stream.aborted === 'boolean') hear(stream, 'aborted', onclose);
  hear(stream, 'end', onend);
  hear(stream, 'finish', onfinish);
  if (options.error !== false) hear(stream, 'error', onerror);
  hear(stream, 'close', onclose);

  // Of the two sides only `mine` is waited for: over before we came, with no 'close' of the other side to come?
  const sideIsOver = (mine, done, other) =>
    (!waitsForClose || other(stream)) && (done || mine(stream) === false);

  // The listener that would have been called had we come earlier, if any.
  function missed() {
    if (closed) return onclose;
    if (w?.errorEmitted || r?.errorEmitted) return waitsForClose ? null : onclosed;
    const over =
      (!readable && sideIsOver(isWritable, writableDone, isReadable)) ||
      (!writable && sideIsOver(isReadable, readableDone, isWritable)) ||
      (r && stream.req && stream.aborted);
    return over ? onclosed : null;
  }
  const late = missed();
  if (late) process.nextTick(late);

  function cleanup() {
    callback = nothing;
    for (let i = 0; i < heard.length; i += 3) heard[i].removeListener(heard[i + 1], heard[i + 2]);
    heard.length = 0;
  }

  const { signal } = options;
  if (signal && !closed) {
    callback = orAbort(signal, stream, callback, () => {
      const tell = callback;
      cleanup();
      return tell;
    });
  }
  return cleanup;
}

// `callback` for a caller with a signal: an abort tells whoever `take` returns, and the signal is let go after the call.
function orAbort(signal, stream, callback, take) {
  const abort = () => take().call(stream, new AbortError(undefined, { cause: signal.reason }));
  if (signal.aborted) {
    process.nextTick(abort);
    return callback;
  }
  signal.addEventListener('abort', abort);
  return once((...args) => {
    signal.removeEventListener('abort', abort);
    callback.apply(stream, args);
  });
}

function eosWeb(stream, options, callback) {
  let aborted = false;
  if (options.signal) {
    callback = orAbort(options.signal, stream, callback, () => {
      aborted = true;
      return callback;
    });
  }
  const settle = (...args) => {
    if (!aborted) process.nextTick(() => callback.apply(stream, args));
  };
  stream[kIsClosedPromise].promise.then(() => settle(), settle);
  return nothing;
}

function finished(stream, options) {
  let autoCleanup = false;
  if (options === null) options = {};
  if (options?.cleanup) {
    validateBoolean(options.cleanup, 'cleanup');
    autoCleanup = options.cleanup;
  }
  return new Promise((resolve, reject) => {
    const cleanup = eos(stream, options ?? {}, (error) => {
      if (autoCleanup) cleanup();
      if (error) reject(error);
      else resolve();
    });
  });
}

module.exports = { eos, finished };
