'use strict';
// The CommonJS loader (Node.js "Modules: CommonJS modules", "Modules: Packages", "Modules: node:module API").
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const Module = require('module');
const { execFile } = require('child_process');

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'cjs-')));
process.on('exit', () => fs.rmSync(root, { recursive: true, force: true }));

/** Writes files (name → text or JSON) and returns a require() of their folder. */
let folders = 0;
function project(files) {
  const folder = path.join(root, `p${folders++}`);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  const require = Module.createRequire(path.join(folder, 'main.js'));
  require.folder = folder;
  return require;
}

test('files, extensions, folders, index', () => {
  const r = project({
    'a.js': 'module.exports = [__filename, __dirname, module.id, module.filename, module.loaded]',
    'b.json': { b: 1 },
    'c/index.js': 'exports.c = 1',
    'd/package.json': { main: 'lib/main' },
    'd/lib/main.js': 'exports.d = 1',
    'e.js': 'exports.e = "file"',
    'e/index.js': 'exports.e = "folder"',
    'n.txt': 'exports.text = 1',
  });
  const file = path.join(r.folder, 'a.js');
  assert.deepStrictEqual(r('./a'), [file, r.folder, file, file, false]);
  assert.deepStrictEqual(r('./b'), { b: 1 });
  assert.strictEqual(r('./c').c, 1);
  assert.strictEqual(r('./d').d, 1);
  assert.strictEqual(r('./e').e, 'file');
  assert.strictEqual(r('./e/').e, 'folder');
  assert.strictEqual(r('./n.txt').text, 1);
  assert.strictEqual(r.resolve('./a'), file);
  assert.strictEqual(r.cache[file].loaded, true);
});

test('a module that requires itself through another sees what is exported so far', () => {
  const r = project({
    'a.js': 'exports.before = 1; exports.b = require("./b").seen; exports.after = 1',
    'b.js': 'exports.seen = Object.keys(require("./a"))',
  });
  assert.deepStrictEqual(r('./a').b, ['before']);
});

test('a module that throws is not kept', () => {
  const r = project({
    'a.js': 'globalThis.tries = (globalThis.tries ?? 0) + 1; if (tries < 2) throw new Error("once")',
  });
  assert.throws(() => r('./a'), /once/);
  r('./a');
  assert.strictEqual(globalThis.tries, 2);
  delete globalThis.tries;
});

