'use strict';
// The calls that bench/fs times. Run as a program: fs_cases.cjs NAME FOLDER prints the nanoseconds of computing
// that one call takes.
const fs = require('fs');
const path = require('path');

const kTime = 150; // milliseconds measured, after half of it to warm up

// name → (folder) → a function that does the call once; `batch` calls are made between two looks at the clock.
const cases = {
  statSync: { batch: 500, prepare: (folder) => onFile(folder, 10, (file) => fs.statSync(file)) },
  'statSync missing': {
    batch: 500,
    prepare: (folder) => () => fs.statSync(path.join(folder, 'none'), { throwIfNoEntry: false }),
  },
  lstatSync: { batch: 500, prepare: (folder) => onFile(folder, 10, (file) => fs.lstatSync(file)) },
  stat: { batch: 50, prepare: (folder) => onFile(folder, 10, callback(fs.stat)) },
  'promises.stat': { batch: 50, prepare: (folder) => onFile(folder, 10, (file) => fs.promises.stat(file)) },
  existsSync: { batch: 500, prepare: (folder) => onFile(folder, 10, (file) => fs.existsSync(file)) },
  accessSync: { batch: 500, prepare: (folder) => onFile(folder, 10, (file) => fs.accessSync(file)) },
  'open+closeSync': {
    batch: 200,
    prepare: (folder) => onFile(folder, 10, (file) => fs.closeSync(fs.openSync(file))),
  },
  'readSync 4 KiB': { batch: 200, prepare: readSync },
  'writeSync 100 B': { batch: 200, prepare: writeSync },
  'readFileSync 1 KiB': {
    batch: 100,
    prepare: (folder) => onFile(folder, 1024, (file) => fs.readFileSync(file)),
  },
  'readFileSync 1 KiB utf8': {
    batch: 100,
    prepare: (folder) => onFile(folder, 1024, (file) => fs.readFileSync(file, 'utf8')),
  },
  'readFileSync 1 MiB': {
    batch: 5,
    prepare: (folder) => onFile(folder, 2 ** 20, (file) => fs.readFileSync(file)),
  },
  'readFileSync 1 MiB utf8': {
    batch: 5,
    prepare: (folder) => onFile(folder, 2 ** 20, (file) => fs.readFileSync(file, 'utf8')),
  },
  'readFile 1 KiB': { batch: 20, prepare: (folder) => onFile(folder, 1024, callback(fs.readFile)) },
  'readFile 1 MiB': { batch: 5, prepare: (folder) => onFile(folder, 2 ** 20, callback(fs.readFile)) },
  'promises.readFile 1 KiB': {
    batch: 20,
    prepare: (folder) => onFile(folder, 1024, (file) => fs.promises.readFile(file)),
  },
  'promises.readFile 1 MiB': {
    batch: 5,
    prepare: (folder) => onFile(folder, 2 ** 20, (file) => fs.promises.readFile(file)),
  },
  'writeFileSync 1 KiB': { batch: 50, prepare: (folder) => onText(folder, 1024, fs.writeFileSync) },
  'writeFileSync 1 MiB': { batch: 5, prepare: (folder) => onText(folder, 2 ** 20, fs.writeFileSync) },
  'writeFile 1 KiB': {
    batch: 20,
    prepare: (folder) => onText(folder, 1024, (file, data) => callback(fs.writeFile)(file, data)),
  },
  'promises.writeFile 1 KiB': { batch: 20, prepare: (folder) => onText(folder, 1024, fs.promises.writeFile) },
  'appendFileSync 100 B': { batch: 50, prepare: (folder) => onText(folder, 100, fs.appendFileSync) },
  'readdirSync 1000': { batch: 5, prepare: (folder) => onEntries(folder, () => fs.readdirSync(folder)) },
  'readdirSync 1000 withFileTypes': {
    batch: 5,
    prepare: (folder) => onEntries(folder, () => fs.readdirSync(folder, { withFileTypes: true })),
  },
  'promises.readdir 1000': {
    batch: 5,
    prepare: (folder) => onEntries(folder, () => fs.promises.readdir(folder)),
  },
  'opendir 1000': { batch: 1, prepare: (folder) => onEntries(folder, () => countEntries(folder)) },
  'mkdir+rmSync tree': { batch: 1, prepare: (folder) => () => treeSync(path.join(folder, 'tree')) },
  'mkdir+rm tree, promises': { batch: 1, prepare: (folder) => () => tree(path.join(folder, 'tree')) },
  'cpSync tree': { batch: 1, prepare: copyTree },
  'FileHandle open+read+close': { batch: 20, prepare: (folder) => onFile(folder, 1024, useHandle) },
  'createReadStream 8 MiB': { batch: 1, prepare: (folder) => onFile(folder, 2 ** 23, readStream) },
  'createWriteStream 8 MiB': { batch: 1, prepare: (folder) => () => writeStream(path.join(folder, 'out')) },
  realpathSync: { batch: 100, prepare: (folder) => onFile(folder, 10, (file) => fs.realpathSync(file)) },
};

