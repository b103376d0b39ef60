// The ES module loader (Node.js "Modules: ECMAScript modules", "Modules: Packages").
import { createRequire } from 'node:module';
import assert from 'node:assert';
import fs, { readFileSync } from 'fs';
import os from 'node:os';
import path from 'path';
import { execFile } from 'child_process';
import { pathToFileURL, fileURLToPath } from 'url';
import * as pathModule from 'path';

const require = createRequire(import.meta.url);
const { test } = require('../../tests/harness');

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'esm-')));
process.on('exit', () => fs.rmSync(root, { recursive: true, force: true }));

let folders = 0;
/** Writes files and returns an import() of their folder. */
function project(files) {
  const folder = path.join(root, `p${folders++}`);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  const load = (name) => import(pathToFileURL(path.join(folder, name)).href);
  load.folder = folder;
  return load;
}

test('builtin modules have default and named exports', () => {
  assert.strictEqual(readFileSync, fs.readFileSync);
  assert.strictEqual(pathModule.default, path);
  assert.strictEqual(pathModule.join, path.join);
});

test('import.meta says where the module is', async () => {
  assert.strictEqual(import.meta.url, pathToFileURL(import.meta.filename).href);
  assert.strictEqual(import.meta.dirname, path.dirname(fileURLToPath(import.meta.url)));
  assert.strictEqual(import.meta.resolve('./x.js'), new URL('./x.js', import.meta.url).href);
  assert.strictEqual(import.meta.resolve('fs'), 'node:fs');
});

test('modules are evaluated once, in order, with live bindings and cycles', async () => {
  const load = project({
    'main.mjs':
      'import "./a.mjs"; import { n, bump } from "./b.mjs"; bump(); export { n }; globalThis.order.push("main")',
    'a.mjs': 'import { late } from "./b.mjs"; globalThis.order.push("a"); export const early = () => late()',
    'b.mjs':
      'import { early } from "./a.mjs"; export let n = 1; export const bump = () => n++; export function late() { return typeof early }; globalThis.order.push("b")',
  });
  globalThis.order = [];
  const main = await load('main.mjs');
  assert.strictEqual(main.n, 2);
  assert.strictEqual(await load('main.mjs'), main);
  assert.deepStrictEqual(globalThis.order, ['b', 'a', 'main']);
});

test('top-level await delays who imports', async () => {
  const load = project({
    'main.mjs': 'import { value } from "./slow.mjs"; export default value',
    'slow.mjs': 'export const value = await new Promise((resolve) => setTimeout(resolve, 5, "slow"))',
  });
  assert.strictEqual((await load('main.mjs')).default, 'slow');
});

test('CommonJS modules have a default export and the named ones their text tells', async () => {
  const load = project({
    'main.mjs':
      'import all, { a, b } from "./c.cjs"; import * as star from "./re.cjs"; export { all, a, b, star }',
    'c.cjs': 'exports.a = 1; module.exports.b = 2; exports["c d"] = 3',
    're.cjs': 'module.exports = { ...require("./c.cjs") }',
    'fn.cjs': 'module.exports = function named() {}',
    'missing.mjs': 'import { nope } from "./c.cjs"',
    'loads.cjs': 'module.exports = import("./main.mjs")',
  });
  const { all, a, b, star } = await load('main.mjs');
  assert.deepStrictEqual([a, b, all['c d']], [1, 2, 3]);
  assert.strictEqual(star.a, 1);
  assert.strictEqual((await load('fn.cjs')).default.name, 'named');
  assert.strictEqual(require(path.join(load.folder, 'c.cjs')), all);
  await assert.rejects(
    load('missing.mjs'),
    /Named export 'nope' not found. The requested module '.\/c.cjs' is a CommonJS/,
  );
  assert.strictEqual((await (await load('loads.cjs')).default).a, 1);
});

test('packages: type, exports with conditions, imports, self-reference', async () => {
  const load = project({
    'package.json': {
      name: 'me',
      type: 'module',
      exports: { './self': './self.js' },
      imports: { '#x': './x.js', '#p': 'p' },
    },
    'main.js':
      'export { kind } from "p"; export { x } from "#x"; export { kind as again } from "#p"; export { self } from "me/self"; export { old } from "old"',
    'self.js': 'export const self = 1',
    'x.js': 'export const x = 1',
    'node_modules/p/package.json': { exports: { import: './p.mjs', require: './p.cjs' } },
    'node_modules/p/p.mjs': 'export const kind = "import"',
    'node_modules/p/p.cjs': 'exports.kind = "require"',
    'node_modules/old/package.json': { main: './lib/main' },
    'node_modules/old/lib/main.js': 'exports.old = 1',
  });
  const main = await load('main.js');
  assert.deepStrictEqual({ ...main }, { again: 'import', kind: 'import', old: 1, self: 1, x: 1 });
});

