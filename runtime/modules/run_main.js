'use strict';
// Starts a program: what --experimental-loader and --import ask for first, then the main file as a CommonJS or an ES
// module (Node.js "Command-line API", "Program entry point").
const path = require('path');
const options = require('internal/main/options');
const { packageScope } = require('internal/modules/package_json');

const loaders = () => options.get('--experimental-loader') ?? [];
const imports = () => options.get('--import') ?? [];
const hasPreloads = () => loaders().length > 0 || imports().length > 0;

function isEsModule(file) {
  if (file.endsWith('.mjs')) return true;
  const extension = path.extname(file);
  if (extension === '.wasm') return options.get('--experimental-wasm-modules') === true;
  if (extension === '.cjs' || extension === '.json' || extension === '.node') return false;
  const type = packageScope(file)?.type;
  if (type === 'module') return true;
  return (
    (extension === '.js' || extension === '') &&
    (type === undefined || type === 'none') &&
    options.get('--experimental-default-type') === 'module' &&
    !file.includes('/node_modules/')
  );
}

/** The main file with extensions and folders tried as for require; undefined leaves the error to the loader. */
function resolveMain(Module, main) {
  if (options.get('--experimental-default-type') === 'module' && main.endsWith('/')) return undefined;
  return Module._findPath(path.resolve(main), null, true) || undefined;
}

function startEsModule(file) {
  const esm = require('internal/modules/esm');
  const url = require('internal/modules/file_url').toUrl(file);
  require('internal/modules/esm_translators').setMain(file);
  return esm.runEntry(() => esm.importMain(url), url);
}

/** The main file turned out to be an ES module by its syntax. */
function startDetected(file) {
  const esm = require('internal/modules/esm');
  const url = require('internal/modules/file_url').toUrl(file);
  esm.runEntry(() => esm.importMain(url, 'module'), url);
}

function start(main) {
  if (options.get('--input-type') !== undefined) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INPUT_TYPE_NOT_ALLOWED();
  }
  const { Module } = require('internal/modules/cjs');
  const file = resolveMain(Module, main);
  if (hasPreloads() || (file !== undefined && isEsModule(file)))
    return startEsModule(file ?? path.resolve(main));
  Module._load(path.resolve(main), null, true);
  return undefined;
}

/** @param {string} main what the command line says */
function runMain(main) {
  const { Module, originalRunMain } = require('internal/modules/cjs');
  Module._initPaths();
  if (Module.runMain !== originalRunMain) return Module.runMain(main);
  return start(main);
}

function warnLoaders(list) {
  const registers = list.map((each) => `register(${JSON.stringify(each)}, pathToFileURL("./"));`).join(' ');
  process.emitWarning(
    `\`--experimental-loader\` may be removed in the future; instead use \`register()\`:\n--import 'data:text/javascript,` +
      `import { register } from "node:module"; import { pathToFileURL } from "node:url"; ${registers}'`,
    'ExperimentalWarning',
  );
}

/** Runs `run` once everything the command line preloads through the ES module loader is there. */
function afterPreloads(run) {
  if (!hasPreloads()) return run();
  const { Module } = require('internal/modules/cjs');
  Module._initPaths();
  const esm = require('internal/modules/esm');
  const here = require('internal/modules/file_url').toUrl(`${process.cwd()}/`);
  return esm.runEntry(async () => {
    const list = loaders();
    if (list.length > 0) warnLoaders(list);
    for (const loader of list) esm.registerHooks(loader, here);
    for (const each of imports()) await esm.importSpecifier(each, here);
    await esm.hooksReady();
    await run();
  }, here);
}

module.exports = { isEsModule, afterPreloads, runMain, start, startDetected };
