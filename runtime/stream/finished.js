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
  function onrequest() {
    stream.req.on('finish', onfinish);
  }

  if (isRequest(stream)) {
    stream.on('complete', onfinish);
    if (!waitsForClose) stream.on('abort', onclose);
    if (stream.req) onrequest();
    else stream.on('request', onrequest);
  } else if (writable && !w) {
    stream.on('end', onlegacyfinish);
    stream.on('close', onlegacyfinish);
  }
  if (!waitsForClose && typeof stream.aborted === 'boolean') stream.on('aborted', onclose);
  stream.on('end', onend);
  stream.on('finish', onfinish);
  if (options.error !== false) stream.on('error', onerror);
  stream.on('close', onclose);

  // What happened before we came.
  if (closed) {
    process.nextTick(onclose);
  } else if (w?.errorEmitted || r?.errorEmitted) {
    if (!waitsForClose) process.nextTick(onclosed);
  } else if (
    !readable &&
    (!waitsForClose || isReadable(stream)) &&
    (writableDone || isWritable(stream) === false)
  ) {
    process.nextTick(onclosed);
  } else if (
    !writable &&
    (!waitsForClose || isWritable(stream)) &&
    (readableDone || isReadable(stream) === false)
  ) {
    process.nextTick(onclosed);
  } else if (r && stream.req && stream.aborted) {
    process.nextTick(onclosed);
  }

  function cleanup() {
    callback = nothing;
    stream.removeListener('aborted', onclose);
    stream.removeListener('complete', onfinish);
    stream.removeListener('abort', onclose);
    stream.removeListener('request', onrequest);
    if (stream.req) stream.req.removeListener('finish', onfinish);
    stream.removeListener('end', onlegacyfinish);
    stream.removeListener('close', onlegacyfinish);
    stream.removeListener('finish', onfinish);
    stream.removeListener('end', onend);
    stream.removeListener('error', onerror);
    stream.removeListener('close', onclose);
  }

  const { signal } = options;
  if (signal && !closed) {
    const abort = () => {
      const tell = callback;
      cleanup();
      tell.call(stream, new AbortError(undefined, { cause: signal.reason }));
    };
    if (signal.aborted) {
      process.nextTick(abort);
    } else {
      const tell = callback;
      callback = once((...args) => {
        signal.removeEventListener('abort', abort);
        tell.apply(stream, args);
      });
      signal.addEventListener('abort', abort);
    }
  }
  return cleanup;
}

function eosWeb(stream, options, callback) {
  let aborted = false;
  let abort = nothing;
  const { signal } = options;
  if (signal) {
    abort = () => {
      aborted = true;
      callback.call(stream, new AbortError(undefined, { cause: signal.reason }));
    };
    if (signal.aborted) {
      process.nextTick(abort);
    } else {
      const tell = callback;
      callback = once((...args) => {
        signal.removeEventListener('abort', abort);
        tell.apply(stream, args);
      });
      signal.addEventListener('abort', abort);
    }
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
