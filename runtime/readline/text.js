'use strict';
// Characters of a line: how long one is in UTF-16, where words begin and end, what several strings have in common.

const charLengthLeft = (text, at) => (at <= 0 ? 0 : at > 1 && text.codePointAt(at - 2) > 0xffff ? 2 : 1);

// At the end of the text a step is one, which moving the cursor then limits.
const charLengthAt = (text, at) => (text.length > at && text.codePointAt(at) > 0xffff ? 2 : 1);

// Where the word left of `at` begins.
function wordStart(text, at) {
  const backwards = Array.from(text.slice(0, at)).reverse().join('');
  return at - /^\s*(?:[^\w\s]+|\w+)?/.exec(backwards)[0].length;
}

// Where the word after the one at `at` begins.
const nextWord = (text, at) => at + (/^(?:\s+|[^\w\s]+|\w+)\s*/.exec(text.slice(at))?.[0].length ?? 0);

function commonPrefix(strings) {
  if (strings.length === 0) return '';
  if (strings.length === 1) return strings[0];
  const sorted = strings.toSorted();
  const first = sorted[0];
  const last = sorted[sorted.length - 1];
  let n = 0;
  while (n < first.length && first[n] === last[n]) n++;
  return first.slice(0, n);
}

module.exports = { charLengthAt, charLengthLeft, commonPrefix, nextWord, wordStart };
