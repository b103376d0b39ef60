// `node:sqlite` (https://nodejs.org/api/sqlite.html): the addon of addon/sqlite, linked into the program.
'use strict';

const { DatabaseSync, StatementSync } = process._linkedBinding('sqlite');

module.exports = { DatabaseSync, StatementSync };
