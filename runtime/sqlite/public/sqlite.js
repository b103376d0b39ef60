// `node:sqlite` (https://nodejs.org/api/sqlite.html): the addon of addon/sqlite, linked into the program.
'use strict';

const { DatabaseSync, Session, StatementSync, backup, constants } = process._linkedBinding('sqlite');

// Leaving a `using` block closes what is still open.
for (const { prototype } of [DatabaseSync, Session]) {
  if (!Symbol.dispose) break;
  Object.defineProperty(prototype, Symbol.dispose, {
    configurable: true,
    writable: true,
    value: function dispose() {
      try {
        this.close();
      } catch (error) {
        if (error.code !== 'ERR_INVALID_STATE') throw error;
      }
    },
  });
}

module.exports = { DatabaseSync, Session, StatementSync, backup, constants };
