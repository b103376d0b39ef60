'use strict';
// https://nodejs.org/docs/latest-v20.x/api/path.html

const posix = require('internal/path/posix');
const win32 = require('internal/path/win32');

posix.win32 = win32.win32 = win32;
posix.posix = win32.posix = posix;

for (const flavour of [posix, win32]) {
  Object.defineProperty(flavour, '_makeLong', {
    value: flavour.toNamespacedPath,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

module.exports = posix;
