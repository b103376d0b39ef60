'use strict';
// How listeners, resume()/pause() and pipes make a Readable give its chunks away (Node doc: stream, "Two reading modes"),
// and the properties a Readable shows.

const { Stream, prependListener } = require('internal/stream/legacy');
const { errorOrDestroy } = require('internal/stream/destroy');
const {
  kEndEmitted,
  kReading,
  kNeedReadable,
  kEmittedReadable,
  kReadableListening,
  kResumeScheduled,
} = require('internal/stream/readable_state');

let core; // { emitReadable, flow } of readable.js

// ---- listeners ----

function on(event, listener) {
  const result = Stream.prototype.on.call(this, event, listener);
  const state = this._readableState;
  if (event === 'data') {
    // 'readable' listeners take precedence: they read, and 'data' comes out of their read().
    state.readableListening = this.listenerCount('readable') > 0;
    if (state.flowing !== false) this.resume();
  } else if (event === 'readable' && (state.bits & (kEndEmitted | kReadableListening)) === 0) {
    state.bits |= kReadableListening | kNeedReadable;
    state.bits &= ~kEmittedReadable;
    state.flowing = false;
    if (state.length) core.emitReadable(this);
    else if ((state.bits & kReading) === 0) process.nextTick(readNothing, this);
  }
  return result;
}

function readNothing(stream) {
  stream.read(0);
}

function removeListener(event, listener) {
  const result = Stream.prototype.removeListener.call(this, event, listener);
  // Later, for a listener may be replaced in one go.
  if (event === 'readable') process.nextTick(updateReadableListening, this);
  return result;
}

function removeAllListeners(event) {
  const result = Stream.prototype.removeAllListeners.apply(this, arguments);
  if (event === 'readable' || event === undefined) process.nextTick(updateReadableListening, this);
  return result;
}

function updateReadableListening(stream) {
  const state = stream._readableState;
  state.readableListening = stream.listenerCount('readable') > 0;
  if (state.bits & kResumeScheduled && state.explicitlyPaused === false) {
    state.flowing = true;
  } else if (stream.listenerCount('data') > 0) {
    stream.resume();
  } else if ((state.bits & kReadableListening) === 0) {
    state.flowing = null;
  }
}

function resume() {
  const state = this._readableState;
  if (!state.flowing) {
    state.flowing = (state.bits & kReadableListening) === 0;
    if ((state.bits & kResumeScheduled) === 0) {
      state.bits |= kResumeScheduled;
      process.nextTick(resumeNow, this, state);
    }
  }
  state.explicitlyPaused = false;
  return this;
}

function resumeNow(stream, state) {
  if ((state.bits & kReading) === 0) stream.read(0);
  state.bits &= ~kResumeScheduled;
  stream.emit('resume');
  core.flow(stream);
  if (state.flowing && (state.bits & kReading) === 0) stream.read(0);
}

function pause() {
  const state = this._readableState;
  if (state.flowing !== false) {
    state.flowing = false;
    this.emit('pause');
  }
  state.explicitlyPaused = true;
  return this;
}

function isPaused() {
  const state = this._readableState;
  return state.explicitlyPaused === true || state.flowing === false;
}

// ---- pipes ----

