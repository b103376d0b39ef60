'use strict';
// The prompt of `parley` without arguments and of `parley -i`. Node doc: repl, "The Node.js REPL".

const repl = require('repl');
const { kStandalone } = require('internal/repl/server');

function readEnvironment(env) {
  const options = { [kStandalone]: true, useGlobal: true, ignoreUndefined: false, breakEvalOnSigint: true };
  if (Number.parseInt(env.NODE_NO_READLINE, 10)) options.terminal = false;
  const mode = String(env.NODE_REPL_MODE).toLowerCase().trim();
  options.replMode = mode === 'strict' ? repl.REPL_MODE_STRICT : repl.REPL_MODE_SLOPPY;
  const size = Number(env.NODE_REPL_HISTORY_SIZE);
  options.historySize = size > 0 ? size : 1000;
  return options;
}

function greet() {
  const { version, versions } = process;
  process.stdout.write(
    `Welcome to Parley v${versions.parley} (Node.js ${version}).\nType ".help" for more information.\n`,
  );
}

function start() {
  const options = readEnvironment(process.env);
  // Errors are told on the output: when that is what fails, nobody is there any more.
  process.stdout.on('error', () => process.exit(1));
  const server = repl.start(options);
  repl.repl = server;
  server.once('exit', () => {
    if (server._flushing) server.once('flushHistory', () => process.exit());
    else process.exit();
  });
  server.setupHistory(server.terminal ? process.env.NODE_REPL_HISTORY : '', (error) => {
    if (error) throw error;
  });
  return server;
}

module.exports = { greet, start };
