'use strict';
// Lets a callback be called once only.

module.exports = function once(callback) {
  let called = false;
  return function (...args) {
    if (called) return;
    called = true;
    return Reflect.apply(callback, this, args);
  };
};
