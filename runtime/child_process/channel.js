'use strict';
// The message channel between a process and one it forked: send(), 'message', disconnect(), and handles on the way.
//
// A sent handle is acknowledged (NODE_HANDLE_ACK) or refused (NODE_HANDLE_NACK: it got lost); until then later messages wait
// in a queue, so that order holds. disconnect() lets queued messages out first. Three states: connected; disconnect asked for
// with messages queued (connected false, channel there); disconnected (channel null).
//
// `target` is a ChildProcess in the parent and `process` in the child.

const EventEmitter = require('events');
const { codes, errnoException } = require('internal/errors');
const { validateObject } = require('internal/errors/validators');
const { handleClasses } = require('internal/net/handles');
const { fields, kHasTick, kTracking } = require('internal/engine/hooks');

const UV_ECONNRESET = -104;
const UV_EPIPE = -32;
const MAX_RETRANSMISSIONS = 3;
const HIGH_WATER_MARK = 65536 * 2;

// process.channel / child.channel.
class Control extends EventEmitter {
  #pipe;
  #refs;
  #refExplicitly;
  constructor(pipe, refs) {
    super();
    this.#pipe = pipe;
    this.#refs = refs;
  }
  // The channel keeps a parent alive, and a child while it listens for messages or writes one, unless ref() or unref()
  // was called.
  refCounted() {
    if (++this.#refs === 1 && this.#refExplicitly === undefined) this.#pipe.ref();
  }
  unrefCounted() {
    if (--this.#refs === 0 && this.#refExplicitly === undefined) {
      this.#pipe.unref();
      this.emit('unref');
    }
  }
  ref() {
    this.#refExplicitly = true;
    this.#pipe.ref();
  }
  unref() {
    this.#refExplicitly = false;
    this.#pipe.unref();
  }
  get fd() {
    return this.#pipe.fd;
  }
}

// The name of a message that is the runtime's own, NODE_…
function commandOf(message) {
  if (message === null || typeof message !== 'object') return undefined;
  const { cmd } = message;
  return typeof cmd === 'string' && cmd.startsWith('NODE_') ? cmd : undefined;
}

function isSendable(message) {
  const type = typeof message;
  return type === 'object' || type === 'string' || type === 'number' || type === 'boolean';
}

const kDefaults = Object.freeze({ swallowErrors: false });
const kQuiet = Object.freeze({ swallowErrors: true });
const kGood = { cmd: 'NODE_HANDLE_ACK' };
const kBad = { cmd: 'NODE_HANDLE_NACK' };

// What of a write that the system did not take at once is left to do.
class PendingWrite {
  constructor(control, callback) {
    this.control = control;
    this.callback = callback;
  }
  oncomplete(status, { control, callback }) {
    control.unrefCounted();
    if (typeof callback !== 'function') return;
    if (status === UV_EPIPE) callback(new codes.ERR_IPC_CHANNEL_CLOSED());
    else callback(status < 0 ? errnoException(status, 'write') : null);
  }
}

// How each kind of object travels: what of it is sent, and what the receiver makes of it.
const conversions = {
  __proto__: null, // the kind comes from outside
  'dgram.Native': {
    send: (message, handle) => handle,
    got: (message, handle, emit) => emit(handle),
  },
  'dgram.Socket': {
    send(message, socket) {
      message.dgramType = socket.type;
      return require('internal/dgram/socket').handleOf(socket);
    },
    got(message, handle, emit) {
      const { Socket } = require('dgram');
      const socket = new Socket(message.dgramType);
      const refuse = () => handle.close();
      socket.once('error', refuse);
      socket.bind(handle, () => {
        socket.removeListener('error', refuse);
        emit(socket);
      });
    },
  },
  'net.Native': {
    send: (message, handle) => handle,
    got: (message, handle, emit) => emit(handle),
  },
  'net.Server': {
    send: (message, server) => server._handle,
    got(message, handle, emit) {
      const net = require('net');
      const server = new net.Server();
      const refuse = () => handle.close(); // a socket that cannot listen
      server.once('error', refuse);
      server.listen(handle, () => {
        server.removeListener('error', refuse);
        emit(server);
      });
    },
  },
  'net.Socket': {
    send(message, socket, options, target) {
      const handle = socket._handle;
      if (!handle) return undefined;
      if (socket.server) {
        message.key = require('internal/child_process/socket_lists').noteSent(target, socket.server);
      }
      // The receiver has it from now on.
      if (!options.keepOpen) {
        handle.onread = () => {};
        handle.readStop();
        socket._handle = null;
        socket.setTimeout(0);
        const server = socket._server;
        if (server) {
          socket._server = null;
          server._connections--;
          server._emitCloseIfDrained();
        }
      }
      return handle;
    },
    sent(message, handle, options, pipe) {
      // The parent's copy stays until the other side says that it has its own.
      if (!options.keepOpen) pipe.pendingHandle = handle;
    },
    got(message, handle, emit, target) {
      const net = require('net');
      const socket = new net.Socket({ handle, readable: true, writable: true });
      if (message.key) {
        require('internal/child_process/socket_lists').noteReceived(target, message.key, socket);
      }
      emit(socket);
    },
  },
};

function kindOf(handle) {
  const net = require('net');
  const { TCP, Pipe } = handleClasses();
  if (handle instanceof net.Socket) return 'net.Socket';
  if (handle instanceof net.Server) return 'net.Server';
  if (handle instanceof TCP || handle instanceof Pipe) return 'net.Native';
  if (handle instanceof require('dgram').Socket) return 'dgram.Socket';
  if (handle instanceof internalBinding('udp_wrap').UDP) return 'dgram.Native';
  throw new codes.ERR_INVALID_HANDLE_TYPE();
}

function setupChannel(target, pipe, advanced, onClosed) {
  const control = new Control(pipe, target === process ? 0 : 1);
  const { Channel } = internalBinding('ipc');
  const framer = new Channel(pipe, advanced, onMessages, onClose);
  pipe.framer = framer; // both live as long as either
  target.channel = control;
  target._channel = control;
  target._handleQueue = null;
  target._pendingMessage = null;

  function closePendingHandle() {
    target._pendingMessage.nativeHandle?.close();
    target._pendingMessage = null;
  }

  // What waits for a handle's acknowledgement when the channel closes is told of, or given up, as it were sent.
  function dropQueue() {
    const queue = target._handleQueue ?? [];
    target._handleQueue = null;
    const error = new codes.ERR_IPC_CHANNEL_CLOSED();
    for (const { handle, options, callback } of queue) {
      if (typeof callback === 'function') process.nextTick(callback, error);
      else if (!options.keepOpen && handle instanceof require('net').Socket) handle.destroy();
    }
  }

  // As a tick; or, where that would be the next thing to happen, right now.
  function deliver(message, handle, isLast) {
    if (!target.channel) return;
    const event = commandOf(message) === undefined ? 'message' : 'internalMessage';
    if (isLast && fields[kHasTick] === 0 && fields[kTracking] === 0) target.emit(event, message, handle);
    else process.nextTick(emitMessage, event, message, handle);
  }
  function emitMessage(event, message, handle) {
    target.emit(event, message, handle);
  }

  function onMessages(message, more, handle) {
    if (more === null) return handle.close();
    const rest = onMessage(message, handle, more === undefined);
    if (more === undefined) return rest?.close();
    handle = rest;
    // A listener may disconnect.
    for (let i = 0; i < more.length && target.channel !== null; i++) {
      handle = onMessage(more[i], handle, i === more.length - 1);
    }
    handle?.close();
  }

  // Returns the handle when it is not this message's.
  function onMessage(message, handle, isLast) {
    const command = commandOf(message);
    if (command === 'NODE_HANDLE') {
      onHandleMessage(message, handle, isLast);
      return undefined;
    }
    if (command === 'NODE_HANDLE_ACK') onAnswer(true);
    else if (command === 'NODE_HANDLE_NACK') onAnswer(false);
    else deliver(message, undefined, isLast);
    return handle;
  }

  function onClose(error) {
    if (target.channel === null) return;
    if (target.connected) {
      target.connected = false;
    }
    target._disconnect();
    // A peer that was killed with bytes on their way resets its end: no more than a close.
    if (error && error !== UV_ECONNRESET) target.emit('error', errnoException(error, 'read'));
  }

  function onHandleMessage(message, handle, isLast) {
    // The descriptor can get lost on the way (a full descriptor table): the sender tries again.
    const answer = handle ? kGood : kBad;
    if (!framer.sendSoon(advanced ? answer : JSON.stringify(answer))) target._send(answer, null, kQuiet);
    if (!handle) return;
    const conversion = conversions[message.type];
    const isDatagram = handle instanceof internalBinding('udp_wrap').UDP;
    if (conversion === undefined || message.type.startsWith('dgram.') !== isDatagram) {
      handle.close();
      return;
    }
    // What converts it at once is delivered after the `try`: an exception of a listener is none of ours.
    let arrived;
    let isNow = true;
    const take = (object) => {
      if (isNow) arrived = object;
      else deliver(message.msg, object, true);
    };
    try {
      conversion.got(message, handle, take, target);
    } catch {
      handle.close(); // an announcement that does not fit it
      return;
    }
    isNow = false;
    if (arrived !== undefined) deliver(message.msg, arrived, isLast);
  }

  function onAnswer(good) {
    const pending = target._pendingMessage;
    if (pending) {
      if (good) {
        closePendingHandle();
      } else if (pending.retransmissions++ === MAX_RETRANSMISSIONS) {
        closePendingHandle();
        process.emitWarning(
          'Handle did not reach the receiving process correctly',
          'SentHandleNotReceivedWarning',
        );
      }
    }
    const queue = target._handleQueue ?? [];
    target._handleQueue = null;
    if (target._pendingMessage) {
      const { message, nativeHandle, options, callback } = target._pendingMessage;
      write(message, nativeHandle, options, callback);
      target._handleQueue ??= [];
    }
    for (const args of queue) target._send(args.message, args.handle, args.options, args.callback);
    // A disconnect that waited for the queue.
    if (!target.connected && target.channel && !target._handleQueue) target._disconnect();
  }

  // Returns what Channel.send() does.
  function write(message, nativeHandle, options, callback) {
    const req = new PendingWrite(control, callback);
    const result = framer.send(req, advanced ? message : JSON.stringify(message), nativeHandle);
    if (result >= 0) {
      if (result === 1) control.refCounted();
      else if (typeof callback === 'function') process.nextTick(callback, null);
      return result;
    }
    if (!options.swallowErrors) {
      const error = errnoException(result, 'write');
      if (typeof callback === 'function') process.nextTick(callback, error);
      else process.nextTick(() => target.emit('error', error));
    }
    return result;
  }

  target.send = function send(message, handle, options, callback) {
    // The callback may stand in the place of either: what follows it counts no more.
    if (typeof handle === 'function') return send.call(this, message, undefined, undefined, handle);
    if (typeof options === 'function') return send.call(this, message, handle, undefined, options);
    let settings = kDefaults;
    if (options !== undefined) {
      validateObject(options, 'options');
      settings = { swallowErrors: false, ...options };
    }
    if (this.connected) return this._send(message, handle, settings, callback);
    const error = new codes.ERR_IPC_CHANNEL_CLOSED();
    if (typeof callback === 'function') process.nextTick(callback, error);
    else process.nextTick(() => this.emit('error', error));
    return false;
  };

  target._send = function (message, handle, options, callback) {
    if (message === undefined) throw new codes.ERR_MISSING_ARGS('message');
    if (!isSendable(message)) {
      throw new codes.ERR_INVALID_ARG_TYPE('message', ['string', 'object', 'number', 'boolean'], message);
    }
    if (!target.channel) return false;
    options ??= kDefaults;
    let nativeHandle;
    let conversion;
    if (handle) {
      const type = kindOf(handle);
      if (this._handleQueue) {
        this._handleQueue.push({ message, handle, options, callback });
        return this._handleQueue.length === 1;
      }
      conversion = conversions[type];
      const envelope = { cmd: 'NODE_HANDLE', type, msg: message };
      nativeHandle = conversion.send(envelope, handle, options, target);
      // Sent before, or closed: the message goes alone.
      if (nativeHandle) message = envelope;
    } else if (
      this._handleQueue &&
      message?.cmd !== 'NODE_HANDLE_ACK' &&
      message?.cmd !== 'NODE_HANDLE_NACK'
    ) {
      this._handleQueue.push({ message, handle: null, options, callback });
      return this._handleQueue.length === 1;
    }
    const result = write(message, nativeHandle, options, callback);
    if (nativeHandle) {
      // A socket that was given away is kept until it has arrived, for another try; others stay the sender's.
      const kept = conversion.sent && !options.keepOpen ? nativeHandle : undefined;
      if (result < 0) {
        kept?.close();
      } else {
        this._handleQueue ??= [];
        this._pendingMessage = {
          message,
          nativeHandle: kept,
          options,
          callback: undefined,
          retransmissions: 0,
        };
      }
    }
    return result !== 1 || pipe.writeQueueSize < HIGH_WATER_MARK;
  };

  target.connected = true;
  target.disconnect = function () {
    if (!this.connected) {
      this.emit('error', new codes.ERR_IPC_DISCONNECTED());
      return;
    }
    this.connected = false;
    if (!this._handleQueue) this._disconnect();
  };
  target._disconnect = function () {
    if (!this.channel) return;
    this.channel = null;
    this._channel = null;
    if (this._pendingMessage) closePendingHandle();
    dropQueue();
    process.nextTick(() => {
      pipe.close(onClosed);
      target.emit('disconnect');
    });
  };

  pipe.readStart();
  return control;
}

// In a forked process: process.send() and its relatives, on the pipe the parent left.
function setupFromEnvironment(fd, advanced) {
  const { Pipe, pipe: types } = handleClasses();
  const pipe = new Pipe(types.IPC);
  const error = pipe.open(fd);
  if (error) throw errnoException(error, 'open');
  const control = setupChannel(process, pipe, advanced);
  // Counted by the listeners for messages: none yet.
  pipe.unref();
  const counts = (event) => event === 'message' || event === 'disconnect';
  process.on('newListener', (event) => {
    if (counts(event) && process.channel === control) control.refCounted();
  });
  process.on('removeListener', (event) => {
    if (counts(event) && process.channel === control) control.unrefCounted();
  });
  for (const event of ['message', 'disconnect']) {
    for (let i = process.listenerCount(event); i > 0; i--) control.refCounted();
  }
  return control;
}

module.exports = { setupChannel, setupFromEnvironment };
