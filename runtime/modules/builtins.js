'use strict';
// Which builtin modules a program may ask for, and under which names (Node.js "Modules: node:module API", "Core modules").
const { normalizeRequirable, builtinModules } = require('internal/engine/loader');

module.exports = {
  /** @type {(request: string) => string | undefined} the builtin's id, undefined when the request names none */
  builtinId: normalizeRequirable,
  builtinModules: [...builtinModules].sort(),
  isBuiltin: (request) => normalizeRequirable(`${request}`) !== undefined,
};
