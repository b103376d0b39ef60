'use strict';
// run() and `parley --test`: finds test files and runs each in a process of its own. Node doc: test runner, "run([options])".

const fs = require('fs');
const path = require('path');
const { spawn } = require('child_process');
const { once } = require('events');
const { codes } = require('internal/errors');
const {
  validateAbortSignal,
  validateArray,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateObject,
} = require('internal/errors/validators');
const { kinds, makeFailure } = require('internal/test_runner/failure');
const { Harness, parsePattern } = require('internal/test_runner/harness');
const { Test } = require('internal/test_runner/test');
const wire = require('internal/test_runner/wire');

const kTestFile = /^(?:test|test-.+|.+[.\-_]test)\.(?:js|cjs|mjs)$/;
const kScript = /\.(?:js|cjs|mjs)$/;

function* walk(folder, inTest) {
  for (const entry of fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        yield* walk(file, inTest || entry.name === 'test');
    } else if (inTest ? kScript.test(entry.name) : kTestFile.test(entry.name)) {
      yield file;
    }
  }
}

// The files that arguments name, folders searched; without arguments the working folder is.
function findFiles(args) {
  const files = new Set();
  for (const arg of args.length > 0 ? args : [process.cwd()]) {
    const full = path.resolve(arg);
    let stats;
    try {
      stats = fs.statSync(full);
    } catch {
      throw new Error(`Could not find '${arg}'`);
    }
    if (!stats.isDirectory()) files.add(full);
    else for (const file of walk(full, path.basename(full) === 'test')) files.add(file);
  }
  return [...files].sort();
}

// A file is a test whose tests are reported in its place, unless it had none or broke down.
class FileTest extends Test {
  told = 0;
  failed = 0;

  reportStart() {}

  forward(event) {
    const { type, data } = event;
    if (data.nesting === 0 && (type === 'test:plan' || type === 'test:diagnostic')) {
      // The counts of a file's own run.
      if (
        type === 'test:plan' ||
        /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(data.message)
      ) {
        return;
      }
    }
    if (type === 'test:enqueue' || type === 'test:dequeue') {
      this.harness.send(event);
      return;
    }
    if (type === 'test:pass' || type === 'test:fail') {
      this.told++;
      this.harness.countEvent(event);
      if (type === 'test:fail' && data.todo === undefined && data.skip === undefined) this.failed++;
    }
    this.parent.fromSubtest(this, event);
  }

  get silent() {
    return this.told > 0 && (this.error === null || this.failed > 0);
  }

  reportEnd() {
    if (this.silent) return;
    this.report('test:start', { nesting: 0, name: this.name });
    this.number = ++this.harness.numbers;
    super.reportEnd();
  }
}

class Runner extends Harness {
  numbers = 0;

  // The files' own processes filter.
  filter() {}

  // Numbers and counts of what the files report.
  countEvent({ type, data }) {
    if (data.nesting === 0) data.testNumber = ++this.numbers;
    const { error, type: kind } = data.details;
    this.count({
      nesting: data.nesting,
      type: kind ?? 'test',
      passed: type === 'test:pass',
      isTodo: data.todo !== undefined,
      skipped: data.skip !== undefined,
      cancelled: [kinds.cancelled, kinds.aborted, kinds.timeout].includes(error?.failureType),
    });
  }

  count(test) {
    if (test instanceof FileTest) {
      if (!test.passed) this.success = false;
      if (test.silent) return;
    }
    super.count(test);
  }
}

function childArguments(file, { patterns, only }) {
  const args = process.execArgv.filter((arg) => !/^--(?:test|watch)/.test(arg) || arg === '--test-only');
  // Values that stood apart from their options went with them.
  const words = [];
  for (let i = 0; i < process.execArgv.length; i++) {
    const arg = process.execArgv[i];
    if (/^--test-[a-z-]+$/.test(arg) && !['--test-only', '--test-force-exit'].includes(arg)) i++;
    else if (args.includes(arg)) words.push(arg);
  }
  for (const pattern of patterns) words.push(`--test-name-pattern=${pattern}`);
  if (only && !words.includes('--test-only')) words.push('--test-only');
  return [...words, file];
}

