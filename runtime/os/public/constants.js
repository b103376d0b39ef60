'use strict';
// The deprecated module `constants`: all of os.constants, fs.constants and crypto.constants in one object.

const { fs, os } = internalBinding('constants');

Object.assign(exports, os.dlopen, os.errno, os.priority, os.signals, fs);

let cryptoConstants;
try {
  cryptoConstants = require('crypto').constants;
} catch {
  // Built without crypto.
}
Object.assign(exports, cryptoConstants);
