'use strict';
// The test runner: outcomes, order, hooks, filters, processes and reporters. Node doc: test runner.

const assert = require('assert');
const path = require('path');
const { spawnSync } = require('child_process');
const { run } = require('node:test');
const { test } = require('../../tests/harness');

const fixture = (name) => path.join(__dirname, 'fixtures', name);

// What a program with tests says in TAP, without the blocks of details.
function tap(args, options = {}) {
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT;
  const child = spawnSync(process.execPath, ['--test-reporter=tap', ...args], {
    encoding: 'utf8',
    env,
    timeout: 30e3,
    ...options,
  });
  const text = child.stdout.replace(/^ *---\n[^]*?^ *\.\.\.\n/gm, '');
  return { ...child, text, lines: text.split('\n').map((line) => line.trim()) };
}

const program = (source, args = []) =>
  tap([
    ...args,
    '-e',
    `const { after, afterEach, before, beforeEach, describe, it, mock, test } = require('node:test');
    const log = [];
    process.on('exit', () => console.error(log.join(' ')));
    ${source}`,
  ]);

test('each outcome is told and counted', () => {
  const { status, text, lines } = tap([fixture('report.js')]);
  assert.strictEqual(status, 1);
  for (const line of [
    'ok 1 - passes',
    'not ok 2 - fails',
    'ok 3 - is skipped # SKIP no time',
    'not ok 4 - is to do # TODO',
    '# so it is',
    'ok 2 - inner <too> \\# "quoted"',
    'ok 6 - has subtests',
    'ok 7 - a suite',
    'not ok 8 - was forgotten',
    '# tests 11',
    '# suites 1',
    '# fail 1',
    '# cancelled 1',
    '# skipped 1',
    '# todo 1',
  ]) {
    assert.ok(lines.includes(line), `${line} in ${text}`);
  }
});

test('results come in the order of the tests', () => {
  const { lines, status } = program(`
    describe('all', { concurrency: true }, () => {
      it('slow', (t, done) => setTimeout(done, 20));
      it('fast', () => {});
    });`);
  assert.strictEqual(status, 0);
  assert.deepStrictEqual(
    lines.filter((line) => line.startsWith('ok')),
    ['ok 1 - slow', 'ok 2 - fast', 'ok 1 - all'],
  );
});

test('hooks run around tests, outer ones outside', () => {
  const { stderr, status } = program(`
    for (const [name, hook] of Object.entries({ before, after, beforeEach, afterEach })) {
      hook(() => log.push('root-' + name));
    }
    describe('suite', () => {
      before(() => log.push('before'));
      after(() => log.push('after'));
      beforeEach(() => log.push('beforeEach'));
      afterEach(() => log.push('afterEach'));
      it('one', () => log.push('one'));
      it('two', () => log.push('two'));
    });`);
  assert.strictEqual(status, 0);
  const each = (name) => `root-beforeEach beforeEach ${name} afterEach root-afterEach`;
  assert.strictEqual(stderr.trim(), `root-before before ${each('one')} ${each('two')} after root-after`);
});

test('a failing hook fails what it is for', () => {
  const { stdout, status } = program(`
    describe('suite', () => {
      before(() => { throw new Error('no way'); });
      it('never runs', () => log.push('ran'));
    });`);
  assert.strictEqual(status, 1);
  assert.match(stdout, /failureType: 'hookFailed'/);
  assert.match(stdout, /error: 'no way'/);
});

test('timeouts and signals end tests', () => {
  const { stdout, lines, status } = program(`
    const alive = setInterval(() => {}, 1000);
    after(() => clearInterval(alive));
    test('late', { timeout: 5 }, () => new Promise(() => {}));
    test('stopped', { signal: AbortSignal.abort() }, () => log.push('ran'));
    test('told', { timeout: 5 }, (t) => new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, 60e3);
      t.signal.addEventListener('abort', () => clearTimeout(timer));
    }));`);
  assert.strictEqual(status, 1);
  assert.match(stdout, /error: 'test timed out after 5ms'/);
  assert.match(stdout, /failureType: 'testAborted'/);
  assert.ok(lines.includes('# cancelled 3'));
});