test('errors carry codes', async () => {
  const load = project({
    'no-file.mjs': 'import "./nothing.mjs"',
    'no-package.mjs': 'import "no-such-package-here"',
    'folder.mjs': 'import "./dir"',
    'dir/index.js': '',
    'unknown.txt': '',
    'scheme.mjs': 'import "https://example.com/x.mjs"',
    'builtin.mjs': 'import "node:nothing"',
    'hidden.mjs': 'import "p/hidden"',
    'node_modules/p/package.json': { exports: './p.js' },
    'node_modules/p/p.js': '',
    'syntax.mjs': 'let x = ;',
    'name.mjs': 'import { missing } from "./ok.mjs"',
    'ok.mjs': 'export const ok = 1',
    'throws.mjs': 'throw new Error("mine")',
  });
  const message = `Cannot find module '${load.folder}/nothing.mjs' imported from ${load.folder}/no-file.mjs`;
  await assert.rejects(load('no-file.mjs'), { code: 'ERR_MODULE_NOT_FOUND', message });
  await assert.rejects(load('no-file.mjs'), { code: 'ERR_MODULE_NOT_FOUND' }); // and again
  await assert.rejects(load('no-package.mjs'), {
    code: 'ERR_MODULE_NOT_FOUND',
    message: `Cannot find package 'no-such-package-here' imported from ${load.folder}/no-package.mjs`,
  });
  await assert.rejects(load('folder.mjs'), { code: 'ERR_UNSUPPORTED_DIR_IMPORT' });
  await assert.rejects(load('unknown.txt'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' });
  await assert.rejects(load('scheme.mjs'), { code: 'ERR_UNSUPPORTED_ESM_URL_SCHEME' });
  await assert.rejects(load('builtin.mjs'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
  await assert.rejects(load('hidden.mjs'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  await assert.rejects(load('syntax.mjs'), { name: 'SyntaxError' });
  await assert.rejects(load('name.mjs'), {
    name: 'SyntaxError',
    message: "The requested module './ok.mjs' does not provide an export named 'missing'",
  });
  await assert.rejects(load('throws.mjs'), { message: 'mine' });
  assert.strictEqual((await load('ok.mjs')).ok, 1);
});

test('data: URLs', async () => {
  assert.strictEqual((await import('data:text/javascript,export default 5')).default, 5);
  const source = Buffer.from('export default 6').toString('base64');
  assert.strictEqual((await import(`data:text/javascript;base64,${source}`)).default, 6);
});

test('a query makes another module of the same file', async () => {
  const load = project({ 'a.mjs': 'export default {}' });
  const url = pathToFileURL(path.join(load.folder, 'a.mjs')).href;
  const [one, two, again] = await Promise.all([import(url), import(`${url}?2`), import(`${url}?2`)]);
  assert.notStrictEqual(one, two);
  assert.strictEqual(two, again);
});

function run(args, options) {
  return new Promise((resolve) => {
    execFile(process.execPath, [args].flat(), options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

test('"with" names the type of an import, in both forms', async () => {
  const load = project({
    'a.json': { a: 1 },
    'b.mjs': 'import j from "./a.json" with { type: "json" }; export default j.a',
    'c.mjs': 'export default await import("./a.json", { with: { type: "json" } })',
  });
  assert.strictEqual((await load('b.mjs')).default, 1);
  assert.deepStrictEqual((await load('c.mjs')).default.default, { a: 1 });
});

test('JSON needs its type named', async () => {
  const load = project({ 'a.json': { a: 1 }, 'bare.mjs': 'import "./a.json"' });
  await assert.rejects(load('bare.mjs'), {
    name: 'TypeError',
    message: /needs an import att?ribute of type "json"/,
  });
  // The `assert` spelling is only in the file that uses it: newer runtimes do not parse it.
  const typed = project({
    'a.json': { a: 1 },
    'main.mjs': 'import j from "./a.json" assert { type: "json" }; console.log(j.a)',
  });
  assert.strictEqual((await run(path.join(typed.folder, 'main.mjs'))).stdout, '1\n');
});

test('a main module that never settles ends with 13, one that throws with 1', async () => {
  const load = project({
    'never.mjs': 'await new Promise(() => {})',
    'throws.mjs': '\nthrow new Error("top")',
  });
  const never = await run(path.join(load.folder, 'never.mjs'));
  assert.strictEqual(never.code, 13);
  if (process.versions.parley) assert.match(never.stderr, /unsettled top-level await/);
  const throws = await run(path.join(load.folder, 'throws.mjs'));
  assert.strictEqual(throws.code, 1);
  assert.match(throws.stderr, /throws\.mjs:2\nthrow new Error\("top"\)\n {6}\^\n\nError: top/);
});

test('import gives what a CommonJS module exported when it had run', async () => {
  const load = project({
    'count.cjs': 'module.exports = 1',
    'bump.cjs': 'require("./count.cjs"); require.cache[require.resolve("./count.cjs")].exports++',
    'main.mjs': 'import "./bump.cjs"; import n from "./count.cjs"; export { n }',
  });
  assert.strictEqual((await load('main.mjs')).n, 1);
});

test('import() in evaluated code belongs to the code that calls eval, if any does', async () => {
  const load = project({
    'main.cjs': `
      exports.direct = () => eval('import("./b.mjs")');
      exports.nobody = () => Promise.resolve('import("./b.mjs")').then(eval);`,
    'b.mjs': 'export const b = 1',
  });
  const { direct, nobody } = (await load('main.cjs')).default;
  assert.strictEqual((await direct()).b, 1);
  await assert.rejects(nobody(), { code: 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING' });
});

test('only ES modules are told that their main file is not named in full', async () => {
  const load = project({
    'node_modules/common/package.json': '{"main": "lib"}',
    'node_modules/common/lib/index.js': 'module.exports = 1',
    'node_modules/esm/package.json': '{"main": "m", "type": "module"}',
    'node_modules/esm/m.js': 'export default 2',
    'main.mjs': 'import a from "common"; import b from "esm"; console.log(a, b)',
  });
  const { stdout, stderr } = await run(path.join(load.folder, 'main.mjs'));
  assert.strictEqual(stdout, '1 2\n');
  assert.deepStrictEqual(stderr.match(/\[DEP0151\].*Package \S+/g)?.length, 1, stderr);
  assert.match(stderr, /node_modules\/esm\/ has a "main" field set to "m"/);
});

test('import() works where Array has lost its iterator', async () => {
  const load = project({
    'main.cjs': `
      delete Object.getPrototypeOf([][Symbol.iterator]()).next;
      delete Array.prototype[Symbol.iterator];
      import('./b.mjs').then((ns) => { process.exitCode = ns.b });`,
    'b.mjs': 'export const b = 7',
  });
  const { code, stderr } = await run(path.join(load.folder, 'main.cjs'));
  assert.strictEqual(code, 7, stderr);
});

test('ports that hooks were given do not keep the program alive', async () => {
  const load = project({
    'hooks.mjs': `
      export function initialize({ port }) { port.on('message', () => {}); }
      export const resolve = (specifier, context, next) => next(specifier, context);`,
    'main.mjs': `
      import { register } from 'node:module';
      const { port2 } = new (await import('node:worker_threads')).MessageChannel();
      register('./hooks.mjs', { parentURL: import.meta.url, data: { port: port2 }, transferList: [port2] });
      await import('node:fs');
      console.log('end');`,
  });
  const { code, stdout } = await run(path.join(load.folder, 'main.mjs'));
  assert.deepStrictEqual([code, stdout], [0, 'end\n']);
});

test("a package's subpath is part of a URL", async () => {
  const load = project({
    'node_modules/p/a%b c#.mjs': 'export default 1',
    'main.mjs': 'import n from "p/a%25b%20c%23.mjs"; export { n }',
    'raw.mjs': 'import "p/a%25b c#.mjs"',
  });
  assert.strictEqual((await load('main.mjs')).n, 1);
  await assert.rejects(load('raw.mjs'), { code: 'ERR_MODULE_NOT_FOUND' });
});

test('code of the command line may be written as an ES module, and uses imports of its package', async () => {
  const load = project({
    'package.json': { imports: { '#n': './n.cjs' } },
    'n.cjs': 'module.exports = 5',
    'preload.mjs': 'globalThis.preloaded = true',
  });
  const evaluate = async (code, ...flags) =>
    (await run([...flags, '-e', code], { cwd: load.folder })).stdout.trim();
  assert.strictEqual(await evaluate('import n from "#n"; console.log(n, typeof require)'), '5 undefined');
  assert.strictEqual(await evaluate('console.log(await 1, f(await "")); function f() {}'), '1 undefined');
  assert.strictEqual(await evaluate('console.log(require("#n"))'), '5');
  assert.strictEqual(await evaluate('console.log(preloaded)', '--import', './preload.mjs'), 'true');
});

test('hooks take part in finding hooks that are registered later', async () => {
  const load = project({
    'first.mjs':
      'export const resolve = (specifier, context, next) => next(specifier.replace("alias:", "./"), context)',
    'second.mjs':
      'export const load = async (url, context, next) => url.endsWith("x.mjs") ? { format: "module", source: "export default 3", shortCircuit: true } : next(url, context)',
    'x.mjs': '',
    'main.mjs': `
      import { register } from 'node:module';
      register('./first.mjs', import.meta.url);
      register('alias:second.mjs', import.meta.url);
      console.log((await import('./x.mjs')).default);`,
  });
  assert.strictEqual((await run(path.join(load.folder, 'main.mjs'))).stdout, '3\n');
});
