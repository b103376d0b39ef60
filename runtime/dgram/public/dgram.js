'use strict';
// The public module `dgram`: UDP sockets. https://nodejs.org/docs/latest-v20.x/api/dgram.html

const { Socket } = require('internal/dgram/socket');
const { createHandle } = require('internal/dgram/handle');
const { deprecate } = require('internal/util');

function createSocket(type, listener) {
  return new Socket(type, listener);
}

module.exports = {
  _createSocketHandle: deprecate(createHandle, 'dgram._createSocketHandle() is deprecated', 'DEP0112'),
  createSocket,
  Socket,
};
