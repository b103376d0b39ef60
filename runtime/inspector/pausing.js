'use strict';
// --inspect-brk: the program's first function is called so that the debugger stops at its first line.

const pausing = {
  onStart: false,

  /** Calls fn once that way. */
  call(fn, receiver, ...args) {
    pausing.onStart = false;
    return internalBinding('inspector').callAndPauseOnStart(fn, receiver, ...args);
  },
};

module.exports = pausing;