test('errors after the test has returned are told of the test', () => {
  const { stdout, status } = program(`
    test('throws later', () => new Promise(() => setImmediate(() => { throw new Error('later'); })));
    test('rejects later', () => new Promise(() => setImmediate(() => Promise.reject(new Error('no')))));
    test('is fine', () => {});`);
  assert.strictEqual(status, 1);
  assert.match(stdout, /failureType: 'uncaughtException'/);
  assert.match(stdout, /failureType: 'unhandledRejection'/);
  assert.match(stdout, /^ok 3 - is fine/m);
});

test('a callback may be called once, and not beside a promise', () => {
  const { stdout } = program(`
    test('both', async (t, done) => done());
    test('fails', (t, done) => done(new Error('by callback')));`);
  assert.match(stdout, /failureType: 'callbackAndPromisePresent'/);
  assert.match(stdout, /error: 'by callback'/);
});

test('--test-only and --test-name-pattern choose', () => {
  const source = `
    test('plain', () => log.push('plain'));
    test('wanted', { only: true }, () => log.push('wanted'));
    describe('group', () => { it('plain again', () => log.push('again')); });`;
  assert.strictEqual(program(source, ['--test-only']).stderr.trim(), 'wanted');
  assert.strictEqual(program(source, ['--test-name-pattern=/^PLAIN/i']).stderr.trim(), 'plain again');
});

test('--test finds files and runs each in its process', () => {
  const { text, lines, status } = tap(['--test'], { cwd: fixture('folder') });
  assert.strictEqual(status, 1);
  for (const line of [
    'ok 1 - one',
    'ok 2 - two',
    'not ok 3 - three',
    '# text of two',
    '# tests 3',
    '# fail 1',
  ]) {
    assert.ok(lines.includes(line), `${line} in ${text}`);
  }
});

test('--test tells of files that are not there and of options that exclude it', () => {
  const missing = tap(['--test', 'nowhere.js'], { cwd: __dirname });
  assert.strictEqual(missing.status, 1);
  assert.match(missing.stderr, /Could not find '.*nowhere\.js'/);
  const both = tap(['--test', '--check']);
  assert.notStrictEqual(both.status, 0);
  assert.match(both.stderr, /either --test or --check can be used, not both/);
});

test('reporters: dot, spec and junit', () => {
  const only = (name) =>
    spawnSync(process.execPath, [`--test-reporter=${name}`, fixture('report.js')], { encoding: 'utf8' })
      .stdout;
  assert.match(only('dot'), /^\.X\.X.{4,}/);
  const spec = only('spec');
  assert.match(spec, /\u2714 passes \([\d.]+ms\)/);
  assert.match(spec, /\u2716 fails \([\d.]+ms\)/);
  assert.match(spec, /\u2139 tests 11/);
  assert.match(spec, /failing tests:/);
  const junit = only('junit');
  assert.match(junit, /^<\?xml version="1.0" encoding="utf-8"\?>\n<testsuites>/);
  assert.match(junit, /<testcase name="inner &lt;too/);
  assert.match(junit, /<failure type="testCodeFailure"/);
});

test('run() gives events', async () => {
  const names = { 'test:pass': [], 'test:fail': [] };
  const stream = run({
    files: [fixture('folder/one.test.js'), fixture('folder/test/any.js')],
    concurrency: 1,
  });
  for await (const { type, data } of stream) {
    if (data.details) names[type]?.push(data.name);
    if (type === 'test:fail') assert.strictEqual(data.details.error.cause.message, 'three is wrong');
  }
  assert.deepStrictEqual(names, { 'test:pass': ['one', 'two'], 'test:fail': ['three'] });
});

test('run() checks its options', () => {
  assert.throws(() => run({ files: 'a.js' }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => run({ shard: { index: 3, total: 2 } }), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => run({ testNamePatterns: [1] }), { code: 'ERR_INVALID_ARG_TYPE' });
});
