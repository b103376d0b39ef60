'use strict';
// http.IncomingMessage: a Readable of a message's body, with its headers.
//
// Most messages have no body, and many programs read few headers, so both are made on first use: `_readableState` by an
// accessor, the header objects from the one string the parser gave (`name\nvalue\n...`).

const addMethods = require('internal/util/add_methods');
const { Readable } = require('stream');

const kHeaders = Symbol('headers');
const kDistinct = Symbol('headersDistinct');
const kRaw = Symbol('rawHeaders');
const kTrailers = Symbol('trailers');
const kTrailersDistinct = Symbol('trailersDistinct');
const kRawTrailers = Symbol('rawTrailers');
const kState = Symbol('readableState');
const kEnded = Symbol('ended');

function IncomingMessage(socket) {
  this.socket = socket;
  this._events = undefined;
  this._eventsCount = 0;
  this._maxListeners = undefined;
  this[kState] = null;
  this[kEnded] = false;
  this._headerBlock = '';
  this._trailerBlock = '';
  this._maxHeaders = 0;
  this._parser = null;
  this._flags = 0;
  this[kHeaders] = null;
  this[kRaw] = null;
  this.httpVersionMajor = 1;
  this.httpVersionMinor = 1;
  this.httpVersion = '1.1';
  this.complete = false;
  this.aborted = false;
  this.upgrade = null;
  this.url = '';
  this.method = null;
  this.statusCode = null;
  this.statusMessage = null;
  this.client = socket;
  this._consuming = false;
  this._dumped = false;
  if (socket === undefined) this._createState();
}
Object.setPrototypeOf(IncomingMessage.prototype, Readable.prototype);
Object.setPrototypeOf(IncomingMessage, Readable);

Object.defineProperty(IncomingMessage.prototype, '_readableState', {
  configurable: true,
  get() {
    return this[kState] ?? this._createState();
  },
  set(state) {
    this[kState] = state;
  },
});

function split(block) {
  if (block === '') return [];
  const list = block.split('\n');
  list.pop(); // after the last line's end
  return list;
}

// How repeated headers are joined (RFC 9110, 5.3, and Node's documentation of message.headers).
const FIRST_WINS = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

function addHeader(target, name, value, joinAll) {
  name = name.toLowerCase();
  const before = target[name];
  // Not "undefined": a header may be called "constructor".
  if (typeof before !== 'string' && !Array.isArray(before)) {
    target[name] = name === 'set-cookie' ? [value] : value;
  } else if (name === 'set-cookie') {
    before.push(value);
  } else if (name === 'cookie') {
    target[name] = `${before}; ${value}`;
  } else if (joinAll || !FIRST_WINS.has(name)) {
    target[name] = `${before}, ${value}`;
  }
}

function collect(raw, joinAll) {
  const headers = {};
  for (let i = 0; i < raw.length; i += 2) addHeader(headers, raw[i], raw[i + 1], joinAll);
  return headers;
}

function collectDistinct(raw) {
  const headers = Object.create(null);
  for (let i = 0; i < raw.length; i += 2) (headers[raw[i].toLowerCase()] ??= []).push(raw[i + 1]);
  return headers;
}

function accessor(name, get, key) {
  Object.defineProperty(IncomingMessage.prototype, name, {
    configurable: true,
    enumerable: true,
    get,
    set(value) {
      this[key] = value;
    },
  });
}
accessor(
  'rawHeaders',
  function () {
    if (!this[kRaw]) {
      const raw = split(this._headerBlock);
      this[kRaw] = this._maxHeaders > 0 ? raw.slice(0, this._maxHeaders * 2) : raw;
    }
    return this[kRaw];
  },
  kRaw,
);
accessor(
  'headers',
  function () {
    return (this[kHeaders] ??= collect(this.rawHeaders, this.joinDuplicateHeaders));
  },
  kHeaders,
);
accessor(
  'headersDistinct',
  function () {
    return (this[kDistinct] ??= collectDistinct(this.rawHeaders));
  },
  kDistinct,
);
accessor(
  'rawTrailers',
  function () {
    if (this._trailerBlock === '') return this[kRawTrailers] ?? [];
    return (this[kRawTrailers] ??= split(this._trailerBlock));
  },
  kRawTrailers,
);
accessor(
  'trailers',
  function () {
    if (this._trailerBlock === '') return this[kTrailers] ?? {};
    return (this[kTrailers] ??= collect(this.rawTrailers, this.joinDuplicateHeaders));
  },
  kTrailers,
);
accessor(
  'trailersDistinct',
  function () {
    return (this[kTrailersDistinct] ??= collectDistinct(this.rawTrailers));
  },
  kTrailersDistinct,
);
Object.defineProperty(IncomingMessage.prototype, 'connection', {
  configurable: true,
  get() {
    return this.socket;
  },
  set(value) {
    this.socket = value;
  },
});

