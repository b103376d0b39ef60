'use strict';
// process.binding() and process._linkedBinding() (Node.js "Deprecations", DEP0111).
const { test } = require('../../tests/harness');
const assert = require('assert');
const { execFileSync } = require('child_process');

test('the listed native modules can be had, others cannot', () => {
  for (const name of ['buffer', 'constants', 'fs', 'os', 'natives', 'util', 'uv', 'tty_wrap', 'spawn_sync'])
    assert.strictEqual(typeof process.binding(name), 'object', name);
  for (const name of ['module_wrap', 'engine', 'internal/errors', ''])
    assert.throws(() => process.binding(name), { message: `No such module: ${name}` });
});

test('natives are the sources of builtin modules', () => {
  const natives = process.binding('natives');
  assert.ok(Object.keys(natives).includes('fs'));
  assert.match(natives.path, /module\.exports/);
});

test('what embedders link in is asked for by name', () => {
  assert.throws(() => process._linkedBinding('nobody-linked-this'), {
    code: 'ERR_INVALID_MODULE',
    message: 'No such binding was linked: nobody-linked-this',
  });
});

test('deprecated ones say so', () => {
  const code = 'process.on("warning", (w) => console.log(w.code, w.message)); process.binding("v8")';
  const output = execFileSync(process.execPath, ['-e', code], { encoding: 'utf8', stdio: 'pipe' });
  assert.strictEqual(output, "DEP0111 Access to process.binding('v8') is deprecated.\n");
});
