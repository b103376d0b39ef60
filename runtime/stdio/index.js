'use strict';
// process.stdin, stdout and stderr, made when first asked for. https://nodejs.org/docs/latest-v20.x/api/process.html#a-note-on-process-io
//
// Files and terminals are written synchronously, pipes and sockets too on Linux. stdout and stderr cannot be closed.

const UV_EAGAIN = 'EAGAIN';

// The descriptor stays open, and the stream can be written to again: others write to it (the engine's own messages, children).
function destroyNothing(error, callback) {
  callback(error);
  this._undestroy();
  if (!this._writableState.emitClose) process.nextTick(() => this.emit('close'));
}

// A Writable over a file descriptor that writes at once.
function makeSyncStream(fd) {
  const { Writable } = require('stream');
  const fs = require('fs');
  const writeAll = (chunk) => {
    for (let at = 0; at < chunk.length;) {
      try {
        at += fs.writeSync(fd, chunk, at);
      } catch (error) {
        if (error.code !== UV_EAGAIN) throw error;
      }
    }
  };
  const stream = new Writable({
    autoDestroy: false,
    emitClose: false,
    decodeStrings: true,
    write(chunk, encoding, callback) {
      try {
        writeAll(chunk);
      } catch (error) {
        return callback(error);
      }
      callback();
    },
  });
  stream.fd = fd;
  stream.readable = false;
  stream._type = 'fs';
  stream._isStdio = true;
  return stream;
}

function makeWritable(fd) {
  const type = internalBinding('tty_wrap').guessHandleType(fd);
  let stream;
  if (type === 'TTY') {
    const { WriteStream } = require('tty');
    stream = new WriteStream(fd);
    stream._type = 'tty';
  } else if (type === 'PIPE' || type === 'TCP') {
    const { Socket } = require('net');
    stream = new Socket({ fd, readable: false, writable: true, manualStart: true });
    stream._type = 'pipe';
    stream._handle?.unref?.();
  } else if (type === 'FILE') {
    stream = makeSyncStream(fd);
  } else {
    // Nothing is there: what is written is lost.
    const { Writable } = require('stream');
    stream = new Writable({ write: (chunk, encoding, callback) => callback() });
  }
  stream.fd = fd;
  stream.readable = false;
  stream._isStdio = true;
  stream.destroySoon = stream.destroy;
  stream._destroy = destroyNothing;
  return stream;
}

let stdin;
let stdout;
let stderr;

function getStdout() {
  return (stdout ??= makeWritable(1));
}

function getStderr() {
  return (stderr ??= makeWritable(2));
}

function getStdin() {
  if (stdin) return stdin;
  const fd = 0;
  switch (internalBinding('tty_wrap').guessHandleType(fd)) {
    case 'TTY': {
      const { ReadStream } = require('tty');
      stdin = new ReadStream(fd);
      break;
    }
    case 'FILE': {
      const fs = require('fs');
      stdin = fs.createReadStream(null, { fd, autoClose: false });
      break;
    }
    case 'PIPE':
    case 'TCP': {
      const { Socket } = require('net');
      // The channel to the parent may be descriptor 0: its pipe is process.channel's.
      if (process.channel && process.channel.fd === fd) {
        const { Readable } = require('stream');
        stdin = new Readable({ read() {} });
        stdin.push(null);
      } else {
        stdin = new Socket({ fd, readable: true, writable: false, manualStart: true });
      }
      stdin._type = 'pipe';
      break;
    }
    default: {
      const { Readable } = require('stream');
      stdin = new Readable({ read() {} });
      stdin.push(null);
    }
  }
  stdin.fd = fd;
  // Paused until somebody reads; a paused one does not keep the process alive.
  if (stdin._handle?.readStop) {
    stdin._handle.reading = false;
    stdin._readableState.reading = false;
    stdin._handle.readStop();
  }
  stdin.on('pause', () => {
    process.nextTick(() => {
      if (!stdin._handle?.reading || !stdin.isPaused()) return;
      stdin._handle.reading = false;
      stdin._readableState.reading = false;
      stdin._handle.readStop();
    });
  });
  return stdin;
}

module.exports = {
  getStdin,
  getStdout,
  getStderr,
  get stdin() {
    return getStdin();
  },
  get stdout() {
    return getStdout();
  },
  get stderr() {
    return getStderr();
  },
};
