'use strict';
// runs-on: parley,node
const { test } = require('../../tests/harness');
const assert = require('assert');
const { once } = require('events');
const cp = require('child_process');
const net = require('net');
const path = require('path');

function fork(t, role, options) {
  const child = cp.fork(path.join(__dirname, 'fixtures/child.js'), [role], options);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

for (const serialization of ['json', 'advanced']) {
  test(`messages go both ways in order (${serialization})`, async (t) => {
    const child = fork(t, 'echo', { serialization });
    const sent = [1, 'zwei', { a: [true, null, 'é\n'] }, 'x'.repeat(200000)];
    const got = [];
    child.on('message', (message) => got.push(message));
    for (const message of sent) child.send(message);
    while (got.length < sent.length) await once(child, 'message');
    assert.deepStrictEqual(got, sent);
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
  });
}

test('advanced serialisation keeps maps, dates and buffers', async (t) => {
  const child = fork(t, 'echo', { serialization: 'advanced' });
  child.send({ m: new Map([[1, new Set([2])]]), d: new Date(5), u: new Uint8Array([1, 2]), n: 5n });
  const [got] = await once(child, 'message');
  assert.deepStrictEqual(got.m, new Map([[1, new Set([2])]]));
  assert.strictEqual(got.d.getTime(), 5);
  assert.strictEqual(got.n, 5n);
  assert.strictEqual(got.u[1], 2);
  const views = [new Float64Array([1.5, -2]), new DataView(new ArrayBuffer(3)), new BigInt64Array([-1n])];
  views.push(Buffer.from('é'), new Uint16Array(0), new Uint8ClampedArray([300]));
  child.send(views);
  const [back] = await once(child, 'message');
  assert.deepStrictEqual(back, views);
  assert.ok(Buffer.isBuffer(back[3]) && !Buffer.isBuffer(got.u));
  assert.throws(() => child.send({ f() {} }), /could not be cloned/);
});

test('10,000 messages come back whole', async (t) => {
  const child = fork(t, 'echo');
  let next = 0;
  const done = new Promise((resolve) => {
    child.on('message', (n) => {
      assert.strictEqual(n, next++);
      if (next === 10000) resolve();
    });
  });
  for (let i = 0; i < 10000; i++) child.send(i);
  await done;
});

test('killing a child that has not read its messages ends in disconnect and exit, not in an error', async (t) => {
  const child = fork(t, 'deaf');
  await once(child, 'message');
  for (let i = 0; i < 100; i++) child.send('x'.repeat(100));
  child.kill('SIGKILL');
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  assert.deepStrictEqual([code, signal], [null, 'SIGKILL']);
});

test('a socket and a server travel to the child', async (t) => {
  const child = fork(t, 'socket');
  const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('socket', socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const read = async () => {
    let text = '';
    for await (const chunk of net.connect(server.address().port, '127.0.0.1')) text += chunk;
    return text;
  };
  assert.strictEqual(await read(), 'socket from the child');
});

test('a server counts the sockets it gave away, and closes after them', async (t) => {
  const child = fork(t, 'keep');
  const server = net.createServer((socket) => child.send('socket', socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const count = () => new Promise((done, fail) => server.getConnections((e, n) => (e ? fail(e) : done(n))));
  const clients = [];
  for (let i = 1; i <= 2; i++) {
    clients.push(net.connect(server.address().port, '127.0.0.1').resume());
    const [kept] = await once(child, 'message');
    assert.strictEqual(kept, i);
  }
  assert.strictEqual(await count(), 2);
  let closed = false;
  server.close(() => (closed = true));
  for (const client of clients) {
    assert.strictEqual(closed, false);
    child.send('end');
    await once(client, 'close');
  }
  if (!closed) await once(server, 'close');
});

test('disconnect is told to both sides', async (t) => {
  const child = fork(t, 'wait');
  child.disconnect();
  assert.strictEqual(child.connected, false);
  const [[code]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  assert.strictEqual(code, 7);
  const [error] = await new Promise((resolve) => child.send('late', (e) => resolve([e])));
  assert.strictEqual(error.code, 'ERR_IPC_CHANNEL_CLOSED');
});

test('a child that does not listen ends by itself', async (t) => {
  const child = fork(t, 'quiet');
  assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
});

test('exec gives the output and the failure', async () => {
  const [error, stdout, stderr] = await new Promise((resolve) => {
    cp.exec('echo out; echo err >&2; exit 3', (...args) => resolve(args));
  });
  assert.strictEqual(error.code, 3);
  assert.strictEqual(error.cmd, 'echo out; echo err >&2; exit 3');
  assert.strictEqual(stdout, 'out\n');
  assert.strictEqual(stderr, 'err\n');
});

test('maxBuffer counts bytes, in the encoding the program reads', async () => {
  const run = (options, coding) =>
    new Promise((resolve) => {
      const child = cp.execFile('printf', ['éé'], options, (...args) => resolve(args));
      if (coding) child.stdout.setEncoding(coding);
    });
  const code = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
  assert.deepStrictEqual(await run({ maxBuffer: 4 }), [null, 'éé', '']);
  const [error, stdout] = await run({ maxBuffer: 3 });
  assert.strictEqual(error.code, code);
  assert.strictEqual(stdout, 'éé'); // as many characters as bytes were left
  const [, own] = await run({ encoding: null }, 'utf8');
  assert.strictEqual(own, 'éé');
  assert.strictEqual(cp.spawnSync('echo', ['abc'], { maxBuffer: 1 }).stdout.toString(), 'abc\n');
  assert.throws(() => cp.execSync('true', { maxBuffer: NaN }), { code: 'ERR_OUT_OF_RANGE' });
});

test('wrong arguments throw, from promisified functions too', () => {
  const exec = require('util').promisify(cp.exec);
  assert.throws(() => exec('true', { signal: {} }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => cp.spawn('true', { timeout: 'soon' }), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => cp.spawn('true', { uid: 2 ** 63 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => cp.spawnSync('true', { windowsVerbatimArguments: 1 }), {
    code: 'ERR_INVALID_ARG_TYPE',
  });
});

test('what is on Object.prototype is no option', (t) => {
  Object.prototype.cwd = '/no/such/folder';
  Object.prototype.shell = '/no/such/shell';
  t.after(() => {
    delete Object.prototype.cwd;
    delete Object.prototype.shell;
  });
  assert.strictEqual(cp.spawnSync('pwd').status, 0);
  assert.strictEqual(cp.execSync('pwd').toString(), `${process.cwd()}\n`);
});

test('an empty working folder is none', async () => {
  const child = cp.spawn('true', { cwd: '' });
  assert.deepStrictEqual(await once(child, 'close'), [0, null]);
});

test('what a child has read from is read here after its end', async () => {
  const source = cp.spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
  const reader = cp.spawn('head', ['-n1'], { stdio: [source.stdout, 'pipe', 'inherit'] });
  source.stdin.write('one\n');
  const [first] = await once(reader.stdout.setEncoding('utf8'), 'data');
  assert.strictEqual(first, 'one\n');
  reader.stdout.resume();
  await once(reader, 'close');
  source.stdin.end('two\n');
  let rest = '';
  source.stdout.setEncoding('utf8').on('data', (chunk) => (rest += chunk));
  source.stdout.resume();
  await once(source, 'close');
  assert.strictEqual(rest, 'two\n');
});

test('a missing program is an error event', async () => {
  const child = cp.spawn('/does/not/exist', ['x']);
  const [error] = await once(child, 'error');
  assert.strictEqual(error.message, 'spawn /does/not/exist ENOENT');
  assert.strictEqual(error.code, 'ENOENT');
  assert.strictEqual(error.syscall, 'spawn /does/not/exist');
  assert.strictEqual(error.path, '/does/not/exist');
  assert.deepStrictEqual(error.spawnargs, ['x']);
});

test('stdin reaches a child, its environment and folder too', async () => {
  const child = cp.spawn('sh', ['-c', 'cat; echo "$ONLY"; pwd'], {
    cwd: '/',
    env: { ONLY: 'this', PATH: process.env.PATH },
  });
  child.stdin.end('in ');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const [code, signal] = await once(child, 'close');
  assert.deepStrictEqual([code, signal, text], [0, null, 'in this\n/\n']);
});

test('kill, timeout and abort end a child', async () => {
  const killed = cp.spawn('sleep', ['60']);
  assert.ok(killed.kill());
  assert.deepStrictEqual(await once(killed, 'exit'), [null, 'SIGTERM']);
  const late = cp.spawn('sleep', ['60'], { timeout: 20, killSignal: 'SIGKILL' });
  assert.deepStrictEqual(await once(late, 'exit'), [null, 'SIGKILL']);
  const controller = new AbortController();
  const aborted = cp.spawn('sleep', ['60'], { signal: controller.signal });
  const failed = once(aborted, 'error');
  controller.abort();
  const [error] = await failed;
  assert.strictEqual(error.name, 'AbortError');
});

test('the sync forms wait for the end', async () => {
  assert.strictEqual(cp.execSync('echo hi', { encoding: 'utf8' }), 'hi\n');
  assert.strictEqual(cp.execFileSync('cat', { input: 'abc', encoding: 'utf8' }), 'abc');
  const { status, stderr } = cp.spawnSync('sh', ['-c', 'echo no >&2; exit 4']);
  assert.strictEqual(status, 4);
  assert.strictEqual(stderr.toString(), 'no\n');
  assert.throws(() => cp.execSync('exit 9', { stdio: 'pipe' }), { status: 9 });
  assert.strictEqual(cp.spawnSync('sleep', ['60'], { timeout: 30 }).error.code, 'ETIMEDOUT');
  assert.strictEqual(cp.spawnSync('/does/not/exist').error.code, 'ENOENT');
  assert.strictEqual(cp.spawnSync('yes', [], { maxBuffer: 10 }).error.code, 'ENOBUFS');
});

test('a child with a pipe more than the usual three closes', async () => {
  const code = 'require("fs").writeSync(3, "hello")';
  const child = cp.spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  let text = '';
  child.stdio[3].setEncoding('utf8').on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  assert.strictEqual(text, 'hello');
});

test('a listener that throws takes no other message with it', async (t) => {
  const child = fork(t, 'thrower');
  for (const message of ['a', 'b', 'c']) child.send(message);
  const [seen] = await once(child, 'message');
  assert.deepStrictEqual([...seen].sort(), ['after a', 'after b', 'after c', 'b', 'c', 'thrown']);
  assert.ok(seen.indexOf('b') < seen.indexOf('c'));
});
