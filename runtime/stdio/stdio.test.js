'use strict';
// runs-on: parley,node
const { test } = require('../../tests/harness');
const assert = require('assert');
const { execFileSync, spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const run = (code, options) => execFileSync(process.execPath, ['-e', code], { encoding: 'utf8', ...options });

test('standard input from a pipe reaches standard output', async () => {
  assert.strictEqual(run('process.stdin.pipe(process.stdout)', { input: 'through' }), 'through');
});

test('what was written to a pipe before exit() is not lost', async () => {
  const code = "process.stdout.write('x'.repeat(60000)); process.exit(0)";
  assert.strictEqual(run(code).length, 60000);
});

test('a file as standard output is written in order with standard error', async () => {
  const name = path.join(os.tmpdir(), `parley-stdio-${process.pid}.txt`);
  const fd = fs.openSync(name, 'w+');
  const code =
    "process.stdout.write('1'); process.stderr.write('2'); process.stdout.write('3'); process.exit(0)";
  spawnSync(process.execPath, ['-e', code], { stdio: ['ignore', fd, fd] });
  fs.closeSync(fd);
  assert.strictEqual(fs.readFileSync(name, 'utf8'), '123');
  fs.unlinkSync(name);
});

test('a file as standard input ends', async () => {
  const fd = fs.openSync(__filename, 'r');
  const code = "let n = 0; process.stdin.on('data', (d) => (n += d.length)).on('end', () => console.log(n))";
  const { stdout } = spawnSync(process.execPath, ['-e', code], {
    stdio: [fd, 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  fs.closeSync(fd);
  assert.strictEqual(Number(stdout), fs.statSync(__filename).size);
});

test('an unread standard input does not keep a process alive', async () => {
  assert.strictEqual(run("process.stdin; console.log('over')", { input: 'x' }), 'over\n');
});

test('isatty tells pipes from terminals', async () => {
  assert.strictEqual(run("console.log(require('tty').isatty(1), process.stdout.isTTY)"), 'false undefined\n');
});
