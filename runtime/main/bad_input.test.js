'use strict';
// What happens when the world is not as a program needs it: Node's error, Node's exit code, nothing lost, no crash.
const { test } = require('../../tests/harness');
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

function project(t, files = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bad-input-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), content);
  return dir;
}

function run(cwd, ...args) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    timeout: 30000,
  });
  assert.strictEqual(signal, null, stderr);
  return { status, stdout, stderr };
}

// `program` and `code` are "$1" and "$2" of the shell's line.
function shell(line, code = '') {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', line, 'sh', process.execPath, code], {
    encoding: 'utf8',
    timeout: 30000,
  });
  return { status, stdout, stderr };
}

test('a syntax error shows its line, in the script and in what it requires', (t) => {
  const dir = project(t, { 'bad.js': 'var fine;\n  let x = ;', 'main.js': "require('./bad')" });
  for (const name of ['bad.js', 'main.js']) {
    const { status, stdout, stderr } = run(dir, name);
    assert.strictEqual(status, 1);
    assert.strictEqual(stdout, '');
    assert.match(stderr, /bad\.js:2\n {2}let x = ;\n {10}\^\n\nSyntaxError: Unexpected token ';'/);
  }
});

test('a missing module names who asked', (t) => {
  const dir = project(t, {
    'main.js': "require('./inner')",
    'inner.js': "require('./none')",
    'm.mjs': "import './none.mjs'",
  });
  const { status, stderr } = run(dir, 'main.js');
  assert.strictEqual(status, 1);
  assert.match(stderr, /Error: Cannot find module '\.\/none'\nRequire stack:\n- .*inner\.js\n- .*main\.js\n/);
  assert.match(stderr, /code: 'MODULE_NOT_FOUND'/);
  assert.match(run(dir, 'no-such-script').stderr, /Error: Cannot find module '.*no-such-script'/);
  const module = run(dir, 'm.mjs');
  assert.strictEqual(module.status, 1);
  assert.match(module.stderr, /ERR_MODULE_NOT_FOUND/);
});

test('a circular import gives what is there so far', (t) => {
  const dir = project(t, {
    'a.js': "exports.early = 1; const b = require('./b'); exports.late = 2; console.log(b.seen, b.none)",
    'b.js': "const a = require('./a'); exports.seen = Object.keys(a).join(); exports.none = a.none",
    'c.mjs':
      "import { d } from './d.mjs'; export function c() { return 'c'; } export const late = 1; console.log(d)",
    'd.mjs':
      "import { c, late } from './c.mjs'; let seen; try { seen = late; } catch (e) { seen = e.name; } export const d = c() + seen",
  });
  const { stdout, stderr } = run(dir, 'a.js');
  assert.strictEqual(stdout, 'early undefined\n');
  assert.match(stderr, /Accessing non-existent property 'none' of module exports inside circular dependency/);
  assert.strictEqual(run(dir, 'c.mjs').stdout, 'cReferenceError\n');
});

test('a file that no string can hold', (t) => {
  const dir = project(t, {
    'read.js': `const fs = require('fs');
      try { fs.readFileSync('huge', 'utf8'); } catch (e) { console.log(e.code); }
      fs.readFile('huge', 'latin1', (e) => console.log(e.code));
      try { fs.readFileSync('huger'); } catch (e) { console.log(e.code); }`,
  });
  fs.truncateSync(fs.openSync(path.join(dir, 'huge'), 'w'), 600 * 2 ** 20);
  fs.truncateSync(fs.openSync(path.join(dir, 'huger'), 'w'), 2 ** 31 + 2 ** 20);
  fs.truncateSync(fs.openSync(path.join(dir, 'script.js'), 'w'), 600 * 2 ** 20);
  assert.strictEqual(
    run(dir, 'read.js').stdout,
    'ERR_STRING_TOO_LONG\nERR_FS_FILE_TOO_LARGE\nERR_STRING_TOO_LONG\n',
  );
  const { status, stderr } = run(dir, 'script.js');
  assert.strictEqual(status, 1);
  assert.match(stderr, /Cannot create a string longer than 0x1fffffe8 characters/);
});

test('bytes that are no UTF-8 become replacement characters', (t) => {
  const dir = project(t, {
    'main.js': Buffer.from('console.log("a\xff\xfeb".length, "\xc3\x28" === "\\ufffd(")', 'latin1'),
    'bad.json': Buffer.from('\xff{}', 'latin1'),
  });
  assert.strictEqual(run(dir, 'main.js').stdout, '4 true\n');
  const { status, stderr } = run(dir, '-e', "require('./bad.json')");
  assert.strictEqual(status, 1);
  assert.match(stderr, /SyntaxError: .*bad\.json: Unexpected token/);
});

