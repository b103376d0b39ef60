// What the command line asks for: a file, code given with -e or -p, a program on standard input, or a syntax check.
'use strict';

const path = require('path');
const { Module, makeRequire } = require('internal/modules/cjs');

// A module that stands for code without a file: its require() starts at the working directory.
function modulelessCode(name) {
  const module = new Module(name);
  module.filename = path.join(process.cwd(), name);
  module.paths = Module._nodeModulePaths(process.cwd());
  return module;
}

function runCode(source, name, options) {
  Module._initPaths();
  if (options.inputType === 'module') {
    const url = `data:text/javascript,${encodeURIComponent(source)}`;
    require('internal/modules/esm').runEntry(url);
    return;
  }
  const module = modulelessCode(name);
  globalThis.module = module;
  globalThis.exports = module.exports;
  globalThis.__filename = name;
  globalThis.__dirname = '.';
  globalThis.require = makeRequire(module);
  defineBuiltinGlobals();
  const result = internalBinding('script').runScript(source, name);
  if (options.print) print(result);
}

// Code on the command line finds builtin modules as globals: parley -p 'os.cpus().length'.
function defineBuiltinGlobals() {
  const { builtinModules } = require('internal/engine/loader');
  for (const id of builtinModules) {
    if (id.startsWith('_') || id.includes('/') || id in globalThis) continue;
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

function print(value) {
  const text = typeof value === 'string' ? value : require('internal/util/inspect').inspect(value);
  process.stdout.write(`${text}\n`);
}

function runStandardInput(options) {
  let source = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk) => {
    source += chunk;
  });
  process.stdin.on('end', () => runCode(source, '[stdin]', options));
}

function checkSyntax(file) {
  const filename = Module._resolveFilename(path.resolve(file), null, true);
  const source = require('fs').readFileSync(filename, 'utf8');
  internalBinding('script').checkSyntax(source.replace(/^#!.*/, ''), filename);
}

function notImplemented(what) {
  internalBinding('process').rawWrite(2, `parley: ${what} is not implemented yet\n`);
  process.exit(9);
}

function run(options) {
  if (options.preload.length > 0) {
    Module._initPaths();
    Module._preloadModules(options.preload);
  }
  if (process.env.NODE_CHANNEL_FD !== undefined) require('internal/child_process/ipc_start').start();
  if (options.check) return checkSyntax(options.script);
  if (options.eval !== undefined) return runCode(options.eval, '[eval]', options);
  if (options.script === undefined || options.script === '-') {
    if (options.interactive || (options.script === undefined && internalBinding('process').isTerminal(0))) {
      return notImplemented('the interactive prompt');
    }
    return runStandardInput(options);
  }
  process.argv[1] = path.resolve(options.script);
  require('internal/modules/run_main').runMain(process.argv[1]);
}

exports.run = run;
