'use strict';
// runs-on: parley,node
const assert = require('assert');
const { once } = require('events');
const path = require('path');
const os = require('os');
const { test } = require('../../tests/harness');
const fs = require('fs');

function folder(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fs-test-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}
const promised = (fn, ...list) =>
  new Promise((resolve, reject) => fn(...list, (error, value) => (error ? reject(error) : resolve(value))));

test('a file is written and read in the three ways', async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'f');
  fs.writeFileSync(file, 'één');
  assert.strictEqual(fs.readFileSync(file, 'utf8'), 'één');
  await promised(fs.appendFile, file, ' twee');
  assert.strictEqual(await promised(fs.readFile, file, 'utf8'), 'één twee');
  await fs.promises.writeFile(file, Buffer.from('drie'));
  assert.strictEqual(String(await fs.promises.readFile(file)), 'drie');
  assert.strictEqual(fs.readFileSync(file, { encoding: 'base64' }), 'ZHJpZQ==');
});

test('errors have their code, syscall, path and message in the three ways', async (t) => {
  const missing = path.join(folder(t), 'missing');
  const expected = {
    code: 'ENOENT',
    errno: -2,
    syscall: 'open',
    path: missing,
    message: `ENOENT: no such file or directory, open '${missing}'`,
  };
  assert.throws(() => fs.openSync(missing), expected);
  await assert.rejects(promised(fs.readFile, missing), expected);
  await assert.rejects(fs.promises.readFile(missing), expected);
  assert.strictEqual(fs.statSync(missing, { throwIfNoEntry: false }), undefined);
  assert.strictEqual(fs.existsSync(missing), false);
  assert.throws(() => fs.renameSync(missing, 'x'), {
    message: `ENOENT: no such file or directory, rename '${missing}' -> 'x'`,
  });
});

