'use strict';
// The inspector as the program itself and debuggers on the network use it (Node doc: inspector; debugger, "V8 inspector integration").
const { test } = require('../../tests/harness');
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { once } = require('events');
const { spawn } = require('child_process');
const { pathToFileURL } = require('url');
const inspector = require('inspector');
const vm = require('vm');
const { Remote, debuggee, get, upgrade } = require('./test/remote');

function connected(t) {
  const session = new inspector.Session();
  session.connect();
  t.after(() => session.disconnect());
  return session;
}

function post(session, method, params) {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

test('a session answers, and says what it does not know', async (t) => {
  const session = connected(t);
  const { result } = await post(session, 'Runtime.evaluate', { expression: '6 * 7' });
  assert.strictEqual(result.value, 42);
  await assert.rejects(post(session, 'No.such'), { code: 'ERR_INSPECTOR_COMMAND' });
  assert.throws(() => session.connect(), { code: 'ERR_INSPECTOR_ALREADY_CONNECTED' });
  assert.throws(() => session.post(1), { code: 'ERR_INVALID_ARG_TYPE' });
  const unconnected = new inspector.Session();
  assert.throws(() => unconnected.post('Runtime.enable'), { code: 'ERR_INSPECTOR_NOT_CONNECTED' });
});

test('a breakpoint is hit in a function that was there before', async (t) => {
  const session = connected(t);
  const stops = [];
  session.on('Debugger.paused', ({ params }) => stops.push(params.callFrames[0].functionName));
  await post(session, 'Debugger.enable');
  function looked(value) {
    const doubled = value * 2;
    return doubled;
  }
  const lineNumber = Number(/:(\d+):\d+/.exec(new Error().stack.split('\n')[1])[1]) - 4;
  const { locations } = await post(session, 'Debugger.setBreakpointByUrl', {
    lineNumber,
    url: pathToFileURL(__filename).href,
  });
  assert.strictEqual(locations.length, 1);
  assert.strictEqual(looked(4), 8);
  assert.deepStrictEqual(stops, ['looked']);
});

test('what the console is told is told to sessions, with who told it', async (t) => {
  const session = connected(t);
  const calls = [];
  session.on('Runtime.consoleAPICalled', ({ params }) => calls.push(params));
  await post(session, 'Runtime.enable');
  console.debug('# for the inspector', 5);
  const [{ type, args, stackTrace }] = calls;
  assert.deepStrictEqual([type, args[0].value, args[1].value], ['debug', '# for the inspector', 5]);
  assert.strictEqual(stackTrace.callFrames[0].url, pathToFileURL(__filename).href);
});

test('a listener that throws becomes a warning', async (t) => {
  const session = connected(t);
  const warned = once(process, 'warning');
  const error = new Error('of a listener');
  error.name = 'Warning';
  session.post('Runtime.enable', () => {
    throw error;
  });
  assert.strictEqual((await warned)[0], error);
});

test('contexts of vm are shown by their names', async (t) => {
  const before = vm.createContext({}, { name: 'made before' });
  const session = connected(t);
  const names = [];
  session.on('Runtime.executionContextCreated', ({ params }) => names.push(params.context.name));
  await post(session, 'Runtime.enable');
  const after = vm.createContext({}, { name: 'made after', origin: 'https://origin.example' });
  assert.ok(names.includes('made before') && names.includes('made after'), names.join());
  assert.ok(vm.isContext(before) && vm.isContext(after));
});

test('a profile tells where time was spent', async (t) => {
  const session = connected(t);
  await post(session, 'Profiler.enable');
  await post(session, 'Profiler.start');
  const until = performance.now() + 50;
  (function spends() {
    while (performance.now() < until);
  })();
  const { profile } = await post(session, 'Profiler.stop');
  assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'spends'));
});

test('the promises API answers with promises', async (t) => {
  const { Session } = require('inspector/promises');
  const session = new Session();
  session.connect();
  t.after(() => session.disconnect());
  const { result } = await session.post('Runtime.evaluate', {
    expression: 'Promise.resolve(3)',
    awaitPromise: true,
  });
  assert.strictEqual(result.value, 3);
});

// ---- over the network

