'use strict';
// The permission model (https://nodejs.org/docs/latest-v20.x/api/permissions.html): each case runs in a process of its own.
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { test } = require('../../tests/harness');

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'permission-')));
process.on('exit', () => fs.rmSync(folder, { recursive: true }));
const allowed = path.join(folder, 'allowed');
const denied = path.join(folder, 'denied');
for (const each of [allowed, denied]) {
  fs.mkdirSync(each);
  fs.writeFileSync(path.join(each, 'file'), each);
}

function run(flags, code) {
  const args = ['--experimental-permission', '--no-warnings', ...flags, '-e', code];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder });
  assert.strictEqual(result.stderr, '');
  return JSON.parse(result.stdout);
}

const kHelpers = `
  const codeOf = (call) => {
    try {
      call();
      return 'fine';
    } catch (error) {
      return error.code + ' ' + error.permission;
    }
  };
  const answer = (value) => console.log(JSON.stringify(value));
`;
const kRead = 'ERR_ACCESS_DENIED FileSystemRead';
const kWrite = 'ERR_ACCESS_DENIED FileSystemWrite';

test('without a grant there is nothing', () => {
  const code = `${kHelpers}
    const { Worker } = require('worker_threads');
    const scopes = ['fs', 'fs.read', 'fs.write', 'child', 'worker', 'inspector', 'wasi', 'nonsense'];
    answer([
      scopes.filter((scope) => process.permission.has(scope)),
      codeOf(() => require('fs').readFileSync('/etc/passwd')),
      codeOf(() => require('fs').readdirSync('.')),
      codeOf(() => require('fs').writeFileSync('x', '')),
      codeOf(() => require('child_process').spawnSync('true')),
      codeOf(() => require('child_process').spawn('true')),
      codeOf(() => new Worker('', { eval: true })),
      codeOf(() => new (require('inspector').Session)().connect()),
      codeOf(() => process.binding('fs')),
    ]);`;
  const [scopes, ...codes] = run([], code);
  assert.deepStrictEqual(scopes, []);
  assert.deepStrictEqual(codes.slice(0, 7), [
    kRead,
    kRead,
    kWrite,
    'ERR_ACCESS_DENIED ChildProcess',
    'ERR_ACCESS_DENIED ChildProcess',
    'ERR_ACCESS_DENIED WorkerThreads',
    'ERR_ACCESS_DENIED Inspector',
  ]);
  assert.match(codes[7], /^ERR_ACCESS_DENIED/);
});

test('files are read and written where that is granted, and nowhere else', () => {
  const code = `${kHelpers}
    const fs = require('fs');
    const [yes, no] = ${JSON.stringify([allowed, denied])};
    answer([
      codeOf(() => fs.readFileSync(yes + '/file')),
      codeOf(() => fs.readFileSync(no + '/file')),
      codeOf(() => fs.readFileSync(yes + '/../denied/file')),
      codeOf(() => fs.readFileSync(Buffer.from('denied/file'))),
      codeOf(() => fs.statSync(yes)),
      codeOf(() => fs.statSync(no)),
      codeOf(() => fs.opendirSync(no)),
      codeOf(() => fs.openSync(yes + '/file', 'r+')),
      codeOf(() => fs.writeFileSync(yes + '/new', '')),
      codeOf(() => fs.mkdirSync(no + '/a/b', { recursive: true })),
      codeOf(() => fs.rmdirSync(no)),
      codeOf(() => fs.copyFileSync(no + '/file', yes + '/copy')),
      codeOf(() => fs.watch(no)),
      codeOf(() => require(no + '/file')),
    ]);`;
  const grants = [`--allow-fs-read=${allowed}`, `--allow-fs-write=${allowed}/file`];
  assert.deepStrictEqual(run(grants, code), [
    'fine',
    kRead,
    kRead,
    kRead,
    'fine',
    kRead,
    kRead,
    'fine',
    kWrite,
    kWrite,
    kWrite,
    kRead,
    kRead,
    kRead,
  ]);
  assert.ok(fs.existsSync(path.join(denied, 'file')));
});

test('callbacks and promises get the error', () => {
  const code = `
    const fs = require('fs');
    const shown = (error) => [error.code, error.permission, error.resource, error.message.split('.')[0]];
    const file = ${JSON.stringify(path.join(denied, 'file'))};
    fs.readFile(file, (first) => {
      fs.promises.open(file, 'w').catch((second) => {
        fs.promises.stat(file).catch((third) => console.log(JSON.stringify([first, second, third].map(shown))));
      });
    });`;
  const file = path.join(denied, 'file');
  const message = 'Access to this API has been restricted';
  assert.deepStrictEqual(run([`--allow-fs-read=${allowed}`], code), [
    ['ERR_ACCESS_DENIED', 'FileSystemRead', file, message],
    ['ERR_ACCESS_DENIED', 'FileSystemWrite', file, message],
    ['ERR_ACCESS_DENIED', 'FileSystemRead', file, message],
  ]);
});

test('wildcards stand for what begins so', () => {
  const code = `console.log(JSON.stringify(
    ['/a/b', '/a/b/c', '/a/bc', '/x/yz', '/x/y', '/x/', '/q'].map((name) => process.permission.has('fs.read', name))))`;
  const flags = ['--allow-fs-read=/a/b/*', '--allow-fs-read=/x/y*'];
  assert.deepStrictEqual(run(flags, code), [true, true, false, true, true, false, false]);
});

test('what is granted works', () => {
  const code = `
    const { Worker } = require('worker_threads');
    const worker = new Worker('require("worker_threads").parentPort.postMessage(1)', { eval: true });
    worker.on('message', () => {
      console.log(JSON.stringify([require('child_process').spawnSync('true').status, process.permission.has('child')]));
    });`;
  const flags = ['--allow-fs-read=*', '--allow-child-process', '--allow-worker'];
  assert.deepStrictEqual(run(flags, code), [0, true]);
});

test('arguments are checked; without the option there is no process.permission', () => {
  const code = `${kHelpers}
    answer([codeOf(() => process.permission.has(1)), codeOf(() => process.permission.has('fs', {}))]);`;
  assert.deepStrictEqual(run([], code), ['ERR_INVALID_ARG_TYPE undefined', 'ERR_INVALID_ARG_TYPE undefined']);
  assert.strictEqual(process.permission, undefined);
});
