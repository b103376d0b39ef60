'use strict';
// What a Writable knows about itself.

const bits = require('internal/stream/bits');
const { checkEncoding, pickHighWaterMark } = require('internal/stream/water_mark');

const kFinalCalled = 1 << 11;
const kNeedDrain = 1 << 12; // a write() said false: 'drain' is owed
const kEnding = 1 << 13;
const kFinished = 1 << 14;
const kDecodeStrings = 1 << 15;
const kWriting = 1 << 16; // a _write() is under way
const kBufferProcessing = 1 << 17;
const kPrefinished = 1 << 18;
const kAllBuffers = 1 << 19; // every buffered chunk is a Buffer
const kAllNoop = 1 << 20; // no buffered chunk has a callback

const kNothing = [];

function WritableState(options, stream, isDuplex) {
  let start =
    bits.kEmitClose |
    bits.kAutoDestroy |
    bits.kConstructed |
    bits.kSync |
    kDecodeStrings |
    kAllBuffers |
    kAllNoop;
  if (options?.objectMode || (isDuplex && options?.writableObjectMode)) start |= bits.kObjectMode;
  if (options?.emitClose === false) start &= ~bits.kEmitClose;
  if (options?.autoDestroy === false) start &= ~bits.kAutoDestroy;
  if (options?.decodeStrings === false) start &= ~kDecodeStrings;
  this.bits = start;
  const ofSide = isDuplex ? options?.writableHighWaterMark : undefined;
  this.highWaterMark = pickHighWaterMark(
    (start & bits.kObjectMode) !== 0,
    options?.highWaterMark,
    ofSide,
    'writable',
  );
  this.defaultEncoding = checkEncoding(options?.defaultEncoding);
  this.length = 0; // bytes or objects not yet given back by _write()
  this.corked = 0;
  this.onwrite = (error) => stream._writableState.onWriteDone(stream, error);
  this.writecb = null;
  this.writelen = 0;
  this.afterWriteTick = null; // callbacks of synchronous writes, gathered for one tick
  this.buffered = kNothing; // { chunk, encoding, callback } of writes that wait; an array of its own once there are any
  this.bufferedIndex = 0;
  this.pendingcb = 0; // callbacks owed; 'finish' waits for them
  this.error = null;
  this.onFinished = null; // callbacks of end(), an array when there are any
}

bits.defineBits(WritableState.prototype, {
  finalCalled: kFinalCalled,
  needDrain: kNeedDrain,
  ending: kEnding,
  finished: kFinished,
  decodeStrings: kDecodeStrings,
  writing: kWriting,
  bufferProcessing: kBufferProcessing,
  prefinished: kPrefinished,
  allBuffers: kAllBuffers,
  allNoop: kAllNoop,
});

WritableState.prototype.getBuffer = function () {
  return this.buffered.slice(this.bufferedIndex);
};

WritableState.prototype.resetBuffer = function () {
  this.buffered = kNothing;
  this.bufferedIndex = 0;
  this.bits |= kAllBuffers | kAllNoop;
};

Object.defineProperty(WritableState.prototype, 'bufferedRequestCount', {
  get() {
    return this.buffered.length - this.bufferedIndex;
  },
});

module.exports = {
  WritableState,
  kFinalCalled,
  kNeedDrain,
  kEnding,
  kFinished,
  kDecodeStrings,
  kWriting,
  kBufferProcessing,
  kPrefinished,
  kAllBuffers,
  kAllNoop,
  kNothing,
};
