'use strict';
// pipeline() (Node doc: stream.pipeline): connects streams, iterables and functions; when one fails, all are destroyed, and
// the callback hears of it once, after everything has stopped.

const { AbortError, aggregateTwoErrors, codes } = require('internal/errors');
const { validateAbortSignal, validateFunction } = require('internal/errors/validators');
const { destroyer } = require('internal/stream/destroy');
const { eos } = require('internal/stream/finished');
const once = require('internal/stream/once');
const {
  isIterable,
  isNodeStream,
  isReadable,
  isReadableFinished,
  isReadableNodeStream,
  isReadableStream,
  isTransformStream,
  isWebStream,
} = require('internal/stream/utils');

// Watches one member; destroying it does nothing once it has ended by itself.
function watch(stream, reading, writing) {
  let ended = false;
  stream.on('close', () => {
    ended = true;
  });
  const cleanup = eos(stream, { readable: reading, writable: writing }, (error) => {
    ended = !error;
  });
  return {
    cleanup,
    destroy(error) {
      if (ended) return;
      ended = true;
      destroyer(stream, error || new codes.ERR_STREAM_DESTROYED('pipe'));
    },
  };
}

function toAsyncIterable(value) {
  if (isIterable(value)) return value;
  if (isReadableNodeStream(value)) return readOldStream(value);
  throw new codes.ERR_INVALID_ARG_TYPE('val', ['Readable', 'Iterable', 'AsyncIterable'], value);
}

async function* readOldStream(stream) {
  const Readable = require('internal/stream/readable');
  yield* Readable.prototype[Symbol.asyncIterator].call(stream);
}

// An iterable into a writable, at the writable's pace.
async function pumpToNode(iterable, writable, finish, { end }) {
  let error;
  let resolveWait = null;
  const resume = (failure) => {
    if (failure) error = failure;
    if (!resolveWait) return;
    const resolve = resolveWait;
    resolveWait = null;
    resolve();
  };
  const wait = () =>
    new Promise((resolve, reject) => {
      if (error) {
        reject(error);
        return;
      }
      resolveWait = () => {
        if (error) reject(error);
        else resolve();
      };
    });
  const onDrain = () => resume();
  writable.on('drain', onDrain);
  const cleanup = eos(writable, { readable: false }, resume);
  try {
    if (writable.writableNeedDrain) await wait();
    for await (const chunk of iterable) {
      if (!writable.write(chunk)) await wait();
    }
    if (end) {
      writable.end();
      await wait();
    }
    finish();
  } catch (thrown) {
    finish(error !== thrown ? aggregateTwoErrors(error, thrown) : thrown);
  } finally {
    cleanup();
    writable.off('drain', onDrain);
  }
}

async function pumpToWeb(readable, writable, finish, { end }) {
  const writer = (isTransformStream(writable) ? writable.writable : writable).getWriter();
  try {
    for await (const chunk of readable) {
      await writer.ready;
      writer.write(chunk).catch(() => {});
    }
    await writer.ready;
    if (end) await writer.close();
    finish();
  } catch (error) {
    try {
      await writer.abort(error);
      finish(error);
    } catch (abortError) {
      finish(abortError);
    }
  }
}

function pipe(source, dest, finish, { end }) {
  let ended = false;
  dest.on('close', () => {
    if (!ended) finish(new codes.ERR_STREAM_PREMATURE_CLOSE());
  });
  source.pipe(dest, { end: false }); // ended below: pipe() does not end at errors
  if (end) {
    const endDest = () => {
      ended = true;
      dest.end();
    };
    if (isReadableFinished(source)) process.nextTick(endDest);
    else source.once('end', endDest);
  } else {
    finish();
  }
  eos(source, { readable: true, writable: false }, (error) => {
    const r = source._readableState;
    if (error?.code === 'ERR_STREAM_PREMATURE_CLOSE' && r?.ended && !r.errored && !r.errorEmitted) {
      // Closed early with data still in the buffer: it can be read to its end.
      source.once('end', finish).once('error', finish);
    } else {
      finish(error);
    }
  });
  return eos(dest, { readable: false, writable: true }, finish);
}

function pipeline(...streams) {
  const callback = streams.pop();
  validateFunction(callback, 'streams[stream.length - 1]');
  return pipelineImpl(streams, once(callback));
}

