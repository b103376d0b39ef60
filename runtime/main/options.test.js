'use strict';
// The command line: what the options mean, where they may stand, what is said about mistakes (Node doc: cli).
const { test } = require('../../tests/harness');
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

function run(args, { env = {}, input, cwd } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: undefined, ...env },
    input: input ?? '',
    cwd,
    timeout: 20000,
  });
  return { status, stdout, stderr };
}

function folder(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'options-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

test('-e, -p and their spellings', () => {
  for (const args of [
    ['-p', '6*7'],
    ['-pe', '6*7'],
    ['-p', '-e', '6*7'],
    ['--print', '6*7'],
    ['--print', '--eval', '6*7'],
    ['--eval=console.log(6*7)'],
  ]) {
    assert.deepStrictEqual(run(args), { status: 0, stdout: '42\n', stderr: '' }, args.join(' '));
  }
  assert.strictEqual(run(['-p', '\\-42']).stdout, '-42\n');
  assert.strictEqual(run(['-p', '[]']).stdout, '[]\n');
  assert.strictEqual(run(['-e', '']).status, 0);
});

test('the value of -p is printed before the loop runs', () => {
  const { stdout } = run(['-p', "setTimeout(() => console.log('last'), 1); 'first'"]);
  assert.strictEqual(stdout, 'first\nlast\n');
});

test("execArgv holds the options before the script, V8's and values among them; argv what follows", () => {
  const code = 'JSON.stringify([process.execArgv, process.argv.slice(1)])';
  const { stdout } = run(['--use_strict', '-C', 'x', '-p', code, '--', '-a', 'b', '--', '-e']);
  assert.deepStrictEqual(JSON.parse(stdout), [
    ['--use_strict', '-C', 'x', '-p', code],
    ['-a', 'b', '--', '-e'],
  ]);
});

test('a program comes from standard input', () => {
  assert.strictEqual(run([], { input: 'console.log(__filename)' }).stdout, '[stdin]\n');
  assert.strictEqual(
    run(['-', 'x'], { input: 'console.log(process.argv.slice(1))' }).stdout,
    "[ '-', 'x' ]\n",
  );
  assert.strictEqual(run(['-p'], { input: '6*7' }).stdout, '42\n');
});

test('--check says what is wrong without running anything', () => {
  assert.deepStrictEqual(run(['-c'], { input: 'console.log(1)' }), { status: 0, stdout: '', stderr: '' });
  const bad = run(['--check'], { input: 'var a b;' });
  assert.strictEqual(bad.status, 1);
  assert.match(bad.stderr, /^\[stdin\]:1\n/);
  assert.match(bad.stderr, /SyntaxError: Unexpected identifier/);
});

test('mistakes end with code 9 and say which word is wrong', () => {
  const mistakes = {
    '--no-such-option': /: bad option: --no-such-option\n/,
    '--no-such': /: bad option: --no-such\n/,
    '--eval': /: --eval requires an argument\n/,
    '-r': /: -r requires an argument\n/,
    '--max-http-header-size=': /: --max-http-header-size= requires an argument\n/,
    '--no-max-http-header-size':
      /: --no-max-http-header-size is an invalid negation because it is not a boolean option\n/,
    '--unhandled-rejections=x': /: invalid value for --unhandled-rejections\n/,
    '--input-type=x': /: --input-type must be "module" or "commonjs"\n/,
  };
  for (const [word, message] of Object.entries(mistakes)) {
    const { status, stderr } = run([word]);
    assert.match(stderr, message);
    assert.strictEqual(status, 9, word);
  }
  assert.match(run(['-c', '-e', '1']).stderr, /either --check or --eval can be used, not both/);
});

test('NODE_OPTIONS: words, quotes, what may stand there; the command line wins', (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'with space.js');
  fs.writeFileSync(file, "console.log('loaded')");
  const env = (text) => ({ env: { NODE_OPTIONS: text } });
  assert.strictEqual(
    run(['-p', '1'], env(`  --no_warnings  -r ${JSON.stringify(file)} `)).stdout,
    'loaded\n1\n',
  );
  assert.strictEqual(run(['-p', 'process.execArgv.length'], env('--trace-warnings')).stdout, '2\n');
  assert.strictEqual(
    run(
      ['--stack-trace-limit=3', '-p', 'Error.stackTraceLimit'],
      env('--stack-trace-limit=7 --max-old-space-size=100'),
    ).stdout,
    '3\n',
  );
  for (const [text, message] of [
    ['--check', /: --check is not allowed in NODE_OPTIONS\n/],
    ['-p 1', /: -p is not allowed in NODE_OPTIONS\n/],
    ['--no-such-thing', /: --no-such-thing is not allowed in NODE_OPTIONS\n/],
    ['-r "x', /: invalid value for NODE_OPTIONS \(unterminated string\)\n/],
    ['-r "x\\', /: invalid value for NODE_OPTIONS \(invalid escape\)\n/],
  ]) {
    const { status, stderr } = run(['-e', '0'], env(text));
    assert.match(stderr, message);
    assert.strictEqual(status, 9);
  }
});

test('process.allowedNodeEnvironmentFlags', () => {
  const flags = process.allowedNodeEnvironmentFlags;
  for (const name of ['--require', '-r', 'r', '--no_warnings', 'no-warnings', '--stack-trace-limit=9'])
    assert.ok(flags.has(name), name);
  for (const name of ['--r', '--eval', '-e', '', 1]) assert.ok(!flags.has(name), String(name));
  const { size } = flags;
  Set.prototype.clear.call(flags);
  flags.delete('-r');
  assert.ok(flags.has('-r') && flags.size === size);
});

test('--env-file: values, precedence, NODE_OPTIONS in it', (t) => {
  const dir = folder(t);
  fs.writeFileSync(
    path.join(dir, 'a.env'),
    [
      '# comment',
      'A=plain value # not this',
      'B="two\\nlines"',
      "C='it is #1'",
      'D=`of "three"',
      'lines`',
      'export E = 5',
      'F=',
      'SET=file',
      'NODE_OPTIONS=--stack-trace-limit=4',
    ].join('\n'),
  );
  fs.writeFileSync(path.join(dir, 'b.env'), 'F=second');
  const code =
    "JSON.stringify(['A','B','C','D','E','F','SET'].map((n) => process.env[n]).concat(Error.stackTraceLimit))";
  const { stdout, stderr } = run(['--env-file=a.env', '--env-file', 'b.env', '-p', code], {
    cwd: dir,
    env: { SET: 'outside' },
  });
  assert.strictEqual(stderr, '');
  assert.deepStrictEqual(JSON.parse(stdout), [
    'plain value',
    'two\nlines',
    'it is #1',
    'of "three"\nlines',
    '5',
    'second',
    'outside',
    4,
  ]);
  const missing = run(['--env-file=none.env', '-e', '0'], { cwd: dir });
  assert.strictEqual(missing.status, 9);
  assert.match(missing.stderr, /: none.env: not found/);
});

test('--help and --v8-options print and end well', () => {
  assert.match(run(['--help']).stdout, /--unhandled-rejections/);
  assert.match(run(['--v8-options']).stdout, /--max-old-space-size/);
  assert.strictEqual(run(['--completion-bash']).status, 0);
});

test('--disable-proto', () => {
  assert.strictEqual(run(['--disable-proto=delete', '-p', "'__proto__' in {}"]).stdout, 'false\n');
  assert.match(run(['--disable-proto=throw', '-e', '({}).__proto__']).stderr, /ERR_PROTO_ACCESS/);
});
