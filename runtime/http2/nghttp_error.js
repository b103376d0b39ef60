'use strict';
// The error for what nghttp2 reports by number: code ERR_HTTP2_ERROR, or our own when we know better.

const { codes } = require('internal/errors');

class NghttpError extends Error {
  constructor(number, code) {
    super(
      code === undefined ? internalBinding('http2').nghttp2ErrorString(number) : new codes[code]().message,
    );
    this.code = code ?? 'ERR_HTTP2_ERROR';
    this.errno = number;
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

module.exports = { NghttpError };
