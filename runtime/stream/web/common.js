'use strict';
// What all parts of the web streams share (https://streams.spec.whatwg.org).
//
// How they are built: every public object (stream, reader, controller ...) is a thin face. What it knows is in an inner object
// under kInner, and the algorithms of the standard work on inner objects only. So a pipe or a tee needs no public reader or
// writer, every state has one shape, and promises that nobody asks for (closed, ready) are not made.

const { codes } = require('internal/errors');
const { kInspect, inspectWith } = require('internal/stream/web/inspect');

const kInner = Symbol('kInner');
const kConstruct = Symbol('kConstruct'); // first argument of constructors that only we may call

const nothing = () => {};
const promiseThen = Function.prototype.call.bind(Promise.prototype.then);
const done = Promise.resolve();

class Deferred {
  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

// A promise that a state machine keeps in step with its state. Rejections of it need no handler.
class Tracked {
  constructor() {
    this.pending = true;
    this.deferred = new Deferred();
  }
  get promise() {
    return this.deferred.promise;
  }
  resolve() {
    this.pending = false;
    this.deferred.resolve();
  }
  // A promise that was settled before gives way to a rejected one.
  reject(error) {
    if (!this.pending) this.deferred = new Deferred();
    this.pending = false;
    this.deferred.reject(error);
    markHandled(this.deferred.promise);
  }
}

// Inner objects have no prototype of the program's: what it adds to Object.prototype does not reach them.
function seal(Class) {
  Object.setPrototypeOf(Class.prototype, null);
}

function markHandled(promise) {
  promiseThen(promise, undefined, nothing);
}

// A promise of a stream's end, for a stream that may have ended. Rejections of it need no handler.
function deferredOfState(isClosed, isErrored, storedError) {
  const deferred = new Deferred();
  markHandled(deferred.promise);
  if (isClosed) deferred.resolve();
  else if (isErrored) deferred.reject(storedError);
  return deferred;
}

function handledRejection(reason) {
  const promise = Promise.reject(reason);
  markHandled(promise);
  return promise;
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

// Calls one of the two later, in a microtask at the earliest. What a user's function gave back is mostly undefined: then no
// promise needs to be made of it.
function whenSettled(result, onFulfilled, onRejected) {
  if (isObject(result)) return promiseThen(Promise.resolve(result), onFulfilled, onRejected);
  return result === undefined
    ? promiseThen(done, onFulfilled)
    : promiseThen(Promise.resolve(result), onFulfilled);
}

// A user's function as the standard calls it: what it throws becomes a rejection.
function callSafely(fn, receiver, ...args) {
  if (fn === undefined) return undefined;
  try {
    return Reflect.apply(fn, receiver, args);
  } catch (error) {
    return Promise.reject(error);
  }
}

const toPromise = (result) => (result === undefined ? Promise.resolve() : Promise.resolve(result));

// The inner object of a face, or undefined. `Inner` is the class it must be of.
function innerOf(face, Inner) {
  const inner = isObject(face) ? face[kInner] : undefined;
  return inner instanceof Inner ? inner : undefined;
}

// The same where a wrong `this` is an error.
function needInner(face, Inner, name) {
  const inner = innerOf(face, Inner);
  if (inner === undefined) throw new codes.ERR_INVALID_THIS(name);
  return inner;
}

// Web classes show their members as enumerable, and have a tag and an inspect of the members named.
function defineFace(Class, shown, members) {
  const { name, prototype } = Class;
  for (const key of members) Object.defineProperty(prototype, key, { enumerable: true });
  Object.defineProperty(prototype, Symbol.toStringTag, {
    value: name,
    writable: false,
    enumerable: false,
    configurable: true,
  });
  if (!shown) return;
  Object.defineProperty(prototype, kInspect, {
    value(depth, options, inspect) {
      return inspectWith(name, shown(this), depth, options, inspect);
    },
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

// A dictionary argument of Web IDL: nothing, or an object.
function readDictionary(value, name) {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new codes.ERR_INVALID_ARG_TYPE(name, 'Object', value);
  return value;
}

// A member that must be a function where it is there.
function readCallback(dictionary, key, name) {
  const callback = dictionary[key];
  if (callback === undefined) return undefined;
  if (typeof callback !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE(`${name}.${key}`, 'Function', callback);
  }
  return callback;
}

const invalidState = (message) => new codes.ERR_INVALID_STATE.TypeError(message);

module.exports = {
  Deferred,
  Tracked,
  callSafely,
  deferredOfState,
  defineFace,
  handledRejection,
  innerOf,
  invalidState,
  isObject,
  kConstruct,
  kInner,
  markHandled,
  needInner,
  nothing,
  promiseThen,
  readCallback,
  readDictionary,
  seal,
  toPromise,
  whenSettled,
};