async function runFile(test, file, settings) {
  const child = spawn(process.execPath, childArguments(file, settings), {
    signal: test.signal,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_TEST_CONTEXT: wire.makeContext() },
  });
  child.stdin.on('error', () => {}).end();
  const events = require('readline').createInterface({ input: child.stdio[wire.kPipe], crlfDelay: Infinity });
  events.on('line', (line) => test.forward(wire.parse(line)));
  const written = [];
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (message) => {
      if (name === 'stderr') written.push(message);
      test.forward({ type: `test:${name}`, data: { __proto__: null, file, message } });
    });
  }
  let spawnError;
  child.on('error', (error) => (spawnError = error));
  const [[code, signal]] = await Promise.all([once(child, 'close'), once(events, 'close')]);
  if (code === 0 && signal === null) return;
  if (test.signal.aborted && test.error !== null) throw test.error;
  throw Object.assign(makeFailure('test failed', test.failed > 0 ? kinds.subtests : kinds.code), {
    exitCode: code,
    signal,
    cause: spawnError ?? 'test failed',
  });
}

function readShard(shard) {
  if (shard === undefined) return undefined;
  validateObject(shard, 'options.shard');
  const { total, index } = shard;
  validateInteger(total, 'options.shard.total', 1);
  validateInteger(index, 'options.shard.index');
  if (index < 1 || index > total) {
    throw new codes.ERR_OUT_OF_RANGE(
      'options.shard.index',
      `>= 1 && <= ${total} ("options.shard.total")`,
      index,
    );
  }
  return shard;
}

function readPatterns(given) {
  if (given === undefined || given === null) return [];
  return (Array.isArray(given) ? given : [given]).map((value, i) => {
    if (require('util').types.isRegExp(value)) return String(value);
    if (typeof value === 'string') {
      parsePattern(value);
      return value;
    }
    throw new codes.ERR_INVALID_ARG_TYPE(`options.testNamePatterns[${i}]`, ['string', 'RegExp'], value);
  });
}

function fileConcurrency(value) {
  const most = Math.max(require('os').availableParallelism() - 1, 1);
  if (value === undefined || value === null || value === true) return most;
  if (value === false) return 1;
  return value;
}

function run(options = {}) {
  validateObject(options, 'options');
  const { files, signal, timeout, setup, watch, only } = options;
  if (files !== undefined && files !== null) validateArray(files, 'options.files');
  if (signal !== undefined) validateAbortSignal(signal, 'options.signal');
  if (setup !== undefined && setup !== null) validateFunction(setup, 'options.setup');
  if (only !== undefined && only !== null) validateBoolean(only, 'options.only');
  if (watch !== undefined && watch !== null) validateBoolean(watch, 'options.watch');
  if (watch && options.shard !== undefined && options.shard !== null) {
    throw new codes.ERR_INVALID_ARG_VALUE('options.shard', watch, 'shards not supported with watch mode');
  }
  if (watch) throw new codes.ERR_METHOD_NOT_IMPLEMENTED('run() with watch');
  const shard = readShard(options.shard);
  const settings = { patterns: readPatterns(options.testNamePatterns), only };
  const harness = new Runner();
  const { root } = harness;
  root.limit = fileConcurrency(options.concurrency);
  root.timeout = timeout ?? Infinity;
  if (process.env.NODE_TEST_CONTEXT !== undefined) {
    process.emitWarning(
      'node:test run() is being called recursively within a test file. skipping running files.',
    );
    harness.finish();
    return harness.stream;
  }
  let list = files ?? findFiles([]);
  if (shard) list = list.filter((_, i) => i % shard.total === shard.index - 1);
  if (kInterruptible in options) interruptible(harness);
  runAll(harness, list, settings, { signal, setup });
  return harness.stream;
}

// A run of the command line's own ends in order when it is interrupted, and its files with it.
const kInterruptible = Symbol('interruptible');
function interruptible(harness) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      harness.finish();
      process.exit(1);
    });
  }
}

async function runAll(harness, files, settings, { signal, setup }) {
  const { root } = harness;
  await setup?.(harness.stream);
  await null;
  const tests = files.map((file) => {
    const full = path.resolve(file);
    const test = root.addSubtest(FileTest, file, { signal }, undefined, { file: full, line: 1, column: 1 });
    test.fn = () => runFile(test, full, settings);
    return test;
  });
  await Promise.all(tests.map((test) => test.start()));
  harness.finish();
}

module.exports = { findFiles, kInterruptible, run };
