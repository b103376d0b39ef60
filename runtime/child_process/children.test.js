'use strict';
// runs-on: parley
// The first process of a container waits for those that nobody else can wait for.
const { test } = require('../../tests/harness');
const assert = require('assert');
const cp = require('child_process');

const UNSHARE = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const canUnshare = cp.spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

function program() {
  const { spawnSync, spawn } = require('child_process');
  const { stdout } = spawnSync('sh', ['-c', 'sleep 0.05 >&- & echo $!'], { encoding: 'utf8' });
  const orphan = Number(stdout);
  const own = spawn('sh', ['-c', 'exit 7']);
  own.on('exit', (code) => {
    const timer = setInterval(() => {
      try {
        process.kill(orphan, 0);
      } catch (error) {
        clearInterval(timer);
        console.log(process.pid, code, error.code);
      }
    }, 10);
  });
}

test(`process 1 leaves no zombies of others${canUnshare ? '' : ' # SKIP no namespaces here'}`, async () => {
  if (!canUnshare) return;
  const args = [...UNSHARE, process.execPath, '-e', `(${program})()`];
  const { stdout, stderr } = cp.spawnSync('unshare', args, { encoding: 'utf8', timeout: 8000 });
  assert.strictEqual(stdout, '1 7 ESRCH\n', stderr);
});
