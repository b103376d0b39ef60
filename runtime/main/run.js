// What the command line asks for: a file, code given with -e or -p, a program on standard input, or a syntax check.
'use strict';

const path = require('path');
const binding = internalBinding('process');
const options = require('internal/main/options');
const pausing = require('internal/inspector/pausing');
const { Module, makeRequire } = require('internal/modules/cjs');

const kWorkerName = '[worker eval]';
let startFolder; // what import() in code without a file is relative to

// A working directory that is gone is no reason not to run code.
function currentFolder() {
  try {
    return process.cwd();
  } catch {
    return path.dirname(process.execPath);
  }
}

// A module that stands for code without a file: its require() starts at the working directory.
function modulelessCode(name) {
  const module = new Module(name);
  startFolder = currentFolder();
  module.filename = path.join(startFolder, name);
  module.paths = Module._nodeModulePaths(startFolder);
  return module;
}

function isModuleSource() {
  return (options.get('--input-type') ?? options.get('--experimental-default-type')) === 'module';
}

/** Code of which nothing says what it is, and which is written as an ES module. */
function isUntypedModule(source, name) {
  if (options.get('--input-type') !== undefined || !options.get('--experimental-detect-module')) return false;
  return /\b(?:import|export|await)\b/.test(source)
    ? require('internal/modules/esm_format').isModuleText(source, name)
    : false;
}

function runCode(source, name) {
  Module._initPaths();
  const isWorker = name === kWorkerName;
  const print = options.get('--print') && !isWorker;
  if (isModuleSource() || (!print && isUntypedModule(source, name))) {
    if (!isWorker) defineBuiltinGlobals();
    if (print) {
      const { codes } = require('internal/errors');
      throw new codes.ERR_EVAL_ESM_CANNOT_PRINT();
    }
    const esm = require('internal/modules/esm');
    const url = require('internal/modules/file_url').toUrl(path.join(currentFolder(), '[eval1]'));
    return esm.runEntry(() => esm.importSource(source, url), url);
  }
  const module = modulelessCode(name);
  globalThis.module = module;
  globalThis.exports = module.exports;
  globalThis.__filename = name;
  globalThis.__dirname = '.';
  globalThis.require = makeRequire(module);
  if (!isWorker) defineBuiltinGlobals();
  const { runScript } = internalBinding('script');
  const result = pausing.onStart ? pausing.call(runScript, undefined, source, name) : runScript(source, name);
  if (print) require('internal/console/global').log(result);
  return undefined;
}

// Code on the command line finds builtin modules as globals: parley -p 'os.cpus().length'.
function defineBuiltinGlobals() {
  const { builtinModules } = require('internal/engine/loader');
  for (const id of builtinModules) {
    if (id.startsWith('_') || id.includes('/') || (id in globalThis && id !== 'crypto')) continue;
    Object.defineProperty(globalThis, id, {
      configurable: true,
      enumerable: false,
      get() {
        const value = require(id);
        Object.defineProperty(globalThis, id, {
          value,
          configurable: true,
          enumerable: false,
          writable: true,
        });
        return value;
      },
      set(value) {
        Object.defineProperty(globalThis, id, {
          value,
          configurable: true,
          enumerable: true,
          writable: true,
        });
      },
    });
  }
}

// Calls back with all of standard input.
function readStandardInput(done) {
  let source = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk) => {
    source += chunk;
  });
  process.stdin.on('end', () => done(source));
}

function checkSource(source, name, isModule) {
  const text = source.replace(/^#!.*/, '');
  if (isModule) internalBinding('es_modules').compileModule(name, text);
  else internalBinding('script').checkSyntax(text, name);
}

function checkSyntax(script) {
  if (script === undefined || script === '-')
    return readStandardInput((source) => checkSource(source, '[stdin]', isModuleSource()));
  const filename = Module._resolveFilename(path.resolve(script), null, true);
  const isModule = require('internal/modules/run_main').isEsModule(filename);
  return checkSource(require('fs').readFileSync(filename, 'utf8'), filename, isModule);
}

function runPrompt(code) {
  if (options.get('--input-type') !== undefined) {
    binding.rawWrite(2, 'Cannot specify --input-type for REPL\n');
    process.exit(9);
  }
  Module._initPaths();
  const prompt = require('internal/repl/program');
  prompt.greet();
  if (code !== undefined) runCode(code, '[eval]');
  prompt.start();
}

const kPermissions = ['--allow-fs-read', '--allow-fs-write'];

function preloadModules() {
  const preload = options.get('--require');
  if (preload.length === 0) return;
  Module._initPaths();
  Module._preloadModules(preload);
}

// A worker's program: a file, code, or a URL.
function runWorker(kind, name) {
  preloadModules();
  const { afterPreloads, runMain } = require('internal/modules/run_main');
  return afterPreloads(() => {
    if (kind === 'file') return runMain(name);
    if (kind === 'eval') return runCode(name, kWorkerName);
    Module._initPaths();
    const esm = require('internal/modules/esm');
    return esm.runEntry(() => esm.importMain(name), name);
  });
}

function run({ script }) {
  if (
    !options.get('--experimental-permission') &&
    kPermissions.some((name) => options.get(name).length > 0)
  ) {
    require('internal/main/rare_options').refusePermissions();
  }
  if (script !== undefined && script !== '-' && script !== 'inspect') process.argv[1] = path.resolve(script);
  preloadModules();
  if (options.get('--frozen-intrinsics')) require('internal/engine/freeze_intrinsics').freezeIntrinsics();
  if (options.get('--check')) return checkSyntax(script);
  return require('internal/modules/run_main').afterPreloads(() => runMainCode(script));
}

function runMainCode(script) {
  const code = options.get('--eval');
  const interactive = options.get('--interactive');
  if (code !== undefined && !interactive) return runCode(code, '[eval]');
  if (script === 'inspect') return require('internal/inspector/cli').start(process.argv.slice(2));
  if (options.get('--test')) return require('internal/test_runner/main').start(script);
  if (script === undefined || script === '-') {
    if (interactive || (script === undefined && binding.isTerminal(0))) return runPrompt(code);
    return readStandardInput((source) => runCode(source, '[stdin]'));
  }
  return require('internal/modules/run_main').runMain(process.argv[1]);
}

exports.run = run;
exports.runWorker = runWorker;
exports.startFolder = () => startFolder;
