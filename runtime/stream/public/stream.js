'use strict';
// node:stream (Node doc: stream).

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { Stream } = require('internal/stream/legacy');
const Readable = require('internal/stream/readable');
const Writable = require('internal/stream/writable');
const Duplex = require('internal/stream/duplex');
const { Transform, PassThrough } = require('internal/stream/transform');
const { eos } = require('internal/stream/finished');
const { checkedAddAbortSignal } = require('internal/stream/abort');
const { destroyer } = require('internal/stream/destroy');
const { pipeline } = require('internal/stream/pipeline');
const operators = require('internal/stream/operators');
const utils = require('internal/stream/utils');
const { getDefaultHighWaterMark, setDefaultHighWaterMark } = require('internal/stream/water_mark');

const kPromisify = Symbol.for('nodejs.util.promisify.custom');

module.exports = Stream;

Stream.isDestroyed = utils.isDestroyed;
Stream.isDisturbed = utils.isDisturbed;
Stream.isErrored = utils.isErrored;
Stream.isReadable = utils.isReadable;
Stream.isWritable = utils.isWritable;
Stream.Readable = Readable;

function addMethod(name, method, length) {
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(method, 'length', { value: length });
  Object.defineProperty(Readable.prototype, name, {
    value: method,
    enumerable: false,
    configurable: true,
    writable: true,
  });
}

for (const [name, operator] of Object.entries(operators.streamReturning)) {
  let method = function (...args) {
    if (new.target) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    return Readable.from(Reflect.apply(operator, this, args));
  };
  if (name === 'asIndexedPairs') {
    const current = method;
    let warned = null; // util is loaded only by who calls this
    method = function (...args) {
      const message = 'readable.asIndexedPairs will be removed in a future version.';
      warned ??= require('util').deprecate(current, message, 'DEP0XXX');
      return Reflect.apply(warned, this, args);
    };
  }
  addMethod(name, method, operator.length);
}
for (const [name, operator] of Object.entries(operators.promiseReturning)) {
  addMethod(
    name,
    function (...args) {
      if (new.target) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
      return Promise.resolve().then(() => Reflect.apply(operator, this, args));
    },
    operator.length,
  );
}

Stream.Writable = Writable;
Stream.Duplex = Duplex;
Stream.Transform = Transform;
Stream.PassThrough = PassThrough;
Stream.pipeline = pipeline;
Stream.addAbortSignal = checkedAddAbortSignal;
Stream.finished = eos;
Stream.destroy = destroyer;
Stream.compose = function compose(...streams) {
  return require('internal/stream/compose')(...streams);
};
Stream.setDefaultHighWaterMark = setDefaultHighWaterMark;
Stream.getDefaultHighWaterMark = getDefaultHighWaterMark;

Object.defineProperty(Stream, 'promises', {
  configurable: true,
  enumerable: true,
  get: () => require('stream/promises'),
});
Object.defineProperty(pipeline, kPromisify, {
  enumerable: true,
  get: () => require('stream/promises').pipeline,
});
Object.defineProperty(eos, kPromisify, {
  enumerable: true,
  get: () => require('stream/promises').finished,
});

// Old names, still used by packages.
Stream.Stream = Stream;
Stream._isUint8Array = (value) => value instanceof Uint8Array;
Stream._uint8ArrayToBuffer = (chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
