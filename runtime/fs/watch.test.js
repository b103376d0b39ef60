'use strict';
// runs-on: parley,node
const assert = require('assert');
const { once } = require('events');
const path = require('path');
const os = require('os');
const { test } = require('../../tests/harness');
const fs = require('fs');

function folder(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fs-watch-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

// The first event on `name`. Writes again and again until it comes: a watch may begin later than its call.
async function eventOn(watcher, name, write) {
  const timer = setInterval(write, 20);
  try {
    for (;;) {
      const [type, seen] = await once(watcher, 'change');
      if (seen === name) return type;
    }
  } finally {
    clearInterval(timer);
  }
}

test('a recursive watch tells of files in folders that were there and in new ones', async (t) => {
  const dir = folder(t);
  fs.mkdirSync(path.join(dir, 'old', 'deep'), { recursive: true });
  const watcher = fs.watch(dir, { recursive: true });
  t.after(() => watcher.close());
  let count = 0;
  const old = path.join('old', 'deep', 'file');
  await eventOn(watcher, old, () => fs.writeFileSync(path.join(dir, old), `${count++}`));
  fs.mkdirSync(path.join(dir, 'new'));
  const fresh = path.join('new', 'file');
  await eventOn(watcher, fresh, () => fs.writeFileSync(path.join(dir, fresh), `${count++}`));
});

test('a recursive watch does not follow links', async (t) => {
  const dir = folder(t);
  fs.mkdirSync(path.join(dir, 'in'));
  fs.symlinkSync(dir, path.join(dir, 'in', 'up'));
  const watcher = fs.watch(path.join(dir, 'in'), { recursive: true });
  t.after(() => watcher.close());
  const seen = [];
  watcher.on('change', (type, name) => seen.push(name));
  fs.writeFileSync(path.join(dir, 'outside'), '');
  await eventOn(watcher, 'file', () => fs.writeFileSync(path.join(dir, 'in', 'file'), `${seen.length}`));
  assert.ok(!seen.some((name) => name.includes('outside')), seen.join());
});

test('a watch ends with close() and with its signal', async (t) => {
  const dir = folder(t);
  const watcher = fs.watch(dir);
  watcher.close();
  await once(watcher, 'close');
  const controller = new AbortController();
  const aborted = fs.watch(dir, { signal: controller.signal });
  controller.abort();
  await once(aborted, 'close');
  fs.watch(dir, { recursive: true }).close();
  fs.watch(dir, { recursive: true }).unref();
  assert.throws(() => fs.watch(dir, { recursive: 'yes' }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => fs.watch(path.join(dir, 'none')), { code: 'ENOENT', syscall: 'watch' });
});

test('fs.promises.watch gives events and ends with its signal', async (t) => {
  const dir = folder(t);
  const controller = new AbortController();
  const events = fs.promises.watch(dir, { signal: controller.signal });
  const timer = setInterval(() => fs.writeFileSync(path.join(dir, 'file'), 'x'), 20);
  t.after(() => clearInterval(timer));
  const { value } = await events.next();
  assert.strictEqual(value.filename, 'file');
  controller.abort();
  await assert.rejects(
    async () => {
      for await (const event of events) assert.ok(event.eventType);
    },
    { name: 'AbortError', code: 'ABORT_ERR' },
  );
});

test('watchFile tells of a change and of the end of a file', async (t) => {
  const file = path.join(folder(t), 'file');
  fs.writeFileSync(file, 'one');
  const changes = new Promise((resolve) => {
    fs.watchFile(file, { interval: 10 }, (now, before) => resolve({ now, before }));
  });
  t.after(() => fs.unwatchFile(file));
  const timer = setInterval(() => fs.appendFileSync(file, 'more'), 30);
  t.after(() => clearInterval(timer));
  const { now, before } = await changes;
  assert.ok(now instanceof fs.Stats);
  assert.ok(now.size > before.size);
});
