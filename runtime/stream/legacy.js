'use strict';
// Stream: the base class of all streams, with the pipe() of the first Node versions for objects that have nothing better.

const EventEmitter = require('events');
const { kNamesStay } = require('internal/events/core');

// The events of a stream from its start: an object of one shape, quicker and smaller than one that listeners make as they come.
class StreamEvents {
  constructor() {
    this.close = undefined;
    this.error = undefined;
    this.data = undefined;
    this.end = undefined;
    this.readable = undefined;
    this.prefinish = undefined;
    this.finish = undefined;
    this.drain = undefined;
  }
}
Object.setPrototypeOf(StreamEvents.prototype, null);
delete StreamEvents.prototype.constructor;
StreamEvents.prototype[kNamesStay] = true;

function Stream(options) {
  if (this._events === undefined) {
    this._events = new StreamEvents();
    this._eventsCount = 0;
  }
  EventEmitter.call(this, options);
}
Object.setPrototypeOf(Stream.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Stream, EventEmitter);

Stream.prototype.pipe = function (dest, options) {
  const source = this;
  let ended = false;

  function ondata(chunk) {
    if (dest.writable && dest.write(chunk) === false && source.pause) source.pause();
  }
  function ondrain() {
    if (source.readable && source.resume) source.resume();
  }
  function onend() {
    if (ended) return;
    ended = true;
    dest.end();
  }
  function onclose() {
    if (ended) return;
    ended = true;
    if (typeof dest.destroy === 'function') dest.destroy();
  }
  // An error that nobody else listens for must not get lost because a pipe listens.
  function onerror(error) {
    cleanup();
    if (EventEmitter.listenerCount(this, 'error') === 0) this.emit('error', error);
  }
  function cleanup() {
    source.removeListener('data', ondata);
    dest.removeListener('drain', ondrain);
    source.removeListener('end', onend);
    source.removeListener('close', onclose);
    source.removeListener('error', onerror);
    dest.removeListener('error', onerror);
    source.removeListener('end', cleanup);
    source.removeListener('close', cleanup);
    dest.removeListener('close', cleanup);
  }

  source.on('data', ondata);
  dest.on('drain', ondrain);
  // process.stdout and process.stderr say so: they are not ended by a pipe.
  if (!dest._isStdio && options?.end !== false) {
    source.on('end', onend);
    source.on('close', onclose);
  }
  prependListener(source, 'error', onerror);
  prependListener(dest, 'error', onerror);
  source.on('end', cleanup);
  source.on('close', cleanup);
  dest.on('close', cleanup);
  dest.emit('pipe', source);
  return dest;
};

Stream.prototype.eventNames = function () {
  const names = [];
  for (const key of Reflect.ownKeys(this._events)) {
    const listeners = this._events[key];
    if (typeof listeners === 'function' || (Array.isArray(listeners) && listeners.length > 0))
      names.push(key);
  }
  return names;
};

// Before the listeners already there; emitters that are not ours may lack prependListener().
function prependListener(emitter, event, listener) {
  if (typeof emitter.prependListener === 'function') {
    emitter.prependListener(event, listener);
  } else if (!emitter._events?.[event]) {
    emitter.on(event, listener);
  } else if (Array.isArray(emitter._events[event])) {
    emitter._events[event].unshift(listener);
  } else {
    emitter._events[event] = [listener, emitter._events[event]];
  }
}

// What the prototypes of our classes have. Constructors look for these instead of using instanceof, which is slow for classes
// with a Symbol.hasInstance of their own.
const kIsReadable = Symbol('kIsReadable');
const kIsWritable = Symbol('kIsWritable');
const kIsDuplex = Symbol('kIsDuplex');

function mark(Class, symbol) {
  Object.defineProperty(Class.prototype, symbol, { value: true });
}

module.exports = { Stream, kIsDuplex, kIsReadable, kIsWritable, mark, prependListener };
