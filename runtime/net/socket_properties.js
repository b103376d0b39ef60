'use strict';
// The read-only properties of a net.Socket: its state, addresses and byte counts.

const { Buffer } = require('buffer');
const { kBytesRead, kBytesWritten } = require('internal/net/symbols');

// An end's address as the handle tells it, kept: it is there after the handle has gone.
function nameOf(socket, method, cache) {
  if (socket[cache]) return socket[cache];
  if (!socket._handle?.[method] || socket.connecting) return {};
  const out = {};
  if (socket._handle[method](out) < 0) return {};
  socket[cache] = out;
  return out;
}

/** Gives them to `prototype`, Socket.prototype. */
function addProperties(prototype) {
  function getter(name, get) {
    Object.defineProperty(prototype, name, { get, configurable: true, enumerable: true });
  }
  getter('_connecting', function () {
    return this.connecting;
  });
  getter('pending', function () {
    return !this._handle || this.connecting;
  });
  getter('readyState', function () {
    if (this.connecting) return 'opening';
    if (this.readable && this.writable) return 'open';
    if (this.readable) return 'readOnly';
    if (this.writable) return 'writeOnly';
    return 'closed';
  });
  getter('bufferSize', function () {
    return this._handle ? this.writableLength : undefined;
  });
  getter('bytesRead', function () {
    return this._handle?.bytesRead ?? this[kBytesRead];
  });
  getter('_bytesDispatched', function () {
    return this._handle?.bytesWritten ?? this[kBytesWritten];
  });
  getter('bytesWritten', function () {
    let bytes = this._bytesDispatched;
    for (const entry of this._writableState?.getBuffer?.() ?? []) {
      bytes += Buffer.byteLength(entry.chunk, entry.encoding);
    }
    const data = this._pendingData;
    if (Array.isArray(data)) {
      for (const entry of data) bytes += Buffer.byteLength(entry.chunk ?? entry, entry.encoding);
    } else if (data) {
      bytes += Buffer.byteLength(data, this._pendingEncoding);
    }
    return bytes;
  });
  getter('remoteAddress', function () {
    return this._getpeername().address;
  });
  getter('remoteFamily', function () {
    return this._getpeername().family;
  });
  getter('remotePort', function () {
    return this._getpeername().port;
  });
  getter('localAddress', function () {
    return this._getsockname().address;
  });
  getter('localPort', function () {
    return this._getsockname().port;
  });
  getter('localFamily', function () {
    return this._getsockname().family;
  });
}

module.exports = { addProperties, nameOf };