test('bad arguments are refused before anything happens', async () => {
  assert.throws(() => fs.readFileSync({}), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.readFile('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.openSync('a\0b'), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => fs.openSync('x', 'nonesuch'), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => fs.readSync(0, Buffer.alloc(2), 0, 3), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => fs.fstatSync(-1), { code: 'ERR_OUT_OF_RANGE' });
  await assert.rejects(fs.promises.stat(5), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('read and write at positions, and vectors', async (t) => {
  const file = path.join(folder(t), 'f');
  const fd = fs.openSync(file, 'w+');
  t.after(() => fs.closeSync(fd));
  assert.strictEqual(fs.writeSync(fd, 'hello world'), 11);
  const buffer = Buffer.alloc(5);
  assert.strictEqual(fs.readSync(fd, buffer, 0, 5, 6), 5);
  assert.strictEqual(String(buffer), 'world');
  assert.strictEqual(fs.writevSync(fd, [Buffer.from('HE'), Buffer.from('L')], 0), 3);
  const parts = [Buffer.alloc(2), Buffer.alloc(3)];
  assert.strictEqual(await promised(fs.readv, fd, parts, 0), 5);
  assert.strictEqual(String(Buffer.concat(parts)), 'HELlo');
  fs.ftruncateSync(fd, 3);
  assert.strictEqual(fs.fstatSync(fd).size, 3);
});

test('stat tells what a thing is, also in bigints', async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'f');
  fs.writeFileSync(file, 'x');
  fs.symlinkSync('f', path.join(dir, 'l'));
  fs.utimesSync(file, 1000, 2000.5);
  const stats = fs.statSync(file);
  assert.ok(stats.isFile() && !stats.isDirectory());
  assert.strictEqual(stats.mtimeMs, 2000500);
  assert.strictEqual(stats.atime.getTime(), 1000000);
  assert.strictEqual((await fs.promises.stat(file, { bigint: true })).mtimeNs, 2000500000000n);
  assert.ok(fs.lstatSync(path.join(dir, 'l')).isSymbolicLink());
  assert.strictEqual(fs.readlinkSync(path.join(dir, 'l')), 'f');
  assert.strictEqual(fs.realpathSync(path.join(dir, 'l')), fs.realpathSync(file));
  fs.chmodSync(file, 0o600);
  assert.strictEqual((await promised(fs.stat, file)).mode & 0o777, 0o600);
});

test('folders: made, listed, copied and removed with all that is in them', async (t) => {
  const dir = folder(t);
  const deep = path.join(dir, 'a/b/c');
  assert.strictEqual(fs.mkdirSync(deep, { recursive: true }), path.join(dir, 'a'));
  assert.strictEqual(await fs.promises.mkdir(deep, { recursive: true }), undefined);
  fs.writeFileSync(path.join(deep, 'f'), '1');
  assert.deepStrictEqual(fs.readdirSync(dir), ['a']);
  const entries = await fs.promises.readdir(path.join(dir, 'a/b'), { withFileTypes: true });
  assert.ok(entries[0].isDirectory() && entries[0].name === 'c');
  assert.deepStrictEqual(fs.readdirSync(dir, { recursive: true }).sort(), ['a', 'a/b', 'a/b/c', 'a/b/c/f']);
  fs.cpSync(path.join(dir, 'a'), path.join(dir, 'copy'), { recursive: true });
  assert.strictEqual(fs.readFileSync(path.join(dir, 'copy/b/c/f'), 'utf8'), '1');
  assert.throws(() => fs.rmSync(path.join(dir, 'copy')), { code: 'ERR_FS_EISDIR' });
  await promised(fs.rm, path.join(dir, 'copy'), { recursive: true });
  assert.strictEqual(fs.existsSync(path.join(dir, 'copy')), false);
  const names = [];
  for await (const entry of await fs.promises.opendir(deep)) names.push(entry.name);
  assert.deepStrictEqual(names, ['f']);
});

test('streams: ranges, ends and errors', async (t) => {
  const file = path.join(folder(t), 'f');
  const out = fs.createWriteStream(file);
  out.write('0123456789');
  out.end('abc');
  await once(out, 'close');
  assert.strictEqual(out.bytesWritten, 13);
  let text = '';
  for await (const chunk of fs.createReadStream(file, { start: 2, end: 5, encoding: 'utf8' })) text += chunk;
  assert.strictEqual(text, '2345');
  const [error] = await once(fs.createReadStream(`${file}-missing`), 'error');
  assert.strictEqual(error.code, 'ENOENT');
  const big = fs.createWriteStream(file);
  fs.createReadStream(process.execPath, { end: 3e6 - 1 }).pipe(big);
  await once(big, 'close');
  assert.strictEqual(fs.statSync(file).size, 3e6);
});

test('FileHandle', async (t) => {
  const file = path.join(folder(t), 'f');
  const handle = await fs.promises.open(file, 'w+');
  await handle.write('hello');
  const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(3), position: 1 });
  assert.strictEqual(String(buffer.subarray(0, bytesRead)), 'ell');
  assert.strictEqual((await handle.stat()).size, 5);
  await handle.close();
  await assert.rejects(handle.stat(), { code: 'EBADF' });
});

test('an abort signal stops a read', async (t) => {
  const controller = new AbortController();
  const reading = fs.promises.readFile(process.execPath, { signal: controller.signal });
  controller.abort();
  await assert.rejects(reading, { name: 'AbortError' });
});

test('watch tells of a change in a folder', async (t) => {
  const dir = folder(t);
  const watcher = fs.watch(dir);
  t.after(() => watcher.close());
  const changed = once(watcher, 'change');
  fs.writeFileSync(path.join(dir, 'new'), '');
  assert.strictEqual((await changed)[1], 'new');
});

test('realpath names a pipe that has no path', (t) => {
  const { spawnSync } = require('child_process');
  const code = `const fs = require('fs'); console.log(fs.realpathSync('/dev/stdin'))`;
  const { stdout } = spawnSync(process.execPath, ['-e', code], { input: 'x', encoding: 'utf8' });
  assert.match(stdout, /^\/proc\//);
  const dir = folder(t);
  fs.symlinkSync('b', path.join(dir, 'a'));
  fs.symlinkSync('a', path.join(dir, 'b'));
  assert.throws(() => fs.realpathSync(path.join(dir, 'a')), { code: 'ELOOP' });
  assert.throws(() => fs.realpathSync(path.join(dir, 'c', 'd')), {
    code: 'ENOENT',
    path: path.join(dir, 'c'),
  });
});

test('writing past the limit of a file is EFBIG', (t) => {
  const { spawnSync } = require('child_process');
  const code = `require('fs').writeFileSync(process.argv[1], 'x'.repeat(65536))`;
  const command = `ulimit -f 1 && exec '${process.execPath}' -e "${code}" '${path.join(folder(t), 'f')}'`;
  const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
  assert.match(stderr, /EFBIG: file too large, write/);
  assert.strictEqual(status, 1);
});

test('folders are made from relative paths, and rm retries what it is told to', async (t) => {
  const dir = folder(t);
  const before = process.cwd();
  process.chdir(dir);
  try {
    assert.strictEqual(fs.mkdirSync('a/b/c', { recursive: true }), 'a');
    assert.strictEqual(fs.mkdirSync('a/b/c', { recursive: true }), undefined);
    assert.strictEqual(await fs.promises.mkdir('a/x/../y', { recursive: true }), 'a/x');
    fs.writeFileSync('f', '');
    assert.throws(() => fs.mkdirSync('f/g', { recursive: true }), { code: 'ENOTDIR', path: 'f/g' });
    assert.throws(() => fs.mkdirSync('f', { recursive: true }), { code: 'EEXIST' });
  } finally {
    process.chdir(before);
  }
  assert.throws(() => fs.rmSync(path.join(dir, 'a')), { code: 'ERR_FS_EISDIR', name: 'SystemError' });
  await assert.rejects(fs.promises.rm(path.join(dir, 'none')), { code: 'ENOENT' });
  await fs.promises.rm(path.join(dir, 'none'), { force: true });
  await fs.promises.rm(path.join(dir, 'a'), { recursive: true });
  assert.deepStrictEqual(fs.readdirSync(dir), ['f']);
});

test('a link that would be copied into itself is refused', (t) => {
  const dir = folder(t);
  const [from, to] = [path.join(dir, 'from'), path.join(dir, 'to')];
  fs.mkdirSync(from);
  fs.mkdirSync(to);
  fs.symlinkSync(to, path.join(from, 'link'));
  fs.cpSync(from, to, { recursive: true });
  assert.throws(() => fs.cpSync(from, to, { recursive: true }), { code: 'ERR_FS_CP_EINVAL' });
  assert.throws(() => fs.cpSync(from, path.join(from, 'in')), { code: 'ERR_FS_CP_EINVAL' });
});
