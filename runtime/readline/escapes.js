'use strict';
// Control sequences that move the cursor and clear the screen. Node doc: readline, "readline.cursorTo" and its neighbours;
// the sequences are those of ECMA-48.

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/errors/validators');

const CSI = '\x1b[';
const sequences = {
  clearToLineStart: `${CSI}1K`,
  clearToLineEnd: `${CSI}0K`,
  clearLine: `${CSI}2K`,
  clearScreenDown: `${CSI}0J`,
};

const cursorSequence = (x, y) => (typeof y === 'number' ? `${CSI}${y + 1};${x + 1}H` : `${CSI}${x + 1}G`);

function moveSequence(dx, dy) {
  let text = '';
  if (dx < 0) text += `${CSI}${-dx}D`;
  else if (dx > 0) text += `${CSI}${dx}C`;
  if (dy < 0) text += `${CSI}${-dy}A`;
  else if (dy > 0) text += `${CSI}${dy}B`;
  return text;
}

function clearLineSequence(direction) {
  if (direction < 0) return sequences.clearToLineStart;
  return direction > 0 ? sequences.clearToLineEnd : sequences.clearLine;
}

// Nothing to write: the callback still comes, later.
function writeNothing(callback) {
  if (typeof callback === 'function') process.nextTick(callback, null);
  return true;
}

function write(stream, text, callback) {
  return stream == null ? writeNothing(callback) : stream.write(text, callback);
}

function checkCallback(callback) {
  if (callback !== undefined) validateFunction(callback, 'callback');
}

function cursorTo(stream, x, y, callback) {
  checkCallback(callback);
  if (typeof y === 'function') [y, callback] = [undefined, y];
  if (Number.isNaN(x)) throw new codes.ERR_INVALID_ARG_VALUE('x', x);
  if (Number.isNaN(y)) throw new codes.ERR_INVALID_ARG_VALUE('y', y);
  if (stream == null || (typeof x !== 'number' && typeof y !== 'number')) return writeNothing(callback);
  if (typeof x !== 'number') throw new codes.ERR_INVALID_CURSOR_POS();
  return write(stream, cursorSequence(x, y), callback);
}

function moveCursor(stream, dx, dy, callback) {
  checkCallback(callback);
  const text = moveSequence(dx, dy);
  return text === '' ? writeNothing(callback) : write(stream, text, callback);
}

function clearLine(stream, direction, callback) {
  checkCallback(callback);
  return write(stream, clearLineSequence(direction), callback);
}

function clearScreenDown(stream, callback) {
  checkCallback(callback);
  return write(stream, sequences.clearScreenDown, callback);
}

module.exports = {
  clearLine,
  clearLineSequence,
  clearScreenDown,
  cursorSequence,
  cursorTo,
  moveCursor,
  moveSequence,
  sequences,
};
