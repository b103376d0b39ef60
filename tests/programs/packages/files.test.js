'use strict';
// timeout: 90
// Packages that work on trees of files: fs-extra, glob, rimraf, chokidar.
const { test } = require('../../harness');
const assert = require('assert');
const { once } = require('events');
const fs = require('fs');
const path = require('path');
const { folder } = require('./run');
const options = { timeout: 30000 };

test('fs-extra: copy, move, JSON, empty, ensure', options, async (t) => {
  const fse = require('fs-extra');
  const root = folder(t, { 'a/b/c.txt': 'c', 'a/d.json': { d: 1 } });
  const at = (name) => path.join(root, name);
  fs.symlinkSync('b/c.txt', at('a/link'));
  await fse.copy(at('a'), at('copy'), { filter: (from) => !from.endsWith('.json') });
  assert.deepStrictEqual(fs.readdirSync(at('copy')).sort(), ['b', 'link']);
  assert.ok(fs.lstatSync(at('copy/link')).isSymbolicLink());
  await fse.move(at('copy'), at('x/y/moved'));
  assert.strictEqual(await fse.readFile(at('x/y/moved/b/c.txt'), 'utf8'), 'c');
  await fse.outputJson(at('new/deep/j.json'), { a: [1] }, { spaces: 2 });
  assert.deepStrictEqual(await fse.readJson(at('new/deep/j.json')), { a: [1] });
  await assert.rejects(fse.move(at('a'), at('x')), /dest already exists/);
  await fse.emptyDir(at('a'));
  assert.deepStrictEqual(fs.readdirSync(at('a')), []);
  fse.ensureSymlinkSync(at('x'), at('l/k'));
  assert.ok(await fse.pathExists(at('l/k/y')));
  await fse.remove(at('x'));
  assert.ok(!fse.pathExistsSync(at('x')));
});

test('glob: patterns, ignores, streams', options, async (t) => {
  const { glob, globSync, globStream, hasMagic } = require('glob');
  const cwd = folder(t, {
    'a.js': '',
    'src/b.js': '',
    'src/deep/c.ts': '',
    'src/deep/.hid.js': '',
    'src/x.test.js': '',
  });
  const sorted = (names) => [...names].sort();
  assert.deepStrictEqual(sorted(await glob('**/*.js', { cwd })), ['a.js', 'src/b.js', 'src/x.test.js']);
  assert.deepStrictEqual(
    sorted(globSync('{src,nope}/**/*.{js,ts}', { cwd, ignore: '**/*.test.*', dot: true })),
    ['src/b.js', 'src/deep/.hid.js', 'src/deep/c.ts'],
  );
  const streamed = [];
  for await (const name of globStream('+(src)/[a-c].js', { cwd, absolute: true })) streamed.push(name);
  assert.deepStrictEqual(streamed, [path.join(cwd, 'src/b.js')]);
  const entries = await glob('src/*/', { cwd, withFileTypes: true, stat: true });
  assert.deepStrictEqual(
    entries.map((e) => [e.name, e.isDirectory()]),
    [['deep', true]],
  );
  assert.ok(hasMagic('a*') && !hasMagic('a'));
});

test('rimraf: a tree that is in the way, a glob, nothing at all', options, async (t) => {
  const { rimraf, rimrafSync, manual } = await import('rimraf');
  const root = folder(t, { 'a/b/c': '1', 'a/b/d/e': '2', 'x1/f': '', 'x2/f': '', 'm/n/o': '', keep: '' });
  fs.symlinkSync(root, path.join(root, 'a/loop'));
  assert.strictEqual(await rimraf(path.join(root, 'a')), true);
  assert.strictEqual(rimrafSync(path.join(root, 'x*'), { glob: true }), true);
  assert.strictEqual(await manual(path.join(root, 'm')), true);
  assert.strictEqual(await rimraf(path.join(root, 'never')), true);
  assert.deepStrictEqual(fs.readdirSync(root), ['keep']);
});

test('chokidar: tells of files that come, change and go', options, async (t) => {
  const { watch } = await import('chokidar');
  const cwd = folder(t, { 'old.txt': '1', 'sub/in.txt': '1' });
  const watcher = watch('.', { cwd, ignored: /\.tmp$/ });
  t.after(() => watcher.close());
  const seen = [];
  watcher.on('all', (event, name) => seen.push(`${event} ${name}`));
  await once(watcher, 'ready');
  assert.deepStrictEqual(seen.sort(), ['add old.txt', 'add sub/in.txt', 'addDir ', 'addDir sub']);
  const next = async (event, act) => {
    const told = once(watcher, event);
    act();
    return (await told)[0];
  };
  const at = (name) => path.join(cwd, name);
  assert.strictEqual(await next('add', () => fs.writeFileSync(at('new.txt'), 'x')), 'new.txt');
  assert.strictEqual(await next('change', () => fs.writeFileSync(at('old.txt'), 'longer')), 'old.txt');
  assert.strictEqual(await next('addDir', () => fs.mkdirSync(at('sub/more'))), 'sub/more');
  assert.strictEqual(await next('unlink', () => fs.unlinkSync(at('sub/in.txt'))), 'sub/in.txt');
  assert.strictEqual(await next('unlinkDir', () => fs.rmdirSync(at('sub/more'))), 'sub/more');
});
