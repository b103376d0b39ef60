'use strict';
// process: ticks, events, exit codes, what an uncaught error leads to. Child programs are this same runtime.
const { test } = require('../../tests/harness');
const assert = require('assert');
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

test('the clock, memory and identity have Node shapes', () => {
  const [s, ns] = process.hrtime(process.hrtime());
  assert.ok(s >= 0 && ns >= 0);
  assert.strictEqual(typeof process.hrtime.bigint(), 'bigint');
  assert.ok(process.memoryUsage().heapUsed > 0 && process.memoryUsage.rss() > 0);
  assert.ok(process.cpuUsage().user >= 0 && process.resourceUsage().maxRSS > 0);
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
