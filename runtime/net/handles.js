'use strict';
// The native handles under sockets and servers: their classes, how one is made of a descriptor, and what their reads do.

const { Buffer } = require('buffer');
const { errnoException } = require('internal/errors');
const { validateInt32 } = require('internal/errors/validators');
const { kOwner } = require('internal/net/symbols');
const { kGoesOn } = require('internal/stream/readable_state');

const UV_EOF = -4095;
const FastBuffer = Buffer[Symbol.species]; // made without the checks of Buffer.from
const kTimeout = Symbol('timeout');
const kUserBuffer = Symbol('onreadBuffer');

let classesReady = false;
function handleClasses() {
  const { TCP, constants: tcp } = internalBinding('tcp_wrap');
  const { Pipe, constants: pipe } = internalBinding('pipe_wrap');
  if (!classesReady) {
    classesReady = true;
    internalBinding('stream_wrap').setReadCallback(onRead);
  }
  return { TCP, tcp, Pipe, pipe };
}

// A handle around a descriptor of this process.
function handleFromFd(fd, server) {
  validateInt32(fd, 'fd', 0);
  const { TCP, tcp, Pipe, pipe } = handleClasses();
  const type = internalBinding('tty_wrap').guessHandleType(fd);
  if (type === 'PIPE') return new Pipe(server ? pipe.SERVER : pipe.SOCKET);
  if (type === 'TCP') return new TCP(server ? tcp.SERVER : tcp.SOCKET);
  throw new (require('internal/errors').codes.ERR_INVALID_FD_TYPE)(type);
}

// Called on the handle by native code.
function onRead(nread, memory, offset) {
  const socket = this[kOwner];
  if (socket === undefined || socket === null || socket.destroyed) return;
  touch(socket);
  if (nread > 0) {
    const user = socket[kUserBuffer];
    if (user !== undefined)
      return giveToUserBuffer(this, socket, user, new FastBuffer(memory, offset, nread));
    const state = socket._readableState;
    if (this.reading) state.bits |= kGoesOn;
    const more = socket.push(new FastBuffer(memory, offset, nread));
    state.bits &= ~kGoesOn;
    if (!more) {
      this.reading = false;
      this.readStop();
    }
    return;
  }
  if (nread !== UV_EOF) {
    socket.destroy(errnoException(nread, 'read'));
    return;
  }
  if (socket._readableState.endEmitted) {
    if (socket.writableFinished || !socket.writable) socket.destroy();
    return;
  }
  if (socket[kUserBuffer] !== undefined) socket.resume();
  socket.push(null);
  socket.read(0);
}

// The `onread` option: bytes go into the program's buffer instead of the stream.
function giveToUserBuffer(handle, socket, user, bytes) {
  for (let at = 0; at < bytes.length;) {
    if (socket._paused || socket.destroyed) {
      user.waiting = bytes.subarray(at); // until resume()
      return;
    }
    const { buffer } = user;
    const size = bytes.copy(buffer, 0, at);
    if (size === 0) return;
    at += size;
    if (user.callback.call(socket, size, buffer) === false) {
      handle.reading = false;
      handle.readStop();
      socket._paused = true;
    }
    if (user.next !== undefined) user.buffer = user.next.call(socket);
  }
}

function giveWaiting(socket) {
  const { _handle: handle, [kUserBuffer]: user } = socket;
  if (!handle || socket._paused) return;
  const { waiting } = user;
  user.waiting = undefined;
  giveToUserBuffer(handle, socket, user, waiting);
  if (user.waiting === undefined && !socket._paused) socket.resume();
}

function touch(socket) {
  const timer = socket[kTimeout];
  if (timer !== null && timer !== undefined) timer.refresh();
}

function initializeHandle(socket) {
  handleClasses();
  const handle = socket._handle;
  handle[kOwner] = socket;
  handle.onread = undefined; // the shared callback
  handle.reading = false;
}

module.exports = {
  giveWaiting,
  handleClasses,
  handleFromFd,
  initializeHandle,
  onRead,
  touch,
  kTimeout,
  kUserBuffer,
};
