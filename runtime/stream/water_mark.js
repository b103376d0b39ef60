'use strict';
// Options both sides have: how many bytes or objects a stream buffers before it says "enough" (Node doc: stream,
// `highWaterMark`), and the default encoding.

const { Buffer } = require('buffer');
const { codes } = require('internal/errors');
const { validateInteger } = require('internal/errors/validators');

let defaultBytes = 16 * 1024;
let defaultObjects = 16;

function getDefaultHighWaterMark(objectMode) {
  return objectMode ? defaultObjects : defaultBytes;
}

function setDefaultHighWaterMark(objectMode, value) {
  validateInteger(value, 'value', 0);
  if (objectMode) defaultObjects = value;
  else defaultBytes = value;
}

// `ofSide` is the option that speaks of one side of a duplex only, and `side` tells which.
function pickHighWaterMark(objectMode, general, ofSide, side) {
  const value = general ?? ofSide;
  if (value === undefined || value === null) return getDefaultHighWaterMark(objectMode);
  if (!Number.isInteger(value) || value < 0) {
    const name = general == null ? `options.${side}HighWaterMark` : 'options.highWaterMark';
    throw new codes.ERR_INVALID_ARG_VALUE(name, value);
  }
  return value;
}

// The option `defaultEncoding` of both sides.
function checkEncoding(encoding) {
  if (!encoding) return 'utf8';
  if (!Buffer.isEncoding(encoding)) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return encoding;
}

module.exports = { checkEncoding, getDefaultHighWaterMark, setDefaultHighWaterMark, pickHighWaterMark };
