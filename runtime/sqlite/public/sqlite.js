// `node:sqlite` (https://nodejs.org/api/sqlite.html): the addon of addon/sqlite, linked into the program.
'use strict';

const { notImplemented } = require('internal/errors');

const { DatabaseSync, StatementSync } = process._linkedBinding('sqlite');

for (const name of [
  'aggregate',
  'applyChangeset',
  'createSession',
  'enableLoadExtension',
  'function',
  'loadExtension',
]) {
  const method = () => {
    throw notImplemented(`node:sqlite: DatabaseSync.${name}()`);
  };
  Object.defineProperty(DatabaseSync.prototype, name, { configurable: true, writable: true, value: method });
}

if (Symbol.dispose) {
  Object.defineProperty(DatabaseSync.prototype, Symbol.dispose, {
    configurable: true,
    writable: true,
    value: function dispose() {
      if (this.isOpen) this.close();
    },
  });
}

module.exports = {
  DatabaseSync,
  StatementSync,
  backup() {
    throw notImplemented('node:sqlite: backup()');
  },
};
