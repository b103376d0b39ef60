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
  const links = [];
  let ended = false;

  function link(emitter, event, listener, add = append) {
    links.push({ emitter, event, listener });
    add(emitter, event, listener);
  }
  function unlink() {
    for (const { emitter, event, listener } of links) emitter.removeListener(event, listener);
  }
  // The destination is ended in one way only, by what comes first.
  const once = (endDest) => () => {
    if (!ended) {
      ended = true;
      endDest();
    }
  };
  // An error that nobody else listens for must not get lost because a pipe listens.
  function onerror(error) {
    unlink();
    if (EventEmitter.listenerCount(this, 'error') === 0) this.emit('error', error);
  }

  link(source, 'data', (chunk) => {
    const full = dest.writable && dest.write(chunk) === false;
    if (full && source.pause) source.pause();
  });
  link(dest, 'drain', () => {
    if (source.readable && source.resume) source.resume();
  });
  // process.stdout and process.stderr say so: they are not ended by a pipe.
  if (options?.end !== false && !dest._isStdio) {
    link(
      source,
      'end',
      once(() => dest.end()),
    );
    link(
      source,
      'close',
      once(() => typeof dest.destroy === 'function' && dest.destroy()),
    );
  }
  for (const emitter of [source, dest]) link(emitter, 'error', onerror, prependListener);
  link(source, 'end', unlink);
  for (const emitter of [source, dest]) link(emitter, 'close', unlink);
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

const append = (emitter, event, listener) => emitter.on(event, listener);

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
