'use strict';
// Node's streams as web streams (Node doc: stream, Readable.toWeb, Writable.toWeb, Duplex.toWeb).

const { AbortError, codes } = require('internal/errors');
const { Deferred } = require('internal/stream/web/common');
const { ReadableStream } = require('internal/stream/web/readable');
const { WritableStream } = require('internal/stream/web/writable');
const { destroyer } = require('internal/stream/destroy');
const { eos } = require('internal/stream/finished');
const { isDestroyed, isReadable, isWritable, isWritableEnded } = require('internal/stream/utils');
const { Buffer } = require('buffer');

const nothing = () => {};

// Bytes count as bytes; text, of a stream that decodes, as characters.
const sizeOfChunk = (chunk) => chunk?.byteLength ?? chunk?.length ?? 1;

function strategyFor(objectMode, highWaterMark) {
  return objectMode ? { highWaterMark } : { highWaterMark, size: sizeOfChunk };
}

// Calls `tell(error)` when the stream is over, and keeps its later errors from being uncaught.
function watchEnd(stream, options, tell) {
  const cleanup = eos(stream, options, (error) => {
    if (error?.code === 'ERR_STREAM_PREMATURE_CLOSE') error = new AbortError(undefined, { cause: error });
    cleanup();
    stream.on('error', nothing);
    tell(error);
  });
}

function closedReadable() {
  const readable = new ReadableStream();
  readable.cancel();
  return readable;
}

function closedWritable() {
  const writable = new WritableStream();
  writable.close();
  return writable;
}

// A web stream's reader may move a chunk's buffer elsewhere: one that others share is copied.
function ownBytes(chunk) {
  const { buffer, byteOffset, byteLength } = chunk;
  return byteLength === buffer.byteLength
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(chunk);
}

function newWebFromReadable(stream, options = {}) {
  if (typeof stream?._readableState !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('streamReadable', 'stream.Readable', stream);
  }
  if (isDestroyed(stream) || !isReadable(stream)) return closedReadable();
  const objectMode = stream.readableObjectMode;
  let controller;
  let cancelled = false;

  function onData(chunk) {
    if (!objectMode && Buffer.isBuffer(chunk)) chunk = ownBytes(chunk);
    controller.enqueue(chunk);
    if (controller.desiredSize <= 0) stream.pause();
  }
  stream.pause();
  watchEnd(stream, { writable: false }, (error) => {
    stream.off('data', onData);
    if (cancelled) return;
    if (error) controller.error(error);
    else controller.close();
  });
  stream.on('data', onData);

  const source = {
    start(given) {
      controller = given;
    },
    pull() {
      stream.resume();
    },
    cancel(reason) {
      cancelled = true;
      destroyer(stream, reason);
    },
  };
  return new ReadableStream(
    source,
    options?.strategy ?? strategyFor(objectMode, stream.readableHighWaterMark),
  );
}

function newWebFromWritable(stream) {
  if (typeof stream?._writableState !== 'object' && typeof stream?.write !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('streamWritable', 'stream.Writable', stream);
  }
  if (isDestroyed(stream) || !isWritable(stream)) return closedWritable();
  let controller;
  let drained; // Deferred of a write that waits
  let closed; // Deferred of close()

  watchEnd(stream, { readable: false }, (error) => {
    stream.off('drain', onDrain);
    if (error) {
      drained?.reject(error);
      closed?.reject(error);
      controller.error(error);
    } else if (closed !== undefined) {
      closed.resolve();
    } else {
      controller.error(new AbortError());
    }
  });
  function onDrain() {
    drained?.resolve();
    drained = undefined;
  }
  stream.on('drain', onDrain);

  const sink = {
    start(given) {
      controller = given;
    },
    write(chunk) {
      if (stream.write(chunk)) return undefined;
      drained = new Deferred();
      return drained.promise;
    },
    abort(reason) {
      destroyer(stream, reason);
    },
    close() {
      if (closed === undefined && !isWritableEnded(stream)) {
        closed = new Deferred();
        stream.end();
      }
      return closed?.promise;
    },
  };
  return new WritableStream(sink, strategyFor(stream.writableObjectMode, stream.writableHighWaterMark));
}

function newPairFromDuplex(duplex) {
  if (typeof duplex?._writableState !== 'object' || typeof duplex?._readableState !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('duplex', 'stream.Duplex', duplex);
  }
  return {
    readable: isReadable(duplex) ? newWebFromReadable(duplex) : closedReadable(),
    writable: isWritable(duplex) ? newWebFromWritable(duplex) : closedWritable(),
  };
}

module.exports = { newPairFromDuplex, newWebFromReadable, newWebFromWritable };
