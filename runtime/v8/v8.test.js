'use strict';
// v8: numbers and snapshots of the heap, flags, serialization (Node doc: v8).
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const v8 = require('v8');
const vm = require('vm');

test('the numbers of the heap are there and plausible', () => {
  const heap = v8.getHeapStatistics();
  assert.ok(heap.used_heap_size > 0 && heap.used_heap_size <= heap.total_heap_size);
  assert.ok(heap.heap_size_limit > heap.total_heap_size);
  const spaces = v8.getHeapSpaceStatistics();
  assert.ok(spaces.some((space) => space.space_name === 'old_space' && space.space_used_size > 0));
  const code = v8.getHeapCodeStatistics();
  assert.ok(code.code_and_metadata_size > 0 && code.bytecode_and_metadata_size > 0);
});

test('a heap snapshot is JSON, as a stream and as a file', async (t) => {
  let text = '';
  for await (const chunk of v8.getHeapSnapshot()) text += chunk;
  assert.ok(JSON.parse(text).snapshot.node_count > 1000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'v8-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'a.heapsnapshot');
  assert.strictEqual(v8.writeHeapSnapshot(file), file);
  assert.ok(JSON.parse(fs.readFileSync(file, 'utf8')).nodes.length > 1000);
  assert.throws(() => v8.writeHeapSnapshot(path.join(folder, 'no', 'such')), { code: 'ENOENT' });
  assert.throws(() => v8.writeHeapSnapshot(1), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a heap that gets full leaves a snapshot behind', { timeout: 60000 }, (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'v8-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const script =
    'require("v8").setHeapSnapshotNearHeapLimit(1); const kept = []; for (;;) kept.push(new Array(1000).fill({}));';
  const child = spawnSync(process.execPath, ['--max-old-space-size=30', '-e', script], { cwd: folder });
  assert.notStrictEqual(child.status, 0);
  assert.match(String(child.stderr), /Wrote snapshot to .*Heap\.\d{8}\.\d{6}\.\d+\.0\.001\.heapsnapshot/);
  assert.strictEqual(fs.readdirSync(folder).filter((name) => name.endsWith('.heapsnapshot')).length, 1);
});

test('values survive serialization', () => {
  const value = {
    map: new Map([[1, new Set(['a'])]]),
    date: new Date(5),
    big: 10n,
    buffer: Buffer.from('hi'),
  };
  value.self = value;
  const copy = v8.deserialize(v8.serialize(value));
  assert.strictEqual(copy.self, copy);
  assert.deepStrictEqual(copy.map, value.map);
  assert.deepStrictEqual(copy.date, value.date);
  assert.strictEqual(copy.big, 10n);
  assert.ok(Buffer.isBuffer(copy.buffer) && copy.buffer.equals(value.buffer));
  assert.deepStrictEqual(
    v8.deserialize(v8.serialize(new Float64Array([1, 2.5]))),
    new Float64Array([1, 2.5]),
  );
  assert.throws(() => v8.serialize(() => {}), /could not be cloned/);
  assert.throws(() => v8.deserialize(Buffer.from([0xff, 0x0f, 0x5c])), Error);
});

test('the profile of collections names each with its heap', () => {
  const profiler = new v8.GCProfiler();
  profiler.start();
  let kept = [];
  for (let i = 0; i < 400000; i++) kept.push({ i });
  kept = undefined;
  const profile = profiler.stop();
  assert.strictEqual(profile.version, 1);
  assert.ok(profile.statistics.length > 0);
  const [{ gcType, cost, beforeGC, afterGC }] = profile.statistics;
  assert.strictEqual(typeof gcType, 'string');
  assert.ok(cost >= 0);
  assert.ok(beforeGC.heapStatistics.usedHeapSize > 0 && afterGC.heapSpaceStatistics.length > 0);
  assert.strictEqual(profiler.stop(), undefined);
});

test('flags can be set; a snapshot is not being built', () => {
  v8.setFlagsFromString('--allow_natives_syntax');
  // Its own text each time: V8 knows a script again.
  const natives = (own) => vm.runInThisContext(`%HeapObjectVerify({}); ${own}`);
  natives(1);
  v8.setFlagsFromString('--no-allow_natives_syntax');
  assert.throws(() => natives(2), SyntaxError);
  assert.throws(() => v8.setFlagsFromString(1), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.ok(!v8.startupSnapshot.isBuildingSnapshot());
  assert.throws(() => v8.startupSnapshot.addSerializeCallback(() => {}), {
    code: 'ERR_NOT_BUILDING_SNAPSHOT',
  });
  assert.strictEqual(typeof v8.cachedDataVersionTag(), 'number');
});

test('NODE_V8_COVERAGE counts what ran, at the end and on demand', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'v8-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const script = path.join(folder, 'counted.js');
  fs.writeFileSync(
    script,
    // Files are named by the millisecond.
    'function ran() {}\nfunction idle() {}\nran(); ran(); require("v8").takeCoverage();\n' +
      'const end = Date.now() + 5; while (Date.now() < end);\n',
  );
  const env = { ...process.env, NODE_V8_COVERAGE: path.join(folder, 'out') };
  const child = spawnSync(process.execPath, [script], { env });
  assert.strictEqual(child.status, 0, String(child.stderr));
  const files = fs.readdirSync(env.NODE_V8_COVERAGE);
  assert.strictEqual(files.length, 2);
  const counts = {};
  for (const file of files) {
    const { result } = JSON.parse(fs.readFileSync(path.join(env.NODE_V8_COVERAGE, file)));
    const own = result.find(({ url }) => url.endsWith('/counted.js'));
    for (const { functionName, ranges } of own?.functions ?? []) {
      counts[functionName] = (counts[functionName] ?? 0) + ranges[0].count;
    }
  }
  assert.strictEqual(counts.ran, 2);
  assert.strictEqual(counts.idle, 0);
});
