'use strict';
// --heapsnapshot-signal and --heapsnapshot-near-heap-limit (Node doc: cli).
const assert = require('assert');
const { spawn, spawnSync } = require('child_process');
const { once } = require('events');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { test } = require('../../tests/harness');

async function inFolder(run) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heapsnapshot-'));
  try {
    await run(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
const snapshots = (folder) => fs.readdirSync(folder).filter((name) => name.endsWith('.heapsnapshot'));

test('a signal has a snapshot written, and the program goes on', () =>
  inFolder(async (folder) => {
    const code = `
      const look = () => require('fs').readdirSync('.').length > 0 ? process.exit(7) : setTimeout(look, 20);
      process.once('SIGUSR2', look);
      console.log('ready');
      setTimeout(() => {}, 60_000);`;
    const child = spawn(process.execPath, ['--heapsnapshot-signal=SIGUSR2', '-e', code], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGUSR2');
    assert.deepStrictEqual(await once(child, 'exit'), [7, null]);
    const [name] = snapshots(folder);
    assert.ok(JSON.parse(fs.readFileSync(path.join(folder, name))).snapshot.meta);
  }));

test('short memory has one written', () =>
  inFolder((folder) => {
    const code = 'const all = []; for (;;) all.push(new Array(1000).fill({}));';
    const flags = ['--heapsnapshot-near-heap-limit=1', '--max-old-space-size=50'];
    spawnSync(process.execPath, [...flags, '-e', code], { cwd: folder, stdio: 'ignore', timeout: 60_000 });
    assert.strictEqual(snapshots(folder).length, 1);
  }));
