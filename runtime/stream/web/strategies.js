'use strict';
// Queuing strategies (https://streams.spec.whatwg.org/#qs-api), and how a stream reads the one it is given.

const { codes } = require('internal/errors');
const { defineFace, innerOf, needInner, isObject, kInner } = require('internal/stream/web/common');

class Mark {
  constructor(highWaterMark) {
    this.highWaterMark = highWaterMark;
  }
}

function readInit(init) {
  if (!isObject(init)) throw new codes.ERR_INVALID_ARG_TYPE('init', 'Object', init);
  const { highWaterMark } = init;
  if (highWaterMark === undefined) throw new codes.ERR_MISSING_OPTION('init.highWaterMark');
  return new Mark(+highWaterMark);
}

// One function for all instances, as the standard has it.
const byteLengthSize = Object.defineProperty((chunk) => chunk.byteLength, 'name', { value: 'size' });
const countSize = Object.defineProperty(() => 1, 'name', { value: 'size' });

class ByteLengthQueuingStrategy {
  constructor(init) {
    this[kInner] = readInit(init);
  }
  get highWaterMark() {
    return needInner(this, Mark, 'ByteLengthQueuingStrategy').highWaterMark;
  }
  get size() {
    needInner(this, Mark, 'ByteLengthQueuingStrategy');
    return byteLengthSize;
  }
}

class CountQueuingStrategy {
  constructor(init) {
    this[kInner] = readInit(init);
  }
  get highWaterMark() {
    return needInner(this, Mark, 'CountQueuingStrategy').highWaterMark;
  }
  get size() {
    needInner(this, Mark, 'CountQueuingStrategy');
    return countSize;
  }
}

const shown = (self) => ({ highWaterMark: innerOf(self, Mark)?.highWaterMark });
for (const Class of [ByteLengthQueuingStrategy, CountQueuingStrategy]) {
  defineFace(Class, shown, ['highWaterMark', 'size']);
}

// {highWaterMark, size, hasSize}; size is undefined where every chunk counts as one.
function readStrategy(strategy) {
  const { highWaterMark, size } = strategy ?? {};
  if (size !== undefined && typeof size !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('strategy.size', 'Function', size);
  }
  return { highWaterMark, size: size === countSize ? undefined : size, hasSize: size !== undefined };
}

function markOf(highWaterMark, otherwise) {
  if (highWaterMark === undefined) return otherwise;
  const value = +highWaterMark;
  if (Number.isNaN(value) || value < 0) {
    throw new codes.ERR_INVALID_ARG_VALUE.RangeError('strategy.highWaterMark', highWaterMark);
  }
  return value;
}

// The size of a chunk must be something one can add up.
function checkSize(size) {
  const value = +size;
  if (Number.isNaN(value) || value < 0 || value === Infinity) {
    throw new codes.ERR_INVALID_ARG_VALUE.RangeError('chunk size', size);
  }
  return value;
}

module.exports = { ByteLengthQueuingStrategy, CountQueuingStrategy, checkSize, markOf, readStrategy };
