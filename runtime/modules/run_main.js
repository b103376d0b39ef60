'use strict';
// Starts a program: the main file as a CommonJS or an ES module (Node.js "Command-line API", "Program entry point").
const path = require('path');
const { packageScope } = require('internal/modules/package_json');

function isEsModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (!file.endsWith('.js')) return false;
  return packageScope(file)?.type === 'module';
}

/** The main file with extensions and folders tried as for require; undefined leaves the error to the CommonJS loader. */
function resolveMain(Module, main) {
  return Module._findPath(path.resolve(main), null, true) || undefined;
}

function start(main) {
  const { Module } = require('internal/modules/cjs');
  const file = resolveMain(Module, main);
  if (file !== undefined && isEsModule(file)) {
    require('internal/modules/esm').runEntry(require('internal/modules/file_url').toUrl(file));
    return;
  }
  Module._load(path.resolve(main), null, true);
}

/** @param {string} main what the command line says */
function runMain(main) {
  const { Module, originalRunMain } = require('internal/modules/cjs');
  Module._initPaths();
  if (Module.runMain !== originalRunMain) Module.runMain(main);
  else start(main);
}

module.exports = { runMain, start };
