'use strict';
// Source maps: module.SourceMap, module.findSourceMap and stack traces with --enable-source-maps.
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { SourceMap, findSourceMap } = require('module');
const { spawnSync } = require('child_process');

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'source-map-')));
process.on('exit', () => fs.rmSync(root, { recursive: true, force: true }));

// Column 0 of line 0 comes from line 4, column 2 of a.ts; column 8 from line 5, column 2 ("name"); line 2 from line 7.
const map = { version: 3, sources: ['a.ts'], names: ['name'], mappings: 'AAIE,QACAA;;AAEF' };

test('a place in generated code is found by the mapping before it', () => {
  const sourceMap = new SourceMap(map, { lineLengths: [12, 0, 3] });
  const entry = sourceMap.findEntry(0, 10);
  assert.strictEqual(entry.originalSource, 'a.ts');
  assert.deepStrictEqual(
    [entry.generatedColumn, entry.originalLine, entry.originalColumn, entry.name],
    [8, 5, 2, 'name'],
  );
  assert.strictEqual(sourceMap.findEntry(0, 7).originalLine, 4);
  assert.deepStrictEqual(
    [sourceMap.findEntry(2, 0).originalLine, sourceMap.findEntry(2, 0).originalColumn],
    [7, 0],
  );
  assert.deepStrictEqual(sourceMap.findOrigin(1, 9), {
    name: 'name',
    fileName: 'a.ts',
    lineNumber: 6,
    columnNumber: 3,
  });
  assert.deepStrictEqual(sourceMap.lineLengths, [12, 0, 3]);
  assert.deepStrictEqual(sourceMap.payload, map);
});

test('broken mappings map nothing', () => {
  assert.deepStrictEqual(new SourceMap({ sources: [], mappings: ';;;;' }).findEntry(0, 0), {});
  assert.throws(() => new SourceMap('text'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.strictEqual(findSourceMap(__filename), undefined);
});

function write(name, text) {
  const file = path.join(root, name);
  fs.writeFileSync(file, text);
  return file;
}
const run = (...args) => spawnSync(process.execPath, args, { encoding: 'utf8' });

test('stack traces name the source a program was written in', () => {
  write('a.ts', '// one\n\n\n\n  throw new Error("lost");\n');
  write('a.js.map', JSON.stringify({ ...map, names: [], mappings: 'AAIE' }));
  const inline = Buffer.from(JSON.stringify({ ...map, names: [], mappings: 'AAIE' })).toString('base64');
  const commonJs = write('a.js', 'throw new Error("lost");\n//# sourceMappingURL=a.js.map\n');
  const url = `data:application/json;base64,${inline}`;
  const esm = write('a.mjs', `throw new Error("lost");\n//# sourceMappingURL=${url}\n`);
  for (const file of [commonJs, esm]) {
    const { stderr, status } = run('--enable-source-maps', file);
    assert.strictEqual(status, 1);
    assert.ok(stderr.startsWith(`${root}/a.ts:5\n  throw new Error("lost");\n`), stderr);
    assert.match(stderr, /\n {4}at .*a\.ts:5:3/);
    assert.doesNotMatch(run(file).stderr, /a\.ts/);
  }
});

test('process.setSourceMapsEnabled holds for what is loaded afterwards; missing maps change nothing', () => {
  const lost = write('lost.js', 'module.exports = new Error("x").stack;\n//# sourceMappingURL=none.map\n');
  const code = `process.setSourceMapsEnabled(true);
    try { require(${JSON.stringify(path.join(root, 'a.js'))}) } catch (error) { console.log(/a\\.ts:5:3/.test(error.stack)) }
    console.log(/lost\\.js:1/.test(require(${JSON.stringify(lost)})));
    Error.prepareStackTrace = () => 'own';
    console.log(new Error().stack);`;
  assert.strictEqual(run('-e', code).stdout, 'true\ntrue\nown\n');
});

test('a prepareStackTrace that throws, or never ends, is no end of the process', () => {
  const program = `
    Error.prepareStackTrace = (error, sites) => Error.prepareStackTrace(error, sites);
    try { null.x } catch (e) { try { e.stack } catch (inner) { console.log(inner.name) } }
    Error.prepareStackTrace = () => { throw new TypeError('mine') };
    null.x`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--enable-source-maps', '-e', program],
    { encoding: 'utf8' },
  );
  assert.deepStrictEqual([status, signal, stdout], [1, null, 'RangeError\n']);
  assert.match(stderr, /TypeError: Cannot read properties of null/);
});
