'use strict';
// ReadableStream.from() (https://streams.spec.whatwg.org/#rs-from): the values of an iterable, read as they are wanted.

const { codes } = require('internal/errors');
const { isObject, promiseThen } = require('internal/stream/web/common');
const { createReadable } = require('internal/stream/web/readable');

function open(iterable) {
  if (iterable === null || iterable === undefined) {
    throw new codes.ERR_ARG_NOT_ITERABLE(iterable);
  }
  const method = iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator];
  if (typeof method !== 'function') throw new codes.ERR_ARG_NOT_ITERABLE(iterable);
  const iterator = Reflect.apply(method, iterable, []);
  if (!isObject(iterator))
    throw new codes.ERR_INVALID_STATE.TypeError('The iterator method must return an object');
  return { iterator, next: iterator.next, isAsync: iterable[Symbol.asyncIterator] != null };
}

function needObject(result, method) {
  if (isObject(result)) return result;
  throw new codes.ERR_INVALID_STATE.TypeError(
    `The promise returned by the iterator.${method}() method must fulfill with an object`,
  );
}

module.exports = function from(iterable) {
  const { iterator, next, isAsync } = open(iterable);
  const algorithms = {
    __proto__: null,
    pull(controller) {
      return promiseThen(Promise.resolve(Reflect.apply(next, iterator, [])), (result) => {
        const { done, value } = needObject(result, 'next');
        if (done) {
          controller.close();
          return undefined;
        }
        // A plain iterator's promises are waited for, as `for await` does.
        if (!isAsync && isObject(value)) {
          return promiseThen(Promise.resolve(value), (settled) => controller.enqueue(settled));
        }
        controller.enqueue(value);
        return undefined;
      });
    },
    async cancel(reason) {
      const method = iterator.return;
      if (method === undefined || method === null) return;
      needObject(await Reflect.apply(method, iterator, [reason]), 'return');
    },
  };
  return createReadable(undefined, algorithms, 0, undefined).face;
};
