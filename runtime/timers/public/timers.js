// Node doc: timers.
'use strict';

const timers = require('internal/timers');

// Loaded when called.
const old = (name) => ({ [name]: (...args) => require('internal/timers/legacy')[name](...args) })[name];

module.exports = {
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  setInterval: timers.setInterval,
  clearInterval: timers.clearInterval,
  setImmediate: timers.setImmediate,
  clearImmediate: timers.clearImmediate,
  active: old('active'),
  _unrefActive: old('_unrefActive'),
  enroll: old('enroll'),
  unenroll: old('unenroll'),
  get promises() {
    return require('timers/promises');
  },
};