function pipelineImpl(streams, callback, options) {
  if (streams.length === 1 && Array.isArray(streams[0])) streams = streams[0];
  if (streams.length < 2) throw new codes.ERR_MISSING_ARGS('streams');

  const controller = new AbortController();
  const { signal } = controller;
  const outerSignal = options?.signal;
  validateAbortSignal(outerSignal, 'options.signal');
  const lastStreamCleanup = [];
  const destroys = [];
  let error;
  let value;
  let pending = 0;

  function abort() {
    settle(new AbortError());
  }
  outerSignal?.addEventListener('abort', abort);

  function finish(failure) {
    settle(failure, --pending === 0);
  }
  function settle(failure, isLast) {
    // A real reason replaces "closed before its time".
    if (failure && (!error || error.code === 'ERR_STREAM_PREMATURE_CLOSE')) error = failure;
    if (!error && !isLast) return;
    while (destroys.length > 0) destroys.shift()(error);
    outerSignal?.removeEventListener('abort', abort);
    controller.abort();
    if (isLast) {
      if (!error) lastStreamCleanup.forEach((fn) => fn());
      process.nextTick(callback, error, value);
    }
  }

  const lastIndex = streams.length - 1;

  // A last stream that can be read lives on: when all went well, nothing of ours may be left on it.
  function atSuccess(stream, at, undo) {
    if (at === lastIndex && isReadable(stream)) lastStreamCleanup.push(undo);
  }

  function guard(stream, at, end) {
    if (end) {
      const watched = watch(stream, at < lastIndex, at > 0);
      destroys.push(watched.destroy);
      atSuccess(stream, at, watched.cleanup);
    }
    // Errors after the end of the pipeline's interest, while the last stream is still there.
    const onError = (failure) => {
      if (failure && !isConsequence(failure)) finish(failure);
    };
    stream.on('error', onError);
    atSuccess(stream, at, () => stream.removeListener('error', onError));
  }

  // Starts the flow into a stream; gives what undoes it, where that can be undone.
  function connect(from, stream, end) {
    const toNode = isNodeStream(stream);
    if (toNode && isReadableNodeStream(from)) {
      pending += 2; // both ends report
      return pipe(from, stream, finish, { end });
    }
    const source = pumpable(from, toNode);
    const pump = toNode ? pumpToNode : pumpToWeb;
    pending++;
    pump(source, stream, finish, { end });
    return null;
  }

  function callMember(from, fn, at, end) {
    const input = toAsyncIterable(isTransformStream(from) ? from.readable : from);
    const returned = fn(input, { signal });
    if (at === lastIndex) return endInFunction(returned, end);
    if (isIterable(returned, true)) return returned;
    throw new codes.ERR_INVALID_RETURN_VALUE('AsyncIterable', `transform[${at - 1}]`, returned);
  }

  // Adds one member after `from`; gives what the next one reads from.
  function add(from, member, at) {
    const end = at < lastIndex || options?.end !== false;
    if (isNodeStream(member)) guard(member, at, end);
    if (at === 0) return startOf(member, signal);
    if (typeof member === 'function') return callMember(from, member, at, end);
    if (!isNodeStream(member) && !isWebStream(member)) return require('internal/stream/duplex').from(member);
    const undo = connect(from, member, end);
    if (undo) atSuccess(member, at, undo);
    return member;
  }

  let result;
  for (let at = 0; at <= lastIndex; at++) result = add(result, streams[at], at);

  // A last function: what it returns is the pipeline's stream, and what it resolves to is its value.
  function endInFunction(returned, end) {
    const { PassThrough } = require('internal/stream/transform');
    const last = new PassThrough({ objectMode: true });
    const then = returned?.then;
    if (typeof then === 'function') {
      pending++;
      then.call(
        returned,
        (resolved) => {
          value = resolved;
          if (resolved != null) last.write(resolved);
          if (end) last.end();
          process.nextTick(finish);
        },
        (failure) => {
          last.destroy(failure);
          process.nextTick(finish, failure);
        },
      );
    } else if (isIterable(returned, true)) {
      pending++;
      pumpToNode(returned, last, finish, { end });
    } else if (isReadableStream(returned) || isTransformStream(returned)) {
      pending++;
      pumpToNode(returned.readable || returned, last, finish, { end });
    } else {
      throw new codes.ERR_INVALID_RETURN_VALUE('AsyncIterable or Promise', 'destination', returned);
    }
    const watched = watch(last, false, true);
    destroys.push(watched.destroy);
    lastStreamCleanup.push(watched.cleanup);
    return last;
  }

  if (signal?.aborted || outerSignal?.aborted) process.nextTick(abort);
  return result;
}

// Errors that come of the end of the pipeline itself.
const isConsequence = (error) => error.name === 'AbortError' || error.code === 'ERR_STREAM_PREMATURE_CLOSE';

function startOf(stream, signal) {
  if (typeof stream === 'function') {
    const made = stream({ signal });
    if (!isIterable(made)) {
      throw new codes.ERR_INVALID_RETURN_VALUE('Iterable, AsyncIterable or Stream', 'source', made);
    }
    return made;
  }
  if (isIterable(stream) || isReadableNodeStream(stream) || isTransformStream(stream)) return stream;
  return require('internal/stream/duplex').from(stream);
}

// What a pump can iterate over. A pair that is itself iterable goes into a web stream as it is, into ours by its readable.
function pumpable(from, toNode) {
  if (isReadableNodeStream(from)) return toAsyncIterable(from);
  const iterable = isReadableStream(from) || isIterable(from);
  if (isTransformStream(from) && (toNode || !iterable)) return from.readable;
  if (iterable) return from;
  throw new codes.ERR_INVALID_ARG_TYPE(
    'val',
    ['Readable', 'Iterable', 'AsyncIterable', 'ReadableStream', 'TransformStream'],
    from,
  );
}

module.exports = { pipeline, pipelineImpl };
