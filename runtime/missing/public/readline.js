'use strict';
// The module `readline`, not implemented yet.

const { missingModule } = require('internal/missing/module');

module.exports = missingModule(
  'readline',
  [
    'createInterface',
    'Interface',
    'clearLine',
    'clearScreenDown',
    'cursorTo',
    'emitKeypressEvents',
    'moveCursor',
  ],
  {
    get promises() {
      return require('readline/promises');
    },
  },
);
