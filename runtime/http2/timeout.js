'use strict';
// setTimeout() of sessions and streams: 'timeout' after so long without activity.

const { validateFunction } = require('internal/errors/validators');
const { kSession, kTimeout } = require('internal/http2/symbols');
const { kUpdateTimer } = require('internal/http2/symbols');

function setTimeoutOf(milliseconds, callback) {
  if (this.destroyed) return this;
  const duration = require('internal/timers/legacy').checkDuration(milliseconds);
  this.timeout = duration;
  if (this[kTimeout]) clearTimeout(this[kTimeout]);
  this[kTimeout] = null;
  if (duration === 0) {
    if (callback !== undefined) {
      validateFunction(callback, 'callback');
      this.removeListener('timeout', callback);
    }
    return this;
  }
  this[kTimeout] = setTimeout(() => this._onTimeout(), duration);
  this[kTimeout].unref();
  this[kSession]?.[kUpdateTimer]();
  if (callback !== undefined) {
    validateFunction(callback, 'callback');
    this.once('timeout', callback);
  }
  return this;
}

module.exports = { setTimeoutOf };
