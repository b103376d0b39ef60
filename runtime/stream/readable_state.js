'use strict';
// What a Readable knows about itself.

const bits = require('internal/stream/bits');
const ChunkQueue = require('internal/stream/chunk_queue');
const { checkEncoding, pickHighWaterMark } = require('internal/stream/water_mark');

const kEndEmitted = 1 << 11;
const kReading = 1 << 12; // a _read() is under way: nothing was pushed since
const kNeedReadable = 1 << 13; // somebody waits for a 'readable' event
const kEmittedReadable = 1 << 14;
const kReadableListening = 1 << 15;
const kResumeScheduled = 1 << 16;
const kMultiAwaitDrain = 1 << 17; // awaitDrainWriters is a Set
const kReadingMore = 1 << 18;
const kDataEmitted = 1 << 19;
const kReadableTick = 1 << 20; // a tick that will emit 'readable' is queued
const kGoesOn = 1 << 21; // _read() started something that pushes until push() says false: it need not be asked again

function ReadableState(options, stream, isDuplex) {
  let start = bits.kEmitClose | bits.kAutoDestroy | bits.kConstructed | bits.kSync;
  if (options?.objectMode || (isDuplex && options?.readableObjectMode)) start |= bits.kObjectMode;
  if (options?.emitClose === false) start &= ~bits.kEmitClose;
  if (options?.autoDestroy === false) start &= ~bits.kAutoDestroy;
  this.bits = start;
  const ofSide = isDuplex ? options?.readableHighWaterMark : undefined;
  this.highWaterMark = pickHighWaterMark(
    (start & bits.kObjectMode) !== 0,
    options?.highWaterMark,
    ofSide,
    'readable',
  );
  this.buffer = new ChunkQueue();
  this.length = 0; // bytes, characters or objects in `buffer`
  this.pipes = [];
  this.flowing = null; // null: nobody has asked yet
  this.explicitlyPaused = null; // null: neither pause() nor resume() was called
  this.error = null;
  this.defaultEncoding = checkEncoding(options?.defaultEncoding);
  this.awaitDrainWriters = null; // null, one writer, or a Set of them
  this.decoder = null;
  this.encoding = null;
  if (options?.encoding) {
    const { StringDecoder } = require('string_decoder');
    this.decoder = new StringDecoder(options.encoding);
    this.encoding = options.encoding;
  }
}

bits.defineBits(ReadableState.prototype, {
  endEmitted: kEndEmitted,
  reading: kReading,
  needReadable: kNeedReadable,
  emittedReadable: kEmittedReadable,
  readableListening: kReadableListening,
  resumeScheduled: kResumeScheduled,
  multiAwaitDrain: kMultiAwaitDrain,
  readingMore: kReadingMore,
  dataEmitted: kDataEmitted,
});

Object.defineProperties(ReadableState.prototype, {
  pipesCount: {
    get() {
      return this.pipes.length;
    },
  },
  paused: {
    get() {
      return this.explicitlyPaused !== false;
    },
    set(value) {
      this.explicitlyPaused = !!value;
    },
  },
});

module.exports = {
  ReadableState,
  kEndEmitted,
  kReading,
  kNeedReadable,
  kEmittedReadable,
  kReadableListening,
  kResumeScheduled,
  kMultiAwaitDrain,
  kReadingMore,
  kDataEmitted,
  kReadableTick,
  kGoesOn,
};
