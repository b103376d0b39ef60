'use strict';
// The cases of bench/streams. Each gets a number of chunks and returns a promise of the end. As a program: runs the case named
// on the command line and prints nanoseconds of CPU time a chunk.
const { Readable, Writable, Transform, PassThrough, Duplex, pipeline } = require('node:stream');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const CHUNK = Buffer.alloc(1024);
const OBJECT = { some: 'thing' };

// Pushes `n` chunks, one per _read().
function source(n, objectMode = false) {
  const chunk = objectMode ? OBJECT : CHUNK;
  return new Readable({
    objectMode,
    read() {
      this.push(n-- > 0 ? chunk : null);
    },
  });
}

function sink(objectMode = false) {
  return new Writable({
    objectMode,
    write(chunk, encoding, callback) {
      callback();
    },
  });
}

// A sink that is done only later, as files and sockets are.
function slowSink() {
  return new Writable({
    write(chunk, encoding, callback) {
      process.nextTick(callback);
    },
  });
}

function through(objectMode = false) {
  return new Transform({
    objectMode,
    transform(chunk, encoding, callback) {
      callback(null, chunk);
    },
  });
}

const piped = (...streams) => {
  for (let i = 1; i < streams.length; i++) streams[i - 1].pipe(streams[i]);
  return once(streams.at(-1), 'finish');
};
const pipelined = (...streams) =>
  new Promise((resolve, reject) => {
    pipeline(...streams, (error) => (error ? reject(error) : resolve()));
  });

function webSource(n) {
  return new ReadableStream({
    pull(controller) {
      if (n-- > 0) controller.enqueue(OBJECT);
      else controller.close();
    },
  });
}

let files;
function someFile(bytes) {
  if (files === undefined) {
    files = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-streams-'));
    process.on('exit', () => fs.rmSync(files, { recursive: true, force: true }));
    fs.writeFileSync(path.join(files, 'from'), Buffer.alloc(bytes));
  }
  return { from: path.join(files, 'from'), to: path.join(files, 'to') };
}

const cases = {
  'Readable to Writable, pipe': (n) => piped(source(n), sink()),
  'the same, objects': (n) => piped(source(n, true), sink(true)),
  'the same, asynchronous sink': (n) => piped(source(n), slowSink()),
  'pipe of three': (n) => piped(source(n), through(), sink()),
  'pipe of five, objects': (n) =>
    piped(source(n, true), through(true), through(true), through(true), sink(true)),
  'PassThrough chain': (n) => piped(source(n), new PassThrough(), new PassThrough(), sink()),
  'pipeline of three': (n) => pipelined(source(n), through(), sink()),
  'data events': async (n) => {
    const stream = source(n);
    stream.on('data', () => {});
    await once(stream, 'end');
  },
  'for await': async (n) => {
    // eslint-disable-next-line no-unused-vars
    for await (const chunk of source(n, true));
  },
  'Readable.from(array)': (n) => piped(Readable.from(new Array(n).fill(OBJECT)), sink(true)),
  'Readable.from(async generator)': (n) => {
    async function* generate() {
      for (let i = 0; i < n; i++) yield OBJECT;
    }
    return piped(Readable.from(generate()), sink(true));
  },
  'write() loop': async (n) => {
    const stream = sink();
    for (let i = 0; i < n; i++) if (!stream.write(CHUNK)) await once(stream, 'drain');
    stream.end();
    await once(stream, 'finish');
  },
  'map and filter': (n) =>
    source(n, true)
      .map((x) => x)
      .filter(() => true)
      .forEach(() => {}),
  'new Duplex': async (n) => {
    for (let i = 0; i < n; i++) new Duplex({ read() {}, write() {} });
  },
  'web: read loop': async (n) => {
    const reader = webSource(n).getReader();
    while (!(await reader.read()).done);
  },
  'web: for await': async (n) => {
    // eslint-disable-next-line no-unused-vars
    for await (const chunk of webSource(n));
  },
  'web: pipeTo': (n) => webSource(n).pipeTo(new WritableStream({ write() {} })),
  'web: pipeThrough': async (n) => {
    const transform = new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk) });
    await webSource(n).pipeThrough(transform).pipeTo(new WritableStream());
  },
  'web: writer': async (n) => {
    const writer = new WritableStream({ write() {} }).getWriter();
    for (let i = 0; i < n; i++) {
      await writer.ready;
      writer.write(OBJECT);
    }
    await writer.close();
  },
  'web: Readable.toWeb and back': (n) => piped(Readable.fromWeb(Readable.toWeb(source(n))), sink()),
  'file to file (64 KiB)': async (n) => {
    const { from, to } = someFile(n * 65536);
    await pipelined(fs.createReadStream(from), fs.createWriteStream(to));
  },
};

const FEWER = {
  'map and filter': 5,
  'new Duplex': 2,
  'file to file (64 KiB)': 50,
  'web: Readable.toWeb and back': 2,
};

const LEAST = 0.5; // seconds: a shorter case is run more often than four times, until all of it is optimised

async function main(name) {
  const n = Math.floor(25_000 / (FEWER[name] ?? 1));
  let best = Infinity;
  for (let run = 0; run < 4 || process.uptime() < LEAST; run++) {
    const start = process.cpuUsage();
    await cases[name](n);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, ((user + system) * 1000) / n);
  }
  console.log(best.toFixed(1));
}

module.exports = { cases };
if (require.main === module) main(process.argv[2]);
