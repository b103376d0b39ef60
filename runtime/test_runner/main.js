'use strict';
// `parley --test [files and folders]`. Node doc: test runner, "Running tests from the command line".

const options = require('internal/main/options');

function readShard(text) {
  if (text === undefined) return undefined;
  const [, index, total] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined) {
    const { codes } = require('internal/errors');
    throw new codes.ERR_INVALID_ARG_VALUE('--test-shard', text, 'must be in the form of <index>/<total>');
  }
  return { index: Number(index), total: Number(total) };
}

// `script` is the first word after the options; process.argv has the others behind it.
function start(script) {
  const args = script === undefined ? [] : [script, ...process.argv.slice(2)];
  const { findFiles, kInterruptible, run } = require('internal/test_runner/runner');
  let files;
  try {
    files = findFiles(args);
  } catch (error) {
    internalBinding('process').rawWrite(2, `${error.message}\n`);
    process.exit(1);
  }
  const concurrency = options.get('--test-concurrency');
  const timeout = options.get('--test-timeout');
  const settings = {
    [kInterruptible]: true,
    files,
    concurrency: concurrency || true,
    timeout: timeout || Infinity,
    shard: readShard(options.get('--test-shard')),
    only: Boolean(options.get('--test-only')),
    testNamePatterns: options.get('--test-name-pattern'),
  };
  require('util').debuglog('test_runner')('test runner configuration:', settings);
  const stream = run(settings);
  stream.on('test:fail', ({ todo }) => {
    if (todo === undefined) process.exitCode = 1;
  });
  // No test of this process can have failed: a reporter has, and that ends the run with the exit code 7.
  process.on('uncaughtException', (error) => {
    throw error;
  });
  require('internal/test_runner/output').connect(stream);
}

module.exports = { start };
