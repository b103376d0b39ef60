'use strict';
// compose() (Node doc: stream.compose): several streams behind one Duplex: written to the first, read from the last.

const { AbortError, codes } = require('internal/errors');
const { destroyer } = require('internal/stream/destroy');
const { eos } = require('internal/stream/finished');
const Duplex = require('internal/stream/duplex');
const { Parked, readThrough, writeThrough } = require('internal/stream/duplexify');
const { pipeline } = require('internal/stream/pipeline');
const {
  isNodeStream,
  isReadable,
  isReadableStream,
  isTransformStream,
  isWebStream,
  isWritable,
  isWritableStream,
} = require('internal/stream/utils');

function checkMembers(streams, given) {
  for (let n = 0; n < streams.length; ++n) {
    const stream = streams[n];
    if (!isNodeStream(stream) && !isWebStream(stream)) continue;
    const isLast = n === streams.length - 1;
    if (!isLast && !(isReadable(stream) || isReadableStream(stream) || isTransformStream(stream))) {
      throw new codes.ERR_INVALID_ARG_VALUE(`streams[${n}]`, given[n], 'must be readable');
    }
    if (n > 0 && !(isWritable(stream) || isWritableStream(stream) || isTransformStream(stream))) {
      throw new codes.ERR_INVALID_ARG_VALUE(`streams[${n}]`, given[n], 'must be writable');
    }
  }
}

module.exports = function compose(...streams) {
  if (streams.length === 0) throw new codes.ERR_MISSING_ARGS('streams');
  if (streams.length === 1) return Duplex.from(streams[0]);
  const given = [...streams];
  if (typeof streams[0] === 'function') streams[0] = Duplex.from(streams[0]);
  const lastIndex = streams.length - 1;
  if (typeof streams[lastIndex] === 'function') streams[lastIndex] = Duplex.from(streams[lastIndex]);
  checkMembers(streams, given);

  return behindOne(streams);
};

// All connected, behind one Duplex.
function behindOne(streams) {
  const head = streams[0];
  const parked = new Parked();
  // destroy() must wait for the pipeline: its callback waits here.
  let ended = false;
  let onended = null;
  const tail = pipeline(streams, (error) => {
    ended = true;
    const callback = onended;
    onended = null;
    if (callback) callback(error);
    else if (error || !(readable || writable)) duplex.destroy(error);
  });
  const writable = !!(isWritable(head) || isWritableStream(head) || isTransformStream(head));
  const readable = !!(isReadable(tail) || isReadableStream(tail) || isTransformStream(tail));
  const duplex = new Duplex({
    writableObjectMode: !!head?.writableObjectMode,
    readableObjectMode: !!tail?.readableObjectMode,
    writable,
    readable,
  });
  const tailReadable = isTransformStream(tail) ? tail.readable : tail;

  if (writable) {
    if (isNodeStream(head)) writeThrough(duplex, head, parked);
    else writeToWeb(duplex, isTransformStream(head) ? head.writable : head, parked);
    // All that was written is done with when it has come out at the other end.
    eos(tailReadable, () => parked.release('finish'));
  }
  if (readable) {
    if (isNodeStream(tail)) readThrough(duplex, tail, parked);
    else readFromWeb(duplex, tailReadable);
  }

  duplex._destroy = (error, callback) => {
    const reason = error || (ended ? error : new AbortError());
    parked.forget();
    if (isNodeStream(tail)) destroyer(tail, reason);
    if (ended) callback(reason);
    else onended = callback;
  };
  return duplex;
}

function writeToWeb(duplex, stream, parked) {
  const writer = stream.getWriter();
  const ignore = () => {}; // the pipeline hears of it
  async function whenReady(callback, act) {
    try {
      await writer.ready;
      act();
    } catch (error) {
      callback(error);
    }
  }
  duplex._write = (chunk, encoding, callback) =>
    whenReady(callback, () => {
      writer.write(chunk).catch(ignore);
      callback();
    });
  duplex._final = (callback) =>
    whenReady(callback, () => {
      writer.close().catch(ignore);
      parked.finish = callback;
    });
}

function readFromWeb(duplex, stream) {
  const reader = stream.getReader();
  duplex._read = async () => {
    try {
      let result;
      do {
        result = await reader.read();
      } while (duplex.push(result.done ? null : result.value) && !result.done);
    } catch {
      // The pipeline hears of it.
    }
  };
}