const callback = (call) => (file, data) =>
  new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    if (data === undefined) call(file, done);
    else call(file, data, done);
  });

function onFile(folder, size, call) {
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, Buffer.alloc(size, 'abcdefgh'));
  return () => call(file);
}

function onText(folder, size, call) {
  const file = path.join(folder, 'file');
  const text = 'abcdefgh'.repeat(size / 8);
  return () => call(file, text);
}

function onEntries(folder, call) {
  for (let i = 0; i < 1000; i++) fs.writeFileSync(path.join(folder, `entry-${i}.txt`), '');
  return call;
}

function readSync(folder) {
  const buffer = Buffer.alloc(4096);
  fs.writeFileSync(path.join(folder, 'file'), buffer);
  const fd = fs.openSync(path.join(folder, 'file'));
  return () => fs.readSync(fd, buffer, 0, 4096, 0);
}

function writeSync(folder) {
  const buffer = Buffer.alloc(100);
  const fd = fs.openSync(path.join(folder, 'file'), 'w');
  return () => fs.writeSync(fd, buffer, 0, 100, 0);
}

async function countEntries(folder) {
  let count = 0;
  for await (const entry of await fs.promises.opendir(folder)) if (entry.isFile()) count++;
  return count;
}

const kFolders = [0, 1, 2, 3, 4].flatMap((a) =>
  [0, 1, 2, 3].map((b) => path.join(`a${a}`, `b${b}`, 'c', 'd')),
);

function makeTree(root) {
  for (const below of kFolders) {
    fs.mkdirSync(path.join(root, below), { recursive: true });
    for (let i = 0; i < 3; i++) fs.writeFileSync(path.join(root, below, `file${i}`), 'x');
  }
}

function treeSync(root) {
  makeTree(root);
  fs.rmSync(root, { recursive: true });
}

async function tree(root) {
  await Promise.all(kFolders.map((below) => fs.promises.mkdir(path.join(root, below), { recursive: true })));
  await fs.promises.rm(root, { recursive: true });
}

function copyTree(folder) {
  const root = path.join(folder, 'tree');
  makeTree(root);
  let count = 0;
  return () => fs.cpSync(root, path.join(folder, `copy${count++}`), { recursive: true });
}

async function useHandle(file) {
  const handle = await fs.promises.open(file);
  const buffer = Buffer.allocUnsafe(1024);
  await handle.read(buffer, 0, 1024, 0);
  await handle.close();
}

async function readStream(file) {
  let size = 0;
  for await (const chunk of fs.createReadStream(file)) size += chunk.length;
  return size;
}

function writeStream(file) {
  return new Promise((resolve, reject) => {
    const stream = fs.createWriteStream(file).on('error', reject).on('close', resolve);
    const chunk = Buffer.alloc(64 * 1024);
    let left = 128;
    const more = () => {
      while (left-- > 0) if (!stream.write(chunk)) return stream.once('drain', more);
      return stream.end();
    };
    more();
  });
}

// How long all threads of the process together computed, in nanoseconds. Other programs on the machine do not multiply it.
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

async function repeat(call, batch, milliseconds) {
  const end = performance.now() + milliseconds;
  const start = cpuTime();
  let calls = 0;
  while (performance.now() < end) {
    for (let i = 0; i < batch; i++) {
      const result = call();
      if (result instanceof Promise) await result;
    }
    calls += batch;
  }
  return (cpuTime() - start) / calls;
}

async function main(name, folder) {
  const { batch, prepare } = cases[name];
  const call = prepare(folder);
  await repeat(call, batch, kTime / 2);
  console.log((await repeat(call, batch, kTime)).toFixed(1));
}

if (require.main === module) main(process.argv[2], process.argv[3]);

module.exports = { cases };