function pipe(dest, options) {
  const source = this;
  const state = this._readableState;
  if (state.pipes.length === 1 && !state.multiAwaitDrain) {
    state.multiAwaitDrain = true;
    state.awaitDrainWriters = new Set(state.awaitDrainWriters ? [state.awaitDrainWriters] : []);
  }
  state.pipes.push(dest);

  const endsDest = options?.end !== false && !dest._isStdio;
  const atEnd = endsDest ? onend : unpipeDest;
  let ondrain; // made at the first full buffer: most pipes never need it
  let cleanedUp = false;

  function onend() {
    dest.end();
  }
  function unpipeDest() {
    source.unpipe(dest);
  }
  function onunpipe(readable, info) {
    if (readable === source && info && info.hasUnpiped === false) {
      info.hasUnpiped = true;
      cleanup();
    }
  }
  function cleanup() {
    dest.removeListener('close', onclose);
    dest.removeListener('finish', onfinish);
    if (ondrain) dest.removeListener('drain', ondrain);
    dest.removeListener('error', onerror);
    dest.removeListener('unpipe', onunpipe);
    source.removeListener('end', onend);
    source.removeListener('end', unpipeDest);
    source.removeListener('data', ondata);
    cleanedUp = true;
    // The others of this source must not wait for a drain that would never be told to it.
    if (ondrain && state.awaitDrainWriters && (!dest._writableState || dest._writableState.needDrain))
      ondrain();
  }
  function waitForDrain() {
    // An unpipe() inside write() may already have ended it.
    if (!cleanedUp) {
      if (state.pipes.length === 1 && state.pipes[0] === dest) {
        state.awaitDrainWriters = dest;
        state.multiAwaitDrain = false;
      } else if (state.pipes.length > 1 && state.pipes.includes(dest)) {
        state.awaitDrainWriters.add(dest);
      }
      source.pause();
    }
    if (!ondrain) {
      ondrain = makeOnDrain(source, dest);
      dest.on('drain', ondrain);
    }
  }
  function ondata(chunk) {
    if (dest.write(chunk) === false) waitForDrain();
  }
  function onerror(error) {
    unpipeDest();
    dest.removeListener('error', onerror);
    if (dest.listenerCount('error') > 0) return;
    // Nobody listens: it must not get lost.
    const destState = dest._writableState || dest._readableState;
    if (destState && !destState.errorEmitted) errorOrDestroy(dest, error);
    else dest.emit('error', error);
  }
  function onclose() {
    dest.removeListener('finish', onfinish);
    unpipeDest();
  }
  function onfinish() {
    dest.removeListener('close', onclose);
    unpipeDest();
  }

  if (state.bits & kEndEmitted) process.nextTick(atEnd);
  else source.once('end', atEnd);
  dest.on('unpipe', onunpipe);
  source.on('data', ondata);
  prependListener(dest, 'error', onerror);
  dest.once('close', onclose);
  dest.once('finish', onfinish);
  dest.emit('pipe', source);

  if (dest.writableNeedDrain === true) waitForDrain();
  else if (!state.flowing) source.resume();
  return dest;
}

function makeOnDrain(source, dest) {
  return function onDrain() {
    const state = source._readableState;
    if (state.awaitDrainWriters === dest) state.awaitDrainWriters = null;
    else if (state.multiAwaitDrain) state.awaitDrainWriters.delete(dest);
    const waiting = state.awaitDrainWriters && state.awaitDrainWriters.size !== 0;
    if (!waiting && source.listenerCount('data') > 0) source.resume();
  };
}

function unpipe(dest) {
  const state = this._readableState;
  if (state.pipes.length === 0) return this;
  if (!dest) {
    const all = state.pipes;
    state.pipes = [];
    this.pause();
    for (const one of all) one.emit('unpipe', this, { hasUnpiped: false });
    return this;
  }
  const index = state.pipes.indexOf(dest);
  if (index === -1) return this;
  state.pipes.splice(index, 1);
  if (state.pipes.length === 0) this.pause();
  dest.emit('unpipe', this, { hasUnpiped: false });
  return this;
}

// ---- properties ----

const properties = {
  readable: {
    get() {
      const r = this._readableState;
      return !!r && r.readable !== false && !r.destroyed && !r.errorEmitted && !r.endEmitted;
    },
    // Old streams and http messages set it themselves.
    set(value) {
      if (this._readableState) this._readableState.readable = !!value;
    },
  },
  readableDidRead: {
    get() {
      return this._readableState.dataEmitted;
    },
  },
  readableAborted: {
    get() {
      const r = this._readableState;
      return !!(r.readable !== false && (r.destroyed || r.errored) && !r.endEmitted);
    },
  },
  readableHighWaterMark: {
    get() {
      return this._readableState.highWaterMark;
    },
  },
  readableBuffer: {
    get() {
      return this._readableState?.buffer;
    },
  },
  readableFlowing: {
    get() {
      return this._readableState.flowing;
    },
    set(value) {
      if (this._readableState) this._readableState.flowing = value;
    },
  },
  readableLength: {
    get() {
      return this._readableState.length;
    },
  },
  readableObjectMode: {
    get() {
      return this._readableState ? this._readableState.objectMode : false;
    },
  },
  readableEncoding: {
    get() {
      return this._readableState ? this._readableState.encoding : null;
    },
  },
  readableEnded: {
    get() {
      return this._readableState ? this._readableState.endEmitted : false;
    },
  },
  errored: {
    get() {
      return this._readableState ? this._readableState.errored : null;
    },
  },
  closed: {
    get() {
      return this._readableState ? this._readableState.closed : false;
    },
  },
  destroyed: {
    get() {
      return this._readableState ? this._readableState.destroyed : false;
    },
    set(value) {
      if (this._readableState) this._readableState.destroyed = value;
    },
  },
};

function install(Readable, functions) {
  core = functions;
  const methods = { on, addListener: on, removeListener, off: removeListener, removeAllListeners };
  Object.assign(Readable.prototype, methods, { resume, pause, isPaused, pipe, unpipe });
  for (const name of Object.keys(properties)) {
    Object.defineProperty(Readable.prototype, name, {
      configurable: true,
      enumerable: false,
      ...properties[name],
    });
  }
}

module.exports = { install };
