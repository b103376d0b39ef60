'use strict';
// addAbortSignal() (Node doc: stream.addAbortSignal): a signal that destroys the stream.

const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal } = require('internal/errors/validators');
const { isNodeStream, isWebStream, kControllerErrorFunction } = require('internal/stream/utils');

function addAbortSignal(signal, stream) {
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal)) {
    throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  }
  validateAbortSignal(signal, 'signal');
  if (!isNodeStream(stream) && !isWebStream(stream)) {
    throw new codes.ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);
  }
  return attach(signal, stream);
}

function attach(signal, stream) {
  if (typeof signal !== 'object' || !('aborted' in signal)) return stream;
  const onAbort = isNodeStream(stream)
    ? () => stream.destroy(new AbortError(undefined, { cause: signal.reason }))
    : () => stream[kControllerErrorFunction](new AbortError(undefined, { cause: signal.reason }));
  if (signal.aborted) {
    onAbort();
  } else {
    signal.addEventListener('abort', onAbort);
    require('internal/stream/finished').eos(stream, () => signal.removeEventListener('abort', onAbort));
  }
  return stream;
}

// Streams call `addAbortSignal` from their constructor, where they are not yet complete: without the checks.
module.exports = { addAbortSignal: attach, checkedAddAbortSignal: addAbortSignal };
