'use strict';
// The body of an outgoing message: chunked or counted, written through the socket's stream or, when the whole message is known
// at end(), with its head in one native call (handle.writeHead) past that stream.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');

const kDirect = Symbol('directWrite');
const kCorked = Symbol('corked');
const kBytes = Symbol('bytesWritten');
const CRLF = '\r\n';

// The native stream when nothing stands between this message and the kernel.
function directHandle(message) {
  const { socket } = message;
  if (socket === null || socket._httpMessage !== message || socket.destroyed || socket.connecting)
    return null;
  if (message.outputData.length > 0) return null;
  const handle = socket._handle;
  if (!handle || handle.writeHead === undefined) return null;
  const state = socket._writableState;
  if (state.length !== 0 || state.corked || state.ending || socket[kDirect]) return null;
  if (Object.hasOwn(socket, 'write') || Object.hasOwn(socket, '_write')) return null; // somebody watches the writes
  return handle;
}

function onDirectWritten(status, req) {
  req.socket[kDirect] = false;
  if (status < 0) req.socket.destroy(require('internal/errors').errnoException(status, 'write'));
  else req.message._onDirectDone(req.callback);
}

// Writes all of a message, or its last bytes, natively. False when it cannot be done so.
function writeDirect(message, handle, body, withLength, callback) {
  const { socket } = message;
  const req = { oncomplete: onDirectWritten, message, socket, callback };
  const head = message._headerSent ? '' : message._header;
  message._headerSent = true;
  const result = handle.writeHead(req, head, body, withLength);
  if (result < 0) {
    const error = require('internal/errors').errnoException(result, 'write');
    if (callback) process.nextTick(callback, error);
    socket.destroy(error);
  } else if (result === 1) {
    socket[kDirect] = true;
  } else {
    process.nextTick(finishDirect, message, callback);
  }
}
function finishDirect(message, callback) {
  message._onDirectDone(callback);
}

function checkChunk(chunk) {
  if (chunk === null) throw new codes.ERR_STREAM_NULL_VALUES();
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
    throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
  }
}

// Tells the callback, and the message's listeners while there is a message.
function failWrite(message, error, callback) {
  const heard = !message.destroyed;
  process.nextTick(() => {
    if (callback) callback(error);
    if (heard) message.emit('error', error);
  });
}

const lengthOf = (chunk, encoding) =>
  typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.byteLength;

// Whether the program promised a length that is to be kept to the byte (strictContentLength).
function isCounted(message) {
  return (
    message.strictContentLength &&
    message._contentLength !== null &&
    message._hasBody &&
    !message._removedContLen &&
    !message.chunkedEncoding &&
    !message.hasHeader('transfer-encoding')
  );
}

function write(message, chunk, encoding, callback, fromEnd) {
  checkChunk(chunk);
  if (message.finished && !fromEnd) {
    failWrite(message, new codes.ERR_STREAM_WRITE_AFTER_END(), callback);
    return false;
  }
  if (message.destroyed) {
    failWrite(message, new codes.ERR_STREAM_DESTROYED('write'), callback);
    return false;
  }
  let length = -1;
  if (!message._header) {
    if (fromEnd) message._contentLength ??= length >= 0 ? length : lengthOf(chunk, encoding);
    message._implicitHeader();
  }
  if (isCounted(message)) {
    length = lengthOf(chunk, encoding);
    const total = message[kBytes] + length;
    if (fromEnd ? total !== message._contentLength : total > message._contentLength)
      throw new codes.ERR_HTTP_CONTENT_LENGTH_MISMATCH(total, message._contentLength);
    message[kBytes] = total;
  }
  if (!message._hasBody) {
    if (message._rejectNonStandardBodyWrites) throw new codes.ERR_HTTP_BODY_NOT_ALLOWED();
    if (callback) process.nextTick(callback);
    return true;
  }
  const { socket } = message;
  if (!fromEnd && socket && !socket.writableCorked) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  if (message.chunkedEncoding && chunk.length !== 0) {
    if (length < 0) length = lengthOf(chunk, encoding);
    message._send(length.toString(16) + CRLF, 'latin1', null);
    message._send(chunk, encoding, null);
    return message._send(CRLF, null, callback);
  }
  return message._send(chunk, encoding, callback);
}

function end(message, chunk, encoding, callback) {
  if (message.finished) {
    if (chunk) {
      failWrite(message, new codes.ERR_STREAM_WRITE_AFTER_END(), callback);
    } else if (typeof callback === 'function') {
      if (message.writableFinished) {
        process.nextTick(callback, new codes.ERR_STREAM_ALREADY_FINISHED('end'));
      } else {
        message.on('finish', callback);
      }
    }
    return message;
  }
  if (chunk) checkChunk(chunk);
  const simple =
    !chunk || typeof chunk !== 'string' || !encoding || encoding === 'utf8' || encoding === 'utf-8';

  if (
    message._canWriteDirect &&
    simple &&
    message._trailer === '' &&
    !message.strictContentLength &&
    !message.destroyed
  ) {
    const handle = directHandle(message);
    if (handle !== null) {
      if (!message._header) {
        message._deferLength = true;
        message._contentLength = null;
        message._implicitHeader();
      } else {
        message._deferLength = false;
      }
      if (!message.chunkedEncoding) {
        const withLength = message._deferLength;
        message._deferLength = false;
        message.finished = true;
        if (typeof callback === 'function') message.once('finish', callback);
        const body = message._hasBody && chunk ? chunk : '';
        writeDirect(message, handle, body, withLength);
        return message;
      }
      message._deferLength = false;
    }
  }

  if (chunk) {
    message.socket?.cork();
    write(message, chunk, encoding, null, true);
  } else if (!message._header) {
    message.socket?.cork();
    message._contentLength = 0;
    message._implicitHeader();
  } else {
    message.socket?.cork();
  }
  if (typeof callback === 'function') message.once('finish', callback);
  if (isCounted(message) && message[kBytes] !== message._contentLength) {
    message.socket?.uncork();
    throw new codes.ERR_HTTP_CONTENT_LENGTH_MISMATCH(message[kBytes], message._contentLength);
  }
  const onFinish = () => message._emitFinish();
  if (message._hasBody && message.chunkedEncoding) {
    message._send(`0\r\n${message._trailer}\r\n`, 'latin1', onFinish);
  } else if (
    !message._headerSent ||
    message.outputData.length > 0 ||
    chunk ||
    message.socket?.writableLength
  ) {
    message._send('', 'latin1', onFinish);
  } else {
    process.nextTick(onFinish);
  }
  if (message.socket) {
    // Whatever corked it: all goes out now.
    while (message.socket.writableCorked > 0) message.socket.uncork();
  }
  message[kCorked] = 0;
  message.finished = true;
  if (message.outputData.length === 0 && message.socket && message.socket._httpMessage === message)
    message._finish();
  return message;
}

module.exports = { write, end, kDirect, kCorked, kBytes };
