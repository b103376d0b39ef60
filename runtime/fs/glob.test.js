'use strict';
// runs-on: parley
const assert = require('assert');
const path = require('path');
const os = require('os');
const { pathToFileURL } = require('url');
const { test } = require('../../tests/harness');
const fs = require('fs');

// a/b/c/d, a/b/.hidden/x, a/x.js, a/y.ts, a/10, b/x.js, link → a
function tree(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fs-glob-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  for (const file of ['a/b/c/d', 'a/b/.hidden/x', 'a/x.js', 'a/y.ts', 'a/10', 'b/x.js', 'a/[x]']) {
    fs.mkdirSync(path.join(dir, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(dir, file), '');
  }
  fs.symlinkSync('a', path.join(dir, 'link'));
  return dir;
}

const expected = {
  '*': ['a', 'b', 'link'],
  '*/': ['a/', 'b/', 'link/'],
  '*/*.js': ['a/x.js', 'b/x.js', 'link/x.js'],
  '**/x.js': ['a/x.js', 'b/x.js'],
  '{a,b}/*.{js,ts}': ['a/x.js', 'a/y.ts', 'b/x.js'],
  'a/{9..11}': ['a/10'],
  'a/b/**': ['a/b', 'a/b/c', 'a/b/c/d'],
  'a/**/d': ['a/b/c/d'],
  'a/**/**/d': ['a/b/c/d'],
  '**/.hidden/*': ['a/b/.hidden/x'],
  'a/b/.*': ['a/b/.hidden'],
  'a/?.js': ['a/x.js'],
  'a/[w-y].[!j]?': ['a/y.ts'],
  'a/[[:alpha:]].js': ['a/x.js'],
  'a/[[:digit:]]*': ['a/10'],
  'a/\\[x\\]': ['a/[x]'],
  'a/+(x|y).+(js|ts)': ['a/x.js', 'a/y.ts'],
  'a/@(x|z).js': ['a/x.js'],
  'a/!(x|1)*([.]*)': ['a/10', 'a/[x]', 'a/b', 'a/y.ts'],
  'a/!(*.js|*.ts)': ['a/10', 'a/[x]', 'a/b'],
  'a/b/../x.js': ['a/b/../x.js'],
  'a/{x}.js': [],
  'a/none': [],
  'none/*': [],
};

test('patterns match what the shell would', (t) => {
  const cwd = tree(t);
  for (const pattern of Object.keys(expected)) {
    assert.deepStrictEqual(fs.globSync(pattern, { cwd }).sort(), expected[pattern], pattern);
  }
});

test('the three ways, lists of patterns, absolute ones, a URL as the folder', async (t) => {
  const cwd = tree(t);
  const wanted = ['a/x.js', 'b/x.js'];
  const byCallback = await new Promise((resolve, reject) => {
    fs.glob('{a,b}/*.js', { cwd }, (error, list) => (error ? reject(error) : resolve(list)));
  });
  assert.deepStrictEqual(byCallback.sort(), wanted);
  const found = [];
  for await (const file of fs.promises.glob(['a/*.js', 'b/*.js', 'a/x.*'], { cwd: pathToFileURL(cwd) })) {
    found.push(file);
  }
  assert.deepStrictEqual(found.sort(), wanted);
  assert.deepStrictEqual(fs.globSync(path.join(cwd, '?', 'x.js')).sort(), [
    path.join(cwd, 'a/x.js'),
    path.join(cwd, 'b/x.js'),
  ]);
});

test('what is excluded, by a function or by patterns, and entries with their types', (t) => {
  const cwd = tree(t);
  assert.deepStrictEqual(fs.globSync('**/x.js', { cwd, exclude: (name) => name === 'a' }), ['b/x.js']);
  assert.deepStrictEqual(fs.globSync('**/x.js', { cwd, exclude: ['b/**'] }), ['a/x.js']);
  const [entry] = fs.globSync('a/b', { cwd, withFileTypes: true });
  assert.ok(entry instanceof fs.Dirent && entry.isDirectory());
  assert.strictEqual(path.join(entry.parentPath, entry.name), path.join(cwd, 'a/b'));
});

test('bad arguments', async () => {
  assert.throws(() => fs.globSync(5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.globSync('*', 5), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.globSync('*', { exclude: 5 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.glob('*'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.globSync('{1..99999}{1..99999}'), { code: 'ERR_INVALID_ARG_VALUE' });
  await assert.rejects(fs.promises.glob(5).next(), { code: 'ERR_INVALID_ARG_TYPE' });
});
