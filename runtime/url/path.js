'use strict';
// Segments of a URL's path (https://url.spec.whatwg.org/#path-state): "." and "..", also as "%2e".

// lastIndexOf() is a call into V8's runtime.
function lastSlash(path) {
  let i = path.length - 1;
  while (i > 0 && path.charCodeAt(i) !== 0x2f) i--;
  return Math.max(i, 0);
}

/** How many dots the segment between two places is, 0 for any other. */
function countDots(path, from, to) {
  let dots = 0;
  for (let i = from; i < to; i++) {
    const c = path.charCodeAt(i);
    if (c === 0x25) {
      if (path.charCodeAt(i + 1) !== 0x32 || (path.charCodeAt(i + 2) | 0x20) !== 0x65) return 0;
      i += 2;
    } else if (c !== 0x2e) {
      return 0;
    }
    dots++;
  }
  return dots <= 2 ? dots : 0;
}

/** @param {string} path begins with a slash */
function withoutDots(path) {
  let result = '';
  let kept = 0; // what follows this place is not in the result yet
  for (let start = 0, end; start < path.length; start = end) {
    end = path.indexOf('/', start + 1);
    if (end === -1) end = path.length;
    const dots = countDots(path, start + 1, end);
    if (dots === 0) continue;
    result += path.slice(kept, start);
    if (dots === 2) result = result.slice(0, lastSlash(result));
    if (end === path.length) result += '/';
    kept = end;
  }
  return kept === 0 ? path : result + path.slice(kept);
}

module.exports = { lastSlash, withoutDots };
