'use strict';
// compose() (Node doc: stream.compose): several streams behind one Duplex: written to the first, read from the last.

const { AbortError, codes } = require('internal/errors');
const { destroyer } = require('internal/stream/destroy');
const { eos } = require('internal/stream/finished');
const Duplex = require('internal/stream/duplex');
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

  const head = streams[0];
  const tail = pipeline(streams, (error) => {
    const callback = onclose;
    onclose = null;
    if (callback) callback(error);
    else if (error) duplex.destroy(error);
    else if (!readable && !writable) duplex.destroy();
  });
  const writable = !!(isWritable(head) || isWritableStream(head) || isTransformStream(head));
  const readable = !!(isReadable(tail) || isReadableStream(tail) || isTransformStream(tail));
  let ondrain = null;
  let onfinish = null;
  let onreadable = null;
  let onclose; // null once the pipeline has ended
  const fire = (callback) => callback && callback();

  // What is written goes on to an ended pipeline only while it is open: destroy() must wait for the pipeline.
  const duplex = new Duplex({
    writableObjectMode: !!head?.writableObjectMode,
    readableObjectMode: !!tail?.readableObjectMode,
    writable,
    readable,
  });

  if (writable && isNodeStream(head)) {
    duplex._write = function (chunk, encoding, callback) {
      if (head.write(chunk, encoding)) callback();
      else ondrain = callback;
    };
    duplex._final = function (callback) {
      head.end();
      onfinish = callback;
    };
    head.on('drain', () => {
      const callback = ondrain;
      ondrain = null;
      fire(callback);
    });
  } else if (writable) {
    const writer = (isTransformStream(head) ? head.writable : head).getWriter();
    duplex._write = async function (chunk, encoding, callback) {
      try {
        await writer.ready;
        writer.write(chunk).catch(() => {});
        callback();
      } catch (error) {
        callback(error);
      }
    };
    duplex._final = async function (callback) {
      try {
        await writer.ready;
        writer.close().catch(() => {});
        onfinish = callback;
      } catch (error) {
        callback(error);
      }
    };
  }
  if (writable) {
    const toRead = isTransformStream(tail) ? tail.readable : tail;
    eos(toRead, () => {
      const callback = onfinish;
      onfinish = null;
      fire(callback);
    });
  }

  if (readable && isNodeStream(tail)) {
    tail.on('readable', () => {
      const callback = onreadable;
      onreadable = null;
      fire(callback);
    });
    tail.on('end', () => duplex.push(null));
    duplex._read = function () {
      for (;;) {
        const chunk = tail.read();
        if (chunk === null) {
          onreadable = duplex._read;
          return;
        }
        if (!duplex.push(chunk)) return;
      }
    };
  } else if (readable) {
    const reader = (isTransformStream(tail) ? tail.readable : tail).getReader();
    duplex._read = async function () {
      for (;;) {
        try {
          const { value, done } = await reader.read();
          if (done) {
            duplex.push(null);
            return;
          }
          if (!duplex.push(value)) return;
        } catch {
          return;
        }
      }
    };
  }

  duplex._destroy = function (error, callback) {
    if (!error && onclose !== null) error = new AbortError();
    onreadable = null;
    ondrain = null;
    onfinish = null;
    if (isNodeStream(tail)) destroyer(tail, error);
    if (onclose === null) callback(error);
    else onclose = callback;
  };
  return duplex;
};