test('a working folder that is gone', (t) => {
  const dir = project(t, {
    'main.js': 'try { process.cwd(); } catch (e) { console.log(e.code, e.syscall); }',
  });
  const gone = `mkdir "${dir}/gone" && cd "${dir}/gone" && rmdir "${dir}/gone" && `;
  assert.strictEqual(shell(`${gone} "$1" "${dir}/main.js"`).stdout, 'ENOENT uv_cwd\n');
  assert.strictEqual(shell(`${gone} "$1" -e "$2"`, 'console.log(1)').stdout, '1\n');
  const relative = shell(`${gone} "$1" main.js`);
  assert.strictEqual(relative.status, 1);
  assert.match(relative.stderr, /Error: ENOENT: no such file or directory, uv_cwd/);
  assert.strictEqual(
    shell(
      `mkdir "${dir}/gone" && cd "${dir}/gone" && "$1" -e "$2"`,
      "process.cwd(); fs.rmdirSync('../gone'); console.log(process.cwd())",
    ).stdout,
    `${fs.realpathSync(dir)}/gone\n`,
  );
});

test('a full disk', (t) => {
  // Needs a mount of its own, which a container may not allow even root.
  const probe = ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
  if (process.getuid() !== 0 || spawnSync('unshare', probe).status !== 0) return;
  const dir = project(t);
  const code = `
    const fs = require('fs');
    try { fs.writeFileSync('a', Buffer.alloc(2e5)); } catch (e) { console.log(e.code, e.syscall); }
    fs.createWriteStream('b').on('error', (e) => console.log('stream', e.code)).end(Buffer.alloc(2e5));
    fs.promises.writeFile('c', Buffer.alloc(2e5)).catch((e) => console.log('promise', e.code));`;
  const { status, stdout } = shell(
    `unshare -m sh -c 'mount -t tmpfs -o size=64k tmpfs "${dir}" && cd "${dir}" && "$1" -e "$2"' sh "$1" "$2"`,
    code,
  );
  assert.strictEqual(status, 0);
  assert.deepStrictEqual(stdout.trim().split('\n').sort(), [
    'ENOSPC write',
    'promise ENOSPC',
    'stream ENOSPC',
  ]);
  assert.strictEqual(
    shell('"$1" -e "$2" > /dev/full', "console.log('lost'); process.exitCode = 3").status,
    3,
  );
});

test('a reader that goes away ends the program with EPIPE', () => {
  const code = "for (let i = 0; i < 1e5; i++) console.log('line ' + i)";
  const { stdout, stderr } = shell('{ "$1" -e "$2"; echo "status $?" >&2; } | head -1', code);
  assert.strictEqual(stdout, 'line 0\n');
  assert.match(stderr, /status [01]\n$/);
  const told =
    "process.stdout.on('error', (e) => { console.error(e.code); process.exit(5); }); setInterval(() => console.log('x'.repeat(1e5)), 1)";
  assert.match(
    shell('{ "$1" -e "$2"; echo "status $?" >&2; } | head -c 1', told).stderr,
    /^EPIPE\nstatus 5\n$/,
  );
});

test('closed descriptors: standard streams are there, and no file takes their place', (t) => {
  const dir = project(t);
  const code = `console.log(1); console.error(2); const fd = fs.openSync('${dir}/file', 'w');
    fs.writeSync(fd, String(fd > 2)); process.stdin.on('end', () => process.exit(4)).resume();`;
  assert.strictEqual(shell('"$1" -e "$2" <&- >&- 2>&-', code).status, 4);
  assert.strictEqual(fs.readFileSync(`${dir}/file`, 'utf8'), 'true');
});

test('nothing written to a pipe is lost at the end', () => {
  const code = "process.stdout.write('y'.repeat(3e6)); process.exitCode = 7";
  const { status, stdout } = spawnSync(process.execPath, ['-e', code], { maxBuffer: 1e8 });
  assert.strictEqual(stdout.length, 3e6);
  assert.strictEqual(status, 7);
});

test('a full heap ends the program with SIGABRT, and says so', () => {
  const fill = 'const all = []; for (;;) all.push(new Array(1000).fill().map((_, i) => ({ i })))';
  const { signal, stderr } = spawnSync(process.execPath, ['--max-old-space-size=30', '-e', fill], {
    encoding: 'utf8',
  });
  assert.strictEqual(signal, 'SIGABRT');
  assert.match(stderr, /FATAL ERROR: .* Allocation failed - JavaScript heap out of memory\n/);
});
