'use strict';
// Streams of a server as the requests and responses of HTTP/1 (Node doc: http2, "Compatibility API").

const { kOptions } = require('internal/http2/symbols');

/** A server's listener of 'stream' when somebody wants 'request'. */
function onServerStream(stream, headers, flags, rawHeaders) {
  const { Http2ServerRequest, Http2ServerResponse } = this[kOptions];
  const request = new Http2ServerRequest(stream, headers, undefined, rawHeaders);
  const response = new Http2ServerResponse(stream);
  const answer = (status) => {
    response.statusCode = status;
    response.end();
  };
  if (headers[':method'] === 'CONNECT') {
    if (!this.emit('connect', request, response)) answer(405);
    return;
  }
  const { expect } = headers;
  if (expect === undefined) {
    this.emit('request', request, response);
  } else if (expect === '100-continue') {
    if (this.listenerCount('checkContinue') > 0) {
      this.emit('checkContinue', request, response);
    } else {
      response.writeContinue();
      this.emit('request', request, response);
    }
  } else if (!this.emit('checkExpectation', request, response)) {
    answer(417);
  }
}

module.exports = { onServerStream };
