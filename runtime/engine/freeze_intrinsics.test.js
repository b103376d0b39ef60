'use strict';
// --frozen-intrinsics (Node.js "Command-line API").
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');

function run(code, ...flags) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--frozen-intrinsics', ...flags, '-e', code],
    { encoding: 'utf8' },
  );
  assert.strictEqual(status, 0, stderr);
  return stdout;
}

test('what the language brings cannot be changed', () => {
  const out = run(`'use strict';
    const failed = (change) => { try { change(); return false; } catch (error) { return error instanceof TypeError; } };
    console.log(JSON.stringify([
      () => { Object.defineProperty = 1; },
      () => { Array.prototype.mine = 1; },
      () => { Array.prototype.map = 1; },
      () => { Math.random = 1; },
      () => { Object.getPrototypeOf([].values()).next = 1; },
      () => { console.log = 1; },
      () => { globalThis.globalThis = 1; },
    ].map(failed)));`);
  assert.deepStrictEqual(JSON.parse(out), Array(7).fill(true));
});

test('objects can have properties of the same names', () => {
  const out = run(`'use strict';
    const o = {};
    o.toString = () => 'mine';
    function Mine() {}
    Mine.prototype = Object.create(Error.prototype);
    Mine.prototype.constructor = Mine;
    const error = new Error('x');
    error.message = 'y';
    console.log(o + '!', new Mine().constructor === Mine, Object.keys(o)[0], error.message);`);
  assert.strictEqual(out, 'mine! true toString y\n');
});

test('preloaded modules still may change it', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'frozen-'));
  const file = path.join(folder, 'preload.js');
  const text = "Object.defineProperty(Object.prototype, 'mine', { value: module.isPreloading && 'mine' });";
  fs.writeFileSync(file, text);
  const out = run('console.log([].mine)', '-r', file);
  fs.rmSync(folder, { recursive: true });
  assert.strictEqual(out, 'mine\n');
});
