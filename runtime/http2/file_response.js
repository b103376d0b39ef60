'use strict';
// Answers that are files (Node doc: http2, "http2stream.respondWithFile"): read a piece, give it to the native side, read on when it
// has been sent.

const fs = require('fs');
const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { constants } = require('internal/http2/constants');
const { kHandle, kMaybeDestroy, kState, kUpdateTimer } = require('internal/http2/symbols');

const { NGHTTP2_INTERNAL_ERROR } = constants;
const kPiece = 64 * 1024;
const nothing = () => {};

function closeFile(stream) {
  const state = stream[kState];
  if (!state.ownsFd || state.fd < 0 || state.reading) return;
  const { fd } = state;
  state.fd = -1;
  fs.close(fd, nothing);
}

function start(stream, fd, headers, options, offset, length) {
  const state = stream[kState];
  state.fd = fd;
  let begun;
  try {
    begun = stream.respondForFile(headers, options);
  } catch (error) {
    stream.destroy(error);
    begun = false;
  }
  if (!begun) return closeFile(stream);
  stream.once('close', () => closeFile(stream));
  sendPieces(stream, fd, offset >= 0 ? offset : null, length >= 0 ? length : Infinity);
}

// One piece is on its way at a time, and the next one is read meanwhile only by the system.
function sendPieces(stream, fd, position, left) {
  const state = stream[kState];
  if (stream.destroyed || stream.closed) return closeFile(stream);
  const size = Math.min(kPiece, left);
  if (size <= 0) return finish(stream);
  state.reading = true;
  fs.read(fd, Buffer.allocUnsafeSlow(size), 0, size, position, (error, bytesRead, buffer) => {
    state.reading = false;
    if (stream.destroyed || stream.closed) return closeFile(stream);
    if (error) {
      closeFile(stream);
      stream.close(NGHTTP2_INTERNAL_ERROR);
      return undefined;
    }
    if (bytesRead === 0) return finish(stream);
    const next = position === null ? null : position + bytesRead;
    const rest = left - bytesRead;
    const oncomplete = (status) => {
      if (status < 0 || stream.destroyed) return closeFile(stream);
      stream[kUpdateTimer]();
      return rest === 0 ? finish(stream, true) : sendPieces(stream, fd, next, rest);
    };
    return stream[kHandle].writeBuffer({ oncomplete }, buffer.subarray(0, bytesRead), rest === 0);
  });
}

function finish(stream, shutDown = false) {
  if (!shutDown) stream[kHandle].shutdown();
  closeFile(stream);
  stream[kMaybeDestroy]();
}

function refuse(stream, options, error) {
  closeFile(stream);
  if (options.onError) options.onError(error);
  else stream.destroy(error);
}

const wantsPart = (options) => options.offset !== undefined || options.length !== undefined;

// The program may look at the file first, and refuse or answer itself.
function isRefused(stream, options, stat, headers, part) {
  if (typeof options.statCheck !== 'function') return false;
  return options.statCheck.call(stream, stat, headers, part) === false || stream.headersSent;
}

function sendDescriptor(stream, fd, headers, options) {
  const part = { offset: options.offset ?? 0, length: options.length ?? -1 };
  if (options.statCheck === undefined) return start(stream, fd, headers, options, part.offset, part.length);
  fs.fstat(fd, (error, stat) => {
    if (error) return stream.destroy(error);
    if (stream.destroyed || stream.closed) return undefined;
    if (isRefused(stream, options, stat, headers, part)) return undefined;
    return start(stream, fd, headers, options, part.offset, part.length);
  });
}

function sendFile(stream, path, headers, options) {
  const state = stream[kState];
  fs.open(path, 'r', (error, fd) => {
    if (error) return refuse(stream, options, error);
    state.fd = fd;
    state.ownsFd = true;
    if (stream.destroyed || stream.closed) return closeFile(stream);
    return fs.fstat(fd, (error, stat) => {
      if (error) return refuse(stream, options, error);
      if (stream.destroyed || stream.closed) return closeFile(stream);
      return sendStated(stream, fd, stat, headers, options);
    });
  });
}

function sendStated(stream, fd, stat, headers, options) {
  const isFile = stat.isFile();
  if (!isFile && stat.isDirectory()) return refuse(stream, options, new codes.ERR_HTTP2_SEND_FILE());
  if (!isFile && wantsPart(options)) return refuse(stream, options, new codes.ERR_HTTP2_SEND_FILE_NOSEEK());
  const part = isFile
    ? { offset: options.offset ?? 0, length: options.length ?? -1 }
    : { offset: -1, length: -1 };
  if (isRefused(stream, options, stat, headers, part)) return closeFile(stream);
  if (isFile) {
    const most = stat.size - Number(part.offset);
    part.length = part.length < 0 ? most : Math.min(most, part.length);
    headers['content-length'] = part.length;
  }
  return start(stream, fd, headers, options, part.offset, part.length);
}

module.exports = { closeFile, sendDescriptor, sendFile };