test('what is not there is MODULE_NOT_FOUND with the require stack', () => {
  const r = project({ 'a.js': 'require("./b")', 'b.js': 'require("nowhere-to-be-found")' });
  try {
    r('./a');
    assert.ok(false);
  } catch (e) {
    assert.strictEqual(e.code, 'MODULE_NOT_FOUND');
    const stack = ['b.js', 'a.js', 'main.js'].map((name) => path.join(r.folder, name));
    assert.deepStrictEqual(e.requireStack, stack);
    const lines = stack.map((name) => `\n- ${name}`).join('');
    assert.strictEqual(e.message, `Cannot find module 'nowhere-to-be-found'\nRequire stack:${lines}`);
  }
  assert.throws(() => r(''), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => r(5), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('JSON: byte order mark dropped, the file named in the error', () => {
  const r = project({ 'a.json': '\ufeff{"a":1}', 'b.json': '{"a":' });
  assert.deepStrictEqual(r('./a.json'), { a: 1 });
  assert.throws(
    () => r('./b.json'),
    (e) => e instanceof SyntaxError && e.message.startsWith(path.join(r.folder, 'b.json:')),
  );
});

test('a #! line is skipped; strict and sloppy code keep their this', () => {
  const r = project({
    'a.js':
      '#!/usr/bin/env node\nexports.same = this === exports; exports.strict = (function () { return !this })()',
  });
  assert.deepStrictEqual(r('./a'), { same: true, strict: false });
});

test('builtin modules with and without node:', () => {
  assert.strictEqual(require('node:fs'), fs);
  assert.strictEqual(require.resolve('fs'), 'fs');
  assert.ok(Module.builtinModules.includes('path'));
  assert.ok(!Module.builtinModules.some((id) => id.startsWith('internal/')));
  assert.strictEqual(Module.isBuiltin('node:fs'), true);
  assert.strictEqual(Module.isBuiltin('internal/errors'), false);
  assert.throws(() => require('node:nothing'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
  assert.throws(() => require('internal/modules/cjs'), { code: 'MODULE_NOT_FOUND' });
});

test('packages: exports, conditions, patterns, hidden paths', () => {
  const r = project({
    'node_modules/p/package.json': {
      exports: {
        '.': { import: './esm.mjs', require: './cjs.js' },
        './sub': './lib/sub.js',
        './features/*.js': './lib/*.js',
        './features/private/*': null,
        './package.json': './package.json',
        './bad': '../outside.js',
        './array': ['not-relative', './lib/sub.js'],
      },
    },
    'node_modules/p/cjs.js': 'exports.kind = "cjs"',
    'node_modules/p/lib/sub.js': 'exports.sub = 1',
    'node_modules/@s/q/package.json': { exports: './main.js' },
    'node_modules/@s/q/main.js': 'exports.q = 1',
  });
  assert.strictEqual(r('p').kind, 'cjs');
  assert.strictEqual(r('p/sub').sub, 1);
  assert.strictEqual(r('p/features/sub.js').sub, 1);
  assert.strictEqual(r('p/array').sub, 1);
  assert.ok(r('p/package.json').exports);
  assert.strictEqual(r('@s/q').q, 1);
  assert.throws(() => r('p/lib/sub.js'), {
    code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
    message: `Package subpath './lib/sub.js' is not defined by "exports" in ${r.folder}/node_modules/p/package.json`,
  });
  assert.throws(() => r('p/features/private/x'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  assert.throws(() => r('p/bad'), { code: 'ERR_INVALID_PACKAGE_TARGET' });
  assert.throws(() => r('@s/q/other'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});

test('packages: imports and self-reference', () => {
  const r = project({
    'package.json': {
      name: 'me',
      exports: { './x': './x.js' },
      imports: { '#inner': './inner.js', '#dep': 'dep', '#lib/*': './lib/*.js' },
    },
    'x.js': 'exports.x = 1',
    'inner.js': 'exports.inner = 1',
    'lib/one.js': 'exports.one = 1',
    'node_modules/dep/index.js': 'exports.dep = 1',
  });
  assert.strictEqual(r('me/x').x, 1);
  assert.strictEqual(r('#inner').inner, 1);
  assert.strictEqual(r('#dep').dep, 1);
  assert.strictEqual(r('#lib/one').one, 1);
  assert.throws(() => r('#none'), { code: 'ERR_PACKAGE_IMPORT_NOT_DEFINED' });
  assert.throws(() => r('me/none'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});

test('node_modules are looked up folder by folder; symbolic links lead to the real file', () => {
  const r = project({
    'node_modules/outer/index.js': 'exports.where = "outer"',
    'deep/node_modules/inner/index.js': 'exports.where = require("outer").where',
    'deep/x.js': 'module.exports = require("inner")',
    'real/index.js': 'exports.file = __filename',
  });
  fs.symlinkSync(path.join(r.folder, 'real'), path.join(r.folder, 'node_modules/linked'));
  assert.strictEqual(r('./deep/x').where, 'outer');
  assert.strictEqual(r('linked').file, path.join(r.folder, 'real/index.js'));
  assert.strictEqual(r('linked'), r('./real'));
  assert.deepStrictEqual(Module._nodeModulePaths('/a/node_modules/b'), [
    '/a/node_modules/b/node_modules',
    '/a/node_modules',
    '/node_modules',
  ]);
});

test('require() loads ES modules, except with top-level await or when told not to', async () => {
  const r = project({
    'a.mjs': 'export const a = 1; export default 2;',
    'm/package.json': { type: 'module' },
    'm/a.js': 'import { a } from "../a.mjs"; export { a };',
    'm/b.cjs': 'exports.b = require("./a.js").a',
    'm/c.mjs': 'class C {} export { C as "module.exports" };',
    'wait.mjs': 'await 1;',
  });
  assert.strictEqual(process.features.require_module, true);
  assert.deepStrictEqual({ ...r('./a.mjs') }, { __esModule: true, a: 1, default: 2 });
  assert.strictEqual(r('./m/b.cjs').b, 1);
  assert.strictEqual(r('./m/c.mjs').name, 'C');
  assert.throws(() => r('./wait.mjs'), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
  const refused = await run(['--no-experimental-require-module', path.join(r.folder, 'm/b.cjs')]);
  assert.match(refused.stderr, /ERR_REQUIRE_ESM/);
});

test('what programs replace is used: extensions, _load, _resolveFilename, wrap', () => {
  const r = project({ 'a.ext': 'hello', 'b.js': 'module.exports = typeof extra' });
  Module._extensions['.ext'] = (module, filename) => {
    module.exports = fs.readFileSync(filename, 'utf8');
  };
  assert.strictEqual(r('./a'), 'hello');
  delete Module._extensions['.ext'];
  const original = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    return request === 'virtual' ? path.join(r.folder, 'b.js') : original.call(this, request, ...rest);
  };
  assert.strictEqual(r('virtual'), 'undefined');
  Module._resolveFilename = original;
  const module = new Module('made', null);
  module.paths = [];
  module._compile('module.exports = require("path").sep', path.join(r.folder, 'made.js'));
  assert.strictEqual(module.exports, '/');
  assert.strictEqual(
    Module.wrap('x'),
    '(function (exports, require, module, __filename, __dirname) { x\n});',
  );
});

test('require.resolve takes paths; require.main is the program', () => {
  const r = project({ 'other/node_modules/z/index.js': '' });
  const found = r.resolve('z', { paths: [path.join(r.folder, 'other')] });
  assert.strictEqual(found, path.join(r.folder, 'other/node_modules/z/index.js'));
  assert.strictEqual(r.resolve.paths('fs'), null);
  assert.strictEqual(r.resolve.paths('./x')[0], r.folder);
  assert.strictEqual(require.main, process.mainModule);
  assert.strictEqual(require.main.filename, __filename);
  assert.throws(() => Module.createRequire('relative'), { code: 'ERR_INVALID_ARG_VALUE' });
});

function run(args, options) {
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

test('NODE_PATH is searched', async () => {
  const r = project({ 'lib/np/index.js': 'console.log("found")', 'main.js': 'require("np")' });
  const env = { ...process.env, NODE_PATH: path.join(r.folder, 'lib') };
  assert.strictEqual((await run([path.join(r.folder, 'main.js')], { env })).stdout, 'found\n');
});

test('a missing main file and a syntax error end with code 1 and say where', async () => {
  const r = project({ 'bad.js': 'const a = 1;\nconst a = 2;\n' });
  const missing = await run([path.join(r.folder, 'nothing.js')]);
  assert.strictEqual(missing.code, 1);
  assert.match(missing.stderr, /Cannot find module '.*nothing\.js'/);
  const bad = await run([path.join(r.folder, 'bad.js')]);
  assert.strictEqual(bad.code, 1);
  assert.match(
    bad.stderr,
    /bad\.js:2\nconst a = 2;\n {6}\^\n\nSyntaxError: Identifier 'a' has already been declared/,
  );
});

test('a name missing from unfinished exports is told, and their prototype is put back', async () => {
  const r = project({
    'a.js': 'require("./b"); exports.later = 1',
    'b.js': 'const a = require("./a"); a.early; a.toString',
  });
  const told = [];
  const listen = (warning) => told.push(warning.message);
  process.on('warning', listen);
  const exports = r('./a');
  assert.strictEqual(Object.getPrototypeOf(exports), Object.prototype);
  await new Promise(setImmediate);
  process.off('warning', listen);
  assert.deepStrictEqual(told, [
    "Accessing non-existent property 'early' of module exports inside circular dependency",
  ]);
});

test('a file behind links is known by its own name, and once', () => {
  const r = project({ 'real/x.js': 'module.exports = __filename', 'main.js': '' });
  fs.symlinkSync(path.join(r.folder, 'real'), path.join(r.folder, 'linked'));
  fs.symlinkSync(path.join(r.folder, 'real/x.js'), path.join(r.folder, 'y.js'));
  const file = path.join(r.folder, 'real/x.js');
  assert.strictEqual(r('./linked/x'), file);
  assert.strictEqual(r('./y'), file);
  assert.strictEqual(r('./real/../linked//./x.js'), file);
});

test('a file that appears between two requires is found', () => {
  const r = project({ 'main.js': '' });
  assert.throws(() => r('./late'), { code: 'MODULE_NOT_FOUND' });
  assert.throws(() => r('late-package'), { code: 'MODULE_NOT_FOUND' });
  fs.writeFileSync(path.join(r.folder, 'late.js'), 'module.exports = 1');
  fs.mkdirSync(path.join(r.folder, 'node_modules/late-package'), { recursive: true });
  fs.writeFileSync(path.join(r.folder, 'node_modules/late-package/index.js'), 'module.exports = 2');
  assert.strictEqual(r('./late'), 1);
  assert.strictEqual(r('late-package'), 2);
});
