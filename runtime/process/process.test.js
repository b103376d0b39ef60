'use strict';
// process: ticks, events, exit codes, what an uncaught error leads to. Child programs are this same runtime.
const { test } = require('../../tests/harness');
const assert = require('assert');
const os = require('os');
const { spawnSync } = require('child_process');

function run(code, options = []) {
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [...options, '-e', code], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr, signal };
}

test('ticks run before microtasks, both before timers and immediates', async () => {
  const order = [];
  await new Promise((done) => {
    // From the loop: inside a microtask the microtasks go first.
    setImmediate(() => {
      setImmediate(() => {
        order.push('immediate');
        done();
      });
      Promise.resolve().then(() => {
        order.push('promise');
        process.nextTick(() => order.push('tick of promise'));
        queueMicrotask(() => order.push('microtask of promise'));
      });
      process.nextTick(() => {
        order.push('tick');
        process.nextTick((a, b) => order.push(a + b), 'second ', 'tick');
      });
    });
  });
  assert.deepStrictEqual(order, [
    'tick',
    'second tick',
    'promise',
    'microtask of promise',
    'tick of promise',
    'immediate',
  ]);
});

test('beforeExit may bring the loop back to life; exit comes once', () => {
  const { stdout, status } = run(`
    let n = 0;
    process.on('beforeExit', () => { if (n++ < 2) setTimeout(() => console.log('again'), 1); });
    process.on('exit', (code) => console.log('exit', code, n));
    process.exitCode = 5;`);
  assert.strictEqual(stdout, 'again\nagain\nexit 5 3\n');
  assert.strictEqual(status, 5);
});

test('process.exit ends at once with its code', () => {
  const { stdout, status } = run(
    "setTimeout(() => console.log('never'), 1); process.on('exit', (c) => console.log(c)); process.exit(3)",
  );
  assert.strictEqual(stdout, '3\n');
  assert.strictEqual(status, 3);
});

test('an uncaught error prints its place and stack and ends with code 1', () => {
  const { stderr, status } = run("function f() { throw new Error('boom'); } f();");
  assert.strictEqual(status, 1);
  assert.match(stderr, /\[eval\]:1/);
  assert.match(stderr, /\^/);
  assert.match(stderr, /Error: boom\n +at f/);
});

test('an uncaughtException listener keeps the process alive', () => {
  const { stdout, status } = run(`
    process.on('uncaughtException', (error, origin) => console.log(error.message, origin));
    process.nextTick(() => console.log('tick after'));
    setTimeout(() => { throw new Error('from timer'); }, 1);
    setTimeout(() => console.log('later'), 5);
    throw new Error('from script');`);
  assert.strictEqual(
    stdout,
    'from script uncaughtException\ntick after\nfrom timer uncaughtException\nlater\n',
  );
  assert.strictEqual(status, 0);
});

test('an unhandled rejection is an uncaught error, unless the mode says otherwise', () => {
  assert.strictEqual(run("Promise.reject(new Error('r'))").status, 1);
  assert.match(run('Promise.reject(3)').stderr, /ERR_UNHANDLED_REJECTION/);
  const warned = run("Promise.reject(new Error('r')); setTimeout(() => console.log('alive'), 1)", [
    '--unhandled-rejections=warn',
  ]);
  assert.strictEqual(warned.stdout, 'alive\n');
  const handled = run(`
    process.on('unhandledRejection', (reason) => console.log('unhandled', reason));
    process.on('rejectionHandled', () => console.log('handled'));
    const p = Promise.reject(7);
    setTimeout(() => p.catch(() => {}), 1);`);
  assert.strictEqual(handled.stdout, 'unhandled 7\nhandled\n');
});

test('a bad option ends with code 9', () => {
  const { status, stderr } = run('0', ['--no-such-option-here']);
  assert.strictEqual(status, 9);
  assert.match(stderr, /bad option: --no-such-option-here/);
});

test('signals are events', async () => {
  const got = new Promise((resolve) => process.once('SIGUSR2', (name, number) => resolve([name, number])));
  process.kill(process.pid, 'SIGUSR2');
  const alive = setInterval(() => {}, 1000);
  assert.deepStrictEqual(await got, ['SIGUSR2', 12]);
  clearInterval(alive);
});

