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

// `sideKey` is the option that speaks of one side of a duplex only: readableHighWaterMark or writableHighWaterMark.
function pickHighWaterMark(objectMode, options, sideKey, isDuplex) {
  const general = options?.highWaterMark;
  const name = general == null && isDuplex ? `options.${sideKey}` : 'options.highWaterMark';
  const value = general ?? (isDuplex ? options?.[sideKey] : null);
  if (value == null) return getDefaultHighWaterMark(objectMode);
  if (!Number.isInteger(value) || value < 0) {
    throw new codes.ERR_INVALID_ARG_VALUE(name, value);
  }
  return Math.floor(value);
}

// The option `defaultEncoding` of both sides.
function checkEncoding(encoding) {
  if (!encoding) return 'utf8';
  if (!Buffer.isEncoding(encoding)) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return encoding;
}

module.exports = { checkEncoding, getDefaultHighWaterMark, setDefaultHighWaterMark, pickHighWaterMark };
