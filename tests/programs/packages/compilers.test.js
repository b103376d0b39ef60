'use strict';
// timeout: 150
// Compilers and bundlers: typescript, ts-node, tsx, babel, esbuild (a program of its own, spoken to over pipes), rollup
// (its parser is WebAssembly), webpack, terser.
const { test } = require('../../harness');
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { run, bin, folder } = require('./run');
const options = { timeout: 60000 };

const SOURCES = {
  'tsconfig.json': {
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      outDir: 'out',
      declaration: true,
      sourceMap: true,
      types: [],
      lib: ['es2022'],
    },
    include: ['src'],
  },
  'package.json': { type: 'module' },
  'src/shape.ts': `export abstract class Shape { abstract area(): number; static #made = 0; constructor(readonly name: string) { Shape.#made++; } static get made() { return Shape.#made; } }
export enum Unit { Cm = 1, M = Cm * 100 }
export type Boxed<T extends Shape> = { [K in keyof T as \`boxed_\${string & K}\`]: T[K] };`,
  'src/main.ts': `import { Shape, Unit } from './shape.js';
class Square extends Shape { constructor(private side: number) { super('square'); } area() { return this.side ** 2; } }
const shapes: Shape[] = [new Square(2), new Square(3)];
export const total = shapes.reduce((sum, s) => sum + s.area(), 0) satisfies number;
declare const console: { log(...args: unknown[]): void };
console.log(total, Unit[100], Shape.made);`,
};

test('tsc: compiles, and tells mistakes where they are', options, async (t) => {
  const cwd = folder(t, SOURCES);
  const built = await run(bin('typescript', 'tsc'), ['-p', '.'], { cwd });
  assert.deepStrictEqual([built.stdout, built.code], ['', 0]);
  assert.match(fs.readFileSync(path.join(cwd, 'out/shape.d.ts'), 'utf8'), /static get made\(\): number;/);
  assert.strictEqual((await run('out/main.js', [], { cwd })).stdout, '13 M 2\n');
  fs.appendFileSync(path.join(cwd, 'src/main.ts'), '\nconst wrong: string = total;\nnew Shape("x");\n');
  const failed = await run(bin('typescript', 'tsc'), ['-p', '.', '--noEmit', '--pretty', 'false'], { cwd });
  assert.strictEqual(failed.code, 2);
  assert.match(failed.stdout, /src\/main\.ts\(7,7\): error TS2322: [^]*src\/main\.ts\(8,1\): error TS2511: /);
});

test('typescript: its API', options, () => {
  const ts = require('typescript');
  const { outputText } = ts.transpileModule('@d class A<T> { constructor(private x?: T) {} }', {
    compilerOptions: {
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      target: ts.ScriptTarget.ES2020,
    },
  });
  assert.match(outputText, /__metadata\("design:paramtypes", \[Object\]\)/);
});

test('ts-node and tsx: TypeScript run as it is, in both module systems', options, async (t) => {
  const cwd = folder(
    t,
    {
      'tsconfig.json': { compilerOptions: { module: 'commonjs', target: 'es2020', types: [] } },
      'unit.ts': 'export enum Unit { Cm = 1, M = Cm * 100 }',
      'main.ts': `import { Unit } from './unit'; const n: number = Unit.M; console.log(n, Unit[n]);`,
      'main.mts': `import { readFileSync } from 'node:fs'; enum E { A = 3 } console.log(E.A, typeof readFileSync, import.meta.url.slice(-8));`,
    },
    { linked: true },
  );
  const results = await Promise.all([
    run(bin('ts-node'), ['main.ts'], { cwd }),
    run('-r', ['ts-node/register/transpile-only', 'main.ts'], { cwd }),
    run(bin('tsx'), ['main.ts'], { cwd }),
    run('--import', ['tsx', 'main.mts'], { cwd }),
  ]);
  const last = results.pop();
  for (const result of results) assert.strictEqual(result.stdout, '100 M\n', result.stderr);
  assert.strictEqual(last.stdout, '3 function main.mts\n', last.stderr);
});