test('process.env is the environment', () => {
  process.env.PARLEY_TEST = 5;
  assert.strictEqual(process.env.PARLEY_TEST, '5');
  assert.ok('PARLEY_TEST' in process.env);
  assert.ok(Object.keys(process.env).includes('PARLEY_TEST'));
  assert.strictEqual({ ...process.env }.PARLEY_TEST, '5');
  delete process.env.PARLEY_TEST;
  assert.strictEqual(process.env.PARLEY_TEST, undefined);
  assert.strictEqual(process.env.toString, Object.prototype.toString);
});

test('the heap may grow with the machine', () => {
  const { heap_size_limit: limit } = require('v8').getHeapStatistics();
  const memory = Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
  assert.ok(limit >= Math.min(memory / 4, 2 * 2 ** 30), `${limit} of ${memory}`);
});

test('the clock, memory and identity have Node shapes', () => {
  const [s, ns] = process.hrtime(process.hrtime());
  assert.ok(s >= 0 && ns >= 0);
  assert.strictEqual(typeof process.hrtime.bigint(), 'bigint');
  assert.ok(process.memoryUsage().heapUsed > 0 && process.memoryUsage.rss() > 0);
  assert.ok(process.cpuUsage().user >= 0 && process.resourceUsage().maxRSS > 0);
  assert.ok(process.availableMemory === undefined || process.availableMemory() > 0);
  assert.ok(process.constrainedMemory() >= 0);
  assert.strictEqual(process.release.name, 'node');
  assert.match(process.version, /^v20\./);
  assert.throws(() => process.kill('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => process.chdir('/no/such/folder'), { code: 'ENOENT' });
  assert.throws(() => process.nextTick(1), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('warnings print once each and are events', () => {
  const { stderr } = run(
    "process.emitWarning('careful', { code: 'W1' }); process.on('warning', (w) => console.error(w.name, w.code))",
  );
  assert.match(stderr, /\[W1\] Warning: careful/);
  assert.match(stderr, /Warning W1/);
});

test('what an uncaught exception prints: the line, a caret, the error; other values as text', () => {
  const { stderr, status } = run("function f() {\n  throw new TypeError('bad');\n}\nf();");
  assert.match(stderr, /^\[eval\]:2\n {2}throw new TypeError\('bad'\);\n {2}\^\n\nTypeError: bad\n {4}at f /);
  assert.strictEqual(status, 1);
  assert.match(run("throw 'text'").stderr, /^\n\[eval\]:1\nthrow 'text'\n\^\ntext\n\(Use/);
  assert.match(run('throw { a: 1 }').stderr, /\^\n+\{ a: 1 \}\n\n/);
  assert.match(run("throw 'text'", ['--trace-uncaught']).stderr, /\ntext\nThrown at:\n {4}at \[eval\]:1:1\n/);
  assert.match(
    run("Promise.reject(new Error('r'))").stderr,
    /^\[eval\]:1\nPromise.reject.*\n +\^\n\nError: r\n/,
  );
});

test('every mode of --unhandled-rejections', () => {
  const code = `
    process.on('uncaughtException', (error, origin) => console.log('uncaught', origin));
    process.on('unhandledRejection', (reason) => { if (reason === 1) console.log('unhandled'); else return undefined; });
    Promise.reject(1);`;
  const mode = (name) => {
    const { stdout, stderr, status } = run(code, [`--unhandled-rejections=${name}`]);
    return [stdout, stderr.match(/UnhandledPromiseRejectionWarning: /g)?.length ?? 0, status];
  };
  assert.deepStrictEqual(mode('throw'), ['unhandled\n', 0, 0]);
  assert.deepStrictEqual(mode('strict'), ['uncaught unhandledRejection\nunhandled\n', 0, 0]);
  assert.deepStrictEqual(mode('warn'), ['unhandled\n', 2, 0]);
  assert.deepStrictEqual(mode('none'), ['unhandled\n', 0, 0]);
  const { status, stderr } = run('Promise.reject(1)', ['--unhandled-rejections=warn-with-error-code']);
  assert.match(stderr, /UnhandledPromiseRejectionWarning: 1\n/);
  assert.strictEqual(status, 1);
});

test('a rejection handled late is told of', () => {
  const { stderr } = run(
    "const p = Promise.reject(new Error('x')); process.on('unhandledRejection', () => setTimeout(() => p.catch(() => {}), 1))",
  );
  assert.match(stderr, /PromiseRejectionHandledWarning: .* \(rejection id: 1\)/);
});

test('exit codes: a listener that throws, a handler that throws, a handler that is gone', () => {
  assert.strictEqual(run("process.on('exit', () => { throw new Error('e'); })").status, 1);
  assert.strictEqual(run("process.on('uncaughtException', () => { throw 1; }); throw 2").status, 7);
  assert.strictEqual(run('process._fatalException = null; throw 2').status, 6);
  assert.strictEqual(
    run("process.exitCode = 9; process.on('exit', (c) => { process.exitCode = c + 4; }); throw 1").status,
    5,
  );
  assert.strictEqual(
    run("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 10000)").signal,
    'SIGTERM',
  );
});

test('warnings: redirected, disabled, as errors', (t) => {
  const fs = require('fs');
  const dir = fs.mkdtempSync(require('path').join(require('os').tmpdir(), 'warnings-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const file = `${dir}/w`;
  assert.strictEqual(run("process.emitWarning('one')", [`--redirect-warnings=${file}`]).stderr, '');
  assert.match(fs.readFileSync(file, 'utf8'), /^\(node:\d+\) Warning: one\n/);
  const code =
    "process.emitWarning('a', 'Odd'); process.emitWarning('b', 'Odd', 'C'); process.emitWarning('c')";
  assert.doesNotMatch(run(code, ['--disable-warning=Odd']).stderr, /Odd/);
  assert.match(run(code, ['--disable-warning=C']).stderr, /Odd: a/);
  assert.strictEqual(
    run("process.emitWarning('a', 'DeprecationWarning')", ['--throw-deprecation']).status,
    1,
  );
});

test('process.report describes the process', () => {
  const report = process.report.getReport(new Error('asked'));
  assert.strictEqual(report.header.processId, process.pid);
  assert.strictEqual(report.javascriptStack.message, 'Error: asked');
  for (const section of ['javascriptHeap', 'libuv', 'environmentVariables', 'userLimits', 'sharedObjects'])
    assert.ok(section in report, section);
});

test('the time zone follows process.env.TZ', () => {
  const outside = process.env.TZ;
  process.env.TZ = 'Asia/Tokyo';
  assert.strictEqual(new Date(0).getHours(), 9);
  process.env.TZ = 'Europe/London';
  assert.strictEqual(new Date(1e12).getTimezoneOffset(), -60);
  if (outside === undefined) delete process.env.TZ;
  else process.env.TZ = outside;
});

test('process.env takes plain properties only', () => {
  for (const descriptor of [
    { get() {} },
    { value: 'x' },
    { value: 'x', writable: true, enumerable: false },
  ]) {
    assert.throws(() => Object.defineProperty(process.env, 'X', descriptor), {
      code: 'ERR_INVALID_OBJECT_DEFINE_PROPERTY',
    });
  }
});

test('titles, groups and early methods', () => {
  process.title = 'a title';
  assert.strictEqual(process.title, 'a title');
  assert.ok(process.getgroups().includes(process.getegid()));
  assert.ok(process instanceof process.constructor);
  assert.throws(() => process.setgroups([-1]), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => process.initgroups(undefined, 1), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.strictEqual(process.getBuiltinModule('node:fs'), require('fs'));
  assert.strictEqual(process.getBuiltinModule('nothing'), undefined);
});

test('--trace-exit shows who called process.exit()', () => {
  const { spawnSync } = require('child_process');
  const code = 'function leave() { process.exit(3); } leave();';
  const run = (...flags) => spawnSync(process.execPath, [...flags, '-e', code], { encoding: 'utf8' });
  const { status, stderr } = run('--trace-exit');
  assert.strictEqual(status, 3);
  assert.match(stderr, /^\(node:\d+\) WARNING: Exited the environment with code 3\n/);
  assert.match(stderr, /at leave/);
  assert.strictEqual(run().stderr, '');
});