test('debuggers find the program and connect to it', async (t) => {
  const { url, child } = await debuggee(t, ['--inspect=0'], 'setInterval(() => {}, 1000)');
  const list = JSON.parse((await get(url, '/json/list')).body);
  assert.strictEqual(list.length, 1);
  assert.strictEqual(list[0].webSocketDebuggerUrl, url.href);
  assert.strictEqual(list[0].id, url.pathname.slice(1));
  const version = JSON.parse((await get(url, '/json/version')).body);
  assert.strictEqual(version['Protocol-Version'], '1.1');
  assert.strictEqual((await get(url, '/json/none')).status, 400);
  assert.strictEqual((await get(url, '/json', { Host: 'evil.example' })).status, 400);
  assert.strictEqual((await upgrade(url, '/0')).status, 400);
  const { socket, response } = await upgrade(url);
  assert.strictEqual(response.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  const remote = new Remote(socket);
  const { result } = await remote.send('Runtime.evaluate', { expression: '"é→😀".length + process.pid' });
  assert.strictEqual(result.value, 4 + child.pid);
  socket.destroy();
});

test('--inspect-brk waits, stops at the first line, and at the end waits for the debugger to leave', async (t) => {
  const { url, child } = await debuggee(t, ['--inspect-brk=0'], 'globalThis.a = 1;\nprocess.exitCode = 9;');
  const { socket } = await upgrade(url);
  const remote = new Remote(socket);
  await remote.send('Runtime.enable');
  await remote.send('Debugger.enable');
  const paused = remote.next('Debugger.paused');
  remote.send('Runtime.runIfWaitingForDebugger');
  const { callFrames } = await paused;
  assert.strictEqual(callFrames[0].location.lineNumber, 0);
  const { result } = await remote.send('Runtime.evaluate', { expression: 'typeof a' });
  assert.strictEqual(result.value, 'undefined');
  const ended = remote.next('Runtime.executionContextDestroyed');
  remote.send('Debugger.resume');
  await ended;
  socket.end();
  const [code] = await once(child, 'exit');
  assert.strictEqual(code, 9);
  assert.match(child.said, /Debugger attached\.\nWaiting for the debugger to disconnect\.\.\.\n/);
});

test('a program that computes for ever can be stopped', async (t) => {
  const { url } = await debuggee(t, ['--inspect=0'], 'setTimeout(() => { for (;;); }, 1)');
  const { socket } = await upgrade(url);
  const remote = new Remote(socket);
  await remote.send('Debugger.enable');
  const paused = remote.next('Debugger.paused');
  remote.send('Debugger.pause');
  assert.ok((await paused).callFrames.length > 0);
  socket.destroy();
});

test('SIGUSR1 opens the inspector', async (t) => {
  const code = 'process.send("up"); process.on("message", () => {})';
  const child = spawn(process.execPath, ['--inspect-port=0', '-e', code], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  const said = once(child.stderr, 'data');
  process._debugProcess(child.pid);
  assert.match(String((await said)[0]), /Debugger listening on ws:\/\/127\.0\.0\.1:\d+\//);
});

test('an address that cannot be had is told of; the program runs all the same', async (t) => {
  const { url } = await debuggee(t, ['--inspect=0'], 'setInterval(() => {}, 1000)');
  const child = spawn(process.execPath, [`--inspect=${url.port}`, '-e', 'process.exitCode = 4'], {
    stdio: 'pipe',
  });
  const said = once(child.stderr, 'data');
  assert.strictEqual((await once(child, 'exit'))[0], 4);
  assert.match(
    String((await said)[0]),
    /Starting inspector on 127\.0\.0\.1:\d+ failed: address already in use/,
  );
});

test('--cpu-prof and --heap-prof write profiles of the whole run', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prof-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const code =
    'function spends() { const until = Date.now() + 60; const kept = []; while (Date.now() < until) kept.push([1]); }' +
    'spends(); process.exit(3);';
  const flags = [
    '--cpu-prof',
    '--cpu-prof-dir=cpu',
    '--cpu-prof-interval=500',
    '--heap-prof',
    '--heap-prof-name=h',
  ];
  const child = spawn(process.execPath, [...flags, '-e', code], { cwd: folder, stdio: 'inherit' });
  assert.strictEqual((await once(child, 'exit'))[0], 3);
  const [name] = fs.readdirSync(path.join(folder, 'cpu'));
  assert.match(name, /^CPU\.\d{8}\.\d{6}\.\d+\.0\.001\.cpuprofile$/);
  const { nodes } = JSON.parse(fs.readFileSync(path.join(folder, 'cpu', name)));
  assert.ok(nodes.some(({ callFrame }) => callFrame.functionName === 'spends'));
  assert.ok(JSON.parse(fs.readFileSync(path.join(folder, 'h'))).head);
});
