'use strict';
// Text as a terminal shows it: without its control sequences (ECMA-48, section 5.4 and 8.3), and how many columns it takes (Unicode
// Standard Annex #11, East Asian Width).

// Control strings (OSC) up to their end, control sequences (CSI), and all shorter escape sequences.
const SEQUENCES =
  /(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-Z\\^-~]/g;

function stripVTControlCharacters(text) {
  return text.replace(SEQUENCES, '');
}

// First and last code point of each range, in order.
const TWO_COLUMNS = Uint32Array.of(
  ...[0x1100, 0x115f], // Hangul Jamo
  ...[0x2329, 0x232a, 0x2e80, 0x303e, 0x3040, 0x3247, 0x3250, 0x4dbf, 0x4e00, 0xa4c6], // CJK to Yi
  ...[0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff], // Hangul, compatibility ideographs
  ...[0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6], // vertical, small and full-width forms
  ...[0x1b000, 0x1b001, 0x1f200, 0x1f251, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff], // Kana, pictographs
  ...[0x20000, 0x3fffd], // ideographs of the planes 2 and 3
);
const NO_COLUMN = Uint32Array.of(
  ...[0x00, 0x1f, 0x7f, 0x9f], // controls
  ...[0x300, 0x36f, 0x200b, 0x200f, 0x20d0, 0x20ff], // combining marks, joiners and directions
  ...[0xfe00, 0xfe0f, 0xfe20, 0xfe2f, 0xe0100, 0xe01ef], // variation selectors, half marks
);

function isWithin(ranges, code) {
  let low = 0;
  let high = ranges.length >> 1; // of pairs
  while (low < high) {
    const middle = (low + high) >> 1;
    if (code > ranges[2 * middle + 1]) low = middle + 1;
    else high = middle;
  }
  return 2 * low < ranges.length && code >= ranges[2 * low];
}

function columnsOf(code) {
  if (code >= 0x20 && code < 0x7f) return 1;
  if (isWithin(NO_COLUMN, code)) return 0;
  return isWithin(TWO_COLUMNS, code) ? 2 : 1;
}

/**
 * The columns that a text takes on a terminal.
 * @param {string} text
 * @param {boolean} [removeControls] false when there are no control sequences in it
 */
function getStringWidth(text, removeControls = true) {
  if (removeControls) text = stripVTControlCharacters(text);
  let width = 0;
  for (const c of text.normalize('NFC')) width += columnsOf(c.codePointAt(0));
  return width;
}

module.exports = { getStringWidth, stripVTControlCharacters };
