'use strict';
// request.socket and response.socket of HTTP/2 (Node doc: http2, "request.socket"): a stream and its connection as one socket.

const { codes } = require('internal/errors');
const { kProxySocket, kRequest, kSocket } = require('internal/http2/symbols');

const methodsOfStream = new Set(['on', 'once', 'end', 'emit', 'destroy']);
const ofStream = new Set([...methodsOfStream, 'writable', 'readable', 'destroyed']);
const forbidden = new Set(['write', 'read', 'pause', 'resume']);

const connectionOf = (stream) => (stream.session === undefined ? stream : stream.session[kSocket]);

const handler = {
  has(stream, name) {
    return name in stream || name in connectionOf(stream);
  },

  get(stream, name) {
    if (methodsOfStream.has(name)) return stream[name].bind(stream);
    if (name === 'readable') {
      if (stream.destroyed) return false;
      return stream[kRequest] ? stream[kRequest].readable : stream.readable;
    }
    if (ofStream.has(name)) return stream[name];
    if (name === 'setTimeout') {
      const target = stream.session ?? stream;
      return target.setTimeout.bind(target);
    }
    if (forbidden.has(name)) throw new codes.ERR_HTTP2_NO_SOCKET_MANIPULATION();
    const connection = connectionOf(stream);
    const value = connection[name];
    return typeof value === 'function' ? value.bind(connection) : value;
  },

  getPrototypeOf(stream) {
    return Reflect.getPrototypeOf(connectionOf(stream));
  },

  set(stream, name, value) {
    if (ofStream.has(name)) stream[name] = value;
    else if (name === 'setTimeout') (stream.session ?? stream).setTimeout = value;
    else if (forbidden.has(name)) throw new codes.ERR_HTTP2_NO_SOCKET_MANIPULATION();
    else connectionOf(stream)[name] = value;
    return true;
  },
};

function socketOf(stream) {
  stream[kProxySocket] ??= new Proxy(stream, handler);
  return stream[kProxySocket];
}

module.exports = { socketOf };
