'use strict';
// The length of a Buffer for hot code. When V8 10.2 optimises in the background it cannot look into names that are strings, and
// leaves `buffer.length` a slow generic load: a typed array might have an element of that name. A symbol it inlines. Who has
// the symbol is a Buffer, which saves the test.

const kLength = Symbol('length');

// The length of a Buffer, or of the text that a stream with an encoding has instead.
function lengthOf(chunk) {
  return typeof chunk === 'string' ? chunk.length : chunk[kLength];
}

module.exports = { kLength, lengthOf };