const methods = {
  constructor: IncomingMessage,

  _createState() {
    const options = { autoDestroy: true, highWaterMark: this.socket?.readableHighWaterMark };
    const { _events: events, _eventsCount: count } = this;
    Readable.call(this, options);
    if (events !== undefined) {
      this._events = events;
      this._eventsCount = count;
    }
    // Bytes come by themselves: a call of _read() says that somebody wants them, not that there is room.
    this._readableState.readingMore = true;
    if (this[kEnded]) this.push(null);
    return this[kState];
  },

  // The message's last byte has been read.
  _ended() {
    this[kEnded] = true;
    if (this[kState] !== null && !this[kState].ended) this.push(null);
  },

  // Nobody will read the body: what comes of it is thrown away.
  _dump() {
    if (this._dumped) return;
    this._dumped = true;
    // Who listens hears of the end all the same.
    if (this[kState] !== null || this._eventsCount > 0) {
      this.removeAllListeners('data');
      this.resume();
      if (this[kEnded] && !this._readableState.ended) this.push(null);
    }
    if (!this.complete) resumeSource(this);
  },
  _dumpAndCloseReadable() {
    this._dumped = true;
    if (this[kState] !== null) {
      this.push(null);
      this.read(0);
    }
  },

  // True when no one has asked for the stream: nobody can see its events but 'close'.
  _untouched() {
    return this[kState] === null;
  },

  _pauseSource(socket) {
    this._sourcePaused = true;
    const handle = socket._handle;
    if (!socket._httpNative) {
      socket.pause();
    } else if (handle && handle.reading) {
      handle.reading = false;
      handle.readStop();
    }
    socket._httpPaused = true;
    socket.emit('pause');
  },

  setTimeout(milliseconds, callback) {
    if (callback) this.on('timeout', callback);
    this.socket.setTimeout(milliseconds);
    return this;
  },

  _read() {
    if (!this._consuming) {
      this._consuming = true;
      this._readableState.readingMore = false;
    }
    if (this._sourcePaused) resumeSource(this);
  },

  _destroy(error, callback) {
    if (!this.readableEnded || !this.complete) {
      this.aborted = true;
      this.emit('aborted');
    }
    const { socket } = this;
    // A response that was thrown away leaves its connection unusable.
    if (socket && !socket.destroyed && this.aborted) socket.destroy(error);
    process.nextTick(finishDestroy, this, error, callback);
  },

  _addHeaderLine(name, value, target) {
    addHeader(target, name, value, this.joinDuplicateHeaders);
  },
  _addHeaderLines(list, count) {
    if (!list?.length) return;
    const raw = count ? list.slice(0, count) : list;
    if (this.complete) {
      this[kRawTrailers] = raw;
      this[kTrailers] = collect(raw, this.joinDuplicateHeaders);
    } else {
      this[kRaw] = raw;
      this[kHeaders] = null;
    }
  },
};
addMethods(IncomingMessage.prototype, methods, false);

function resumeSource(message) {
  message._sourcePaused = false;
  const { socket } = message;
  if (!socket || !socket._httpPaused) return;
  socket._httpPaused = false;
  resumeSocket(socket);
}

// Without a listener the error would end the process, and the socket has told it already.
function finishDestroy(message, error, callback) {
  callback(message.listenerCount('error') === 0 ? null : error);
}

// Lets a connection's bytes flow to its parser again.
function resumeSocket(socket) {
  const handle = socket._handle;
  if (handle && socket._httpNative) {
    if (!handle.reading) {
      handle.reading = true;
      handle.readStart();
    }
  } else if (!socket.destroyed) {
    socket.resume();
  }
}

function readStart(socket) {
  if (socket && !socket._httpPaused) resumeSocket(socket);
}

module.exports = { IncomingMessage, readStart, resumeSocket };
