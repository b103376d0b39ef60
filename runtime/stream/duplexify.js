'use strict';
// Duplex.from() (Node doc: stream.Duplex.from): makes a Duplex of a stream, an iterable, a function, a promise or a pair.

const { AbortError, codes } = require('internal/errors');
const { destroyer } = require('internal/stream/destroy');
const { eos } = require('internal/stream/finished');
const Duplex = require('internal/stream/duplex');
const Readable = require('internal/stream/readable');
const Writable = require('internal/stream/writable');
const {
  isDuplexNodeStream,
  isIterable,
  isNodeStream,
  isReadable,
  isReadableNodeStream,
  isReadableStream,
  isWritable,
  isWritableNodeStream,
  isWritableStream,
} = require('internal/stream/utils');
const from = require('internal/stream/from');

// A Duplex of one side only must not be half open.
class OneSided extends Duplex {
  constructor(options) {
    super(options);
    if (options?.readable === false) {
      const r = this._readableState;
      r.readable = false;
      r.ended = true;
      r.endEmitted = true;
    }
    if (options?.writable === false) {
      const w = this._writableState;
      w.writable = false;
      w.ending = true;
      w.ended = true;
      w.finished = true;
    }
  }
}

function duplexify(body, name) {
  if (isDuplexNodeStream(body)) return body;
  if (isReadableNodeStream(body)) return join({ readable: body });
  if (isWritableNodeStream(body)) return join({ writable: body });
  if (isNodeStream(body)) return join({ writable: false, readable: false });
  if (isReadableStream(body)) return join({ readable: Readable.fromWeb(body) });
  if (isWritableStream(body)) return join({ writable: Writable.fromWeb(body) });
  if (typeof body === 'function') return fromFunction(body, name);
  if (Object.prototype.toString.call(body) === '[object Blob]') return duplexify(body.arrayBuffer());
  if (isIterable(body)) return from(OneSided, body, { objectMode: true, writable: false });
  if (isReadableStream(body?.readable) && isWritableStream(body?.writable)) return Duplex.fromWeb(body);
  if (typeof body?.writable === 'object' || typeof body?.readable === 'object') {
    const side = (value) => (value ? (isNodeStream(value) ? value : duplexify(value)) : undefined);
    const readable = isReadableNodeStream(body.readable) ? body.readable : side(body.readable);
    const writable = isWritableNodeStream(body.writable) ? body.writable : side(body.writable);
    return join({ readable, writable });
  }
  if (typeof body?.then === 'function') return fromPromise(body);
  throw new codes.ERR_INVALID_ARG_TYPE(
    name,
    [
      'Blob',
      'ReadableStream',
      'WritableStream',
      'Stream',
      'Iterable',
      'AsyncIterable',
      'Function',
      '{ readable, writable } pair',
      'Promise',
    ],
    body,
  );
}

function fromPromise(promise) {
  let duplex;
  promise.then(
    (value) => {
      if (value != null) duplex.push(value);
      duplex.push(null);
    },
    (error) => destroyer(duplex, error),
  );
  return (duplex = new OneSided({ objectMode: true, writable: false, read() {} }));
}

// The function gets an async iterable of what is written, and gives an async iterable to read, or a promise of nothing.
function fromFunction(fn, name) {
  const input = makeInput(fn);
  // It was a constructor.
  if (isDuplexNodeStream(input.result)) return input.result;
  if (isIterable(input.result)) {
    return from(OneSided, input.result, {
      objectMode: true,
      write: input.write,
      final: input.final,
      destroy: input.destroy,
    });
  }
  const then = input.result?.then;
  if (typeof then !== 'function') {
    throw new codes.ERR_INVALID_RETURN_VALUE('Iterable, AsyncIterable or AsyncFunction', name, input.result);
  }
  let duplex;
  const done = then.call(
    input.result,
    (value) => {
      if (value != null) throw new codes.ERR_INVALID_RETURN_VALUE('nully', 'body', value);
    },
    (error) => destroyer(duplex, error),
  );
  return (duplex = new OneSided({
    objectMode: true,
    readable: false,
    write: input.write,
    async final(callback) {
      input.final(async () => {
        try {
          await done;
          process.nextTick(callback, null);
        } catch (error) {
          process.nextTick(callback, error);
        }
      });
    },
    destroy: input.destroy,
  }));
}

function makeInput(fn) {
  let { promise, resolve } = deferred();
  const controller = new AbortController();
  const { signal } = controller;
  const written = (async function* () {
    for (;;) {
      const waiting = promise;
      promise = null;
      const { chunk, done, callback } = await waiting;
      process.nextTick(callback);
      if (done) return;
      if (signal.aborted) throw new AbortError(undefined, { cause: signal.reason });
      ({ promise, resolve } = deferred());
      yield chunk;
    }
  })();
  return {
    result: fn(written, { signal }),
    write(chunk, encoding, callback) {
      const give = resolve;
      resolve = null;
      give({ chunk, done: false, callback });
    },
    final(callback) {
      const give = resolve;
      resolve = null;
      give({ done: true, callback });
    },
    destroy(error, callback) {
      controller.abort();
      callback(error);
    },
  };
}

function deferred() {
  let resolve;
  const promise = new Promise((r) => {
    resolve = r;
  });
  return { promise, resolve };
}

// Callbacks of an outer Duplex that wait for an event of the stream behind it, one for each event.
class Parked {
  drain = null;
  finish = null;
  readable = null;

  release(event) {
    const callback = this[event];
    this[event] = null;
    if (callback) callback();
  }
  releaseOn(stream, event) {
    stream.on(event, () => this.release(event));
  }
  forget() {
    this.drain = this.finish = this.readable = null;
  }
}

// What is written to `outer` goes to `inner`, at its pace. Who releases `finish` is the caller's business.
function writeThrough(outer, inner, parked) {
  outer._write = (chunk, encoding, callback) => {
    if (inner.write(chunk, encoding)) callback();
    else parked.drain = callback;
  };
  outer._final = (callback) => {
    inner.end();
    parked.finish = callback;
  };
  parked.releaseOn(inner, 'drain');
}

// What `outer` gives to read comes from `inner`.
function readThrough(outer, inner, parked) {
  outer._read = () => {
    let chunk;
    do {
      chunk = inner.read();
    } while (chunk !== null && outer.push(chunk));
    if (chunk === null) parked.readable = outer._read;
  };
  parked.releaseOn(inner, 'readable');
  inner.on('end', () => outer.push(null));
}

// Two streams (or one) behind one Duplex.
function join(pair) {
  const w = pair.writable;
  const old = pair.readable && typeof pair.readable.read !== 'function';
  const r = old ? Readable.wrap(pair.readable) : pair.readable;
  const parked = new Parked();
  const readable = !!isReadable(r);
  const writable = !!isWritable(w);
  const duplex = new OneSided({
    readableObjectMode: !!r?.readableObjectMode,
    writableObjectMode: !!w?.writableObjectMode,
    readable,
    writable,
  });

  function watchSide(stream) {
    eos(stream, (error) => {
      if (!error) return;
      destroyer(r, error);
      duplex.destroy(error);
    });
  }

  if (writable) {
    watchSide(w);
    writeThrough(duplex, w, parked);
    parked.releaseOn(w, 'finish');
  }
  if (readable) {
    watchSide(r);
    readThrough(duplex, r, parked);
  }

  // The streams behind it are left alone, as in Node.
  duplex._destroy = (error, callback) => {
    parked.forget();
    callback(error);
  };
  return duplex;
}

module.exports = Object.assign(duplexify, { Parked, readThrough, writeThrough });
