'use strict';
// Opens and closes the way for debuggers (Node doc: debugger, "V8 inspector integration"; cli, "--inspect").

const binding = internalBinding('inspector');
const options = require('internal/main/options');
const { address } = require('internal/main/debug_port');

let prepared = false;

/** Lets the inspector see what the console is told, and follow asynchronous calls. */
function prepare() {
  if (prepared) return;
  prepared = true;
  const { enable, disable } = require('internal/inspector/async_stacks');
  binding.setHooks(enable, disable, extendCommandLine);
  const { engineConsole } = require('internal/engine/globals');
  for (const [name, method] of Object.entries(engineConsole)) {
    const own = console[name];
    if (typeof method !== 'function') continue;
    if (typeof own !== 'function') {
      console[name] = method;
      continue;
    }
    console[name] = binding.consoleCall.bind(console, method, own);
    Object.defineProperty(console[name], 'name', { value: name });
  }
}

let consoleModule;

// What can be called in a debugger's console besides what the program can.
function extendCommandLine(target) {
  const { Module, makeRequire } = require('internal/modules/cjs');
  if (consoleModule === undefined) {
    consoleModule = new Module('<inspector console>');
    consoleModule.paths = [...Module._nodeModulePaths(process.cwd()), ...Module.globalPaths];
  }
  Object.defineProperty(target, 'require', {
    configurable: true,
    writable: true,
    enumerable: true,
    value: makeRequire(consoleModule),
  });
}

let program; // what the debuggers' list shows: {title, url}

function describe() {
  return program ?? { title: `${process.title}[${process.pid}]`, url: 'file://' };
}

/** True when debuggers can connect now. Where not, standard error says why. */
function open(host, port) {
  prepare();
  const { title, url } = describe();
  const error = binding.open(host, port, title, url);
  if (error === 0) {
    process.debugPort = binding.port();
    return true;
  }
  const message = require('util').getSystemErrorMap().get(error)?.[1] ?? `error ${error}`;
  internalBinding('process').rawWrite(2, `Starting inspector on ${host}:${port} failed: ${message}\n`);
  return false;
}

function openOnStart(script) {
  if (script !== undefined && script !== '-') {
    program = { title: script, url: `file://${require('path').resolve(script)}` };
  }
  const { host } = address();
  if (!open(host, process.debugPort)) return;
  const stops = options.get('--inspect-brk');
  const stopsEarly = options.get('--inspect-brk-node');
  if (stops || stopsEarly || options.get('--inspect-wait')) binding.waitForDebugger();
  if (stops) require('internal/inspector/pausing').onStart = true;
  if (stopsEarly) binding.pauseOnNextStatement();
}

function openOnSignal() {
  if (!binding.isEnabled()) open(address().host, process.debugPort);
}

module.exports = { address, close: binding.close, open, openOnSignal, openOnStart, prepare };
