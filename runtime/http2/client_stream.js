'use strict';
// ClientHttp2Stream (Node doc: http2, "Class: ClientHttp2Stream").

const { Http2Stream } = require('internal/http2/stream');
const { kInit, kState } = require('internal/http2/symbols');

const kContinue = 100;

function onHeaders(headers) {
  if (headers[':status'] === kContinue) this.emit('continue');
}

class ClientHttp2Stream extends Http2Stream {
  constructor(session, handle, id, options) {
    super(session, options);
    this[kState].headersSent = true;
    if (id !== undefined) this[kInit](id, handle);
    this.on('headers', onHeaders);
  }

  get headersSent() {
    return true;
  }
}

module.exports = { ClientHttp2Stream };
