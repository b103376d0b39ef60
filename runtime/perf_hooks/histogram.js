'use strict';
// Histograms (Node doc: perf_hooks, "Class: Histogram", createHistogram() and monitorEventLoopDelay()).

const { Histogram: Native, LoopDelay } = internalBinding('histogram');
const { codes } = require('internal/errors');
const { validateInteger, validateNumber, validateObject } = require('internal/errors/validators');
const { inspectAs, kInspect, kInternal } = require('internal/perf_hooks/entries');

const kNative = Symbol('kHandle');
const [kCount, kMin, kMax, kExceeds, kMean, kStddev] = [0, 1, 2, 3, 4, 5];

const isHistogram = (value) => value?.[kNative] !== undefined;

function numberOf(histogram, index, big = false) {
  if (!isHistogram(histogram)) throw new codes.ERR_INVALID_THIS('Histogram');
  return histogram[kNative].numbers(big)[index];
}

function percentilesOf(histogram, big) {
  if (!isHistogram(histogram)) throw new codes.ERR_INVALID_THIS('Histogram');
  const flat = histogram[kNative].percentiles(big);
  const map = new Map();
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
  return map;
}

function percentileOf(histogram, percentile, big) {
  if (!isHistogram(histogram)) throw new codes.ERR_INVALID_THIS('Histogram');
  validateNumber(percentile, 'percentile');
  if (!(percentile > 0 && percentile <= 100)) {
    throw new codes.ERR_OUT_OF_RANGE('percentile', '> 0 && <= 100', percentile);
  }
  return histogram[kNative].percentile(percentile, big);
}

class Histogram {
  constructor(key, native) {
    if (key !== kInternal) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    Object.defineProperty(this, kNative, { value: native });
  }

  get count() {
    return numberOf(this, kCount);
  }
  get countBigInt() {
    return numberOf(this, kCount, true);
  }
  get min() {
    return numberOf(this, kMin);
  }
  get minBigInt() {
    return numberOf(this, kMin, true);
  }
  get max() {
    return numberOf(this, kMax);
  }
  get maxBigInt() {
    return numberOf(this, kMax, true);
  }
  get mean() {
    return numberOf(this, kMean);
  }
  get exceeds() {
    return numberOf(this, kExceeds);
  }
  get exceedsBigInt() {
    return numberOf(this, kExceeds, true);
  }
  get stddev() {
    return numberOf(this, kStddev);
  }
  percentile(percentile) {
    return percentileOf(this, percentile, false);
  }
  percentileBigInt(percentile) {
    return percentileOf(this, percentile, true);
  }
  get percentiles() {
    return percentilesOf(this, false);
  }
  get percentilesBigInt() {
    return percentilesOf(this, true);
  }

  reset() {
    if (!isHistogram(this)) throw new codes.ERR_INVALID_THIS('Histogram');
    this[kNative].reset();
  }

  [kInspect](depth, options, inspect) {
    const { min, max, mean, exceeds, stddev, count, percentiles } = this;
    if (depth < 0) return `[${this.constructor.name}]`;
    const shown = { min, max, mean, exceeds, stddev, count, percentiles };
    return inspectAs({ constructor: { name: 'Histogram' } }, depth, options, inspect, shown);
  }

  toJSON() {
    const { count, min, max, mean, exceeds, stddev } = this;
    const percentiles = Object.fromEntries(this.percentiles);
    return { count, min, max, mean, exceeds, stddev, percentiles };
  }
}

class RecordableHistogram extends Histogram {
  record(value) {
    if (!isHistogram(this)) throw new codes.ERR_INVALID_THIS('RecordableHistogram');
    if (typeof value !== 'bigint') {
      if (typeof value !== 'number')
        throw new codes.ERR_INVALID_ARG_TYPE('val', ['integer', 'bigint'], value);
      validateInteger(value, 'val', 1);
    }
    if (value < 1 || value > Number.MAX_SAFE_INTEGER) {
      const range = `>= 1 && <= ${Number.MAX_SAFE_INTEGER}`;
      throw new codes.ERR_OUT_OF_RANGE('val', range, value);
    }
    this[kNative].record(value);
  }

  recordDelta() {
    if (!isHistogram(this)) throw new codes.ERR_INVALID_THIS('RecordableHistogram');
    this[kNative].recordDelta();
  }

  add(other) {
    if (!isHistogram(this)) throw new codes.ERR_INVALID_THIS('RecordableHistogram');
    if (!(other instanceof RecordableHistogram)) {
      throw new codes.ERR_INVALID_ARG_TYPE('other', 'RecordableHistogram', other);
    }
    this[kNative].add(other[kNative]);
  }
}

// A bound of the range: an integer or a bigint.
function validateBound(value, name, least) {
  if (typeof value === 'bigint') return;
  if (typeof value !== 'number') {
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['number', 'bigint'], value);
  }
  validateInteger(value, name, least);
}

function createHistogram(options = {}) {
  validateObject(options, 'options');
  const { lowest = 1, highest = Number.MAX_SAFE_INTEGER, figures = 3 } = options;
  validateBound(lowest, 'options.lowest', 1);
  validateBound(highest, 'options.highest', 2 * Number(lowest));
  if (typeof highest === 'bigint' && highest < 2n * BigInt(lowest)) {
    throw new codes.ERR_INVALID_ARG_VALUE('options.highest', highest);
  }
  validateInteger(figures, 'options.figures', 1, 5);
  return new RecordableHistogram(kInternal, new Native(lowest, highest, figures));
}

const kHourInNanoseconds = 3.6e12;

class ELDHistogram extends Histogram {
  #delay;
  #enabled = false;
  #resolution;

  constructor(key, native, resolution) {
    super(key, native);
    this.#resolution = resolution;
    this.#delay = new LoopDelay(native);
  }

  enable() {
    if (this.#enabled) return false;
    this.#enabled = true;
    this.#delay.start(this.#resolution);
    return true;
  }

  disable() {
    if (!this.#enabled) return false;
    this.#enabled = false;
    this.#delay.stop();
    return true;
  }
}

function monitorEventLoopDelay(options = {}) {
  validateObject(options, 'options');
  const { resolution = 10 } = options;
  validateInteger(resolution, 'options.resolution', 1);
  return new ELDHistogram(kInternal, new Native(1, kHourInNanoseconds, 3), resolution);
}

module.exports = { RecordableHistogram, createHistogram, isHistogram, monitorEventLoopDelay };
