'use strict';
// timeout: 120
// Tools that check and lay out programs: prettier, eslint, mocha.
const { test } = require('../../harness');
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { run, bin, folder } = require('./run');
const options = { timeout: 60000 };

test('prettier: its command, its API, several languages', options, async (t) => {
  const files = {
    'a.js': 'const x = {a:1,\n b :[1,2 ,3]}\nasync function*f( ){ yield* await x?.y??1n }',
    'b.css': 'a{color:red;b:c}',
    'c.md': '*  one\n*  two\n',
    'd.ts': 'type A<T>= {[k in keyof T]?:T[k]}|null;enum E{a=1}',
    'ok.json': '{ "a": 1 }\n',
    '.prettierrc': '{ "singleQuote": true, "semi": false }\n',
  };
  const cwd = folder(t, files);
  const checked = await run(bin('prettier'), ['--check', '.'], { cwd });
  assert.strictEqual(checked.code, 1);
  assert.match(checked.stderr, /a\.js[^]*b\.css[^]*c\.md[^]*d\.ts[^]*Code style issues found in 4 files/);
  const written = await run(bin('prettier'), ['--write', '.'], { cwd });
  assert.strictEqual(written.code, 0, written.stderr);
  const read = (name) => fs.readFileSync(path.join(cwd, name), 'utf8');
  assert.strictEqual(
    read('a.js'),
    'const x = { a: 1, b: [1, 2, 3] }\nasync function* f() {\n  yield* (await x?.y) ?? 1n\n}\n',
  );
  assert.strictEqual(read('b.css'), 'a {\n  color: red;\n  b: c;\n}\n');
  assert.strictEqual(read('c.md'), '- one\n- two\n');
  assert.strictEqual(read('d.ts'), 'type A<T> = { [k in keyof T]?: T[k] } | null\nenum E {\n  a = 1,\n}\n');
  const piped = await run(bin('prettier'), ['--stdin-filepath', 'x.yaml'], {
    cwd,
    input: 'a:   1\nb: [1,2]\n',
  });
  assert.strictEqual(piped.stdout, 'a: 1\nb: [1, 2]\n');
  const broken = await run(bin('prettier'), ['--stdin-filepath', 'x.js'], { cwd, input: 'let = = 1' });
  assert.strictEqual(broken.code, 2);
  assert.match(broken.stderr, /x\.js: SyntaxError: /);
});

test('eslint: its command with a config, fixes, its API', options, async (t) => {
  const files = {
    'eslint.config.mjs': `import js from '@eslint/js';
      export default [js.configs.recommended, { files: ['**/*.js'], rules: { 'no-var': 'error', eqeqeq: 'warn' } }];`,
    'bad.js': 'var a = 1;\nif (a == 2) undefinedName();\n',
    'sub/good.js': 'export const b = 1;\n',
  };
  const cwd = folder(t, files, { linked: true });
  const found = await run(bin('eslint'), ['--format', 'json', '.'], { cwd });
  assert.strictEqual(found.code, 1, found.stderr);
  const [bad, good] = JSON.parse(found.stdout).filter((r) => r.filePath.endsWith('d.js'));
  assert.deepStrictEqual(
    bad.messages.map((m) => [m.ruleId, m.line]),
    [
      ['no-var', 1],
      ['eqeqeq', 2],
      ['no-undef', 2],
    ],
  );
  assert.strictEqual(good.messages.length, 0);
  await run(bin('eslint'), ['--fix', 'bad.js'], { cwd });
  assert.match(fs.readFileSync(path.join(cwd, 'bad.js'), 'utf8'), /^let a = 1;/);
  const { ESLint } = require('eslint');
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: { rules: { semi: 'error', 'no-debugger': 'error' } },
  });
  const [result] = await eslint.lintText('debugger\nlet x');
  assert.deepStrictEqual(
    result.messages.map((m) => m.ruleId),
    ['no-debugger', 'semi', 'semi'],
  );
  assert.match((await eslint.loadFormatter('stylish')).format([result]), /3 problems/);
});

const SPEC = `
import assert from 'node:assert';
describe('outer', function () {
  const order = [];
  before(async () => order.push('before'));
  beforeEach(() => order.push('each'));
  it('passes', () => assert.deepEqual(order, ['before', 'each']));
  it('waits', (done) => setTimeout(done, 1));
  it('fails', async () => assert.strictEqual({ a: 1 }.a, 2));
  it.skip('is left out', () => {});
  it('is slow', function (done) { this.timeout(20); });
});
`;

test('mocha: specs in both module systems, failures, reporters, watch of time', options, async (t) => {
  const files = {
    'test/a.spec.mjs': SPEC,
    'test/b.spec.cjs': `it('is CommonJS', () => { if (require('path').sep !== '/') throw 1; });`,
  };
  const cwd = folder(t, files, { linked: true });
  const spec = await run(bin('mocha'), ['test/*.spec.*'], { cwd });
  assert.strictEqual(spec.code, 2, spec.stderr);
  assert.match(
    spec.stdout,
    /outer\n[^]*✔ passes\n[^]*✔ waits\n[^]*1\) fails\n[^]*- is left out\n[^]*2\) is slow/,
  );
  assert.match(spec.stdout, /3 passing[^]*1 pending[^]*2 failing[^]*1 !== 2[^]*Timeout of 20ms exceeded/);
  const json = await run(bin('mocha'), ['--reporter', 'json', '--grep', 'passes|CommonJS', 'test'], {
    cwd,
    env: {},
  });
  assert.strictEqual(json.code, 0, json.stderr);
});
