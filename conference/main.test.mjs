// The program parleyd: its options, its one-line errors, its end. Workers have the fake engine.
// runs-on: parley,node
// timeout: 90
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAKE_ENGINE } from './testing/client.js';

const { test } = createRequire(import.meta.url)('../tests/harness');
const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

function folder(t) {
  const dir = mkdtempSync(join(tmpdir(), 'parley-main-'));
  t.after(() => {
    chmodSync(dir, 0o700);
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

function start(...args) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '', child };
  child.stdout.on('data', (d) => (out.stdout += d));
  child.stderr.on('data', (d) => (out.stderr += d));
  out.ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal, ...out })));
  return out;
}
const run = (...args) => start(...args).ended;

function oneLine(result, pattern, code) {
  assert.strictEqual(result.code, code, result.stderr);
  assert.match(result.stderr, pattern);
  assert.strictEqual(result.stderr.trim().split('\n').length, 1, result.stderr);
}

test('--help and --version answer and end', async () => {
  const help = await run('--help');
  assert.strictEqual(help.code, 0);
  for (const option of ['--config', '--port', '--host', '--data', '--log-level'])
    assert.ok(help.stdout.includes(option));
  const version = await run('--version');
  assert.match(version.stdout, /^parleyd \d+\.\d+\.\d+\n$/);
});

test('a bad option is one line and code 2', async () => {
  oneLine(await run('--prot', '1'), /unknown option --prot/, 2);
  oneLine(await run('--port', 'http'), /--port must be a number/, 2);
  oneLine(await run('--port'), /--port needs a value/, 2);
  oneLine(await run('--log-level', 'loud'), /--log-level must be one of/, 2);
});

test('a bad configuration is one line that names the key', async (t) => {
  const dir = folder(t);
  const path = join(dir, 'parley.toml');
  const check = async (text, pattern) => {
    writeFileSync(path, text);
    oneLine(await run('--config', path), pattern, 2);
  };
  await check('[http]\nprot = 1\n', /no key http\.prot/);
  await check('[http]\nport = "8080"\n', /http\.port must be a number/);
  await check('[http]\nport = 99999\n', /http\.port must be a port/);
  await check('[htp]\nport = 1\n', /no section \[htp\]/);
  await check('[http\n', /not valid TOML/);
  oneLine(await run('--config', join(dir, 'none.toml')), /cannot read the configuration .*ENOENT/, 2);
});

test('a busy port is one line and code 1', async (t) => {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address();
  const result = await run(
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--data',
    folder(t),
    '--log-level',
    'error',
  );
  oneLine(result, new RegExp(`port ${port} .*in use`), 1);
});

test('a data folder that cannot be used is one line and code 1', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'file'), '');
  oneLine(
    await run('--port', '0', '--data', join(dir, 'file', 'data')),
    /cannot use the data folder .*ENOTDIR/,
    1,
  );
  if (process.getuid?.() === 0) return; // root writes everywhere
  chmodSync(dir, 0o500);
  oneLine(await run('--port', '0', '--data', join(dir, 'data')), /cannot use the data folder .*EACCES/, 1);
});

test('it says when it is ready, keeps its secrets, and ends on SIGTERM with its workers', async (t) => {
  const dir = folder(t);
  const config = join(dir, 'parley.toml');
  writeFileSync(config, `[media]\nengine = "${FAKE_ENGINE}"\n`);
  const data = join(dir, 'data');
  const server = start('--config', config, '--host', '127.0.0.1', '--port', '0', '--data', data);
  t.after(() => server.child.kill('SIGKILL'));
  await new Promise((ready, reject) => {
    server.child.stdout.on('data', () => server.stdout.includes('\n') && ready());
    server.ended.then((r) => reject(new Error(r.stderr)));
  });
  assert.match(server.stdout, /^Parley is ready: http:\/\/127\.0\.0\.1:\d+\n$/);
  for (const secret of ['signing.key', 'service.json'])
    assert.strictEqual(statSync(join(data, secret)).mode & 0o777, 0o600);
  const pids = [...server.stderr.matchAll(/worker \S+ \((\d+)\) is ready/g)].map((m) => Number(m[1]));
  assert.strictEqual(pids.length, 2);
  server.child.kill('SIGTERM');
  const { code } = await server.ended;
  assert.strictEqual(code, 0, server.stderr);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/);
});
