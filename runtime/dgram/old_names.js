'use strict';
// Names of dgram.Socket from before its state was private (DEP0112).

const { deprecate } = require('internal/util');

const PROPERTIES = {
  _handle: 'handle',
  _receiving: 'receiving',
  _bindState: 'bound',
  _queue: 'queue',
  _reuseAddr: 'reuseAddr',
};

/** Adds to `prototype` the properties, which are of this[kState], and `functions` of the socket, by name. */
function addOldNames(prototype, kState, functions) {
  for (const [name, key] of Object.entries(PROPERTIES)) {
    const get = function () {
      return this[kState][key];
    };
    const set = function (value) {
      this[kState][key] = value;
    };
    const message = `Socket.prototype.${name} is deprecated`;
    Object.defineProperty(prototype, name, {
      get: deprecate(get, message, 'DEP0112'),
      set: deprecate(set, message, 'DEP0112'),
    });
  }
  for (const [name, call] of Object.entries(functions)) {
    const method = function () {
      call(this);
    };
    prototype[name] = deprecate(method, `Socket.prototype.${name}() is deprecated`, 'DEP0112');
  }
}

module.exports = { addOldNames };