test('babel: plugins and source maps', options, async () => {
  const babel = require('@babel/core');
  const { code, map } = await babel.transformAsync(
    'class A<T> { get x(): number { return super.y as number } }',
    {
      filename: 'a.ts',
      configFile: false,
      babelrc: false,
      sourceMaps: true,
      plugins: ['@babel/plugin-transform-typescript', '@babel/plugin-transform-classes'],
      cwd: __dirname,
    },
  );
  assert.match(code, /_createClass\(A, \[\{\s+key: "x"/);
  assert.deepStrictEqual(map.sources, ['a.ts']);
  const names = [];
  babel.traverse(babel.parseSync('let a = b(c => d)', { configFile: false }), {
    Identifier: (p) => void names.push(p.node.name),
  });
  assert.deepStrictEqual(names, ['a', 'b', 'c', 'd']);
});

const APP = {
  'src/index.js': `import { used } from './lib.js'; import data from './data.json'; import cjs from './old.cjs';
export const result = [used(2), data.list.length, cjs.name]; export const lazy = () => import('./later.js');`,
  'src/lib.js': 'export function used(n) { return n * 21; }\nexport function unused() { return "UNUSED"; }',
  'src/data.json': { list: [1, 2, 3] },
  'src/old.cjs': 'exports.name = "cjs";',
  'src/later.js': 'export default "later";',
};
const program = (file) =>
  `import(${JSON.stringify(file)}).then(async (m) => { m = m.result ? m : m.default; console.log(JSON.stringify(m.result), (await m.lazy()).default); })`;

test('esbuild: transform, bundle, plugins, sync, failures', options, async (t) => {
  process.env.ESBUILD_WORKER_THREADS = '0'; // its synchronous half runs the program itself, not a thread
  const esbuild = require('esbuild');
  t.after(() => esbuild.stop());
  const cwd = folder(t, APP);
  assert.strictEqual(
    esbuild.transformSync('let x: number = y ?? 2', { loader: 'ts', minify: true }).code,
    'let x=y??2;\n',
  );
  const seen = [];
  const plugin = {
    name: 'p',
    setup: (b) => b.onLoad({ filter: /lib\\.js$/ }, (a) => void seen.push(path.basename(a.path))),
  };
  const built = await esbuild.build({
    absWorkingDir: cwd,
    entryPoints: ['src/index.js'],
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    metafile: true,
    plugins: [plugin],
  });
  assert.ok(Object.keys(built.metafile.outputs).length >= 2);
  fs.writeFileSync(path.join(cwd, 'try.mjs'), program('./out/index.mjs'));
  assert.strictEqual((await run('try.mjs', [], { cwd })).stdout, '[42,3,"cjs"] later\n');
  await assert.rejects(
    esbuild.build({
      absWorkingDir: cwd,
      stdin: { contents: 'import "./none"', resolveDir: cwd },
      bundle: true,
      write: false,
      logLevel: 'silent',
    }),
    /Could not resolve "\.\/none"/,
  );
});

test('rollup: bundles, shakes, splits', options, async (t) => {
  const { rollup } = require('@rollup/wasm-node');
  const cwd = folder(t, APP);
  const json = {
    name: 'json',
    transform: (code, id) => (id.endsWith('.json') ? `export default ${code}` : null),
  };
  const cjs = {
    name: 'cjs',
    transform: (code, id) => (id.endsWith('.cjs') ? 'export default { name: "cjs" }' : null),
  };
  const onwarn = () => {}; // these plugins give no source maps
  const bundle = await rollup({ input: path.join(cwd, 'src/index.js'), plugins: [json, cjs], onwarn });
  const { output } = await bundle.write({
    dir: path.join(cwd, 'out'),
    format: 'cjs',
    sourcemap: true,
    exports: 'named',
  });
  await bundle.close();
  assert.ok(output.filter((o) => o.type === 'chunk').length === 2);
  assert.ok(!output[0].code.includes('UNUSED'));
  fs.writeFileSync(path.join(cwd, 'try.cjs'), program('./out/index.js'));
  assert.strictEqual((await run('try.cjs', [], { cwd })).stdout, '[42,3,"cjs"] later\n');
  await assert.rejects(
    rollup({ input: 'x', plugins: [{ name: 'v', resolveId: (id) => id, load: () => 'let let = 1' }] }),
    { code: 'PARSE_ERROR' },
  );
});

test('webpack: bundles with its cache of modules and minifies', options, async (t) => {
  const webpack = require('webpack');
  const cwd = folder(t, APP);
  const compiler = webpack({
    context: cwd,
    mode: 'production',
    target: 'node',
    entry: './src/index.js',
    devtool: 'source-map',
    output: {
      path: path.join(cwd, 'out'),
      filename: 'main.cjs',
      chunkFilename: '[name].cjs',
      library: { type: 'commonjs2' },
    },
    optimization: { minimizer: [new (require('minimizer-webpack-plugin'))({ parallel: false })] },
  });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, s) => (error ? reject(error) : resolve(s))),
  );
  await new Promise((resolve) => compiler.close(resolve));
  assert.ok(!stats.hasErrors(), stats.toString());
  assert.ok(!fs.readFileSync(path.join(cwd, 'out/main.cjs'), 'utf8').includes('UNUSED'));
  fs.writeFileSync(path.join(cwd, 'try.cjs'), program('./out/main.cjs'));
  assert.strictEqual((await run('try.cjs', [], { cwd })).stdout, '[42,3,"cjs"] later\n');
});

test('terser: minifies what still does the same', options, async () => {
  const { minify } = require('terser');
  const source =
    'function add(first, second) { if (false) { never(); } const sum = first + second; return sum; }\nmodule.exports = add(1, 2) + ((x) => x?.y ?? 4)();';
  const { code, map } = await minify({ 'in.js': source }, { toplevel: true, sourceMap: true });
  assert.ok(code.length < 40, code);
  const module = { exports: {} };
  new Function('module', code)(module);
  assert.strictEqual(module.exports, 7);
  assert.deepStrictEqual(JSON.parse(map).sources, ['in.js']);
});
