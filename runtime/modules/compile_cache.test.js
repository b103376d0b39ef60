'use strict';
// runs-on: parley
// The compile cache on disk (runtime/modules/compile_cache.h).
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { execFile } = require('child_process');

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'compile-cache-')));
process.on('exit', () => fs.rmSync(root, { recursive: true, force: true }));

/** A module's text of about `size` characters, which exports how many functions it has and its first one's stack. */
function moduleText(size) {
  const lines = [];
  for (let i = 0, length = 0; length < size; i++, length += lines.at(-1).length)
    lines.push(`function f${i}(a) { return a > ${i} ? new Error('f${i}').stack : a * ${i}; }`);
  return `${lines.join('\n')}\nmodule.exports = { count: ${lines.length}, stack: f0(1) };\n`;
}

let programs = 0;
/** A program of two copies of one module, and a cache folder of its own. */
function program(size) {
  const folder = path.join(root, `p${programs++}`);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'a.js'), moduleText(size));
  fs.writeFileSync(path.join(folder, 'b.js'), moduleText(size));
  fs.writeFileSync(
    path.join(folder, 'main.js'),
    `const [a, b] = [require('./a'), require('./b')];
     console.log(a.count, /a\\.js:1/.test(a.stack), /b\\.js:1/.test(b.stack));`,
  );
  return { main: path.join(folder, 'main.js'), cache: path.join(folder, 'cache') };
}

function run({ main, cache }) {
  const env = { ...process.env, PARLEY_COMPILE_CACHE: cache };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main], { env }, (error, stdout, stderr) => {
      if (error || stderr !== '') reject(error ?? new Error(stderr));
      else resolve(stdout);
    });
  });
}

const files = (folder) =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name))
    : [];
const cacheFile = ({ cache }) => files(cache).find((file) => fs.statSync(file).isFile());

test('what a program compiled is there for its next run, by name and content', async () => {
  const it = program(200_000);
  const first = await run(it);
  assert.match(first, /^\d+ true true\n$/);
  const file = cacheFile(it);
  assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
  assert.strictEqual(await run(it), first);
  fs.writeFileSync(it.main, fs.readFileSync(it.main, 'utf8').replace('a.count', '"changed"'));
  assert.strictEqual(await run(it), 'changed true true\n');
});

test('small programs and programs told so keep nothing', async () => {
  const small = program(5_000);
  await run(small);
  assert.deepStrictEqual(files(small.cache), []);
  const big = program(200_000);
  await run({ ...big, cache: '0' });
  assert.deepStrictEqual(files(big.cache), []);
});

test('a file that is cut short, changed or open to others is as good as none', async () => {
  const it = program(200_000);
  const expected = await run(it);
  const file = cacheFile(it);
  const sound = fs.readFileSync(file);
  for (const bytes of [
    sound.subarray(0, 10),
    sound.subarray(0, sound.length >> 1),
    Buffer.alloc(sound.length, 255),
  ]) {
    fs.writeFileSync(file, bytes);
    assert.strictEqual(await run(it), expected);
  }
  for (let i = 24; i < sound.length; i += Math.ceil(sound.length / 7)) {
    const changed = Buffer.from(sound);
    changed[i] ^= 0x55;
    fs.writeFileSync(file, changed);
    assert.strictEqual(await run(it), expected);
  }
  fs.writeFileSync(file, sound);
  fs.chmodSync(file, 0o666);
  assert.strictEqual(await run(it), expected);
});

test('programs that run at the same time leave a sound file, and nothing else', async () => {
  const it = program(200_000);
  const outputs = await Promise.all(Array.from({ length: 6 }, () => run(it)));
  assert.strictEqual(new Set(outputs).size, 1);
  const all = files(it.cache).filter((file) => fs.statSync(file).isFile());
  assert.strictEqual(all.length, 1);
  assert.strictEqual(await run(it), outputs[0]);
});

test('a folder that cannot be written changes nothing', async () => {
  const it = program(200_000);
  fs.writeFileSync(it.cache, 'a file');
  assert.match(await run(it), /true true/);
});
